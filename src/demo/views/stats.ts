/** Three numbers under the title: the network's error, the error to beat, and how far the training is. */

import { html, type TemplateResult } from 'lit';
import { formatCount, formatErrorIn, persistenceName, trainedWords } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { canAsk, canRun, data, forecast, hasSpoken, recorded, run } from '../state.ts';
import { msg, str } from '../words.ts';
import { firstFigures } from './first-figures.ts';
import { recordedLabel } from './recorded-label.ts';

export class Stats extends SignalElement {
  #recordedError: string | null = null;

  override connectedCallback(): void {
    this.#recordedError ??= this.querySelector('[data-testid=static-model]')?.textContent ?? null;
    super.connectedCallback();
  }

  protected override hasContent(): boolean {
    return hasSpoken.value;
  }

  protected override render(): TemplateResult {
    const report = data.value;
    const { epoch, targetEpochs, shownEpoch } = run.value;
    const current = forecast.value;
    const none = '\u2013';
    return html`
      <dl class="stats">
        <div>
          <dt>${msg('The network is wrong by')}</dt>
          <dd data-testid="stat-model" data-model="true">
            ${current === null || report === null ? none : formatErrorIn(current.scores.mae, report.unit)}
          </dd>
          <dd class="stats-note" data-testid="stat-note">${this.#note()}</dd>
        </div>
        <div>
          <dt>${report === null ? msg('To beat') : msg(str`\u201c${persistenceName(report)}\u201d is wrong by`)}</dt>
          <dd data-testid="stat-persistence">
            ${report === null ? none : formatErrorIn(report.scores.persistence.mae, report.unit)}
          </dd>
          <dd class="stats-note">${msg('mean over the test part')}</dd>
        </div>
        <div>
          <dt>${msg('Trained')}</dt>
          <dd data-testid="stat-epoch">${canAsk.value ? formatCount(epoch) : none}</dd>
          <dd class="stats-note" data-testid="stat-epochs">${canAsk.value ? (recorded.value === null ? msg(str`of ${formatCount(targetEpochs)} epochs`) : msg(str`of ${formatCount(targetEpochs)} epochs, recorded`)) : msg('needs WebGPU')}${shownEpoch === epoch || run.value.phase === 'training' ? '' : msg(str`; shown: epoch ${formatCount(shownEpoch)}`)}</dd>
        </div>
      </dl>
      ${recordedLabel()}${firstFigures(this.#recordedError)}
    `;
  }

  #note(): string {
    const { phase } = run.value;
    const current = forecast.value;
    if (current === null) {
      return canAsk.value ? '' : msg('needs WebGPU');
    }
    if (phase === 'training') {
      return msg('training');
    }
    return current.epoch === 0
      ? `${trainedWords(current)}${canRun.value && current.step === 0 && current.start === null ? msg('; press Train') : ''}`
      : phase === 'paused'
        ? msg('paused')
        : msg('mean over the test part');
  }
}
