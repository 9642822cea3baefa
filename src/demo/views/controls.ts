/** The buttons that run the training, the state beside them, the line of progress, and the spoken news. */
import { html, nothing, type TemplateResult } from 'lit';
import { newSeed, send } from '../app.ts';
import { formatCount, formatError, formatLoss } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { busy, canRun, forecast, history, recorded, run } from '../state.ts';
import { ICONS } from './icons.ts';

const NEEDS_DEVICE = 'Training needs WebGPU';

export class Controls extends SignalElement {
  protected override render(): TemplateResult {
    const { phase, epoch, targetEpochs, seed } = run.value;
    const disabled = !canRun.value;
    const training = phase === 'training';
    const more = !disabled && epoch > 0 && epoch >= targetEpochs;
    const trainWord = phase === 'paused' ? 'Resume' : more ? 'Train more' : 'Train';
    return html`
      <div class="controls" role="group" aria-label="Training">
        <button
          class="button button-main"
          type="button"
          data-testid="train"
          data-phase=${phase}
          title=${disabled ? NEEDS_DEVICE : nothing}
          ?disabled=${disabled}
          @click=${() => send({ type: training ? 'pause' : 'train' })}
        >
          ${training ? ICONS.pause : ICONS.train}<span>${training ? 'Pause' : trainWord}</span>
        </button>
        <button
          class="button"
          type="button"
          data-testid="step"
          title=${disabled ? NEEDS_DEVICE : 'Train on one batch'}
          ?disabled=${disabled || training}
          @click=${() => send({ type: 'step' })}
        >
          ${ICONS.step}<span>Step</span>
        </button>
        <button
          class="button"
          type="button"
          data-testid="reset"
          title=${disabled ? NEEDS_DEVICE : 'Back to the weights this training began with'}
          ?disabled=${disabled}
          @click=${() => send({ type: 'reset' })}
        >
          ${ICONS.reset}<span>Reset</span>
        </button>
        <button
          class="button"
          type="button"
          data-testid="new-seed"
          title=${disabled ? NEEDS_DEVICE : 'Begin again with other random weights'}
          ?disabled=${disabled}
          @click=${newSeed}
        >
          ${ICONS.seed}<span>New seed</span>
        </button>
        <span class="run-state" data-testid="run-state">${this.#state(seed)}</span>
      </div>
    `;
  }

  #state(seed: number): string {
    const { phase, epoch, targetEpochs, step, stepsPerEpoch, start } = run.value;
    if (!canRun.value) {
      return recorded.value === null ? '' : 'Recorded; training needs WebGPU';
    }
    const inEpoch =
      step > 0 && step < stepsPerEpoch ? `, step ${formatCount(step)} of ${formatCount(stepsPerEpoch)}` : '';
    const epochs = `Epoch ${formatCount(epoch)} of ${formatCount(targetEpochs)}`;
    if (phase === 'idle' && epoch === 0 && step === 0) {
      return start === null ? `Untrained, seed ${seed}` : `From ${start}`;
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
      return busy.value;
    }
    if (recorded.value !== null) {
      return 'There is no WebGPU here: a recorded run is shown';
    }
    const { phase, epoch, targetEpochs } = run.value;
    const last = history.value.rows.at(-1);
    if (last === undefined || phase === 'idle') {
      return '';
    }
    const losses = `loss ${formatLoss(last.loss)}, validation loss ${formatLoss(last.valLoss)}`;
    if (phase === 'training') {
      return `Training, epoch ${epoch} of ${targetEpochs}, ${losses}`;
    }
    if (phase === 'paused') {
      return `Paused at epoch ${epoch}, ${losses}`;
    }
    const error =
      forecast.value === null
        ? ''
        : `, mean error on the test part ${formatError(forecast.value.scores.mae)}`;
    return `Training finished at epoch ${epoch}, ${losses}${error}`;
  }
}
