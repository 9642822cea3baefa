/** A model file held against an input and an output that are known: its outputs, and the order of its gates by trial. */

import { html, nothing, type TemplateResult } from 'lit';
import { formatDifference, formatShape, formatWeight } from '../format.ts';
import { knownLine } from '../keras/command-lines.ts';
import { type KnownPair, nameOf } from '../keras/known-array.ts';
import { choosePair, compareOutputs, outputTolerance, proof, tryOrders } from '../keras/proof.ts';
import type { ProofAnswer } from '../keras/proof-protocol.ts';
import { doing, fileProblem, working } from '../keras/state.ts';
import { formatTolerance } from '../keras/tolerance.ts';
import { ordersTried } from '../state.ts';
import { msg, str } from '../words.ts';
import { ICONS } from './icons.ts';
import { commandPart } from './keras-command.ts';
import { ordersPart } from './keras-orders.ts';
import { PROBLEM_ID, problemPart } from './keras-problem.ts';
import { toleranceForm } from './keras-tolerance.ts';

/** How the files are made, in Python. */
const RECIPE = 'np.savez("known.npz", x=x, y=model.predict(x))';

export function proofPart(): TemplateResult {
  const current = proof.value;
  const isWrong = fileProblem.value?.part === 'proof';
  return html`
    <section aria-labelledby="keras-proof-title" data-testid="keras-proof">
      <h3 id="keras-proof-title">${msg('Hold it against numbers from Keras')}</h3>
      <div class="actions">
        <label class="button button-small">
          ${ICONS.file}<span>${msg('Choose x and y')}</span>
          <input
            class="visually-hidden"
            type="file"
            multiple
            data-testid="keras-pair-input"
            aria-invalid=${String(isWrong)}
            aria-describedby=${isWrong ? `keras-pair-hint ${PROBLEM_ID}` : 'keras-pair-hint'}
            @change=${pick}
          />
        </label>
        <span class="field-hint" id="keras-pair-hint">
          ${msg(html`An input and what Keras gave for it: x.npy and y.npy together, or one .npz with the keys x and y. In Python: <code>${RECIPE}</code>`)}
        </span>
      </div>
      ${
        current === null
          ? nothing
          : html`
              <p class="card-text" data-testid="keras-pair">${pairWords(current.pair)}</p>
              ${toleranceForm(outputTolerance)}
              <div class="actions">
                <button class="button" type="button" data-testid="keras-outputs" @click=${compareOutputs}>
                  ${msg('Compare its outputs with y')}
                </button>
                <button class="button" type="button" data-testid="keras-orders" @click=${tryOrders}>
                  ${working.value?.stops === 'orders' ? msg('Stop') : msg('Try all 24 orders of the gates')}
                </button>
              </div>
            `
      }
      <p role="status" class="keras-doing">${doing('proof')}</p>
      ${triedPart()} ${problemPart('proof')}
      <div role="status" data-testid="keras-outputs-result">
        ${current?.outputs ? outputsPart(current.outputs, current.tolerance) : nothing}
      </div>
      ${current?.outputs ? commandPart(knownLine('verify', current.of, current.pair, current.tolerance)) : nothing}
      <div data-testid="keras-orders-result">${current?.orders ? ordersPart(current.orders, current.tolerance) : nothing}</div>
      ${current?.orders ? commandPart(knownLine('gate-order', current.of, current.pair, current.tolerance)) : nothing}
    </section>
  `;
}

function triedPart(): TemplateResult | typeof nothing {
  const { tried, of } = ordersTried.value;
  if (working.value?.part !== 'proof' || of === 0) {
    return nothing;
  }
  return html`<progress max=${of} .value=${tried} aria-label=${msg('Orders that are tried')}></progress>`;
}

function pairWords({ x, y }: KnownPair): string {
  return msg(str`x is ${nameOf(x)}, ${formatShape(x.shape)}; y is ${nameOf(y)}, ${formatShape(y.shape)}.`);
}

function outputsPart(
  { difference }: Extract<ProofAnswer, { readonly type: 'outputs' }>,
  tolerance: number,
): TemplateResult {
  const { holds, maxAbs, meanAbs, worst } = difference;
  const limit = formatTolerance(tolerance);
  const verdict = holds
    ? msg(str`Pass: every output agrees with y at a tolerance of ${limit}.`)
    : msg(str`Fail: outputs are farther from y than a tolerance of ${limit} allows.`);
  return html`
    <p class="keras-verdict" data-equal=${String(holds)} data-testid="keras-outputs-verdict">${verdict}</p>
    <p class="card-text" data-testid="keras-outputs-errors">
      ${msg(html`Max abs error ${formatDifference(maxAbs)}, mean ${formatDifference(meanAbs)}.`)}
      ${
        worst === null || maxAbs === 0
          ? nothing
          : msg(
              html`Worst at [${worst.index.join(', ')}]: ${formatWeight(worst.received)} here, ${formatWeight(worst.expected)} in y.`,
            )
      }
    </p>
  `;
}

function pick(event: Event): void {
  const input = event.target as HTMLInputElement;
  const files = [...(input.files ?? [])];
  input.value = '';
  if (files.length > 0) void choosePair(files);
}
