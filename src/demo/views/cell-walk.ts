/** Step through: the sub-steps one after the other, marked in formula, number and code. Nothing moves by itself. */
import { html, type TemplateResult } from 'lit';
import { spoken } from '../cell-quantities.ts';
import { marked, markNext, walk } from './cell-state.ts';

export function cellWalk(): TemplateResult {
  const steps = walk.value;
  const at = steps.findIndex(({ key }) => key === marked.value);
  const current = steps[at];
  return html`
    <div class="cell-walk">
      <button class="button button-small" type="button" data-testid="cell-next-sub-step" @click=${markNext}>
        Next sub-step
      </button>
      <ol aria-label="Sub-steps">
        ${steps.map(
          (
            { key },
            index,
          ) => html`<li aria-current=${index === at ? 'step' : 'false'} data-testid="cell-sub-step-${key}">
            ${key.replace('dz-', 'dz of ').replace('share', 'dW')}
          </li>`,
        )}
      </ol>
      <p aria-live="polite" class="field-hint" data-testid="cell-sub-step">
        ${
          current === undefined
            ? 'Walk through it one sub-step at a time: its formula, its number and its lines of code are marked.'
            : `${at + 1} of ${steps.length}: ${spoken(current)}. Escape ends the walk.`
        }
      </p>
    </div>
  `;
}
