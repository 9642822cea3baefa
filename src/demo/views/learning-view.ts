/** How it learns: the loss of both parts by epoch, the best epoch, and the numbers as a table. */

import { effect, signal } from '@preact/signals-core';
import { html, nothing, svg, type TemplateResult } from 'lit';
import { formatLoss } from '../format.ts';
import { lossReading } from '../loss-reading.ts';
import type { HistoryReport } from '../protocol.ts';
import { SignalElement } from '../signal-element.ts';
import { history, run, whyNoRun } from '../state.ts';
import { msg, str } from '../words.ts';
import { Throttle, watchWidth } from './chart-box.ts';
import { chartFiles } from './chart-files.ts';
import { recordedLabel } from './recorded-label.ts';

const REDRAW_EVERY_MS = 300;

const saveable = async (): Promise<string> => (await import('../chart-csv.ts')).lossCsv(history.value);

export class LearningView extends SignalElement {
  readonly #drawing = signal<Element | null>(null);
  readonly #tableOpen = signal(false);
  readonly #throttle = new Throttle(REDRAW_EVERY_MS);
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const { width, stop } = watchWidth(this);
    this.#stops = [
      stop,
      effect(() => {
        const report = history.value;
        const { targetEpochs, shownEpoch } = run.value;
        const lastEpoch = Math.max(targetEpochs, report.rows.length);
        const room = width.value;
        if (room > 40 && report.rows.length > 0) {
          this.#throttle.run(() => void this.#draw(report, shownEpoch, lastEpoch, room));
        }
      }),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#throttle.cancel();
    for (const stop of this.#stops) {
      stop();
    }
  }

  protected override hasContent(): boolean {
    return this.#drawing.value !== null || whyNoRun.value !== null;
  }

  protected override render(): TemplateResult {
    const { rows, bestEpoch } = history.value;
    if (rows.length === 0) {
      return html`<p class="chart-empty" data-testid="loss-empty">
        ${whyNoRun.value === null ? msg('No epoch is finished yet. Press Train, or Step for a single batch.') : msg('No epoch is finished, and none can be without a graphics device.')}
      </p>`;
    }
    const last = rows.at(-1);
    const reading = lossReading(history.value);
    const item = (name: string, word: string): TemplateResult => html`
      <li>
        <svg viewBox="0 0 28 12" aria-hidden="true">${svg`<line x1="1" y1="6" x2="27" y2="6" class="line-${name}" />`}</svg>${word}
      </li>
    `;
    return html`
      <ul class="legend">
        ${item('training', msg('training part'))} ${item('validation', msg('validation part'))}
      </ul>
      <div class="chart" data-testid="loss-chart" role="img" aria-label=${msg(str`Loss by epoch. ${reading}`)}>${this.#drawing.value ?? nothing}</div>
      <p class="chart-reading" data-testid="loss-reading">${reading}</p>
      <p class="readout" data-testid="loss-readout">
        <b>${msg(html`Epoch ${last?.epoch}`)}</b>
        <span>${msg(html`loss <b data-testid="loss">${formatLoss(last?.loss ?? Number.NaN)}</b>`)}</span>
        <span>${msg(html`validation loss <b data-testid="val-loss">${formatLoss(last?.valLoss ?? Number.NaN)}</b>`)}</span>
        <span>${msg(html`best epoch <b data-testid="best-epoch">${bestEpoch ?? msg('none')}</b>`)}</span>
      </p>
      <details class="after-chart" @toggle=${this.#toggle}>
        <summary>${msg('Show the losses as a table')}</summary>
        ${this.#tableOpen.value ? this.#table(history.value) : nothing}
      </details>
      ${chartFiles({ chart: 'loss-chart', name: 'losses', title: msg('Loss by epoch'), reading, csv: saveable })}
      ${recordedLabel()}
    `;
  }

  #table({ rows, bestEpoch }: HistoryReport): TemplateResult {
    return html`
      <div class="table-region" tabindex="0" role="region" aria-label=${msg('Losses as a table')} data-testid="loss-table">
        <table>
          <thead>
            <tr>
              <th scope="col">${msg('epoch')}</th>
              <th scope="col">${msg('loss')}</th>
              <th scope="col">${msg('validation loss')}</th>
            </tr>
          </thead>
          <tbody>
            ${rows.map(
              ({ epoch, loss, valLoss }) => html`<tr>
                <th scope="row">${epoch}${epoch === bestEpoch ? msg(' (best)') : ''}</th>
                <td>${formatLoss(loss)}</td>
                <td>${formatLoss(valLoss)}</td>
              </tr>`,
            )}
          </tbody>
        </table>
      </div>
    `;
  }

  readonly #toggle = (event: Event): void => {
    this.#tableOpen.value = (event.target as HTMLDetailsElement).open;
  };

  async #draw(report: HistoryReport, shownEpoch: number, lastEpoch: number, width: number): Promise<void> {
    const { drawLoss } = await import('../charts/loss-chart.ts');
    this.#drawing.value = drawLoss({
      width,
      height: Math.round(Math.min(320, Math.max(210, width * 0.38))),
      rows: report.rows,
      bestEpoch: report.bestEpoch,
      shownEpoch,
      lastEpoch,
    });
  }
}
