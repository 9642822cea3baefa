/** A chart of lags with the slider that goes from row to row: pointer, arrow keys and all views share the row looked at. */
import { html, nothing, type TemplateResult } from 'lit';
import { drawLagBars, type LagBarsInput } from '../charts/lag-bars.ts';
import { chooseLag, chosenLag, trainedSteps } from '../lags/lag-state.ts';
import { lagLabel } from '../lags/lag-words.ts';
import { trace } from '../selection.ts';
import { msg, str } from '../words.ts';
import { type ChartFiles, chartFiles } from './chart-files.ts';
import { stepWords } from './time-words.ts';

export interface LagChart extends Pick<LagBarsInput, 'bars' | 'band' | 'noise' | 'limit'> {
  readonly width: number;
  /** Of the chart and its slider. */
  readonly testId: string;
  /** What is measured, in a few words. */
  readonly title: string;
  /** What the bars are, for who cannot see them. */
  readonly name: string;
  /** Their table; null where there is another button for it. */
  readonly csv: ChartFiles['csv'];
}

const HEIGHT = 240;

export function lagChart({
  width,
  bars,
  band,
  noise,
  limit,
  testId,
  title,
  name,
  csv,
}: LagChart): TemplateResult {
  const steps = bars.length;
  const chosen = Math.min(chosenLag.value, steps);
  const drawn =
    width === 0
      ? null
      : drawLagBars({
          width,
          height: HEIGHT,
          bars,
          band,
          noise,
          limit,
          chosen,
          trained: trainedSteps.value,
          label: lagLabel,
        });
  return html`
    <div
      class="chart lag-chart"
      role="img"
      aria-label=${name}
      data-testid="${testId}-chart"
      @click=${(event: MouseEvent) => {
        const box = (event.currentTarget as Element).getBoundingClientRect();
        if (drawn !== null) chooseLag(drawn.lagAt(event.clientX - box.left));
      }}
    >
      ${drawn?.element ?? nothing}
    </div>
    ${chartFiles({ chart: `${testId}-chart`, name: testId, title, reading: name, csv })}
  `;
}

/** The slider from row to row, the oldest at the left as in the charts. */
export function rowSlider(testId: string, steps: number): TemplateResult {
  const chosen = Math.min(chosenLag.value, steps);
  return html`
    <label class="lag-row">
      <span>${msg('Row')}</span>
      <input
        type="range"
        min="1"
        max=${steps}
        .value=${String(steps + 1 - chosen)}
        aria-valuetext=${rowWords(chosen)}
        data-testid="${testId}-row"
        @input=${(event: Event) => chooseLag(steps + 1 - Number((event.target as HTMLInputElement).value))}
      />
      <output>${lagLabel(chosen)}</output>
    </label>
  `;
}

/** `t−5 (12 Mar 2015), lag 6`; a row older than the trained window has no date here. */
export function rowWords(lag: number): string {
  const shown = trace.value;
  const name = shown === null || lag > shown.steps ? lagLabel(lag) : stepWords(shown, shown.steps - lag);
  return msg(str`${name}, lag ${lag}`);
}
