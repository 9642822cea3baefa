/** The expensive truth: networks trained without each row and without each input, and what that costs them. */
import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { formatCount } from '../format.ts';
import type { LagRetrainProgress } from '../lags/lag-protocol.ts';
import { beginRetraining, retraining, stopTraining } from '../lags/lag-state.ts';
import { secondsWords } from '../lags/lag-words.ts';
import { canRun, retrainProgress } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { besideHint } from './beside-hint.ts';
import { ChartElement } from './chart-element.ts';

const foundModule = () => import('./lag-retrained.ts');

export class LagRetrain extends ChartElement {
  readonly #found = signal<Awaited<ReturnType<typeof foundModule>> | null>(null);

  protected override follow(): (() => void)[] {
    return [
      effect(() => {
        if (retrainProgress.value === null && retraining.value?.type !== 'retrained') return;
        void foundModule().then((found) => {
          this.#found.value = found;
        });
      }),
    ];
  }

  protected override render(): TemplateResult {
    const now = retrainProgress.value;
    const found = retraining.value;
    return html`
      <h3>${msg('Could a network do without?')}</h3>
      <p>
        ${msg('All above asks one network, or networks that saw everything. Here each row, and each input, is held at its training mean in turn, and networks are trained anew: does their error get larger? That is about the data, not about one network: a row that is not missed may still have been used.')}
      </p>
      <div class="actions lag-study-actions">
        ${
          now === null
            ? html`<button
                class="button"
                type="button"
                data-testid="lag-retrain-begin"
                ?disabled=${!canRun.value}
                @click=${() => void beginRetraining()}
              >
                ${msg('Retrain without each')}
              </button>`
            : html`<button
                class="button"
                type="button"
                data-testid="lag-retrain-stop"
                @click=${() => stopTraining('retrain')}
              >
                ${msg('Stop')}
              </button>`
        }
        ${canRun.value ? nothing : besideHint()}
      </div>
      ${now === null ? nothing : progress(now)}
      <p role="status" data-testid="lag-retrain-state">${this.#state(now)}</p>
      ${found?.type === 'none' ? html`<p class="note">${say(found.why)}</p>` : nothing}
      ${found?.type === 'retrained' ? (this.#found.value?.retrainedResults(found.retraining, this.width.value) ?? nothing) : nothing}
    `;
  }

  #state(now: LagRetrainProgress | null): string {
    const found = retraining.value;
    if (now !== null) return msg('Networks are being trained; how long it still takes stands above.');
    if (found?.type === 'stopped') return msg('Stopped before it was done; nothing of it is kept.');
    if (found?.type !== 'retrained') return '';
    return this.#found.value?.doneWords(found.retraining) ?? '';
  }
}

/** Numbers that change all the time: shown, not spoken. */
function progress(now: LagRetrainProgress): TemplateResult {
  if (now.phase === 'measuring')
    return html`<progress aria-label=${msg('How far retraining is')}></progress>`;
  const { group, groups, epoch, epochs, secondsLeft } = now;
  return html`
    <progress max="1" .value=${(group + epoch / epochs) / groups} aria-label=${msg('How far retraining is')}></progress>
    <p class="field-hint" data-testid="lag-retrain-progress">
      ${msg(
        str`Group ${formatCount(group + 1)} of ${formatCount(groups)}, epoch ${formatCount(epoch)} of ${formatCount(epochs)}, about ${secondsWords(secondsLeft)} left.`,
      )}
    </p>
  `;
}
