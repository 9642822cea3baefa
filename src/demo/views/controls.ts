/** The buttons that run the training, the state beside them, the line of progress, and the spoken news. */

import { html, nothing, type TemplateResult } from 'lit';
import { newSeed, send } from '../app.ts';
import { formatCount, formatError, formatLoss, formatPlural } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { busy, canRun, forecast, history, recipe, recorded, run } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { ICONS } from './icons.ts';

const needsDevice = (): string => msg('Training needs WebGPU');

export class Controls extends SignalElement {
  protected override render(): TemplateResult {
    const { phase, epoch, targetEpochs, stoppedEarly, seed } = run.value;
    const disabled = !canRun.value;
    const training = phase === 'training';
    const more = !disabled && epoch > 0 && (epoch >= targetEpochs || stoppedEarly);
    const trainWord = phase === 'paused' ? msg('Resume') : more ? msg('Train more') : msg('Train');
    return html`
      <div class="controls" role="group" aria-label=${msg('Training')}>
        <button
          class="button button-main"
          type="button"
          data-testid="train"
          data-phase=${phase}
          title=${disabled ? needsDevice() : nothing}
          ?disabled=${disabled}
          @click=${() => send({ type: training ? 'pause' : 'train' })}
        >
          ${training ? ICONS.pause : ICONS.train}<span>${training ? msg('Pause') : trainWord}</span>
        </button>
        <button
          class="button"
          type="button"
          data-testid="step"
          title=${disabled ? needsDevice() : msg('Train on one batch')}
          ?disabled=${disabled || training}
          @click=${() => send({ type: 'step' })}
        >
          ${ICONS.step}<span>${msg('Step')}</span>
        </button>
        <button
          class="button"
          type="button"
          data-testid="train-epoch"
          title=${disabled ? needsDevice() : msg('Train to the end of the epoch')}
          ?disabled=${disabled || training}
          @click=${() => send({ type: 'train-epoch' })}
        >
          ${ICONS.epoch}<span>${msg('One epoch')}</span>
        </button>
        <button
          class="button"
          type="button"
          data-testid="reset"
          title=${disabled ? needsDevice() : msg('Back to the weights this training began with')}
          ?disabled=${disabled}
          @click=${() => send({ type: 'reset' })}
        >
          ${ICONS.reset}<span>${msg('Reset')}</span>
        </button>
        <button
          class="button"
          type="button"
          data-testid="new-seed"
          title=${disabled ? needsDevice() : msg('Begin again with other random weights')}
          ?disabled=${disabled}
          @click=${newSeed}
        >
          ${ICONS.seed}<span>${msg('New seed')}</span>
        </button>
        <span class="run-state" data-testid="run-state">${this.#state(seed)}</span>
      </div>
    `;
  }

  #state(seed: number): string {
    const { phase, epoch, targetEpochs, stoppedEarly, step, stepsPerEpoch, start } = run.value;
    if (!canRun.value) {
      return recorded.value === null ? '' : msg('Recorded; training needs WebGPU');
    }
    const inEpoch =
      step > 0 && step < stepsPerEpoch
        ? msg(str`, step ${formatCount(step)} of ${formatCount(stepsPerEpoch)}`)
        : '';
    const epochs = msg(str`Epoch ${formatCount(epoch)} of ${formatCount(targetEpochs)}`);
    if (phase === 'idle' && epoch === 0 && step === 0) {
      return start === null ? msg(str`Untrained, seed ${seed}`) : msg(str`From ${start}`);
    }
    if (stoppedEarly) {
      return msg(str`Stopped early at epoch ${formatCount(epoch)} of ${formatCount(targetEpochs)}`);
    }
    return `${epochs}${inEpoch}`;
  }
}

/** How far the training is, as a line under the bar. */
export class ProgressLine extends SignalElement {
  protected override render(): TemplateResult | typeof nothing {
    const { epoch, targetEpochs, step, stepsPerEpoch, phase } = run.value;
    if (phase === 'done' || (phase === 'idle' && epoch === 0 && step === 0)) {
      return nothing;
    }
    const within = stepsPerEpoch > 0 && epoch < targetEpochs ? step / stepsPerEpoch : 0;
    const done = Math.min(1, (epoch + within) / Math.max(1, targetEpochs));
    return html`<div class="progress-line" style="transform: scaleX(${done.toFixed(4)})"></div>`;
  }
}

const NEWS_EVERY_MS = 5000;

/** Spoken news: of the epochs at most one message in five seconds, of a beginning or an end at once. */
export class News extends SignalElement {
  #text = '';
  #saidAt = Number.NEGATIVE_INFINITY;
  #timer: ReturnType<typeof setTimeout> | undefined;

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    clearTimeout(this.#timer);
  }

  protected override render(): TemplateResult {
    const next = this.#news();
    const isProgress = busy.value === null && run.value.phase === 'training';
    const wait = isProgress ? this.#saidAt + NEWS_EVERY_MS - performance.now() : 0;
    if (next !== this.#text) {
      clearTimeout(this.#timer);
      if (wait <= 0) {
        this.#text = next;
        this.#saidAt = performance.now();
      } else {
        this.#timer = setTimeout(() => this.requestUpdate(), wait);
      }
    }
    return html`<p class="visually-hidden" role="status" data-testid="news">${this.#text}</p>`;
  }

  #news(): string {
    if (busy.value !== null) {
      return say(busy.value);
    }
    if (recorded.value !== null) {
      return msg('There is no WebGPU here: a recorded run is shown');
    }
    const { phase, epoch, targetEpochs, stoppedEarly } = run.value;
    const last = history.value.rows.at(-1);
    if (last === undefined || phase === 'idle') {
      return '';
    }
    const losses = msg(str`loss ${formatLoss(last.loss)}, validation loss ${formatLoss(last.valLoss)}`);
    if (phase === 'training') {
      return msg(str`Training, epoch ${epoch} of ${targetEpochs}, ${losses}`);
    }
    if (phase === 'paused') {
      return msg(str`Paused at epoch ${epoch}, ${losses}`);
    }
    const error =
      forecast.value === null
        ? ''
        : msg(str`, mean error on the test part ${formatError(forecast.value.scores.mae)}`);
    if (stoppedEarly) {
      const { patience } = recipe.value;
      return msg(
        str`Training stopped early at epoch ${epoch}: no lower validation loss for ${formatPlural(patience, 'epoch')}, ${losses}${error}`,
      );
    }
    return msg(str`Training finished at epoch ${epoch}, ${losses}${error}`);
  }
}
