/**
 * The recorded run as HTML: what index.html holds before any script runs, and with scripts off. Made by the build
 * (tools/lib/recorded-html.ts) in Node, with the page's own data path, charts and words. The elements take its place once the
 * session has more to say (signal-element.ts).
 */

import { parseCsv, SEATTLE } from '../../engine/index.ts';
import { drawForecast } from '../charts/forecast-chart.ts';
import { drawLoss } from '../charts/loss-chart.ts';
import { CHOICES } from '../choices.ts';
import {
  errorsSentence,
  formatCount,
  formatDate,
  formatErrorIn,
  formatLoss,
  formatSteps,
  formatValue,
  persistenceName,
  verdictWords,
  whichWeights,
} from '../format.ts';
import type { LagQuestion } from '../lags/lag-protocol.ts';
import { presetOf } from '../presets.ts';
import type { DataReport } from '../protocol.ts';
import { scoreForecast, type TestForecast } from '../session/forecaster.ts';
import { prepareData } from '../session/loaded-data.ts';
import { RecordedRun } from '../session/recorded.ts';
import { recordedLags } from '../session/recorded-lags.ts';
import { recordedTrace } from '../session/recorded-trace.ts';
import { copyWindows } from '../session/window-rows.ts';
import { scoreLines, scoresCaption } from '../views/score-lines.ts';
import { FALLBACK_SPAN, type Span, visibleRange } from '../views/time-range.ts';
import { english } from '../words.ts';
import { cellPart } from './static-cell.ts';
import { lagPart, type StoredStudy } from './static-lags.ts';
import { chart, DRAWINGS, label, legend, table } from './static-pieces.ts';
import { weightsPart } from './static-weights.ts';
import { type StoredFile, type StoredRun, storedRun } from './stored-run.ts';
import { markupOf, escapeText as text } from './text-document.ts';

/** What the lag lab asks first. */
const FIRST_QUESTION: LagQuestion = {
  method: CHOICES.lag[0],
  baseline: { kind: 'mean' },
  extra: 0,
  weights: 'shown',
};

/** What stands in each element, by its name. */
export type StaticParts = Readonly<
  Record<
    'gw-stats' | 'gw-setup' | 'gw-forecast' | 'gw-learning' | 'gw-weights' | 'gw-cell' | 'gw-lag-lab',
    string
  >
>;

/**
 * @param file seattle.json as JSON.parse() gives it
 * @param study seattle-lags.json
 * @param csv the bundled series
 */
export async function staticParts(file: StoredFile, study: StoredStudy, csv: string): Promise<StaticParts> {
  const stored = storedRun(file);
  const { title, target, features, date } = presetOf('seattle');
  const name = english(title);
  const preset = 'seattle' as const;
  const source = {
    name,
    table: parseCsv(csv),
    preset,
    origin: { type: 'preset', preset } as const,
    units: SEATTLE.units,
  };
  const choice = { target, features, date };
  const data = prepareData(source, choice, stored.recipe);
  const { report } = data;
  const { test } = data.split;
  // What the page has without a device, so that the same questions have the same answers.
  const run = new RecordedRun(stored, data);
  const forecast = scoreForecast(
    run.model.parameters.predict(copyWindows(test, 0, test.starts.length)),
    data,
  );
  const trace = recordedTrace(run, 0);
  if (trace === null) throw new Error('The recorded run has no test window to look into.');
  const lags = await recordedLags(run, FIRST_QUESTION, {
    signal: new AbortController().signal,
    onShare: () => undefined,
  });
  return {
    'gw-stats': stats(stored, report, forecast),
    'gw-setup': setup(stored, report),
    'gw-forecast': forecastPart(stored, report, forecast),
    'gw-learning': learning(stored),
    'gw-weights': weightsPart(stored),
    'gw-cell': cellPart(stored, report, trace),
    'gw-lag-lab': lagPart(stored, report, lags, study),
  };
}

function stats(stored: StoredRun, report: DataReport, { scores }: TestForecast): string {
  const { epoch, targetEpochs, shownEpoch } = stored.run;
  const shown = shownEpoch === epoch ? '' : `; shown: epoch ${formatCount(shownEpoch)}`;
  const name = text(`\u201c${persistenceName(report)}\u201d`);
  return `<dl class="stats">
    <div><dt>The network is wrong by</dt><dd data-model="true" data-testid="static-model">${formatErrorIn(scores.mae, report.unit)}</dd><dd class="stats-note">mean over the test part</dd></div>
    <div><dt>${name} is wrong by</dt><dd>${formatErrorIn(report.scores.persistence.mae, report.unit)}</dd><dd class="stats-note">mean over the test part</dd></div>
    <div><dt>Trained</dt><dd>${formatCount(epoch)}</dd><dd class="stats-note">of ${formatCount(targetEpochs)} epochs, recorded${shown}</dd></div>
  </dl>${label(stored)}`;
}

/** The two cards under the title, without what needs a script. */
function setup({ recipe, model, run, optimizer }: StoredRun, report: DataReport): string {
  const { stepMs, windows, rows, from, to } = report;
  const count = model.weights.reduce((sum, { data }) => sum + data.length, 0);
  const span = `${formatDate(from ?? 0, null)} to ${formatDate(to ?? 0, null)}`;
  const inputs = report.inputs.map((name) => `<code>${text(name)}</code>`).join(', ');
  return `<div class="setup">
    <div class="card"><p class="card-label">Data</p><p class="card-title">${text(report.name)}</p>
      <p class="card-text">${formatSteps(rows, stepMs)}, ${span}. The target is <code>${text(report.target)}</code> in ${report.unit}, ${formatSteps(report.horizon, stepMs)} ahead. Inputs: ${inputs}.</p>
      <p class="card-text">Windows, in order of time: ${formatCount(windows.train)} to train, ${formatCount(windows.validation)} to validate, ${formatCount(windows.test)} to test.</p>
      <ul class="card-notes">${report.notes.map((note) => `<li>${text(english(note))}</li>`).join('')}</ul>
      <div class="actions"></div></div>
    <div class="card"><p class="card-label">Model</p><p class="card-title">LSTM(${recipe.units}) \u2192 Dense(1) \u2192 linear</p>
      <p class="card-text">Looks back over ${formatSteps(recipe.window, stepMs)}. ${optimizer} at ${recipe.learningRate}, batches of ${recipe.batchSize}, ${recipe.epochs} epochs, seed ${run.seed}.</p>
      <p class="card-text">${formatCount(count)} weights.</p>
      <div class="actions"></div></div>
  </div>`;
}

function forecastPart(stored: StoredRun, report: DataReport, forecast: TestForecast): string {
  const { text: words, sign } = verdictWords(forecast, report);
  const name = persistenceName(report);
  const charts = DRAWINGS.map(({ name: drawing, width, span }) =>
    chart(drawing, forecastChart(report, forecast, width, span)),
  );
  return `<p class="verdict" data-sign="${sign}" data-testid="static-verdict"><span class="verdict-word">${text(words)}</span></p>
    <p class="verdict-sub">${text(`${errorsSentence(forecast, report)} ${whichWeights(stored.forecast)}`)}</p>
    ${label(stored)}
    <div class="chart-bar">${legend({ observed: 'observed', forecast: 'forecast', persistence: name })}</div>
    <div class="chart" data-testid="static-forecast">${charts.join('')}</div>
    ${DRAWINGS.map(({ name: drawing, span }) => `<p class="readout recorded-part" data-width="${drawing}">${text(lastDay(report, forecast, span))}</p>`).join('')}
    <div class="scroll-row"></div>
    <details class="after-chart"><summary>Show the forecast as a table</summary>${forecastTable(report, forecast)}</details>
    ${scores(report, forecast)}`;
}

function scores(report: DataReport, forecast: TestForecast): string {
  const rows = scoreLines(report, forecast.scores).map(
    ({ key, name, mae, rmse, share }) =>
      `<tr data-model="${key === 'model'}"><th scope="row">${text(name)}</th><td>${mae}</td><td>${rmse}</td><td class="bar-cell"><span class="bar" style="width:${share}%" aria-hidden="true"></span></td></tr>`,
  );
  return `<table class="scores"><caption>${text(scoresCaption(report))}</caption>
    <thead><tr><th scope="col">forecast</th><th scope="col">MAE</th><th scope="col">RMSE</th><th scope="col" class="bar-cell"><span class="visually-hidden">MAE as a bar</span></th></tr></thead>
    <tbody>${rows.join('')}</tbody></table>`;
}

function learning(stored: StoredRun): string {
  const { rows, bestEpoch, recipe } = stored;
  const last = rows.at(-1);
  const charts = DRAWINGS.map(({ name, width }) =>
    chart(
      name,
      markupOf(() =>
        drawLoss({
          width,
          height: Math.round(Math.min(320, Math.max(210, width * 0.38))),
          rows,
          bestEpoch,
          shownEpoch: stored.forecast.epoch,
          lastEpoch: recipe.epochs,
        }),
      ),
    ),
  );
  const cells = rows.map(
    ({ epoch, loss, valLoss }) =>
      `<tr><th scope="row">${epoch}${epoch === bestEpoch ? ' (best)' : ''}</th><td>${formatLoss(loss)}</td><td>${formatLoss(valLoss)}</td></tr>`,
  );
  return `${legend({ training: 'training part', validation: 'validation part' })}
    <div class="chart" data-testid="static-loss">${charts.join('')}</div>
    <p class="readout"><b>Epoch ${last?.epoch}</b> <span>loss <b>${formatLoss(last?.loss ?? Number.NaN)}</b></span> <span>validation loss <b>${formatLoss(last?.valLoss ?? Number.NaN)}</b></span> <span>best epoch <b>${bestEpoch}</b></span></p>
    <details class="after-chart"><summary>Show the losses as a table</summary>${table('Losses as a table', ['epoch', 'loss', 'validation loss'], cells)}</details>
    ${label(stored)}`;
}

function forecastChart(report: DataReport, { predicted }: TestForecast, width: number, span: Span): string {
  const { dates, observed, persistence } = report.test;
  const { first, last, stride } = visibleRange(report, span, 0);
  const height = Math.round(Math.min(360, Math.max(220, width * 0.42)));
  return markupOf(
    () =>
      drawForecast({
        interval: null,
        width,
        height,
        positions: dates ?? observed.map((_, index) => index + 1),
        hasDates: dates !== null,
        observed,
        predicted,
        persistence,
        climatology: null,
        first,
        last,
        stride,
        label: report.target,
      }).node,
  );
}

/** The one-line reading: the last day of the part drawn, as the page's cursor says it. */
function lastDay(report: DataReport, { predicted }: TestForecast, span: Span): string {
  const { last } = visibleRange(report, span, 0);
  const { dates, observed, persistence } = report.test;
  const value = (values: ArrayLike<number>): string => formatValue(values[last] ?? Number.NaN, report.unit);
  return `${formatDate(dates?.[last] ?? 0, report.stepMs)}: observed ${value(observed)}, forecast ${value(predicted)}, ${persistenceName(report)} ${value(persistence)}`;
}

function forecastTable(report: DataReport, { predicted }: TestForecast): string {
  const { first, last } = visibleRange(report, FALLBACK_SPAN, 0);
  const { dates, observed, persistence } = report.test;
  const cell = (values: ArrayLike<number>, index: number): string =>
    `<td>${formatValue(values[index] ?? Number.NaN, report.unit)}</td>`;
  const rows = Array.from({ length: last - first + 1 }, (_, offset) => {
    const index = first + offset;
    const date = formatDate(dates?.[index] ?? 0, report.stepMs);
    return `<tr><th scope="row">${date}</th>${cell(observed, index)}${cell(predicted, index)}${cell(persistence, index)}</tr>`;
  });
  return table('Forecast as a table', ['date', 'observed', 'forecast', text(persistenceName(report))], rows);
}
