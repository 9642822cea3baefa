/** How far a model file is from the current model or a second file: what differs in kind, then tensor by tensor and gate by gate. */
import { html, nothing, type TemplateResult } from 'lit';
import type { Comparison, TensorDifference } from '../../engine/keras/index.ts';
import { formatDifference, formatPlural, formatWeight } from '../format.ts';
import type { OpenedFile } from '../keras/jobs.ts';
import { compared, doing, dropOther, openOther, other } from '../keras/state.ts';
import { gateName } from './gate-words.ts';
import { ICONS } from './icons.ts';
import { problemPart } from './keras-problem.ts';

export function comparePart(file: OpenedFile): TemplateResult {
  const result = compared.value;
  const name = file.file.source.fileName;
  return html`
    <section aria-labelledby="keras-compare-title" data-testid="keras-compare">
      <h3 id="keras-compare-title">How far it is from ${result?.with ?? 'another file'}</h3>
      <div class="actions">
        <label class="button button-small">
          ${ICONS.file}<span>Compare with another file</span>
          <input class="visually-hidden" type="file" multiple data-testid="keras-other-input" @change=${pick} />
        </label>
        ${
          other.value === null
            ? nothing
            : html`<button class="button button-small" type="button" data-testid="keras-drop-other" @click=${dropOther}>
                Compare with the current model
              </button>`
        }
      </div>
      <p role="status" class="keras-doing">${doing('compare')}</p>
      ${problemPart('compare')}
      ${
        result === null
          ? html`<p class="placeholder">There is no current model to compare with: open a second file.</p>`
          : html`
              <p class="keras-verdict" role="status" data-testid="keras-verdict" data-equal=${String(result.comparison.equal)}>
                ${verdict(result.comparison)}
              </p>
              ${differences(result.comparison, name, result.with)} ${tensorsTable(result.comparison.tensors, name, result.with)}
            `
      }
    </section>
  `;
}

function verdict({ equal, config, tensors }: Comparison): string {
  if (equal) return 'Equal: the same architecture, and every weight the same number.';
  const whole = tensors.filter(({ gate }) => gate === undefined);
  const different = whole.filter(({ maxAbs }) => maxAbs !== 0);
  if (whole.length === 0) return 'The architectures differ, so no weights can be held against each other.';
  if (different.length === 0) {
    return config.length === 0
      ? 'Every weight is the same number.'
      : 'Every weight is the same number; the architecture or its training differs.';
  }
  const largest = Math.max(...different.map(({ maxAbs }) => maxAbs));
  const verb = different.length === 1 ? 'differs' : 'differ';
  const those = config.length === 0 ? '' : ' of the same shape';
  return `${different.length} of ${formatPlural(whole.length, 'tensor')}${those} ${verb}, by at most ${formatDifference(largest)}.`;
}

function differences({ config, notes }: Comparison, a: string, b: string): TemplateResult {
  const all = [...config, ...notes];
  return html`
    <p class="card-text">A is ${a}, B is ${b}.</p>
    ${
      all.length === 0
        ? nothing
        : html`<ul class="card-notes" data-testid="keras-differences">${all.map((one) => html`<li>${one}</li>`)}</ul>`
    }
  `;
}

function tensorsTable(
  tensors: readonly TensorDifference[],
  a: string,
  b: string,
): TemplateResult | typeof nothing {
  if (tensors.length === 0) {
    return nothing;
  }
  return html`
    <div class="table-region" tabindex="0" role="region" aria-label="Differences by tensor and gate">
      <table data-testid="keras-tensors">
        <caption class="visually-hidden">A is ${a}, B is ${b}.</caption>
        <thead>
          <tr>
            <th scope="col">tensor, gate</th>
            <th scope="col">result</th>
            <th scope="col">largest |A\u2212B|</th>
            <th scope="col">largest |A\u2212B|/|B|</th>
            <th scope="col">worst at</th>
            <th scope="col">in A</th>
            <th scope="col">in B</th>
          </tr>
        </thead>
        <tbody>
          ${tensors.map(tensorRow)}
        </tbody>
      </table>
    </div>
  `;
}

function tensorRow({ path, gate, maxAbs, maxRel, worst }: TensorDifference): TemplateResult {
  const differs = maxAbs !== 0;
  const at = differs && worst !== null ? worst : null;
  return html`
    <tr data-differs=${String(differs)} data-gate=${gate ?? ''} data-path=${path}>
      <th scope="row">${gate === undefined ? path : html`<span class="keras-gate-row">${gateName(gate)}</span>`}</th>
      <td>${differs ? 'differs' : 'same'}</td>
      <td>${formatDifference(maxAbs)}</td>
      <td>${formatDifference(maxRel)}</td>
      <td>${at === null ? '\u2013' : `[${at.index.join(', ')}]`}</td>
      <td>${at === null ? '\u2013' : formatWeight(at.a)}</td>
      <td>${at === null ? '\u2013' : formatWeight(at.b)}</td>
    </tr>
  `;
}

function pick(event: Event): void {
  const input = event.target as HTMLInputElement;
  const files = [...(input.files ?? [])];
  input.value = '';
  if (files.length > 0) void openOther(files);
}
