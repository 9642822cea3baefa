/** Every order of the gates with each activation of them: how far its outputs are from the known ones, and what that says. */

import { html, nothing, type TemplateResult } from 'lit';
import type { GateOrderTrial } from '../../engine/keras/index.ts';
import { formatDifference } from '../format.ts';
import { gateOrder } from '../gate-letters.ts';
import type { ProofAnswer } from '../keras/proof-protocol.ts';
import { formatTolerance } from '../keras/tolerance.ts';
import { msg, str } from '../words.ts';

type Orders = Extract<ProofAnswer, { readonly type: 'orders' }>;

/** As the blocks lie in files of Keras 2 and 3. */
const KERAS_ORDER = 'ifco';

export function ordersPart({ result, rows }: Orders, tolerance: number): TemplateResult {
  // Those with transposed kernels are tried beside; only one that fits has something to say.
  const listed = result.all.filter(({ transposed, fits }) => transposed === undefined || fits);
  return html`
    <p class="keras-verdict" role="status" data-equal=${String(result.best.fits)} data-testid="keras-orders-verdict">
      ${ordersVerdict(result, tolerance)}
    </p>
    ${
      rows.used < rows.all
        ? html`<p class="card-text">${msg(str`Tried on the first ${rows.used} of ${rows.all} rows.`)}</p>`
        : nothing
    }
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Orders of the gates')}>
      <table data-testid="keras-orders-table">
        <thead>
          <tr>
            <th scope="col">${msg('order in the file')}</th>
            <th scope="col">${msg('activation of the gates')}</th>
            <th scope="col">${msg('max abs error')}</th>
            <th scope="col">${msg('result')}</th>
          </tr>
        </thead>
        <tbody>
          ${listed.map((trial) => orderRow(trial, trial === result.best))}
        </tbody>
      </table>
    </div>
  `;
}

function orderRow(trial: GateOrderTrial, isBest: boolean): TemplateResult {
  const { order, maxAbs, fits, transposed } = trial;
  const turned =
    transposed === undefined ? '' : msg(str`; recurrent kernel of ${transposed.join(', ')} transposed`);
  const word = fits ? msg('fits') : isBest ? msg('nearest') : '';
  return html`
    <tr data-passes=${String(fits)} data-best=${String(isBest)} data-order=${order}>
      <th scope="row">${gateOrder(order)}${turned}</th>
      <td>${activationWords(trial)}</td>
      <td>${Number.isFinite(maxAbs) ? formatDifference(maxAbs) : '\u2013'}</td>
      <td>${word}</td>
    </tr>
  `;
}

/** What the trials say, in one or two sentences. */
function ordersVerdict({ best, all }: Orders['result'], tolerance: number): string {
  const limit = formatTolerance(tolerance);
  const fitting = all.filter(({ fits }) => fits).length;
  const name = `${gateOrder(best.order)}, ${activationWords(best)}`;
  if (fitting === 0) {
    return msg(
      str`None of ${all.length} combinations fits at a tolerance of ${limit}; the nearest, ${name}, is off by ${formatDifference(best.maxAbs)}. It is not the order of the gates, or not that alone: x or y may belong to another file.`,
    );
  }
  const error = formatDifference(best.maxAbs);
  if (fitting > 1) {
    return msg(
      str`${fitting} of ${all.length} combinations fit at a tolerance of ${limit}, so this x and y do not tell them apart. The first is ${name}, max abs error ${error}.`,
    );
  }
  const meaning =
    best.transposed !== undefined
      ? msg(str`with the recurrent kernel of ${best.transposed.join(', ')} transposed`)
      : best.order === KERAS_ORDER
        ? msg('the order that Keras 2 and 3 have')
        : msg('not i, f, c\u0303, o, the order that Keras 2 and 3 have and the file was read in');
  return msg(
    str`Exactly one of ${all.length} combinations fits at a tolerance of ${limit}: ${name}, max abs error ${error}; ${meaning}.`,
  );
}

function activationWords({ hardSigmoid, recurrentActivation }: GateOrderTrial): string {
  if (hardSigmoid === 'keras2') return msg('hard_sigmoid of Keras 1 and 2');
  return hardSigmoid === 'keras3' ? msg('hard_sigmoid of Keras 3') : recurrentActivation;
}
