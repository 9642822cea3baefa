/** What the cell view looks at: day, time step, unit and gate, each by slider, by buttons and by keys; and which way. */

import { html, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import type { Direction } from '../cell-quantities.ts';
import { lagName } from '../draw/time-layout.ts';
import type { TraceReport } from '../protocol.ts';
import {
  chooseStep,
  chooseUnit,
  chooseWindow,
  chosenGate,
  chosenStep,
  chosenUnit,
  chosenWindow,
} from '../selection.ts';
import { data } from '../state.ts';
import { msg, str } from '../words.ts';
import { direction, marked } from './cell-state.ts';
import { windowName } from './forecast-cursor.ts';
import { gateName } from './gate-words.ts';

const WAYS: readonly { readonly way: Direction; readonly word: string }[] = [
  {
    way: 'forward',
    get word() {
      return msg('Forward: what it computes');
    },
  },
  {
    way: 'backward',
    get word() {
      return msg('Backward: how it learns');
    },
  },
];

interface Slider {
  readonly name: string;
  /** What it moves to, with "next" and "previous" before it. */
  readonly word: string;
  readonly testId: string;
  readonly last: number;
  readonly value: number;
  readonly text: string;
  /** Told at the end of a move; the others while it moves. */
  readonly atEnd?: boolean;
  readonly choose: (value: number) => void;
}

/** Which window of the test part is looked at, by the date its forecast is for. */
export function windowChoice(testId: string): TemplateResult {
  const report = data.value;
  return slider({
    name: msg('Forecast of'),
    word: msg('window'),
    testId,
    last: Math.max(0, (report?.windows.test ?? 1) - 1),
    value: chosenWindow.value,
    text: report === null ? '' : windowName(report, chosenWindow.value),
    atEnd: true,
    choose: chooseWindow,
  });
}

export function cellChoices(shown: TraceReport): TemplateResult {
  return html`
    <div class="cell-choices">
      ${windowChoice('cell-window')}
      ${slider({
        name: msg('Time step'),
        word: msg('time step'),
        testId: 'cell-step',
        last: shown.steps - 1,
        value: chosenStep.value,
        text: stepText(chosenStep.value, shown.steps),
        choose: chooseStep,
      })}
      ${slider({
        name: msg('Unit'),
        word: msg('unit'),
        testId: 'cell-unit',
        last: shown.units - 1,
        value: chosenUnit.value,
        text: String(chosenUnit.value),
        choose: chooseUnit,
      })}
      <div class="segments" role="radiogroup" aria-label=${msg('Gate taken apart')}>
        ${GATES.map(
          ({ key }) => html`<label>
            <input
              type="radio"
              name="cell-gate"
              .checked=${chosenGate.value === key}
              data-testid="cell-gate-${key}"
              @change=${() => {
                chosenGate.value = key;
              }}
            />${gateName(key)}
          </label>`,
        )}
      </div>
      <div class="segments" role="radiogroup" aria-label=${msg('Direction')}>
        ${WAYS.map(
          ({ way, word }) => html`<label>
            <input
              type="radio"
              name="cell-direction"
              .checked=${direction.value === way}
              data-testid="cell-${way}"
              @change=${() => {
                direction.value = way;
                marked.value = null;
              }}
            />${word}
          </label>`,
        )}
      </div>
    </div>
  `;
}

function slider({ name, word, testId, last, value, text, atEnd = false, choose }: Slider): TemplateResult {
  const take = (event: Event): void => choose(Number((event.target as HTMLInputElement).value));
  const onEnd = (event: Event): void => {
    if (atEnd) take(event);
  };
  const onMove = (event: Event): void => {
    if (!atEnd) take(event);
  };
  const button = (by: number, sign: string): TemplateResult => {
    const to = value + by;
    const isPast = to < 0 || to > last;
    // A disabled button would lose the focus of whoever walks to the end with it.
    return html`<button
      class="button button-small button-square"
      type="button"
      aria-label=${by < 0 ? msg(str`Previous ${word}`) : msg(str`Next ${word}`)}
      aria-disabled=${isPast ? 'true' : 'false'}
      data-testid="${testId}-${by < 0 ? 'previous' : 'next'}"
      @click=${() => {
        if (!isPast) choose(to);
      }}
    >
      ${sign}
    </button>`;
  };
  return html`<div class="cell-slider">
    <label for=${testId}>${name}</label>
    ${button(-1, '\u2039')}
    <input
      id=${testId}
      type="range"
      min="0"
      max=${last}
      .value=${String(value)}
      aria-valuetext=${text}
      data-testid=${testId}
      @input=${onMove}
      @change=${onEnd}
    />
    ${button(1, '\u203a')}
    <span>${text}</span>
  </div>`;
}

function stepText(step: number, steps: number): string {
  const newest = step === steps - 1 ? msg(', the newest row') : '';
  return msg(str`${lagName(step, steps)}${newest} (row ${step + 1} of ${steps})`);
}
