/** Which window of the test part is looked at, by the date its forecast is for. */
import { html, type TemplateResult } from 'lit';
import { chooseWindow, chosenWindow } from '../selection.ts';
import { data } from '../state.ts';
import { windowName } from './forecast-cursor.ts';

export function windowSlider(testId: string): TemplateResult {
  const report = data.value;
  const name = report === null ? '' : windowName(report, chosenWindow.value);
  return html`<label class="cell-slider">
    <span>Forecast of</span>
    <input
      type="range"
      min="0"
      max=${Math.max(0, (report?.windows.test ?? 1) - 1)}
      .value=${String(chosenWindow.value)}
      aria-valuetext=${name}
      data-testid=${testId}
      @change=${(event: Event) => chooseWindow(Number((event.target as HTMLInputElement).value))}
    />
    <span>${name}</span>
  </label>`;
}
