/**
 * One matrix, cut by gate: a canvas that the session draws on with WebGPU, the names of gates and rows over it, and the
 * chosen cell as the one tab stop of a grid. Pan, zoom and picking are here; the numbers stay on the GPU.
 */

import { effect, signal, untracked } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';
import {
  type Cell,
  cellAt,
  cellName,
  cellOffset,
  cellRectangle,
  layOutMatrix,
  type MatrixLayout,
  type MatrixVariable,
} from '../draw/heatmap-layout.ts';
import { bringIntoView, FITTED, panBy, pick, project, type View, zoomAt } from '../draw/view-transform.ts';
import { formatCount, formatShape, formatWeight } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { device, recorded } from '../state.ts';
import { msg, str } from '../words.ts';
import { markWeight } from './cell-state.ts';
import { watchWidth } from './chart-box.ts';
import { ICONS } from './icons.ts';
import { keyAction } from './matrix-keys.ts';
import { gateNames, labelHeight, MEANING, percent, rowNames } from './matrix-labels.ts';
import { matrixMarks } from './matrix-marks.ts';
import { PointerControl } from './pointer-control.ts';
import { SessionCanvas } from './session-canvas.ts';
import {
  arrangement,
  backToHeld,
  chooseCell,
  chosenCell,
  chosenPlace,
  chosenValue,
  followCell,
  holdCell,
  scaleMode,
  scales,
} from './weights-state.ts';

const NARROW = 560;
const NARROW_PAGE = 640;
const GUTTER = 128;
const GUTTER_NARROW = 92;
const ZOOM_STEP = 1.6;
const FIRST_CELL: Cell = { gate: 0, row: 0, unit: 0 };

export class MatrixView extends SignalElement {
  static override properties = { variable: { attribute: false }, features: { attribute: false } };
  declare variable: MatrixVariable;
  declare features: readonly string[];

  readonly #view = signal<View>(FITTED);
  readonly #width = signal(0);
  /** What gates' names need beyond their usual height, CSS pixels: a visitor may have set the text wider. */
  readonly #moreRoom = signal(0);
  readonly #variable = signal<MatrixVariable | null>(null);
  readonly #cell = signal<Cell>(FIRST_CELL);
  readonly #canvas = new SessionCanvas();
  readonly #pointers = new PointerControl({
    pan: (x, y) => this.#change((view) => panBy(view, this.#size(), x, y)),
    zoom: (factor, x, y) => this.#change((view) => zoomAt(view, this.#size(), factor, x, y)),
    point: (x, y) => this.#pointAt(x, y),
    choose: () => this.#follow(),
    canPan: () => this.#view.value.zoom > 1,
  });
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const watched = watchWidth(this);
    const sized = new ResizeObserver(() => this.#makeRoom());
    sized.observe(this);
    this.#stops = [
      watched.stop,
      effect(() => {
        this.#width.value = watched.width.value;
        this.#moreRoom.value = 0;
      }),
      () => sized.disconnect(),
      effect(() => this.#scheduleDraw()),
      effect(() => {
        const chosen = chosenCell.value;
        if (chosen !== null && chosen.variable === this.#variable.value)
          untracked(() => this.#takeOver(chosen.cell, chosen.isAgain !== true));
      }),
      effect(() => {
        // Read here, so that another model's cell is the chosen one too.
        const name = this.#variable.value?.name;
        const place = name === undefined ? {} : chosenPlace(name);
        untracked(() => this.#goTo(place));
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#canvas.cancel();
    for (const stop of this.#stops) {
      stop();
    }
  }

  protected override willUpdate(): void {
    if (this.#variable.peek() !== this.variable) {
      this.#variable.value = this.variable;
      this.#view.value = FITTED;
      this.#cell.value = FIRST_CELL;
    }
  }

  protected override render(): TemplateResult {
    const { name, rows, units } = this.variable;
    const layout = this.#layout();
    const view = this.#view.value;
    const shape = formatShape(name === 'bias' ? [4 * units] : [rows, 4 * units]);
    return html`
      <div class="matrix-head">
        <h3>${name} <span class="field-hint">${shape}</span></h3>
        <p>${MEANING[name]}${scaleMode.value === 'own' ? msg(str`; colours end at \u00b1${formatWeight(scales.value[name])}`) : ''}</p>
        <div class="actions" role="group" aria-label=${msg(str`Zoom of ${name}`)}>
          ${this.#zoomButton(msg('Zoom out'), ICONS.minus, 1 / ZOOM_STEP)} ${this.#zoomButton(msg('Zoom in'), ICONS.plus, ZOOM_STEP)}
          <button class="button button-small" type="button" ?disabled=${view.zoom === 1} @click=${() => this.#change(() => FITTED)}>
            ${msg('Fit')}
          </button>
        </div>
      </div>
      <div class="matrix-frame" style="--gutter:${this.#gutter()}px" data-testid="matrix-${name}">
        <div class="matrix-rows" style="height:${layout.height}px" aria-hidden="true">
          ${rowNames(this.variable, this.features, layout, view, this.#gutter())}
        </div>
        <div
          class="matrix-view"
          style="height:${layout.height}px"
          data-zoomed=${view.zoom > 1 ? 'true' : 'false'}
          @pointerdown=${this.#pointers.down}
          @pointermove=${this.#pointers.move}
          @pointerup=${this.#pointers.up}
          @pointercancel=${this.#pointers.up}
          @pointerleave=${backToHeld}
          @wheel=${this.#pointers.wheel}
          @dblclick=${this.#pointers.doubleClick}
        >
          ${this.#canvas.element}${gateNames(this.variable, layout, view)}${matrixMarks(name, layout, view)}
          <div
            role="grid"
            aria-label=${msg(str`${name}, ${formatCount(rows)} rows, ${formatCount(4 * units)} columns, cut by gate`)}
            aria-rowcount=${rows}
            aria-colcount=${4 * units}
          >
            ${this.#cellElement(layout, view)}
          </div>
        </div>
      </div>
    `;
  }

  #zoomButton(word: string, icon: TemplateResult, factor: number): TemplateResult {
    return html`<button
      class="button button-small button-square"
      type="button"
      aria-label=${word}
      title=${word}
      @click=${() => this.#zoomToCell(factor)}
    >
      ${icon}
    </button>`;
  }

  /** The one focusable cell; it lies over the drawing where the chosen cell is. */
  #cellElement(layout: MatrixLayout, view: View): TemplateResult {
    const chosen = chosenCell.value;
    const mine = chosen !== null && chosen.variable.name === this.variable.name;
    const cell = this.#cell.value;
    const [x, y, width, height] = cellRectangle(layout, cell);
    const [left, top] = project(view, x, y);
    const value = mine && chosenValue.value !== null ? `, ${formatWeight(chosenValue.value)}` : '';
    return html`
      <div role="row" aria-rowindex=${cell.row + 1}>
        <div
          class="matrix-cell"
          role="gridcell"
          tabindex="0"
          aria-colindex=${cell.gate * this.variable.units + cell.unit + 1}
          aria-label="${cellName(this.variable.name, cell, this.features)}${value}"
          data-idle=${mine ? 'false' : 'true'}
          data-testid="cell-${this.variable.name}"
          style="left:${percent(left, layout.width)};top:${top}px;width:${percent(width * view.zoom, layout.width)};height:${height * view.zoom}px"
          @keydown=${this.#key}
          @focus=${() => this.#choose(this.#cell.value, true)}
        ></div>
      </div>
    `;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key === 'Enter' || event.key === ' ') {
      event.preventDefault();
      this.#follow();
      return;
    }
    const action = keyAction(event, this.variable, this.#cell.value);
    if (action === null) {
      return;
    }
    event.preventDefault();
    switch (action.kind) {
      case 'move':
        followCell(this.variable.name, action.cell);
        this.#choose(action.cell, true);
        this.#change((view) => this.#showing(view, action.cell));
        break;
      case 'zoom':
        this.#zoomToCell(ZOOM_STEP ** action.direction);
        break;
      case 'fit':
        this.#change(() => FITTED);
        break;
    }
  };

  /** The view moved so that the cell is in sight, below the gates' names. */
  #showing(view: View, cell: Cell): View {
    const layout = this.#layout();
    return bringIntoView(view, this.#size(), cellRectangle(layout, cell), layout.blocks[0]?.y);
  }

  /** Zooms about the chosen cell, or about the middle where the chosen cell is elsewhere. */
  #zoomToCell(factor: number): void {
    const layout = this.#layout();
    const isMine = chosenCell.value?.variable.name === this.variable.name;
    const whole = [0, 0, layout.width, layout.height] as const;
    const [x, y, width, height] = isMine ? cellRectangle(layout, this.#cell.value) : whole;
    const [left, top] = project(this.#view.value, x + width / 2, y + height / 2);
    this.#change((view) => zoomAt(view, this.#size(), factor, left, top));
  }

  #pointAt(x: number, y: number): void {
    const [worldX, worldY] = pick(this.#view.value, x, y);
    const cell = cellAt(this.#layout(), worldX, worldY);
    const isThere =
      chosenCell.value?.variable === this.variable && cell !== null && isSame(cell, this.#cell.value);
    if (cell !== null && !isThere) this.#choose(cell, false);
  }

  #choose(cell: Cell, byKey: boolean): void {
    this.#cell.value = cell;
    chooseCell({ variable: this.variable, cell, byKey, offset: cellOffset(this.#layout(), cell) }, !byKey);
    markWeight(this.variable.name, cell);
  }

  /** Has all views look at the cell. */
  #follow(): void {
    const { name } = this.variable;
    holdCell();
    followCell(name, this.#cell.value);
    markWeight(name, this.#cell.value);
  }

  /** Gate, unit or input were chosen elsewhere: the cell of this matrix is the one of theirs. */
  #goTo(place: Partial<Cell>): void {
    const { variable } = this;
    const before = this.#cell.value;
    const cell = { ...before, ...place };
    if (isSame(cell, before)) return;
    this.#takeOver(cell);
    if (chosenCell.value?.variable.name === variable.name)
      chooseCell({ variable, cell, byKey: false, offset: cellOffset(this.#layout(), cell) });
  }

  /** A cell chosen elsewhere on the page becomes this matrix's own, in sight unless it was chosen before. */
  #takeOver(cell: Cell, isNew = true): void {
    if (cell === this.#cell.value) return;
    this.#cell.value = cell;
    if (isNew) this.#change((view) => this.#showing(view, cell));
  }

  #makeRoom(): void {
    const names = [...this.querySelectorAll('.gate-name')];
    this.#moreRoom.value += Math.max(0, ...names.map((name) => name.scrollHeight - name.clientHeight));
  }

  #change(next: (view: View) => View): void {
    this.#view.value = next(this.#view.value);
  }

  /** Width left of the drawing for the rows' names, CSS pixels. */
  #gutter(): number {
    return this.#width.value < NARROW_PAGE ? GUTTER_NARROW : GUTTER;
  }

  #layout(): MatrixLayout {
    const width = Math.max(64, this.#width.value - this.#gutter());
    const stored = arrangement.value === 'stored';
    const across = width < NARROW && !stored ? 2 : 4;
    const gap = stored ? 0 : across === 2 ? 10 : 14;
    return layOutMatrix(this.variable, {
      width,
      across,
      gap,
      labelHeight: labelHeight((width - gap * (across - 1)) / across) + this.#moreRoom.value,
    });
  }

  #size(): { width: number; height: number } {
    const { width, height } = this.#layout();
    return { width, height };
  }

  /** Tells the session what to draw when anything that the drawing depends on has changed. */
  #scheduleDraw(): void {
    const ready = device.value.kind === 'ready' ? device.value.report : recorded.value;
    const variable = this.#variable.value;
    const view = this.#view.value;
    // Read here too, so that another arrangement is drawn.
    void arrangement.value;
    const scale = variable === null ? 1 : scales.value[variable.name];
    if (ready === null || variable === null || this.#width.value === 0) {
      return;
    }
    const { width, height, blocks } = this.#layout();
    this.#canvas.draw(variable.name, ready, { width, height, view, blocks, scale });
  }
}

function isSame(one: Cell, other: Cell): boolean {
  return one.gate === other.gate && one.row === other.row && one.unit === other.unit;
}
