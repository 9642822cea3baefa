/** The card of the data in use: what it is, what was dropped or filled, the other series, and the way to an own file. */
import { html, nothing, type TemplateResult } from 'lit';
import { openFile } from '../app.ts';
import { formatCount, formatDate, formatSteps, stepWord } from '../format.ts';
import { takeFiles } from '../keras/page-drop.ts';
import type { DataReport } from '../protocol.ts';
import { type ColumnsOffer, data } from '../state.ts';
import { ICONS } from './icons.ts';

export function dataCard(offer: ColumnsOffer | null): TemplateResult {
  const report = data.value;
  return html`
    <div class="card" data-testid="data-card" @dragover=${dragOver} @dragleave=${dragLeave} @drop=${drop}>
      ${report === null ? html`<p class="placeholder">Reading the weather data</p>` : summary(report)}
      <gw-presets></gw-presets>
      <div class="actions">
        <label class="button button-small">
          ${ICONS.file}<span>Use your own CSV</span>
          <input
            class="visually-hidden"
            type="file"
            accept=".csv,.gz,.txt,text/csv"
            data-testid="csv-input"
            @change=${pick}
          />
        </label>
        <span class="field-hint">or drop one here: .csv or .csv.gz, at most 64 MiB. It stays on this computer.</span>
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
      : `, ${formatDate(report.from, null)} to ${formatDate(report.to, null)}`;
  const unit = report.unit === '' ? '' : ` in ${report.unit}`;
  return html`
    <p class="card-label">Data</p>
    <p class="card-title" data-testid="data-name">${report.name}</p>
    <p class="card-text">
      ${formatCount(report.rows)} ${stepWord(stepMs)}s${span}. The target is <code>${report.target}</code>${unit},
      ${formatSteps(report.horizon, stepMs)} ahead. Inputs:
      ${report.inputs.map((name, index) => html`${index === 0 ? '' : ', '}<code>${name}</code>`)}.
    </p>
    <p class="card-text">
      Windows, in order of time: ${formatCount(windows.train)} to train, ${formatCount(windows.validation)} to
      validate, ${formatCount(windows.test)} to test.
    </p>
    ${
      report.notes.length === 0
        ? nothing
        : html`<ul class="card-notes" data-testid="data-notes">
            ${report.notes.map((note) => html`<li>${note}</li>`)}
          </ul>`
    }
  `;
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
