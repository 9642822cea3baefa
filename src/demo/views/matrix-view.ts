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
import { formatCount, formatWeight } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { device, recorded } from '../state.ts';
import { watchWidth } from './chart-box.ts';
import { ICONS } from './icons.ts';
import { keyAction } from './matrix-keys.ts';
import { gateNames, labelHeight, rowNames } from './matrix-labels.ts';
import { PointerControl } from './pointer-control.ts';
import { SessionCanvas } from './session-canvas.ts';
import {
  arrangement,
  chooseCell,
  chosenCell,
  chosenValue,
  followCell,
  scaleMode,
  scales,
} from './weights-state.ts';

const NARROW = 560;
const NARROW_PAGE = 640;
const GUTTER = 120;
const GUTTER_NARROW = 80;
const ZOOM_STEP = 1.6;
const FIRST_CELL: Cell = { gate: 0, row: 0, unit: 0 };

const MEANING = {
  kernel: 'what each input gives to each unit, per gate',
  recurrent_kernel: 'what each unit\u2019s last output gives to each unit, per gate',
  bias: 'what each unit starts from, per gate',
} as const;

export class MatrixView extends SignalElement {
  static override properties = { variable: { attribute: false }, features: { attribute: false } };
  declare variable: MatrixVariable;
  declare features: readonly string[];

  readonly #view = signal<View>(FITTED);
  readonly #width = signal(0);
  readonly #variable = signal<MatrixVariable | null>(null);
  readonly #cell = signal<Cell>(FIRST_CELL);
  readonly #canvas = new SessionCanvas();
  readonly #pointers = new PointerControl({
    pan: (x, y) => this.#change((view) => panBy(view, this.#size(), x, y)),
    zoom: (factor, x, y) => this.#change((view) => zoomAt(view, this.#size(), factor, x, y)),
    point: (x, y) => this.#pointAt(x, y),
    canPan: () => this.#view.value.zoom > 1,
  });
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const watched = watchWidth(this);
    this.#stops = [
      watched.stop,
      effect(() => {
        this.#width.value = watched.width.value;
      }),
      effect(() => this.#scheduleDraw()),
      effect(() => {
        const chosen = chosenCell.value;
        if (chosen !== null && chosen.variable === this.#variable.value)
          untracked(() => this.#takeOver(chosen.cell));
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
    const shape = name === 'bias' ? `(${4 * units})` : `(${formatCount(rows)}, ${formatCount(4 * units)})`;
    return html`
      <div class="matrix-head">
        <h3>${name} <span class="field-hint">${shape}</span></h3>
        <p>${MEANING[name]}${scaleMode.value === 'own' ? `; colours end at \u00b1${formatWeight(scales.value[name])}` : ''}</p>
        <div class="actions" role="group" aria-label="Zoom of ${name}">
          ${this.#zoomButton('Zoom out', ICONS.minus, 1 / ZOOM_STEP)} ${this.#zoomButton('Zoom in', ICONS.plus, ZOOM_STEP)}
          <button class="button button-small" type="button" ?disabled=${view.zoom === 1} @click=${() => this.#change(() => FITTED)}>
            Fit
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
          @wheel=${this.#pointers.wheel}
          @dblclick=${this.#pointers.doubleClick}
          @click=${() => followCell(this.#cell.value)}
        >
          ${this.#canvas.element}${gateNames(this.variable, layout, view)}
          <div
            role="grid"
            aria-label="${name}, ${formatCount(rows)} rows, ${formatCount(4 * units)} columns, cut by gate"
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
          style="left:${left}px;top:${top}px;width:${width * view.zoom}px;height:${height * view.zoom}px"
          @keydown=${this.#key}
          @focus=${() => this.#choose(this.#cell.value, true)}
        ></div>
      </div>
    `;
  }

  readonly #key = (event: KeyboardEvent): void => {
    const action = keyAction(event, this.variable, this.#cell.value);
    if (action === null) {
      return;
    }
    event.preventDefault();
    switch (action.kind) {
      case 'move':
        this.#choose(action.cell, true);
        followCell(action.cell);
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
    if (cell !== null) {
      this.#choose(cell, false);
    }
  }

  #choose(cell: Cell, byKey: boolean): void {
    this.#cell.value = cell;
    chooseCell({ variable: this.variable, cell, byKey, offset: cellOffset(this.#layout(), cell) });
  }

  /** A cell chosen elsewhere on the page becomes this matrix's own, in sight. */
  #takeOver(cell: Cell): void {
    if (cell === this.#cell.value) return;
    this.#cell.value = cell;
    this.#change((view) => this.#showing(view, cell));
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
      labelHeight: labelHeight((width - gap * (across - 1)) / across),
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
