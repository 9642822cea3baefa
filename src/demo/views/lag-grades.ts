/** The marks of methods and verdicts on a series whose truth was planted. */
import { html, nothing, type TemplateResult } from 'lit';
import { joined } from '../format.ts';
import { gradesOf, truthOf } from '../lags/lag-grades.ts';
import { measured, retraining, studied } from '../lags/lag-state.ts';
import { lagLabel, placeWords } from '../lags/lag-words.ts';
import { SignalElement } from '../signal-element.ts';
import { data } from '../state.ts';
import { msg, str } from '../words.ts';

export class LagGrades extends SignalElement {
  protected override render(): TemplateResult | typeof nothing {
    const report = data.value;
    const planted = report === null ? null : truthOf(report.preset, report.horizon);
    if (planted === null) return nothing;
    const { truth, shadow } = planted;
    const trained = retraining.value?.type === 'retrained' ? retraining.value.retraining : null;
    const grades = gradesOf(planted, measured.value, studied.value, trained);
    const decides = truth.flatMap(({ feature, lags }) =>
      lags.map((lag) => msg(str`${placeWords(lagLabel(lag), feature)} (lag ${lag})`)),
    );
    return html`
      <h4>${msg('Marks, because the truth was planted')}</h4>
      <p>
        ${
          decides.length === 0
            ? msg('Nothing here decides the target: whatever is named is wrong.')
            : msg(
                str`What decides the target is ${joined(decides)}. Precision is the share of what was named that is true, recall the share of what is true that was named.`,
              )
        }
      </p>
      <p class="field-hint">
        ${msg(str`Methods name the places whose bars are larger in size than every bar of ${shadow}, which is pure noise; retraining, the rows whose absence costs more than the absence of ${shadow} changes, up or down; verdicts, the places called used.`)}
      </p>
      ${
        grades.length === 0
          ? html`<p class="field-hint">${msg('Marks appear once a method has been asked.')}</p>`
          : html`<div class="table-region" tabindex="0" role="region" aria-label=${msg('Marks of the methods')}>
            <table class="lag-grades" data-testid="lag-grades">
              <thead>
                <tr>${[msg('method'), msg('named'), msg('precision'), msg('recall'), msg('in words')].map((head) => html`<th scope="col">${head}</th>`)}</tr>
              </thead>
              <tbody>
                ${grades.map(
                  ({ name, named, precision, recall, meaning }) => html`<tr>
                    <th scope="row">${name}</th><td>${named}</td><td>${share(precision, msg('none named'))}</td><td>${share(recall, msg('none to name'))}</td><td class="lag-why">${meaning}</td>
                  </tr>`,
                )}
              </tbody>
            </table></div>`
      }
    `;
  }
}

function share(value: number | null, none: string): string {
  return value === null ? none : `${Math.round(100 * value)}\u00a0%`;
}
