/** What is wrong with a model file or what was asked of it: one sentence, beside what it is about. */

import { html, nothing, type TemplateResult } from 'lit';
import { fileProblem, type PanelPart } from '../keras/state.ts';
import { clearProblem } from '../state.ts';
import { msg, say } from '../words.ts';
import { langOf } from './spoken.ts';

/** There is one at a time. */
export const PROBLEM_ID = 'keras-problem';

export function problemPart(part: PanelPart): TemplateResult | typeof nothing {
  const current = fileProblem.value;
  if (current?.part !== part) {
    return nothing;
  }
  return html`
    <div class="note note-bad" role="alert" tabindex="-1" id=${PROBLEM_ID} data-testid="keras-problem">
      <div class="note-row">
        <p lang=${langOf(current.message)}>${say(current.message)}</p>
        <button class="button button-small" type="button" @click=${() => clearProblem('keras')}>${msg('Dismiss')}</button>
      </div>
    </div>
  `;
}
