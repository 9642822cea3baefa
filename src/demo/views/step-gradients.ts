/** Which steps the gradient comes from: each time step's share of the gradient, as bars cut by gate, in one sentence and as a table. */
import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import { drawStepBars, gateSample } from '../charts/step-bars.ts';
import { lagName } from '../draw/time-layout.ts';
import { formatCount, formatDifference, formatWeight } from '../format.ts';
import { trainingGradients, windowGradients } from '../gradients.ts';
import type { GradientReport, GradientSource } from '../protocol.ts';
import { chosenWindow } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { canRun, data } from '../state.ts';
import { readingOf } from '../step-reading.ts';
import { watchWidth } from './chart-box.ts';
import { windowName } from './forecast-cursor.ts';
import { gateName } from './gate-words.ts';

const FOLLOWERS = { training: trainingGradients, window: windowGradients };
const HEIGHT = 200;
const SAMPLES = GATES.map(({ key }) => ({ key, sample: gateSample(key) }));

export class StepGradients extends SignalElement {
  readonly #source = signal<GradientSource>('training');
  readonly #width = signal(0);
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    const watched = watchWidth(this);
    let leave = (): void => {};
    this.#stops = [
      watched.stop,
      effect(() => {
        this.#width.value = watched.width.value;
      }),
      effect(() => {
        leave();
        leave = FOLLOWERS[this.#source.value].follow();
      }),
      () => leave(),
    ];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    for (const stop of this.#stops) stop();
  }

  protected override render(): TemplateResult {
    const source = this.#source.value;
    const latest = FOLLOWERS[source].latest.value;
    return html`
      <h3>Which steps the gradient comes from, now</h3>
      <p>
        The gradient of each weight is a sum over the time steps. A bar is as high as the norm of what one step adds to it, all
        three arrays together, and is cut by gate. It says where the next change of the weights would come from, not which rows
        the forecast uses.
      </p>
      <div class="segments" role="radiogroup" aria-label="Windows the gradient is taken of">
        ${this.#choice('training', 'The first training windows')} ${this.#choice('window', 'The chosen window')}
      </div>
      ${this.#content(latest, source)}
    `;
  }

  #choice(source: GradientSource, word: string): TemplateResult {
    return html`<label>
      <input
        type="radio"
        name="gradient-source"
        .checked=${this.#source.value === source}
        data-testid="gradient-${source}"
        @change=${() => {
          this.#source.value = source;
        }}
      />${word}
    </label>`;
  }

  #content(latest: typeof trainingGradients.latest.value, source: GradientSource): TemplateResult {
    if (latest === null) {
      return html`<p class="placeholder">
        ${canRun.value ? 'The gradient is being computed.' : 'The gradient appears here once a model stands on a graphics device.'}
      </p>`;
    }
    if (latest.type === 'none') return html`<p class="note" data-testid="gradient-why">${latest.why}</p>`;
    const reading = readingOf(latest.steps, data.value?.stepMs ?? null);
    return html`
      <p class="field-hint" data-testid="gradient-of">${sourceWords(latest)}</p>
      <p class="step-reading" data-testid="gradient-reading">${reading}</p>
      <ul class="legend">
        ${SAMPLES.map(({ key, sample }) => html`<li>${sample}${gateName(key)}</li>`)}
      </ul>
      <div class="chart step-chart" data-testid="gradient-chart" role="img" aria-label="Share of each time step in the gradient. ${reading}">
        ${this.#width.value === 0 ? nothing : drawStepBars({ width: this.#width.value, height: HEIGHT, steps: latest.steps })}
      </div>
      ${sums(latest)}
      <details>
        <summary>The shares as a table</summary>
        ${table(latest, source)}
      </details>
    `;
  }
}

function sourceWords({ of, count, window, epoch, fingerprint }: GradientReport): string {
  const report = data.value;
  const whose = `Weights of epoch ${formatCount(epoch)}, fingerprint ${fingerprint}; while training runs these numbers wait for its next pause.`;
  if (of === 'training') {
    return `Mean loss of the first ${formatCount(count)} windows of the training part by date, as one batch. ${whose}`;
  }
  const name = report === null ? '' : windowName(report, window);
  return `The window of the test part whose forecast is ${name}${window === chosenWindow.value ? '' : ', the one chosen before'}; training never sees it. ${whose}`;
}

function sums({ steps, total, difference }: GradientReport): TemplateResult {
  const added = steps.reduce((sum, { whole }) => sum + whole, 0);
  return html`
    <p class="field-hint">
      The percentage is a share of the norms added up, ${number('gradient-added', added)}. Norms of parts do not add up to the
      norm of the sum, ${number('gradient-total', total.whole)}: where steps pull against each other, they cancel.
    </p>
    <p>
      The check: added up as numbers, weight by weight, the shares are the whole gradient that the kernel wrote. Relative
      difference
      <data value=${difference} title=${difference} data-testid="gradient-difference">${formatDifference(difference)}</data>.
    </p>
  `;
}

function table({ steps, total }: GradientReport, source: GradientSource): TemplateResult {
  const row = (
    name: string,
    { gates, kernel, recurrentKernel, bias, whole }: GradientReport['total'],
  ) => html`<tr>
    <th scope="row">${name}</th>
    ${[...GATES.map(({ key }) => gates[key]), kernel, recurrentKernel, bias, whole].map(
      (norm) => html`<td title=${norm}>${formatWeight(norm)}</td>`,
    )}
  </tr>`;
  return html`
    <div class="table-region" tabindex="0" role="region" aria-label="Shares by time step" data-testid="gradient-table">
      <table>
        <thead>
          <tr>
            <th scope="col">step</th>
            ${GATES.map(({ key }) => html`<th scope="col">${gateName(key)}</th>`)}
            <th scope="col">kernel</th>
            <th scope="col">recurrent_kernel</th>
            <th scope="col">bias</th>
            <th scope="col">all</th>
          </tr>
        </thead>
        <tbody>
          ${steps.map((step, t) => row(lagName(t, steps.length), step)).reverse()}
          ${row(source === 'training' ? 'norm of the sum, the batch' : 'norm of the sum', total)}
        </tbody>
      </table>
    </div>
  `;
}

function number(testId: string, value: number): TemplateResult {
  return html`<data value=${value} title=${value} data-testid=${testId}>${formatWeight(value)}</data>`;
}
