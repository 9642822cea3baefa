/** Three numbers under the title: the network's error, the error to beat, and how far the training is. */
import { html, type TemplateResult } from 'lit';
import { formatCount, formatErrorIn, persistenceName, trainedWords } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { canAsk, data, forecast, hasSpoken, recorded, run } from '../state.ts';
import { recordedLabel } from './recorded-label.ts';

export class Stats extends SignalElement {
  protected override hasContent(): boolean {
    return hasSpoken.value;
  }

  protected override render(): TemplateResult {
    const report = data.value;
    const { epoch, targetEpochs } = run.value;
    const current = forecast.value;
    const none = '\u2013';
    return html`
      <dl class="stats">
        <div>
          <dt>The network is wrong by</dt>
          <dd data-testid="stat-model" data-model="true">
            ${current === null || report === null ? none : formatErrorIn(current.scores.mae, report.unit)}
          </dd>
          <dd class="stats-note" data-testid="stat-note">${this.#note()}</dd>
        </div>
        <div>
          <dt>${report === null ? 'To beat' : `\u201c${persistenceName(report)}\u201d is wrong by`}</dt>
          <dd data-testid="stat-persistence">
            ${report === null ? none : formatErrorIn(report.scores.persistence.mae, report.unit)}
          </dd>
          <dd class="stats-note">mean over the test part</dd>
        </div>
        <div>
          <dt>Trained</dt>
          <dd data-testid="stat-epoch">${canAsk.value ? formatCount(epoch) : none}</dd>
          <dd class="stats-note">${canAsk.value ? `of ${formatCount(targetEpochs)} epochs${recorded.value === null ? '' : ', recorded'}` : 'needs WebGPU'}</dd>
        </div>
      </dl>
      ${recordedLabel()}
    `;
  }

  #note(): string {
    const { phase } = run.value;
    const current = forecast.value;
    if (current === null) {
      return canAsk.value ? '' : 'needs WebGPU';
    }
    if (phase === 'training') {
      return 'training';
    }
    return current.epoch === 0
      ? `${trainedWords(current)}${current.step === 0 && current.start === null ? '; press Train' : ''}`
      : phase === 'paused'
        ? 'paused'
        : 'mean over the test part';
  }
}
