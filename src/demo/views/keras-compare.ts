/**
 * How far a model file is from the current model or a second file: what differs in kind, then tensor by tensor and gate by
 * gate, each with whether it passes a tolerance that the visitor sets.
 */

import { html, nothing, type TemplateResult } from 'lit';
import type { Comparison, TensorDifference } from '../../engine/keras/index.ts';
import { formatDifference, formatPlural, formatWeight, listed } from '../format.ts';
import { compareLine } from '../keras/command-lines.ts';
import type { OpenedFile } from '../keras/jobs.ts';
import { type Compared, compared, doing, dropOther, openOther, other } from '../keras/state.ts';
import { formatTolerance, Tolerance } from '../keras/tolerance.ts';
import { msg, str } from '../words.ts';
import { gateName } from './gate-words.ts';
import { ICONS } from './icons.ts';
import { commandPart } from './keras-command.ts';
import { problemPart } from './keras-problem.ts';
import { toleranceForm } from './keras-tolerance.ts';

/** Of weights. */
const tolerance = new Tolerance('keras-tolerance');
/** Slices that the sentence on a result names; the table has them all. */
const MOST_NAMED = 8;

export function comparePart(file: OpenedFile): TemplateResult {
  const result = compared.value;
  const name = file.file.source.fileName;
  return html`
    <section aria-labelledby="keras-compare-title" data-testid="keras-compare">
      <h3 id="keras-compare-title">${result === null ? msg('How far it is from another file') : msg(str`How far it is from ${withName(result)}`)}</h3>
      <div class="actions">
        <label class="button button-small">
          ${ICONS.file}<span>${msg('Compare with another file')}</span>
          <input class="visually-hidden" type="file" multiple data-testid="keras-other-input" @change=${pick} />
        </label>
        ${
          other.value === null
            ? nothing
            : html`<button class="button button-small" type="button" data-testid="keras-drop-other" @click=${dropOther}>
                ${msg('Compare with the current model')}
              </button>`
        }
      </div>
      <p role="status" class="keras-doing">${doing('compare')}</p>
      ${problemPart('compare')}
      ${
        result === null
          ? html`<p class="placeholder">${msg('There is no current model to compare with: open a second file.')}</p>`
          : html`
              <p class="keras-verdict" role="status" data-testid="keras-verdict" data-equal=${String(result.comparison.equal)}>
                ${verdict(result.comparison)}
              </p>
              ${differences(result.comparison, name, withName(result))} ${tensorsPart(result.comparison.tensors, name, withName(result))}
              ${other.value === null ? nothing : commandPart(compareLine(file, other.value))}
            `
      }
    </section>
  `;
}

const withName = (result: Compared): string => result.with ?? msg('the current model');

function verdict({ equal, config, tensors }: Comparison): string {
  if (equal) return msg('Equal: the same architecture, and every weight the same number.');
  const whole = tensors.filter(({ gate }) => gate === undefined);
  const different = whole.filter(({ maxAbs }) => maxAbs !== 0);
  if (whole.length === 0)
    return msg('The architectures differ, so no weights can be held against each other.');
  if (different.length === 0) {
    return config.length === 0
      ? msg('Every weight is the same number.')
      : msg('Every weight is the same number; the architecture or its training differs.');
  }
  const largest = Math.max(...different.map(({ maxAbs }) => maxAbs));
  const [count, all, most] = [
    different.length,
    formatPlural(whole.length, 'tensor'),
    formatDifference(largest),
  ];
  if (config.length === 0) {
    return count === 1
      ? msg(str`1 of ${all} differs, by at most ${most}.`)
      : msg(str`${count} of ${all} differ, by at most ${most}.`);
  }
  return count === 1
    ? msg(str`1 of ${all} of the same shape differs, by at most ${most}.`)
    : msg(str`${count} of ${all} of the same shape differ, by at most ${most}.`);
}

function differences({ config, notes }: Comparison, a: string, b: string): TemplateResult {
  const all = [...config, ...notes];
  return html`
    <p class="card-text">${msg(html`A is ${a}, B is ${b}.`)}</p>
    ${
      all.length === 0
        ? nothing
        : html`<ul class="card-notes" data-testid="keras-differences">${all.map((one) => html`<li>${one}</li>`)}</ul>`
    }
  `;
}

function tensorsPart(
  tensors: readonly TensorDifference[],
  a: string,
  b: string,
): TemplateResult | typeof nothing {
  if (tensors.length === 0) {
    return nothing;
  }
  return html`
    ${toleranceForm(tolerance)}
    <p role="status" data-testid="keras-result">${resultWords(tensors)}</p>
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Differences by tensor and gate')}>
      <table data-testid="keras-tensors">
        <caption class="visually-hidden">${msg(html`A is ${a}, B is ${b}.`)}</caption>
        <thead>
          <tr>
            <th scope="col">${msg('tensor, gate')}</th>
            <th scope="col">${msg('result')}</th>
            <th scope="col">${msg('largest |A\u2212B|')}</th>
            <th scope="col">${msg('largest |A\u2212B|/|B|')}</th>
            <th scope="col">${msg('worst at')}</th>
            <th scope="col">${msg('in A')}</th>
            <th scope="col">${msg('in B')}</th>
          </tr>
        </thead>
        <tbody>
          ${tensors.map(tensorRow)}
        </tbody>
      </table>
    </div>
  `;
}

const passes = ({ agreesWithin }: TensorDifference): boolean => agreesWithin <= tolerance.value;

/** What passes: the slices by gate, and the tensors that have none. */
function resultWords(tensors: readonly TensorDifference[]): string {
  const limit = formatTolerance(tolerance.value);
  const smallest = tensors.filter(
    ({ path, gate }) => gate !== undefined || !tensors.some((one) => one.path === path && one.gate),
  );
  const failing = smallest.filter((one) => !passes(one));
  if (failing.length === 0) return msg(str`All pass at a tolerance of ${limit}.`);
  const names = failing.slice(0, MOST_NAMED).map(({ path, gate }) => (gate ? `${path} ${gate}` : path));
  const rest = failing.length - names.length;
  const named = rest === 0 ? listed(names) : msg(str`${listed(names)} and ${rest} more`);
  const all = smallest.length;
  return failing.length === 1
    ? msg(str`1 of ${all} fails at a tolerance of ${limit}: ${named}.`)
    : msg(str`${failing.length} of ${all} fail at a tolerance of ${limit}: ${named}.`);
}

function tensorRow(one: TensorDifference): TemplateResult {
  const { path, gate, maxAbs, maxRel, worst } = one;
  const differs = maxAbs !== 0;
  const at = differs && worst !== null ? worst : null;
  const isPassing = passes(one);
  return html`
    <tr data-differs=${String(differs)} data-passes=${String(isPassing)} data-gate=${gate ?? ''} data-path=${path}>
      <th scope="row">${gate === undefined ? path : html`<span class="keras-gate-row">${gateName(gate)}</span>`}</th>
      <td>${isPassing ? msg('pass') : msg('fail')}</td>
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
