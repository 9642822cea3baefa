/**
 * One gate or state by unit and time: a canvas that the session draws on with WebGPU from the trace it keeps, the numbers of
 * units and steps beside it, and the chosen cell as the one tab stop of a grid. Pan and zoom are those of all six.
 */

import { effect } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { type Block, placeIn, rectangleIn } from '../draw/heatmap-layout.ts';
import { lagName, layOutTrace, panelName, type TraceKey } from '../draw/time-layout.ts';
import { bringIntoView, FITTED, panBy, pick, project, type Size, zoomAt } from '../draw/view-transform.ts';
import { formatWeight } from '../format.ts';
import type { TraceReport } from '../protocol.ts';
import { chosenStep, chosenUnit, trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { device, recorded } from '../state.ts';
import { within } from '../within.ts';
import { msg, str } from '../words.ts';
import { gridAction } from './grid-keys.ts';
import { namedRows, percent } from './matrix-labels.ts';
import { PointerControl } from './pointer-control.ts';
import { SessionCanvas } from './session-canvas.ts';
import {
  chooseTraceCell,
  isOneSided,
  lookedAt,
  movedByKey,
  panelOf,
  pointedCell,
  scaleOf,
  sizes,
  timeView,
  traceValue,
} from './time-state.ts';
import { cellWords } from './time-words.ts';

/** Room of a step's name, CSS pixels. */
const STEP_ROOM = 42;
const ZOOM_STEP = 1.6;

export class TimePanel extends SignalElement {
  static override properties = { panel: { attribute: false } };
  declare panel: TraceKey;

  readonly #canvas = new SessionCanvas();
  readonly #pointers = new PointerControl({
    pan: (x, y) => this.#change((view, size) => panBy(view, size, x, y)),
    zoom: (factor, x, y) => this.#change((view, size) => zoomAt(view, size, factor, x, y)),
    point: (x, y) => {
      pointedCell.value = this.#cellAt(x, y);
    },
    choose: (x, y) => {
      const cell = this.#cellAt(x, y);
      movedByKey.value = false;
      if (cell !== null) chooseTraceCell(cell);
    },
    canPan: () => timeView.value.zoom > 1,
  });
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = effect(() => this.#draw());
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#canvas.cancel();
    this.#stop?.();
  }

  protected override render(): TemplateResult | typeof nothing {
    const shown = trace.value;
    if (shown === null) return nothing;
    const panel = panelOf(this.panel);
    const block = this.#block(shown);
    const { gutter, width } = sizes.value;
    const height = block.rows * block.cellHeight;
    const scale = formatWeight(scaleOf(shown, this.panel));
    const from = isOneSided(shown, this.panel) ? '0' : `\u2212${scale}`;
    const name = panelName(panel);
    return html`
      <div class="time-head" data-gate=${panel.gate ?? 'none'}>
        <h3><span class="gate-letter" aria-hidden="true">${panel.symbol}</span>${panel.name}</h3>
        <span class="field-hint" data-testid="time-scale-${this.panel}">${msg(html`${from} to ${scale}`)}</span>
      </div>
      <div class="time-frame" style="--gutter:${gutter}px">
        <div class="matrix-rows" style="height:${height}px" aria-hidden="true">${unitNames(block, height)}</div>
        <div
          class="matrix-view"
          style="height:${height}px;--drawn:${width}px"
          data-zoomed=${timeView.value.zoom > 1 ? 'true' : 'false'}
          data-testid="time-view-${this.panel}"
          @pointerdown=${this.#pointers.down}
          @pointermove=${this.#pointers.move}
          @pointerup=${this.#pointers.up}
          @pointercancel=${this.#pointers.up}
          @pointerleave=${this.#leave}
          @wheel=${this.#pointers.wheel}
          @dblclick=${this.#pointers.doubleClick}
        >
          ${this.#canvas.element}
          <div
            role="grid"
            aria-label=${msg(str`${name}, ${shown.units} units down, ${shown.steps} time steps across`)}
            aria-rowcount=${shown.units}
            aria-colcount=${shown.steps}
          >
            ${this.#cellElement(shown, block)}
          </div>
        </div>
        <div class="time-axis" aria-hidden="true">${stepNames(block, width)}</div>
      </div>
    `;
  }

  /** The one focusable cell; it lies over the drawing where the chosen cell is. */
  #cellElement(shown: TraceReport, block: Block): TemplateResult {
    const cell = { key: this.panel, step: chosenStep.value, unit: chosenUnit.value };
    const [x, y, width, height] = rectangleIn(block, cell.unit, cell.step);
    const { zoom } = timeView.value;
    const whole = sizes.value.width;
    const [left, top] = project(timeView.value, x, y);
    return html`
      <div role="row" aria-rowindex=${cell.unit + 1}>
        <div
          class="matrix-cell"
          role="gridcell"
          tabindex="0"
          aria-colindex=${cell.step + 1}
          aria-label="${cellWords(shown, cell)}, ${formatWeight(traceValue(shown, cell))}"
          data-testid="time-cell-${this.panel}"
          style="left:${percent(left, whole)};top:${top}px;width:${percent(width * zoom, whole)};height:${height * zoom}px"
          @keydown=${(event: KeyboardEvent) => this.#key(event, shown, block)}
          @focus=${() => {
            movedByKey.value = true;
            pointedCell.value = null;
            lookedAt.value = this.panel;
          }}
        ></div>
      </div>
    `;
  }

  #key(event: KeyboardEvent, shown: TraceReport, block: Block): void {
    const { units, steps } = shown;
    const isChoice = event.key === 'Enter' || event.key === ' ';
    const action = isChoice
      ? ({ kind: 'move', rows: 0, columns: 0 } as const)
      : gridAction(event, { rows: units, columns: steps, jump: 1 });
    if (action === null) return;
    event.preventDefault();
    const step = within(chosenStep.value + (action.kind === 'move' ? action.columns : 0), steps);
    const unit = within(chosenUnit.value + (action.kind === 'move' ? action.rows : 0), units);
    switch (action.kind) {
      case 'move':
        movedByKey.value = true;
        pointedCell.value = null;
        chooseTraceCell({ key: this.panel, step, unit });
        this.#change((view, size) => bringIntoView(view, size, rectangleIn(block, unit, step)));
        break;
      case 'zoom':
        zoomToChosen(action.direction);
        break;
      case 'fit':
        timeView.value = FITTED;
        break;
    }
  }

  readonly #leave = (): void => {
    pointedCell.value = null;
  };

  #cellAt(x: number, y: number) {
    const shown = trace.value;
    if (shown === null) return null;
    const found = placeIn(this.#block(shown), ...pick(timeView.value, x, y));
    return found === null ? null : { key: this.panel, step: found.column, unit: found.row };
  }

  #block(shown: TraceReport): Block {
    return layOutTrace(shown.places[this.panel], sizes.value.width);
  }

  #change(next: (view: typeof timeView.value, size: Size) => typeof timeView.value): void {
    const shown = trace.value;
    if (shown === null) return;
    const { rows, cellHeight } = this.#block(shown);
    timeView.value = next(timeView.value, { width: sizes.value.width, height: rows * cellHeight });
  }

  /** Tells the session what to draw when anything that the drawing depends on has changed. */
  #draw(): void {
    const report = device.value.kind === 'ready' ? device.value.report : recorded.value;
    const shown = trace.value;
    const { width } = sizes.value;
    const view = timeView.value;
    if (report === null || shown === null) return;
    const block = this.#block(shown);
    const height = block.rows * block.cellHeight;
    const scale = scaleOf(shown, this.panel);
    this.#canvas.draw(this.panel, report, { width, height, view, blocks: [block], scale });
  }
}

/** Zooms all drawings by a step about the chosen cell. */
export function zoomToChosen(direction: 1 | -1): void {
  const shown = trace.value;
  if (shown === null) return;
  const { width } = sizes.value;
  const block = layOutTrace(shown.places.f, width);
  const [x, y, cellWidth, cellHeight] = rectangleIn(block, chosenUnit.value, chosenStep.value);
  const [left, top] = project(timeView.value, x + cellWidth / 2, y + cellHeight / 2);
  const size = { width, height: block.rows * block.cellHeight };
  timeView.value = zoomAt(timeView.value, size, ZOOM_STEP ** direction, left, top);
}

function unitNames(block: Block, height: number): TemplateResult[] {
  const view = timeView.value;
  const every = namedRows(block.cellHeight * view.zoom);
  const units = Array.from({ length: Math.ceil(block.rows / every) }, (_, index) => index * every);
  return units.flatMap((unit) => {
    const [, y] = project(view, 0, (unit + 0.5) * block.cellHeight);
    return y < 0 || y > height ? [] : [html`<span class="matrix-row-name" style="top:${y}px">${unit}</span>`];
  });
}

/** The steps' names, counted from the newest, thinned where they would touch. */
function stepNames(block: Block, width: number): TemplateResult[] {
  const view = timeView.value;
  const every = Math.max(1, Math.ceil(STEP_ROOM / (block.cellWidth * view.zoom)));
  const steps = Array.from(
    { length: Math.ceil(block.columns / every) },
    (_, index) => block.columns - 1 - index * every,
  );
  return steps.flatMap((step) => {
    const [x] = project(view, (step + 0.5) * block.cellWidth, 0);
    return x < 0 || x > width
      ? []
      : [html`<span style="left:${percent(x, width)}">${lagName(step, block.columns)}</span>`];
  });
}
