/** The controls: networks trained on the series and on shuffled targets, the band of what means nothing, and a verdict for each place. */
import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { formatCount, formatErrorIn, formatPlural } from '../format.ts';
import { correlationWords } from '../lags/lag-correlation.ts';
import type { LagProgress } from '../lags/lag-protocol.ts';
import { beginStudy, stopTraining, study } from '../lags/lag-state.ts';
import { studyShare } from '../lags/lag-study-share.ts';
import { secondsWords } from '../lags/lag-words.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { canRun, data, lagProgress } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { besideHint } from './beside-hint.ts';

const SEEDS = { least: 2, most: 16, usual: 8 };

export class LagStudyView extends SignalElement {
  readonly #seeds = signal(SEEDS.usual);
  /** Ends the waiting for a study, whose findings are downloaded with the first. */
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = effect(() => {
      if (lagProgress.value === null && study.value?.type !== 'studied') return;
      void import('./lag-findings.ts').then(({ LagFindings }) =>
        defineElement('gw-lag-findings', LagFindings),
      );
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const now = lagProgress.value;
    const found = study.value;
    const seeds = this.#seeds.value;
    return html`
      <h3>${msg('Would any network say so?')}</h3>
      <p>
        ${msg(
          str`One network\u2019s bars may be luck. So ${formatCount(seeds)} networks of these settings are trained at once, each from a seed of its own, together with ${formatCount(seeds)} that learn shuffled targets, which there is no way to forecast. All get one more input, a shadow column of pure noise. What permuting does to the shuffled ones and to the shadow is what means nothing: the null band.`,
        )}
      </p>
      <div class="actions lag-study-actions">
        <label class="lag-seeds">
          <span>${msg('Seeds')}</span>
          <input
            type="number"
            min=${SEEDS.least}
            max=${SEEDS.most}
            .value=${String(seeds)}
            ?disabled=${now !== null}
            data-testid="lag-seeds"
            @change=${(event: Event) => this.#setSeeds(event.target as HTMLInputElement)}
          />
        </label>
        ${
          now === null
            ? html`<button
                class="button"
                type="button"
                data-testid="lag-study-begin"
                ?disabled=${!canRun.value}
                @click=${() => void beginStudy(seeds)}
              >
                ${msg('Check it with controls')}
              </button>`
            : html`<button class="button" type="button" data-testid="lag-study-stop" @click=${() => stopTraining('study')}>${msg('Stop')}</button>`
        }
        ${besideHint()}
      </div>
      ${now === null ? nothing : this.#progress(now)}
      <p class="lag-study-state" role="status" data-testid="lag-study-state">${this.#state(now)}</p>
      ${found?.type === 'none' ? html`<p class="note" data-testid="lag-study-why">${say(found.why)}</p>` : nothing}
      ${now?.phase === 'permuting' || found?.type === 'studied' ? html`<gw-lag-findings></gw-lag-findings>` : nothing}
      <p class="note" data-testid="lag-correlation">${correlationWords(data.value?.preset ?? null)}</p>
    `;
  }

  #setSeeds(input: HTMLInputElement): void {
    const typed = Number(input.value);
    const whole = Number.isFinite(typed) && input.value !== '' ? Math.round(typed) : SEEDS.usual;
    this.#seeds.value = Math.max(SEEDS.least, Math.min(SEEDS.most, whole));
    input.value = String(this.#seeds.value);
  }

  /** Numbers that change all the time: shown, not spoken. */
  #progress(now: LagProgress): TemplateResult {
    return html`
      <progress max="1" .value=${studyShare(now)} aria-label=${msg('How far the study is')}></progress>
      <p class="field-hint" data-testid="lag-study-progress">${progressWords(now)}</p>
    `;
  }

  #state(now: LagProgress | null): string {
    if (now !== null) return msg('The study runs; how long it still takes stands above.');
    const found = study.value;
    if (found?.type === 'stopped') return msg('Stopped before it was done; nothing of it is kept.');
    if (found?.type !== 'studied') return '';
    const { seeds, repeats, windows, wholeWindow, rmse } = found.study;
    const unit = data.value?.unit ?? '';
    const mean = (values: readonly number[]): number =>
      values.reduce((sum, one) => sum + one, 0) / values.length;
    const which = msg(str`seeds ${formatCount(found.seed)} and up`);
    return msg(
      str`Done: ${formatPlural(seeds, 'network')}, ${which}, ${formatPlural(repeats, 'permutation')} of each place over ${formatPlural(windows, 'window')}. Their error is ${formatErrorIn(mean(rmse), unit)}; permuting the whole window adds ${formatErrorIn(mean(wholeWindow), unit)}.`,
    );
  }
}

function progressWords(now: LagProgress): string {
  if (now.phase === 'measuring') return msg('Networks are being made.');
  const left = secondsWords(now.secondsLeft);
  return now.phase === 'training'
    ? msg(str`Training, epoch ${formatCount(now.epoch)} of ${formatCount(now.epochs)}, about ${left} left.`)
    : msg(
        str`Permuting, round ${formatCount(now.repeat)} of ${formatCount(now.repeats)}, about ${left} left.`,
      );
}
