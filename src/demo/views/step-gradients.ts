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
import { canAsk, data, recorded } from '../state.ts';
import { readingOf } from '../step-reading.ts';
import { msg, say, str } from '../words.ts';
import { ChartElement } from './chart-element.ts';
import { chartFiles } from './chart-files.ts';
import { windowName } from './forecast-cursor.ts';
import { gateName } from './gate-words.ts';
import { onProcessor } from './processor-words.ts';

const FOLLOWERS = { training: trainingGradients, window: windowGradients };
const HEIGHT = 200;
const SAMPLES = GATES.map(({ key }) => ({ key, sample: gateSample(key) }));

export class StepGradients extends ChartElement {
  readonly #source = signal<GradientSource>('training');

  protected override follow(): (() => void)[] {
    let leave = (): void => {};
    return [
      effect(() => {
        leave();
        leave = FOLLOWERS[this.#source.value].follow();
      }),
      () => leave(),
    ];
  }

  protected override render(): TemplateResult {
    const source = this.#source.value;
    const latest = FOLLOWERS[source].latest.value;
    return html`
      <h3>${msg('Which steps the gradient comes from, now')}</h3>
      <p>
        ${msg('The gradient of each weight is a sum over the time steps. A bar is as high as the norm of what one step adds to it, all three arrays together, and is cut by gate. It says where the next change of the weights would come from, not which rows the forecast uses.')}
      </p>
      <div class="segments" role="radiogroup" aria-label=${msg('Windows the gradient is taken of')}>
        ${this.#choice('training', msg('The first training windows'))} ${this.#choice('window', msg('The chosen window'))}
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
        ${canAsk.value ? msg('The gradient is being computed.') : msg('The gradient appears here once the network is ready.')}
      </p>`;
    }
    if (latest.type === 'none')
      return html`<p class="note" data-testid="gradient-why">${say(latest.why)}</p>`;
    const reading = readingOf(latest.steps, data.value?.stepMs ?? null);
    return html`
      <p class="field-hint" data-testid="gradient-of">${sourceWords(latest)}</p>
      <p class="step-reading" data-testid="gradient-reading">${reading}</p>
      <ul class="legend">
        ${SAMPLES.map(({ key, sample }) => html`<li>${sample}${gateName(key)}</li>`)}
      </ul>
      <div class="chart step-chart" data-testid="gradient-chart" role="img" aria-label=${msg(str`Share of each time step in the gradient. ${reading}`)}>
        ${this.width.value === 0 ? nothing : drawStepBars({ width: this.width.value, height: HEIGHT, steps: latest.steps })}
      </div>
      ${chartFiles({
        chart: 'gradient-chart',
        name: `gradient-by-step-${source}`,
        title: msg('Share of each time step in the gradient'),
        reading,
        csv: async () => (await import('../chart-csv.ts')).gradientCsv(latest),
      })}
      ${sums(latest)}
      <details>
        <summary>${msg('The shares as a table')}</summary>
        ${table(latest, source)}
      </details>
    `;
  }
}

function sourceWords({ of, count, window, epoch, fingerprint }: GradientReport): string {
  const report = data.value;
  const whose =
    recorded.value === null
      ? msg(
          str`Weights of epoch ${formatCount(epoch)}, fingerprint ${fingerprint}; while training runs these numbers wait for its next pause.`,
        )
      : msg(str`Weights of epoch ${formatCount(epoch)}, fingerprint ${fingerprint}. ${onProcessor()}`);
  if (of === 'training') {
    return msg(
      str`Mean loss of the first ${formatCount(count)} windows of the training part by date, as one batch. ${whose}`,
    );
  }
  const name = report === null ? '' : windowName(report, window);
  return msg(
    str`The window of the test part whose forecast is ${name}${window === chosenWindow.value ? '' : msg(', the one chosen before')}; training never sees it. ${whose}`,
  );
}

function sums({ steps, total, difference }: GradientReport): TemplateResult {
  const added = steps.reduce((sum, { whole }) => sum + whole, 0);
  const whole =
    recorded.value === null
      ? msg('the whole gradient that the kernel wrote')
      : msg('the whole gradient that the reference worked out');
  return html`
    <p class="field-hint">
      ${msg(html`The percentage is a share of the norms added up, ${number('gradient-added', added)}. Norms of parts do not add up to the norm of the sum, ${number('gradient-total', total.whole)}: where steps pull against each other, they cancel.`)}
    </p>
    <p>
      ${msg(html`The check: added up as numbers, weight by weight, the shares are ${whole}. Relative difference <data value=${difference} title=${difference} data-testid="gradient-difference">${formatDifference(difference)}</data>.`)}
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
    <div class="table-region" tabindex="0" role="region" aria-label=${msg('Shares by time step')} data-testid="gradient-table">
      <table>
        <thead>
          <tr>
            <th scope="col">${msg('step')}</th>
            ${GATES.map(({ key }) => html`<th scope="col">${gateName(key)}</th>`)}
            <th scope="col">kernel</th>
            <th scope="col">recurrent_kernel</th>
            <th scope="col">bias</th>
            <th scope="col">${msg('all')}</th>
          </tr>
        </thead>
        <tbody>
          ${steps.map((step, t) => row(lagName(t, steps.length), step)).reverse()}
          ${row(source === 'training' ? msg('norm of the sum, the batch') : msg('norm of the sum'), total)}
        </tbody>
      </table>
    </div>
  `;
}

function number(testId: string, value: number): TemplateResult {
  return html`<data value=${value} title=${value} data-testid=${testId}>${formatWeight(value)}</data>`;
}
