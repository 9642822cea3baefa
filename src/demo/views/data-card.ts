/** The card of the data in use: what it is, what was dropped or filled, the other series, and the way to an own file. */
import { html, nothing, type TemplateResult } from 'lit';
import { openFile, send } from '../app.ts';
import { formatCount, formatDate, formatSteps } from '../format.ts';
import { takeFiles } from '../keras/page-drop.ts';
import { seriesName } from '../presets.ts';
import type { DataReport } from '../protocol.ts';
import { type ColumnsOffer, data } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { ICONS } from './icons.ts';

export function dataCard(offer: ColumnsOffer | null): TemplateResult {
  const report = data.value;
  return html`
    <div class="card" data-testid="data-card" @dragover=${dragOver} @dragleave=${dragLeave} @drop=${drop}>
      ${report === null ? html`<p class="placeholder">${msg('Reading the weather data')}</p>` : summary(report)}
      <gw-presets></gw-presets>
      <div class="actions">
        <label class="button button-small">
          ${ICONS.file}<span>${msg('Use your own CSV')}</span>
          <input
            class="visually-hidden"
            type="file"
            accept=".csv,.gz,.txt,text/csv"
            data-testid="csv-input"
            @change=${pick}
          />
        </label>
        ${report?.preset === null ? otherColumns() : nothing}
        <span class="field-hint">${msg('or drop one here: .csv or .csv.gz, at most 64 MiB. It stays on this computer.')}</span>
      </div>
      ${offer === null ? nothing : html`<gw-columns></gw-columns>`}
    </div>
  `;
}

function summary(report: DataReport): TemplateResult {
  const { stepMs, windows } = report;
  const span =
    report.from === null || report.to === null
      ? ''
      : msg(str`, ${formatDate(report.from, null)} to ${formatDate(report.to, null)}`);
  const unit = report.unit === '' ? '' : msg(str` in ${report.unit}`);
  const inputs = report.inputs.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`);
  return html`
    <p class="card-label">${msg('Data')}</p>
    <p class="card-title" data-testid="data-name">${seriesName(report)}</p>
    <p class="card-text">
      ${msg(html`${formatSteps(report.rows, stepMs)}${span}. The target is <code>${report.target}</code>${unit}, ${formatSteps(report.horizon, stepMs)} ahead. Inputs: ${inputs}.`)}
    </p>
    <p class="card-text">
      ${msg(html`Windows, in order of time: ${formatCount(windows.train)} to train, ${formatCount(windows.validation)} to validate, ${formatCount(windows.test)} to test.`)}
    </p>
    ${
      report.notes.length === 0
        ? nothing
        : html`<ul class="card-notes" data-testid="data-notes">
            ${report.notes.map((note) => html`<li>${say(note)}</li>`)}
          </ul>`
    }
  `;
}

function otherColumns(): TemplateResult {
  return html`<button
    class="button button-small"
    type="button"
    data-testid="offer-columns"
    @click=${() => send({ type: 'offer-columns' })}
  >
    ${msg('Choose other columns')}
  </button>`;
}

function pick(event: Event): void {
  const input = event.target as HTMLInputElement;
  const file = input.files?.[0];
  if (file !== undefined) {
    openFile(file);
  }
  // The same file can be chosen again after it was mended.
  input.value = '';
}

function drop(event: DragEvent): void {
  event.preventDefault();
  event.stopPropagation();
  dragLeave(event);
  const files = [...(event.dataTransfer?.files ?? [])];
  if (files.length > 0) {
    void takeFiles(files);
  }
}

function dragOver(event: DragEvent): void {
  event.preventDefault();
  (event.currentTarget as HTMLElement).dataset.over = 'true';
}

function dragLeave(event: DragEvent): void {
  (event.currentTarget as HTMLElement).dataset.over = 'false';
}
