/** What can be done with a model file: forecast the shown series, train on from it, take it away in another format. */

import { html, nothing, type TemplateResult } from 'lit';
import type { ModelFormat } from '../../engine/keras/index.ts';
import { formatError } from '../format.ts';
import type { OpenedFile } from '../keras/jobs.ts';
import {
  continueTraining,
  doing,
  fileForecast,
  predictNow,
  working,
  writeAs,
  written,
} from '../keras/state.ts';
import type { DataReport, FileForecast, Scores } from '../protocol.ts';
import { continued, data, forecast, recorded, run } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { FILE_FORMATS } from './file-formats.ts';
import { ICONS } from './icons.ts';
import { problemPart } from './keras-problem.ts';
import { onProcessor } from './processor-words.ts';

export function actionsPart(file: OpenedFile): TemplateResult {
  return html`
    <section aria-labelledby="keras-use-title" class="keras-use">
      <h3 id="keras-use-title">${msg('Use it')}</h3>
      <div class="actions">
        <button class="button" type="button" data-testid="keras-predict" @click=${predictNow}>
          ${working.value?.stops === 'forecast' ? msg('Stop') : msg('Predict on the shown data')}
        </button>
        <button class="button" type="button" data-testid="keras-continue" @click=${continueTraining}>
          ${msg('Continue training here')}
        </button>
      </div>
      <p role="status" class="keras-doing" data-testid="keras-doing">${doing('use')}</p>
      ${problemPart('use')}
      <div role="status" data-testid="keras-forecast">${forecastPart(file)}</div>
      <div role="status" data-testid="keras-continued">${continuedPart(file)}</div>
      <form class="actions" @submit=${download}>
        <label class="actions">
          <span>${msg('Download as')}</span>
          <select class="select-small" name="format" data-testid="keras-format">
            ${FILE_FORMATS.map(({ format, name, what }) => html`<option value=${format}>${name}: ${what}</option>`)}
          </select>
        </label>
        <button class="button button-small" type="submit" data-testid="keras-download">
          ${ICONS.save}<span>${msg('Download')}</span>
        </button>
      </form>
      <div role="status" data-testid="keras-written">${writtenPart()}</div>
    </section>
  `;
}

function forecastPart(file: OpenedFile): TemplateResult | typeof nothing {
  const report = data.value;
  const answer = fileForecast.value;
  if (answer === null || report === null) {
    return nothing;
  }
  if (answer.type === 'none') {
    return html`<p class="note" data-testid="keras-no-forecast">${say(answer.why)}</p>`;
  }
  return errorsTable(file.file.source.fileName, report, answer);
}

function errorsTable(
  name: string,
  report: DataReport,
  answer: Extract<FileForecast, { type: 'forecast' }>,
): TemplateResult {
  const unit = report.unit === '' ? msg(str`in units of ${report.target}`) : msg(str`in ${report.unit}`);
  const lines: readonly { key: string; name: string; scores: Scores | null }[] = [
    { key: 'file', name, scores: answer.scores },
    {
      key: 'current',
      name: recorded.value === null ? msg('The network trained here') : msg('The recorded network'),
      scores: forecast.value?.scores ?? null,
    },
    { key: 'persistence', name: msg('Persistence'), scores: report.scores.persistence },
  ];
  const largest = Math.max(...lines.map(({ scores }) => scores?.mae ?? 0), Number.MIN_VALUE);
  return html`
    <table class="scores">
      <caption>
        ${msg(html`Errors on the test part, ${unit}; lower is better. ${say(answer.assumed)}`)}
        ${answer.isOnProcessor ? onProcessor() : nothing}
      </caption>
      <thead>
        <tr>
          <th scope="col">${msg('forecast')}</th>
          <th scope="col">MAE</th>
          <th scope="col">RMSE</th>
          <th scope="col" class="bar-cell"><span class="visually-hidden">${msg('MAE as a bar')}</span></th>
        </tr>
      </thead>
      <tbody>
        ${lines.map(
          ({
            key,
            name: line,
            scores,
          }) => html`<tr data-model=${key === 'file' ? 'true' : 'false'} data-testid="keras-score-${key}">
            <th scope="row">${line}</th>
            <td>${scores === null ? '\u2013' : formatError(scores.mae)}</td>
            <td>${scores === null ? '\u2013' : formatError(scores.rmse)}</td>
            <td class="bar-cell">
              <span class="bar" style="width:${scores === null ? 0 : ((100 * scores.mae) / largest).toFixed(1)}%" aria-hidden="true"></span>
            </td>
          </tr>`,
        )}
      </tbody>
    </table>
  `;
}

function continuedPart(file: OpenedFile): TemplateResult | typeof nothing {
  const begun = continued.value;
  if (begun === null || begun.name !== file.file.source.fileName || run.value.start !== begun.name) {
    return nothing;
  }
  return html`
    <div class="note">
      <p>
        ${msg(html`The network of this page is now the one in ${begun.name}: its weights are in the buffer above, and Train goes on from them. Reset comes back to them; New seed leaves them.`)}
      </p>
      ${begun.notes.length === 0 ? nothing : html`<ul>${begun.notes.map((note) => html`<li>${say(note)}</li>`)}</ul>`}
    </div>
  `;
}

function writtenPart(): TemplateResult | typeof nothing {
  const last = written.value;
  if (last === null) {
    return nothing;
  }
  return html`
    <p class="card-text">${msg(html`Written: ${last.names.join(', ')}.`)}</p>
    ${last.notes.length === 0 ? nothing : html`<ul class="card-notes">${last.notes.map((note) => html`<li>${note}</li>`)}</ul>`}
  `;
}

function download(event: SubmitEvent): void {
  event.preventDefault();
  const chosen = new FormData(event.target as HTMLFormElement).get('format');
  const format: ModelFormat | undefined = FILE_FORMATS.find((one) => one.format === chosen)?.format;
  if (format !== undefined) void writeAs(format);
}
