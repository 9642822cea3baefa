/** Gates and states of two models for one window, step by step: where they first part, in words and as a table. */

import { html, nothing, type TemplateResult } from 'lit';
import { lagName, panelName, TRACE_PANELS } from '../draw/time-layout.ts';
import { formatDifference, formatWeight } from '../format.ts';
import { activationTolerance, compareActivations, divergence } from '../keras/divergence.ts';
import type { LayerOverTime, PartOverTime, ProofAnswer } from '../keras/proof-protocol.ts';
import { doing } from '../keras/state.ts';
import { formatTolerance } from '../keras/tolerance.ts';
import { data } from '../state.ts';
import { msg, str } from '../words.ts';
import { gateFullWord } from './gate-words.ts';
import { problemPart } from './keras-problem.ts';
import { toleranceForm } from './keras-tolerance.ts';

type Found = Extract<ProofAnswer, { readonly type: 'activations' }>;

/** Steps that a table shows: a browser lays out no table of all a long window has. */
const MOST_STEPS = 256;

export function divergencePart(): TemplateResult {
  const current = divergence.value;
  return html`
    <section aria-labelledby="keras-divergence-title" data-testid="keras-divergence">
      <h3 id="keras-divergence-title">${msg('Where their gates first part')}</h3>
      <p class="card-text">
        ${msg('Both networks read one window of the page\u2019s data, the one that the views above look at; where they do not take such windows, the first row of x chosen below. Which gate of which unit is the first to differ, and at which step?')}
      </p>
      ${toleranceForm(activationTolerance)}
      <div class="actions">
        <button class="button" type="button" data-testid="keras-activations" @click=${compareActivations}>
          ${msg('Compare the gates step by step')}
        </button>
      </div>
      <p role="status" class="keras-doing">${doing('gates')}</p>
      ${problemPart('gates')}
      <p class="keras-verdict" role="status" data-equal=${String(current?.found.first === null)} data-testid="keras-first">
        ${current === null ? '' : firstWords(current.found)}
      </p>
      ${current === null ? nothing : overTimePart(current.found, current.window)}
    </section>
  `;
}

/** The first divergence in a sentence. */
function firstWords({ first, layers, tolerance }: Found): string {
  const limit = formatTolerance(tolerance);
  const steps = shownLayer({ first, layers })?.steps ?? 0;
  if (first === null) {
    return msg(
      str`At none of ${steps} steps does a gate or state of any unit differ by more than a tolerance of ${limit} allows.`,
    );
  }
  const { layer, gate, t, unit, expected, received } = first;
  const where = msg(str`${lagName(t, steps)}, step ${t + 1} of ${steps}`);
  const [inA, inB] = [formatWeight(received), formatWeight(expected)];
  return msg(
    str`They first part at ${where}: ${partName(gate)} of unit ${unit} in layer ${layer}, ${inA} in A and ${inB} in B, more than a tolerance of ${limit} allows.`,
  );
}

function overTimePart(found: Found, window: number): TemplateResult | typeof nothing {
  const layer = shownLayer(found);
  if (layer === undefined) {
    return nothing;
  }
  const steps = Array.from({ length: Math.min(layer.steps, MOST_STEPS) }, (_, t) => t);
  const input =
    found.input === 'x'
      ? msg('the first row of x')
      : msg(str`window ${window + 1} of ${data.value?.windows.test ?? 0}`);
  return html`
    <p id="keras-over-time-title" class="field-hint">
      ${msg(html`Largest |A\u2212B| of the ${layer.units} units of ${layer.layer}, ${input}; the oldest step first.`)}
    </p>
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Differences of gates and states by step')}>
      <table aria-labelledby="keras-over-time-title" data-testid="keras-over-time">
        <thead>
          <tr>
            <th scope="col">${msg('step')}</th>
            ${layer.parts.map(({ part }) => html`<th scope="col">${partName(part)}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${steps.map((t) => stepRow(layer, t, found))}
        </tbody>
      </table>
    </div>
    ${layer.steps > MOST_STEPS ? html`<p class="field-hint">${msg(html`The first ${MOST_STEPS} steps are shown.`)}</p>` : nothing}
  `;
}

function stepRow({ layer, steps, parts }: LayerOverTime, t: number, { first }: Found): TemplateResult {
  const isFirst = ({ part }: PartOverTime): boolean =>
    first !== null && first.layer === layer && first.t === t && first.gate === part;
  return html`
    <tr>
      <th scope="row">${lagName(t, steps)}</th>
      ${parts.map(
        (
          one,
        ) => html`<td data-beyond=${String(one.beyond[t] ?? false)} data-first=${String(isFirst(one))} data-part=${one.part}>
          ${formatDifference(one.largest[t] ?? Number.NaN)}${one.beyond[t] ? html`<span class="visually-hidden">, ${msg('beyond the tolerance')}</span>` : nothing}
        </td>`,
      )}
    </tr>
  `;
}

/** The layer in which they part; the first where they do not. */
function shownLayer({ first, layers }: Pick<Found, 'first' | 'layers'>): LayerOverTime | undefined {
  return layers.find(({ layer }) => layer === first?.layer) ?? layers[0];
}

/** `forget gate` for f, `cell state c` for c: here c is the state, the candidate has a key of its own. */
function partName(part: string): string {
  const panel = TRACE_PANELS.find(({ key }) => key === part);
  return panel === undefined ? gateFullWord(part) : panelName(panel);
}
