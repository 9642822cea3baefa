/**
 * The lag lab of the recorded run as HTML: the bars that the live view opens with, of the same weights by the same function, and
 * below them the study with controls that tools/record-lags.mjs had the page make, with its verdicts.
 */
import type { LagStudy } from '../../engine/explain/index.ts';
import { drawLagBars, type LagBar, type LagBarsInput, patterns } from '../charts/lag-bars.ts';
import { formatChangeIn, formatCount, formatDate, formatErrorIn, formatPlural } from '../format.ts';
import { barWords, readingOfLags, tableOf } from '../lags/lag-bars.ts';
import { correlationWords } from '../lags/lag-correlation.ts';
import { inputFills, stackedBars } from '../lags/lag-fills.ts';
import { placesWords, VERDICTS } from '../lags/lag-places.ts';
import type { LagReport } from '../lags/lag-protocol.ts';
import { largestInput, studyBars } from '../lags/lag-study-bars.ts';
import { lagLabel, lagMethods, methodWords, unitWords } from '../lags/lag-words.ts';
import type { DataReport } from '../protocol.ts';
import { verdictRule, verdictWord } from '../verdict-words.ts';
import { chart, label, table } from './static-pieces.ts';
import type { StoredOrigin, StoredRun } from './stored-run.ts';
import { markupOf, escapeText as text } from './text-document.ts';

/** A study as tools/record-lags.mjs stores it. */
export interface StoredStudy extends StoredOrigin {
  /** Of its first network. */
  readonly seed: number;
  readonly study: LagStudy;
}

/** For wide pages at the width this section has at 1280 pixels, and for phones. */
const DRAWINGS = [
  { name: 'wide', width: 1168 },
  { name: 'narrow', width: 344 },
] as const;
const HEIGHT = 240;

export function lagPart(
  stored: StoredRun,
  report: DataReport,
  lags: LagReport,
  { study, seed, date, device, recipe, data }: StoredStudy,
): string {
  const { unit } = report;
  const bars = tableOf(lags, 'size', null);
  const fills = inputFills(bars);
  const reading = readingOfLags(bars, unit, 'size', null);
  const { name, measure } = methodWords(lags.method);
  const input = largestInput(study);
  const whose = study.features[input] ?? '';
  const band = { low: study.nullLow, high: study.nullHigh };
  const cost = `What permuting ${whose} costs`;
  return `<div class="recorded-view" lang="en" data-testid="static-lags">
    ${definitions()}
    <p class="recorded-title">How to ask</p>
    <ul class="lag-methods">${lagMethods()
      .map(
        (one) =>
          `<li class="lag-method" data-shown="${one.method === lags.method}"><span class="lag-method-name">${one.name}${one.method === lags.method ? ', shown here' : ''}</span><span class="field-hint">${text(one.help)}</span></li>`,
      )
      .join('')}</ul>
    <p class="field-hint">Over the ${formatCount(lags.windows)} windows of the test part. Weights of epoch ${lags.epoch}, fingerprint ${lags.fingerprint}.</p>
    <p class="step-reading">${text(reading)}</p>
    <ul class="legend">${fills.map(({ fill, feature }) => `<li>${sample(fill)}${text(lags.features[feature ?? 0] ?? '')}</li>`).join('')}</ul>
    <p class="lag-axis">${text(unitWords(unit))}, ${measure}, one input upon the other</p>
    ${drawings(stackedBars(bars, fills), null, `${name} by row of the window. ${reading}`)}
    <p class="field-hint">Lag 1 is the newest row of the window, t; lag 2 is t\u22121, the row before it, and so on to lag ${lags.steps}, ${lagLabel(lags.steps)}.</p>
    <details><summary>The bars as a table</summary>${barTable(lags, unit)}</details>
    ${label(stored)}
    <div class="recorded-study"><h3>Would any network say so?</h3>
    <p>${text(studyWords(study, seed, unit))}</p>
    <p class="lag-axis">${text(unitWords(unit))}, more error when ${text(whose)} is permuted</p>
    <ul class="legend"><li>${sample(0)}${text(whose)}</li><li><span class="lag-dot-sample"></span>single seeds</li><li><span class="lag-band-sample"></span>null band</li></ul>
    ${drawings(studyBars(study, input, 'true'), band, `${cost}, by row of the window.`)}
    <p class="field-hint">The null band after ${formatCount(study.repeats)} permutations: ${formatChangeIn(band.low, unit)} to ${formatChangeIn(band.high, unit)}.</p>
    <div class="recorded-verdicts" data-testid="recorded-verdicts" data-of="${text(JSON.stringify({ recipe, inputs: data.inputs }))}"><h4>Verdicts of the recorded study</h4>
    <ul class="lag-verdicts">${VERDICTS.map(
      (verdict) =>
        `<li data-verdict="${verdict}"><b>${verdictWord(verdict)}</b> ${text(
          placesWords(
            study.findings.filter((one) => one.verdict === verdict),
            study.features,
          ),
        )}</li>`,
    ).join('')}</ul>
    <p class="field-hint">${text(verdictRule())}</p>
    <p class="recorded-label">A recorded study of ${formatPlural(study.seeds, 'network')} of these settings, made on ${formatDate(Date.parse(date), null)} with ${text(device)}.</p></div>
    <details><summary>The study as a table, ${text(whose)}</summary>${studyTable(study, whose, unit)}</details>
    <p class="note">${text(correlationWords('seattle'))}</p></div></div>`;
}

function studyWords(
  { seeds, repeats, windows, rmse, wholeWindow }: LagStudy,
  seed: number,
  unit: string,
): string {
  const mean = (values: readonly number[]): number =>
    values.reduce((sum, one) => sum + one, 0) / values.length;
  return `One network\u2019s bars may be luck. So ${formatPlural(seeds, 'network')} of these settings were trained, seeds ${formatCount(seed)} and up, and as many that learned shuffled targets, which there is no way to forecast; all got one more input, a shadow column of pure noise. Then ${formatPlural(repeats, 'permutation')} of each place over ${formatPlural(windows, 'window')}. The error is ${formatErrorIn(mean(rmse), unit)}; permuting the whole window adds ${formatErrorIn(mean(wholeWindow), unit)}.`;
}

/** One chart for wide pages and one for phones, without the patterns they share. */
function drawings(bars: readonly LagBar[], band: LagBarsInput['band'], name: string): string {
  const all = DRAWINGS.map(({ name: drawing, width }) => {
    const svg = markupOf(
      () =>
        drawLagBars({
          width,
          height: HEIGHT,
          bars,
          band,
          noise: null,
          limit: null,
          chosen: 1,
          trained: bars.length,
          label: lagLabel,
        }).element,
    );
    return chart(drawing, inTenths(svg.replace(DEFINITIONS, '')));
  });
  return `<div class="chart lag-chart" role="img" aria-label="${text(name)}">${all.join('')}</div>`;
}

const DEFINITIONS = /<defs>.*?<\/defs>/s;

/** Nobody sees a smaller part of a pixel. */
const inTenths = (svg: string): string =>
  svg.replace(/="(-?\d+\.\d{2,})"/g, (_, digits: string) => `="${Number(Number(digits).toFixed(1))}"`);

/** What the bars are filled with, once for all: what stands in a drawing that is not displayed is not there for the others. */
function definitions(): string {
  return `<svg class="recorded-defs" width="0" height="0" aria-hidden="true">${markupOf(patterns)}</svg>`;
}

function sample(fill: number): string {
  return `<svg class="plot" width="20" height="12" viewBox="0 0 20 12" aria-hidden="true"><rect class="lag-bar" data-fill="${fill}" width="20" height="12"/><rect fill="url(#lag-bar-${fill})" width="20" height="12"/></svg>`;
}

function barTable({ steps, features, values, method }: LagReport, unit: string): string {
  const rows = Array.from({ length: steps }, (_, row) => {
    const cells = features.map((_name, feature) => {
      const value = values[row * features.length + feature] as number;
      return `<td>${barWords(method, value, unit, 'size')}</td>`;
    });
    return `<tr><th scope="row">${lagLabel(row + 1)}</th><td>${row + 1}</td>${cells.join('')}</tr>`;
  });
  return table('Bars by row and input', ['row', 'lag', ...features.map(text)], rows);
}

function studyTable({ findings }: LagStudy, whose: string, unit: string): string {
  const rows = findings
    .filter(({ feature }) => feature === whose)
    .map(({ lag, verdict, value, perSeed, sensitivity }) => {
      const numbers = [value, Math.min(...perSeed), Math.max(...perSeed), sensitivity];
      return `<tr><th scope="row">${lagLabel(lag)}</th><td>${lag}</td><td>${verdictWord(verdict)}</td>${numbers.map((one) => `<td>${formatChangeIn(one, unit)}</td>`).join('')}</tr>`;
    });
  const heads = ['row', 'lag', 'verdict', 'mean', 'lowest seed', 'highest seed', 'sensitivity'];
  return table(`What the study found of ${text(whose)}`, heads, rows);
}
