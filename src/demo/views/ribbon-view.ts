/**
 * One gate or state of a window as a field of bars, time by unit, that the session draws with WebGPU from the trace it keeps.
 * A look at the whole, not a way to read numbers: those are in the six heatmaps and the table.
 */

import { effect } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { FIRST_CAMERA, moved, pickBar, viewProjection } from '../draw/ribbon-camera.ts';
import { layOutField } from '../draw/ribbon-layout.ts';
import { lagName, panelName, TRACE_PANELS, type TraceKey } from '../draw/time-layout.ts';
import { formatWeight } from '../format.ts';
import type { TraceReport } from '../protocol.ts';
import { chosenStep, chosenUnit, trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { device } from '../state.ts';
import { msg, str } from '../words.ts';
import { currentTheme } from './badge.ts';
import { PointerControl } from './pointer-control.ts';
import { ribbonLabels } from './ribbon-labels.ts';
import { camera, cameraSliders, isFlat, liftSlider, toFirstView } from './ribbon-sliders.ts';
import { SessionCanvas } from './session-canvas.ts';
import {
  chooseTraceCell,
  isOneSided,
  LIFTS,
  lifted,
  lookedAt,
  movedByKey,
  panelOf,
  room,
  scaleOf,
  traceValue,
} from './time-state.ts';
import { cellWords } from './time-words.ts';

const WIDEST = 760;
const HEIGHTS = [250, 440] as const;
/** Every pixel is drawn four times over (ribbon-renderer.ts): finer than this is not worth it. */
const MOST_PIXEL_RATIO = 2;
const DEGREES_PER_PIXEL = 0.4;
const KEY_DEGREES = 5;
const KEY_FACTOR = 1.1;
/** What keys move the field by, as a drag does: turn and tilt in degrees, and a factor of the distance. */
const KEYS: Readonly<Record<string, readonly [turn: number, tilt: number, factor: number]>> = {
  ArrowLeft: [KEY_DEGREES, 0, 1],
  ArrowRight: [-KEY_DEGREES, 0, 1],
  ArrowUp: [0, -KEY_DEGREES, 1],
  ArrowDown: [0, KEY_DEGREES, 1],
  '+': [0, 0, 1 / KEY_FACTOR],
  '=': [0, 0, 1 / KEY_FACTOR],
  '-': [0, 0, KEY_FACTOR],
};
export class RibbonView extends SignalElement {
  readonly #canvas = new SessionCanvas();
  readonly #pointers = new PointerControl({
    pan: (x, y) => {
      camera.value = moved(camera.value, -x * DEGREES_PER_PIXEL, y * DEGREES_PER_PIXEL);
    },
    zoom: (factor) => {
      if (isFlat()) return;
      camera.value = moved(camera.value, 0, 0, 1 / factor);
    },
    point: () => undefined,
    choose: (x, y) => this.#choose(x, y),
    canPan: () => !isFlat(),
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
    const key = lookedAt.value;
    const { width, height } = sizeOf(room.value);
    const field = layOutField(shown, isOneSided(shown, key));
    const matrix = viewProjection(camera.value, field, width / height, lifted.value / LIFTS);
    const name = panelName(panelOf(key));
    return html`
      <p>
        ${msg('One gate or state as a field of bars: time steps along one side, units along the other, height and colour the value. For the shape of the whole; to read numbers, the drawings above and the table of a unit below are the better place.')}
      </p>
      <div class="ribbon-choices">${quantityChoice(shown)} ${liftSlider()} ${cameraSliders()}</div>
      <p class="time-reading" data-testid="ribbon-reading">${reading(shown, key)}</p>
      <div
        class="ribbon-view"
        role="group"
        tabindex="0"
        aria-label=${
          isFlat()
            ? msg(str`${name} as a flat map, ${shown.steps} time steps by ${shown.units} units`)
            : msg(str`${name} in 3D, ${shown.steps} time steps by ${shown.units} units; arrow keys turn it`)
        }
        style="width:${width}px;height:${height}px"
        data-testid="ribbon-view"
        @keydown=${key3d}
        @pointerdown=${this.#pointers.down}
        @pointermove=${this.#pointers.move}
        @pointerup=${this.#pointers.up}
        @pointercancel=${this.#pointers.up}
        @wheel=${this.#pointers.wheel}
      >
        ${this.#canvas.element}
        <svg viewBox="0 0 ${width} ${height}" aria-hidden="true">
          ${ribbonLabels({
            width,
            height,
            matrix,
            turn: (camera.value.turn * lifted.value) / LIFTS,
            field,
            scale: formatWeight(scaleOf(shown, key)),
          })}
        </svg>
      </div>
      <p class="field-hint" data-testid="ribbon-hint">
        ${
          isFlat()
            ? msg(
                'The flat map is seen from straight above: there is nothing to turn or to come nearer to until Flat to 3D raises it. Click a cell to choose it; 0 for the first view.',
              )
            : msg(
                'Drag to turn it, click a bar to choose it, Ctrl and the wheel or two fingers change the distance. With the keyboard: the sliders, or Tab to the drawing, arrow keys, plus and minus, 0 for the first view. The chosen unit and time step are marked on the floor and their bars outlined.',
              )
        }
      </p>
    `;
  }

  #choose(x: number, y: number): void {
    const shown = trace.value;
    if (shown === null) return;
    const key = lookedAt.value;
    const { width, height } = sizeOf(room.value);
    const scale = scaleOf(shown, key);
    const field = layOutField(shown, isOneSided(shown, key));
    const found = pickBar(
      viewProjection(camera.value, field, width / height, lifted.value / LIFTS),
      field,
      (step, unit) => traceValue(shown, { key, step, unit }) / scale,
      x / width,
      y / height,
    );
    movedByKey.value = false;
    if (found !== null) chooseTraceCell({ key, ...found });
  }

  /** Tells the session what to draw when anything that the drawing depends on has changed. */
  #draw(): void {
    const shown = trace.value;
    if (device.value.kind !== 'ready' || shown === null) return;
    const key = lookedAt.value;
    const { width, height } = sizeOf(room.value);
    const field = layOutField(shown, isOneSided(shown, key));
    const frame = {
      viewProjection: viewProjection(camera.value, field, width / height, lifted.value / LIFTS),
      place: shown.places[key],
      scale: scaleOf(shown, key),
      isOneSided: isOneSided(shown, key),
      chosenStep: chosenStep.value,
      chosenUnit: chosenUnit.value,
      theme: currentTheme(),
    };
    this.#canvas.order('ribbon', device.value.report, () => {
      const ratio = Math.min(MOST_PIXEL_RATIO, devicePixelRatio);
      const size = { width: Math.round(width * ratio), height: Math.round(height * ratio) };
      return { type: 'draw-ribbon', frame: { ...frame, ...size } };
    });
  }
}

function sizeOf(space: number): { readonly width: number; readonly height: number } {
  const width = Math.max(48, Math.min(WIDEST, space));
  return { width, height: Math.round(Math.max(HEIGHTS[0], Math.min(HEIGHTS[1], width * 0.62))) };
}

function key3d(event: KeyboardEvent): void {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const by = KEYS[event.key];
  // The flat map looks the same from wherever the camera stands.
  if (by === undefined ? event.key !== '0' : isFlat()) return;
  event.preventDefault();
  if (by === undefined) toFirstView();
  else camera.value = moved(camera.value, ...by);
}

function quantityChoice(shown: TraceReport): TemplateResult {
  return html`<div class="ribbon-quantity">
    <label for="ribbon-quantity">${msg('Quantity')}</label>
    <select
      id="ribbon-quantity"
      class="select-small"
      data-testid="ribbon-quantity"
      @change=${(event: Event) => {
        const { key } = panelOf((event.target as HTMLSelectElement).value as TraceKey);
        chooseTraceCell({ key, step: chosenStep.value, unit: chosenUnit.value });
      }}
    >
      ${TRACE_PANELS.map(
        (panel) => html`<option value=${panel.key} .selected=${panel.key === lookedAt.value}>
          ${panelName(panel)}
        </option>`,
      )}
    </select>
    <span class="field-hint">${rangeWords(shown, lookedAt.value)}</span>
    <button
      class="button button-small"
      type="button"
      ?disabled=${camera.value === FIRST_CAMERA && lifted.value === LIFTS}
      data-testid="ribbon-first"
      @click=${toFirstView}
    >
      ${msg('First view')}
    </button>
  </div>`;
}

function rangeWords(shown: TraceReport, key: TraceKey): string {
  const scale = formatWeight(scaleOf(shown, key));
  return msg(str`${isOneSided(shown, key) ? '0' : `\u2212${scale}`} to ${scale}`);
}

/** The chosen bar, and where its unit stands lowest and highest. */
function reading(shown: TraceReport, key: TraceKey): TemplateResult {
  const unit = chosenUnit.value;
  const cell = { key, step: chosenStep.value, unit };
  const value = traceValue(shown, cell);
  const values = Array.from({ length: shown.steps }, (_, step) => traceValue(shown, { key, step, unit }));
  const at = (extreme: number, testId: string): TemplateResult =>
    msg(
      html`<data value=${extreme} data-testid=${testId}>${formatWeight(extreme)}</data> at ${lagName(values.indexOf(extreme), shown.steps)}`,
    );
  return msg(
    html`Chosen: ${cellWords(shown, cell)}, <b><data value=${value} data-testid="ribbon-value">${formatWeight(value)}</data></b>. Over the window, unit ${unit} is lowest with ${at(Math.min(...values), 'ribbon-lowest')} and highest with ${at(Math.max(...values), 'ribbon-highest')}.`,
  );
}
