/** Where is time_steps: a slider that changes the shape of x and nothing else; the same weights applied, or trained anew. */

import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { applyRecipe, client } from '../app.ts';
import { formatCount, formatErrorIn, formatSteps } from '../format.ts';
import { lstmWeights } from '../lstm-facts.ts';
import type { AppliedSteps, ModelReport } from '../protocol.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { canAsk, canRun, data, forecast, model, recipe, run, testPart, weights } from '../state.ts';
import { msg, say, told } from '../words.ts';
import { StepGradients } from './step-gradients.ts';

defineElement('gw-step-gradients', StepGradients);

const MOST_STEPS = 48;
const OUTDATED: AppliedSteps = {
  type: 'none',
  why: told('Other data, settings or weights came meanwhile. Apply again.'),
};

export class StepsView extends SignalElement {
  /** Null: as long as the recipe's. */
  readonly #wanted = signal<number | null>(null);
  readonly #applied = signal<readonly AppliedSteps[]>([]);
  readonly #working = signal(false);
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    let last = standing();
    this.#stop = effect(() => {
      // What other weights forecast, or these for other data, is not told of these.
      if (isStanding(last)) return;
      this.#applied.value = [];
      last = standing();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const built = model.value;
    if (built === null) {
      return html`<p class="placeholder">${msg('The shapes of data and weights appear here once the network is ready.')}</p>`;
    }
    const steps = this.#wanted.value ?? recipe.value.window;
    const most = Math.max(MOST_STEPS, recipe.value.window);
    const stands = canAsk.value && run.value.phase !== 'training' && !this.#working.value;
    return html`
      <label class="steps-slider">
        <span>time_steps, T</span>
        <input
          type="range"
          min="1"
          max=${most}
          .value=${String(steps)}
          aria-valuetext=${formatSteps(steps, data.value?.stepMs ?? null)}
          data-testid="steps-slider"
          @input=${(event: Event) => {
            this.#wanted.value = Number((event.target as HTMLInputElement).value);
          }}
        />
        <output>${steps}</output>
      </label>
      ${shapes(built, steps, recipe.value.batchSize)}
      <div class="steps-tiles" aria-hidden="true">
        ${Array.from({ length: steps }, () => html`<span></span>`)}
      </div>
      <p class="field-hint">${msg(html`One set of weights, used ${formatCount(steps)} times, once for each row of the window.`)}</p>
      <div class="actions">
        <button
          class="button"
          type="button"
          data-testid="steps-apply"
          ?disabled=${!stands}
          @click=${() => void this.#apply(steps)}
        >
          ${msg(html`Apply: the same weights, ${formatCount(steps)} rows`)}
        </button>
        <button
          class="button"
          type="button"
          data-testid="steps-retrain"
          ?disabled=${!stands || !canRun.value || steps === recipe.value.window}
          @click=${() => applyRecipe({ ...recipe.value, window: steps })}
        >
          ${msg('Begin anew with this window')}
        </button>
      </div>
      <div aria-live="polite">${this.#results()}</div>
      <gw-step-gradients class="step-gradients"></gw-step-gradients>
    `;
  }

  async #apply(steps: number): Promise<void> {
    this.#working.value = true;
    const before = standing();
    const answer = await client.ask({ type: 'apply-steps', steps });
    this.#working.value = false;
    if (answer.type !== 'applied-steps') return;
    const others = this.#applied.value.filter((one) => one.type === 'applied' && one.steps !== steps);
    this.#applied.value = [...others, isStanding(before) ? answer.applied : OUTDATED];
  }

  #results(): TemplateResult | typeof nothing {
    const applied = this.#applied.value;
    if (applied.length === 0) return nothing;
    const unit = data.value?.unit ?? '';
    const own = recipe.value.window;
    const scores = forecast.value?.scores;
    const print = weights.value?.fingerprint ?? '';
    return html`
      ${applied.map((one) => (one.type === 'none' ? html`<p class="note" data-testid="steps-why">${say(one.why)}</p>` : nothing))}
      <table class="steps-results" data-testid="steps-results">
        <caption>${msg(html`The same weights with other windows; the model\u2019s own has ${own} rows`)}</caption>
        <thead>
          <tr><th scope="col">T</th><th scope="col">${msg('mean error on the test part')}</th><th scope="col">${msg('fingerprint of the weights')}</th></tr>
        </thead>
        <tbody>
          ${scores === undefined || applied.some((one) => one.type === 'applied' && one.steps === own) ? nothing : resultRow(own, scores.mae, unit, print)}
          ${applied.map((one) =>
            one.type === 'applied' ? resultRow(one.steps, one.scores.mae, unit, one.fingerprint) : nothing,
          )}
        </tbody>
      </table>
    `;
  }
}

function resultRow(steps: number, error: number, unit: string, fingerprint: string): TemplateResult {
  return html`<tr>
    <th scope="row">${steps}</th>
    <td title=${error}>${formatErrorIn(error, unit)}</td>
    <td><code>${fingerprint}</code></td>
  </tr>`;
}

interface Standing {
  readonly test: Float64Array | null;
  readonly fingerprint: string | undefined;
}

function standing(): Standing {
  return { test: testPart.value, fingerprint: weights.value?.fingerprint };
}

function isStanding({ test, fingerprint }: Standing): boolean {
  const now = standing();
  return now.test === test && now.fingerprint === fingerprint;
}

/** What moves with T, and what does not. */
function shapes({ features, units }: ModelReport, steps: number, batch: number): TemplateResult {
  const inputs = features.length;
  const count = lstmWeights(units, inputs);
  return html`
    <dl class="steps-shapes">
      <div><dt>x <span class="field-hint">${msg('(batch, time_steps, inputs)')}</span></dt><dd data-testid="steps-x">(${formatCount(batch)}, <b>${formatCount(steps)}</b>, ${inputs})</dd></div>
      <div><dt>kernel</dt><dd data-testid="steps-kernel">(${inputs}, ${formatCount(4 * units)})</dd></div>
      <div><dt>recurrent_kernel</dt><dd data-testid="steps-recurrent">(${units}, ${formatCount(4 * units)})</dd></div>
      <div><dt>bias</dt><dd data-testid="steps-bias">(${formatCount(4 * units)},)</dd></div>
      <div>
        <dt>${msg('weights of the LSTM')}</dt>
        <dd data-testid="steps-count">4 \u00b7 (${units} \u00b7 (${inputs} + ${units}) + ${units}) = ${formatCount(count)}</dd>
      </div>
      <div><dt>${msg('fingerprint of all weights')}</dt><dd data-testid="steps-fingerprint"><code>${weights.value?.fingerprint ?? ''}</code></dd></div>
    </dl>
  `;
}
