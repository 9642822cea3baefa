/** What the chosen method says of the weights as they are: bars by lag, one sentence, the numbers of one row, table and CSV. */
import { html, nothing, type TemplateResult } from 'lit';
import { heldFrom } from '../answers.ts';
import { download } from '../app.ts';
import { formatChangeIn, formatCount, formatDifference, formatValue, slug } from '../format.ts';
import {
  barWords,
  type LagDisplay,
  type LagTable,
  largestPlaces,
  readingOfLags,
  tableOf,
} from '../lags/lag-bars.ts';
import { fillOf, inputFills, singleBars, stackedBars } from '../lags/lag-fills.ts';
import { noiseOf, plantedOf, studyNoise } from '../lags/lag-noise.ts';
import type { LagReport } from '../lags/lag-protocol.ts';
import {
  addsOlder,
  chosenInput,
  chosenLag,
  followLags,
  knownLags,
  lagQuestion,
  nullBand,
  shownDisplay,
  studied,
} from '../lags/lag-state.ts';
import { lagLabel, methodWords, unitWords } from '../lags/lag-words.ts';
import { chooseFeature, chosenGate, chosenUnit, chosenWindow, trace } from '../selection.ts';
import { canAsk, data, device, lagShare, recorded, run } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { ChartElement } from './chart-element.ts';
import { windowName } from './forecast-cursor.ts';
import { lagChart, rowSlider, rowWords } from './lag-cursor.ts';
import { inputLegend } from './lag-legend.ts';
import { barsWindow } from './lag-options.ts';
import { lagTable } from './lag-table.ts';
import { onProcessor } from './processor-words.ts';
import { showInMatrix } from './weights-state.ts';

export class LagMapView extends ChartElement {
  protected override follow(): (() => void)[] {
    return [followLags(() => lagQuestion.value)];
  }

  protected override render(): TemplateResult {
    const question = lagQuestion.value;
    if (question === null) return this.#memory();
    const known = knownLags(question);
    if (known === null) {
      return html`<div class="lag-waiting">
        <p class="placeholder" role="status" data-testid="lag-state">${waitingWords()}</p>
        ${isMeasuring() ? html`<progress max="1" .value=${lagShare.value} aria-label=${msg('How much is measured')}></progress>` : nothing}
      </div>`;
    }
    if (known.answer.type === 'none')
      return html`<p class="note" data-testid="lag-why">${say(known.answer.why)}</p>`;
    const report = known.answer;
    const window = barsWindow();
    const isThere = window === null || (report.each?.indices.includes(window) ?? false);
    if (!isThere) {
      return html`<p class="note" data-testid="lag-why">
        ${msg(
          str`Of this long series ${formatCount(report.windows)} windows were measured, one drawn from each of as many equal stretches, and the chosen one is not among them. Choose another window, or the mean over the test part.`,
        )}
      </p>`;
    }
    return html`
      <p class="field-hint" data-testid="lag-of">${sourceWords(report, known.isOlder)}</p>
      ${isUntrained(report) ? html`<p class="note" data-testid="lag-untrained">${msg('These weights are still random: the bars below are chance, and say nothing about the data. Press Train; afterwards they are measured anew.')}</p>` : nothing}
      ${this.#bars(tableOf(report, shownDisplay.value, window))} ${report.each === null ? nothing : sums(report, window)}
    `;
  }

  /** The method that reads the gates of the chosen window alone. */
  #memory(): TemplateResult {
    const shown = trace.value;
    const held =
      shown === null ? null : Array.from({ length: shown.steps }, (_, back) => heldFrom(shown, back));
    if (shown === null || held === null || held.some((share) => share === null)) {
      return html`<p class="placeholder" data-testid="lag-why">
        ${shown === null ? msg('The memory appears here once the gates of a window are known.') : msg('A half-life needs forget gates between 0 and 1, and this layer\u2019s can lie outside.')}
      </p>`;
    }
    const report = data.value;
    const name = report === null ? '' : windowName(report, shown.window);
    const table: LagTable = {
      method: 'half-life',
      steps: shown.steps,
      features: ['c'],
      values: Float64Array.from(held, (share) => share ?? 0),
    };
    return html`
      <p class="field-hint" data-testid="lag-of">
        ${msg(
          html`The window whose forecast is ${name}; weights of epoch ${formatCount(shown.epoch)}, fingerprint ${shown.fingerprint}. This is memory, not use: what is held need not be read. <a href="#through-time">Every unit\u2019s half-life</a> stands in \u201cThrough time\u201d.`,
        )}
      </p>
      ${this.#bars(table)}
    `;
  }

  #bars(table: LagTable): TemplateResult {
    const display = shownDisplay.value;
    const unit = data.value?.unit ?? '';
    const input = table.method === 'half-life' ? 0 : chosenInput.value;
    const fills = inputFills(table);
    const bars = input === null ? stackedBars(table, fills) : singleBars(table, input, fillOf(fills, input));
    const band =
      table.method === 'permutation' && display === 'size' && !addsOlder.value ? nullBand.value : null;
    const reading = readingOfLags(table, unit, display, band);
    const noise = noiseBehind(table, unit, display, input === null);
    // Against what single bars reach, a stack of several inputs would say too much.
    const behind = input === null ? { band: null, noise: null } : { band, noise: noise?.most ?? null };
    return html`
      <p class="step-reading" data-testid="lag-reading">${reading}</p>
      ${inputLegend(table, fills, input, behind)}
      <p class="lag-axis">${axisWords(table, unit)}</p>
      ${lagChart({
        width: this.width.value,
        bars,
        ...behind,
        limit: null,
        testId: 'lag-map',
        title: methodWords(table.method).name,
        csv: null,
        name: msg(str`${methodWords(table.method).name} by row of the window. ${reading}`),
      })}
      ${rowSlider('lag-map', table.steps)}
      ${this.#row(table, unit)}
      ${noise?.words ?? nothing}
      <p class="field-hint">
        ${msg(
          str`Lag 1 is the newest row of the window, t; lag 2 is t\u22121, the row before it, and so on to lag ${table.steps}, ${lagLabel(table.steps)}.`,
        )}
      </p>
      <div class="actions">
        <button class="button button-small" type="button" data-testid="lag-csv" @click=${() => void save(table)}>
          ${msg('Download the bars (CSV)')}
        </button>
      </div>
      ${lagTable(table, unit, display)}
    `;
  }

  /** The numbers of the row that is looked at, and the ways from it. */
  #row(table: LagTable, unit: string): TemplateResult {
    const lag = Math.min(chosenLag.value, table.steps);
    const display = shownDisplay.value;
    const places = largestPlaces(table).filter((place) => place.lag === lag);
    const isMemory = table.method === 'half-life';
    return html`
      <p class="readout lag-readout" data-testid="lag-readout">
        <span>${rowWords(lag)}</span>
        ${places.map(({ feature, value }) => {
          const words = barWords(table.method, value, unit, display);
          return isMemory
            ? html`<span>${msg(html`held <b>${words}</b>`)}</span>`
            : html`<span
                ><button
                  class="link-button"
                  type="button"
                  title=${msg(str`Show ${table.features[feature] ?? ''} in the kernel`)}
                  @click=${() => goToInput(feature)}
                >${table.features[feature]}</button> <b>${words}</b></span>`;
        })}
      </p>
      <p class="lag-ways">
        ${msg(html`This row in <a href="#cell">One step of one cell</a> and in <a href="#through-time">Through time</a>.`)}
        ${isMemory ? nothing : msg('The name of an input leads to its row of the kernel.')}
      </p>
    `;
  }
}

const isMeasuring = (): boolean => canAsk.value && run.value.phase !== 'training';

/** Weights out of a file were trained before, and what was set by hand is not chance. */
const isUntrained = ({ epoch }: LagReport): boolean =>
  epoch === 0 && run.value.step === 0 && run.value.start === null && !run.value.isEdited;

function waitingWords(): string {
  if (!canAsk.value) {
    const isGone = device.value.kind === 'none' || device.value.kind === 'lost';
    return isGone
      ? msg('The bars are measured on a graphics device, and there is none here.')
      : msg('The bars are measured on a graphics device, and none is ready yet.');
  }
  return run.value.phase === 'training'
    ? msg('The bars are measured when training pauses or ends.')
    : msg('Being measured: the network reads the test part again and again.');
}

function sourceWords(report: LagReport, isOlder: boolean): string {
  const all = data.value?.windows.test ?? report.windows;
  const part =
    report.windows < all
      ? msg(
          str`${formatCount(report.windows)} of the ${formatCount(all)} windows of the test part, one drawn from each of as many equal stretches`,
        )
      : msg(str`the ${formatCount(report.windows)} windows of the test part`);
  const older = !isOlder
    ? ''
    : run.value.phase === 'training'
      ? msg(', from before; the new ones are measured when training pauses')
      : msg(', from before; the new ones are being measured');
  const words = msg(
    str`Over ${part}. Weights of epoch ${formatCount(report.epoch)}, fingerprint ${report.fingerprint}${older}.`,
  );
  return recorded.value === null ? words : `${words} ${onProcessor()}`;
}

/** How far pure noise reaches: an input that was planted as noise, or the shadow column of a study's networks. */
function noiseBehind(
  table: LagTable,
  unit: string,
  display: LagDisplay,
  isStack: boolean,
): { readonly most: number; readonly words: TemplateResult } | null {
  const shadow = plantedOf(data.value?.preset ?? null)?.shadow ?? '';
  const own = noiseOf(table, shadow);
  const most = own ?? (addsOlder.value ? null : studyNoise(table, display, studied.value));
  if (most === null) return null;
  const reached = barWords(table.method, most, unit, display);
  const whose =
    own === null
      ? msg(
          str`Pure noise reaches ${reached}: the most that the study\u2019s networks follow their shadow column.`,
        )
      : msg(str`Pure noise reaches ${reached}: the largest bar of ${shadow}, which has no part in anything.`);
  const words = html`<p class="field-hint" data-testid="lag-noise">
    ${whose} ${isStack ? msg('Choose one input to see it as a line.') : nothing}
  </p>`;
  return { most, words };
}

/** What the height of a bar is. */
function axisWords({ method, values, features }: LagTable, unit: string): string {
  const { measure } = methodWords(method);
  if (method === 'half-life') return msg(str`share ${measure}`);
  if (shownDisplay.value === 'share') return msg('share of all bars together');
  const isStack = chosenInput.value === null && features.length > 1 && values.length > 0;
  const each = isStack ? msg(', one input upon the other') : '';
  return msg(str`${unitWords(unit)}, ${measure}${each}`);
}

/** The check of integrated gradients: what the parts add up to. */
function sums({ each, steps, features }: LagReport, window: number | null): TemplateResult | typeof nothing {
  if (each === null) return nothing;
  const unit = data.value?.unit ?? '';
  const residual = html`<data value=${each.residual} title=${each.residual} data-testid="lag-residual">${formatDifference(each.residual)}</data>`;
  if (window === null) {
    return html`<p>
      ${msg(
        html`The check: in every window the parts with their signs add up to the forecast less that of the baseline. The largest residual is ${residual} of that difference, or, where it is smaller, of a tenth of the usual one (its root mean square over the windows). Bars of the whole test part are means of sizes, and do not add up.`,
      )}
    </p>`;
  }
  const at = each.indices.indexOf(window);
  const size = steps * features.length;
  const sum = each.samples.subarray(at * size, (at + 1) * size).reduce((all, one) => all + one, 0);
  const number = (id: string, value: number, words: string): TemplateResult =>
    html`<data value=${value} title=${value} data-testid="lag-${id}">${words}</data>`;
  const [forecast, change] = [each.forecast[at] ?? Number.NaN, each.changes[at] ?? Number.NaN];
  const baseline = forecast - change;
  return html`<p>
    ${msg(
      html`The check: with their signs these parts add up to ${number('sum', sum, formatChangeIn(sum, unit))}. The forecast, ${number('forecast', forecast, formatValue(forecast, unit))}, less that of the baseline, ${number('baseline', baseline, formatValue(baseline, unit))}, is ${number('change', change, formatChangeIn(change, unit))}. The largest residual of all windows is ${residual} of that difference, or, where it is smaller, of a tenth of the usual one (its root mean square over the windows).`,
    )}
  </p>`;
}

function goToInput(feature: number): void {
  chooseFeature(feature);
  const gate = ['i', 'f', 'c', 'o'].indexOf(chosenGate.value);
  showInMatrix('kernel', { gate, row: feature, unit: chosenUnit.value }, true);
}

async function save(table: LagTable): Promise<void> {
  const { lagCsv } = await import('../lags/lag-csv.ts');
  const name = slug(data.value?.name ?? '');
  const window = barsWindow() === null ? '' : `-window-${chosenWindow.value + 1}`;
  download(`lags-${table.method}-${name}${window}.csv`, new TextEncoder().encode(lagCsv(table)));
}
