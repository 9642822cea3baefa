/** Beside every figure of the recorded run: that it is one. */
import { html, nothing, type TemplateResult } from 'lit';
import { recordedWords } from '../format.ts';
import { data, recorded, run } from '../state.ts';

export function recordedLabel(): TemplateResult | typeof nothing {
  const shown = recorded.value;
  if (shown === null) return nothing;
  return html`<p class="recorded-label" data-testid="recorded-label">
    ${recordedWords({ ...shown, epoch: run.value.shownEpoch }, data.value === null || data.value.preset === 'seattle')}
  </p>`;
}
