/** What the fills of the bars stand for. */
import { html, nothing, type TemplateResult } from 'lit';
import { fillSample, type LagBarsInput } from '../charts/lag-bars.ts';
import type { LagTable } from '../lags/lag-bars.ts';
import { fillOf, type InputFill } from '../lags/lag-fills.ts';
import { msg } from '../words.ts';

/** @param input the one that is drawn; null for all */
export function inputLegend(
  { method, features }: LagTable,
  fills: readonly InputFill[],
  input: number | null,
  { band, noise }: Pick<LagBarsInput, 'band' | 'noise'>,
): TemplateResult {
  const one = method === 'half-life' ? msg('held by the middle unit') : features[input ?? 0];
  return html`<ul class="legend">
    ${
      input === null
        ? fills.map(
            ({ fill, feature }) =>
              html`<li>${fillSample(fill)}${feature === null ? msg('all other inputs') : features[feature]}</li>`,
          )
        : html`<li>${fillSample(fillOf(fills, input))}${one}</li>`
    }
    ${band !== null ? html`<li><span class="lag-band-sample"></span>${msg('null band of the controls below')}</li>` : nothing}
    ${noise !== null ? html`<li><span class="lag-noise-sample"></span>${msg('pure noise reaches this')}</li>` : nothing}
  </ul>`;
}
