/** Step through: the sub-steps one after the other, marked in formula, number and code. Nothing moves by itself. */

import { html, type TemplateResult } from 'lit';
import { type Quantity, spoken } from '../cell-quantities.ts';
import { msg, str } from '../words.ts';
import { isMarked, markNext, walk } from './cell-state.ts';

export function cellWalk(): TemplateResult {
  const steps = walk.value;
  const current = steps.filter(({ key }) => isMarked(key));
  return html`
    <div class="cell-walk">
      <button class="button button-small" type="button" data-testid="cell-next-sub-step" @click=${markNext}>
        ${msg('Next sub-step')}
      </button>
      <ol aria-label=${msg('Sub-steps')}>
        ${steps.map(
          ({
            key,
          }) => html`<li aria-current=${isMarked(key) ? 'step' : 'false'} data-testid="cell-sub-step-${key}">
            ${subStepWord(key)}
          </li>`,
        )}
      </ol>
      <p aria-live="polite" class="field-hint" data-testid="cell-sub-step">
        ${
          current.length === 0
            ? msg(
                'Walk through it one sub-step at a time: its formula, its number and its lines of code are marked.',
              )
            : msg(str`${whichOf(current, steps)}. Escape ends the walk.`)
        }
      </p>
    </div>
  `;
}

/** `2 of 5: f is sigma of z of f`; some lines of code compute two of them. */
function whichOf(current: readonly Quantity[], steps: readonly Quantity[]): string {
  return current
    .map((one) => msg(str`${steps.indexOf(one) + 1} of ${steps.length}: ${spoken(one)}`))
    .join('; ');
}

/** Symbols where there are some. */
function subStepWord(key: string): string {
  if (key === 'gate') return msg('gate');
  if (key === 'next') return msg('next');
  return key.replace('dz-', msg('dz of ')).replace('share', 'dW');
}
