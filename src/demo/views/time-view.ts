/** Through time: what gates and states do over one window, how long units remember, and which days were read like it. */

import { effect } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';
import { rampGradient, rampStops } from '../draw/ramp.ts';
import { TRACE_PANELS } from '../draw/time-layout.ts';
import { FITTED } from '../draw/view-transform.ts';
import { formatWeight } from '../format.ts';
import type { TraceReport } from '../protocol.ts';
import { chosenGate, chosenStep, chosenUnit, trace } from '../selection.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { msg } from '../words.ts';
import { currentTheme } from './badge.ts';
import { windowChoice } from './cell-choices.ts';
import { watchWidth } from './chart-box.ts';
import { ICONS } from './icons.ts';
import { TimeMemory } from './time-memory.ts';
import { TimePanel, zoomToChosen } from './time-panel.ts';
import { TimeRibbon } from './time-ribbon.ts';
import { TimeSimilar } from './time-similar.ts';
import {
  LIFTS,
  lifted,
  lookedAt,
  movedByKey,
  pointedCell,
  readCell,
  room,
  sizes,
  timeView,
  traceValue,
  traceValues,
} from './time-state.ts';
import { TimeTable } from './time-table.ts';
import { cellWords, stepWords, whoseWords } from './time-words.ts';

defineElement('gw-time-panel', TimePanel);
defineElement('gw-time-ribbon', TimeRibbon);
defineElement('gw-time-memory', TimeMemory);
defineElement('gw-time-similar', TimeSimilar);
defineElement('gw-time-table', TimeTable);

export class TimeView extends SignalElement {
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const watched = watchWidth(this);
    let shape = '';
    this.#stops = [
      watched.stop,
      effect(() => {
        room.value = watched.width.value;
      }),
      effect(() => {
        const gate = chosenGate.value;
        lookedAt.value = gate === 'c' ? 'candidate' : gate;
      }),
      // What is chosen, here or in another view, is read out although the pointer rests on a cell.
      chosenStep.subscribe(unpoint),
      chosenUnit.subscribe(unpoint),
      chosenGate.subscribe(unpoint),
      effect(() => {
        const { steps = 0, units = 0 } = trace.value ?? {};
        const now = `${steps} ${units} ${sizes.value.width}`;
        if (now !== shape) timeView.value = FITTED;
        shape = now;
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  /** The drawing that was looked at last, tilted; its own slider lays it flat again, step by step. */
  readonly #tilt = (): void => {
    const ribbon = this.querySelector<HTMLDetailsElement>('gw-time-ribbon details');
    if (ribbon === null) return;
    lifted.value = LIFTS;
    ribbon.open = true;
    ribbon.querySelector('summary')?.focus();
  };

  protected override render(): TemplateResult {
    const shown = trace.value;
    if (shown === null) {
      return html`<p class="placeholder">
        ${msg('The gates of one window appear here once a model with an LSTM as its first layer stands.')}
      </p>`;
    }
    return html`
      <div class="cell-choices">${windowChoice('time-window')}</div>
      <div class="weights-bar">
        ${legend()}
        <div class="actions" role="group" aria-label=${msg('Zoom of the six drawings')}>
          ${zoomButton(msg('Zoom out'), ICONS.minus, -1)} ${zoomButton(msg('Zoom in'), ICONS.plus, 1)}
          <button
            class="button button-small"
            type="button"
            ?disabled=${timeView.value.zoom === 1}
            @click=${() => {
              timeView.value = FITTED;
            }}
          >
            ${msg('Fit')}
          </button>
          <button class="button button-small" type="button" data-testid="time-tilt" @click=${this.#tilt}>
            ${msg('Tilt into 3D')}
          </button>
        </div>
      </div>
      ${readout(shown)}
      <div class="time-panels" style="--across:${sizes.value.across}">
        ${TRACE_PANELS.map(({ key }) => html`<gw-time-panel .panel=${key}></gw-time-panel>`)}
      </div>
      <p class="time-reading" data-testid="time-reading">${reading(shown)}</p>
      <p class="field-hint">
        ${msg('Units go down, time steps across, the newest row at the right. Click a cell to choose its time step, unit and gate for the whole page. Zoom with the buttons, with Ctrl and the wheel, or with two fingers; drag to move. With the keyboard: Tab to a drawing, arrow keys from cell to cell, plus and minus to zoom, 0 to fit.')}
      </p>
      <p class="field-hint" data-testid="time-whose">${whoseWords(shown)}</p>
      <gw-time-ribbon></gw-time-ribbon>
      <gw-time-memory></gw-time-memory>
      <gw-time-similar></gw-time-similar>
      <gw-time-table></gw-time-table>
    `;
  }
}

function unpoint(): void {
  pointedCell.value = null;
}

function legend(): TemplateResult {
  const stops = rampStops(currentTheme());
  return html`
    <div class="time-legend">
      <div class="ramp">
        <span>0</span>
        <span class="ramp-colours" style="background:${rampGradient(stops.slice((stops.length - 1) / 2))}"></span>
        <span>1</span>
        <span class="ramp-zero">i, f, o</span>
      </div>
      <div class="ramp">
        <span>\u2212</span>
        <span class="ramp-colours" style="background:${rampGradient(stops)}"></span>
        <span>+</span>
        <span class="ramp-zero">${msg('c\u0303, c, h, to the same number on both sides')}</span>
      </div>
    </div>
  `;
}

function readout(shown: TraceReport): TemplateResult {
  const cell = readCell.value;
  const value = traceValue(shown, cell);
  return html`<p class="cell-readout" aria-live=${movedByKey.value ? 'polite' : 'off'} data-testid="time-readout">
    <span>
      ${cellWords(shown, cell)},
      <b><data value=${value} title=${value} data-testid="time-value">${formatWeight(value)}</data></b>
    </span>
  </p>`;
}

/** One line about all six: how far open the gates stand. */
function reading(shown: TraceReport): TemplateResult {
  const mean = (key: 'i' | 'f' | 'o'): TemplateResult => {
    const values = traceValues(shown, key);
    const value = values.reduce((sum, one) => sum + one, 0) / values.length;
    return html`<data value=${value} data-testid="time-mean-${key}">${formatWeight(value)}</data>`;
  };
  return msg(
    html`On average over all units and all steps from ${stepWords(shown, 0)} to ${stepWords(shown, shown.steps - 1)}, the input gate stands at ${mean('i')}, the forget gate at ${mean('f')} and the output gate at ${mean('o')}.`,
  );
}

function zoomButton(word: string, icon: TemplateResult, direction: 1 | -1): TemplateResult {
  return html`<button
    class="button button-small button-square"
    type="button"
    aria-label=${word}
    title=${word}
    @click=${() => zoomToChosen(direction)}
  >
    ${icon}
  </button>`;
}
