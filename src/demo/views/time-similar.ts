/** Days whose gates, at the step that gave the forecast, stood like those of the chosen one; found when asked for. */

import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { client } from '../app.ts';
import { formatCount, formatWeight, stepsWord } from '../format.ts';
import type { DataReport, SimilarDays } from '../protocol.ts';
import { chooseWindow, chosenWindow } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { canAsk, data, recorded, run, testPart, weights } from '../state.ts';
import { msg, str } from '../words.ts';
import { windowName } from './forecast-cursor.ts';
import { onProcessor } from './processor-words.ts';

export class TimeSimilar extends SignalElement {
  readonly #found = signal<SimilarDays | null>(null);
  readonly #message = signal('');
  readonly #working = signal(false);
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    let [lastTest, lastPrint] = [testPart.peek(), weights.peek()?.fingerprint];
    this.#stop = effect(() => {
      // What other weights or other data gave is not told of these.
      const [test, print] = [testPart.value, weights.value?.fingerprint];
      if (test === lastTest && print === lastPrint) return;
      [lastTest, lastPrint] = [test, print];
      this.#found.value = null;
      this.#message.value = '';
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult | typeof nothing {
    const report = data.value;
    if (report === null) return nothing;
    const words = stepsWord(report.stepMs);
    const stands = canAsk.value && run.value.phase !== 'training' && !this.#working.value;
    return html`
      <h3>${msg(html`Find ${words} with the same gate pattern`)}</h3>
      <p>
        ${msg(html`Which other windows of the test part end with gates i, f and o that stand nearly as in the window that forecasts ${windowName(report, chosenWindow.value)}, over all units? The distance is the root mean square of the differences between the gates of the newest step: 0 would be the same gates.`)}
      </p>
      <div class="actions">
        <button
          class="button"
          type="button"
          data-testid="find-similar"
          ?disabled=${!stands}
          @click=${() => void this.#find()}
        >
          ${msg(html`Find similar ${words}`)}
        </button>
      </div>
      <div role="status" data-testid="similar-status">${this.#message.value}</div>
      ${this.#list(report)}
    `;
  }

  #list(report: DataReport): TemplateResult | typeof nothing {
    const found = this.#found.value;
    if (found === null) return nothing;
    const name = (window: number): string => windowName(report, window);
    const button = (window: number, text: string): TemplateResult => html`<button
      class="button button-small"
      type="button"
      aria-pressed=${chosenWindow.value === window ? 'true' : 'false'}
      data-testid="similar-day"
      data-window=${window}
      @click=${() => chooseWindow(window)}
    >
      ${text}
    </button>`;
    return html`
      <ol class="similar-days" data-testid="similar-days">
        ${found.nearest.map(
          ({ window, distance }) => html`<li>
            ${button(window, name(window))}
            <span>${msg(html`distance <data value=${distance}>${formatWeight(distance)}</data>`)}</span>
          </li>`,
        )}
      </ol>
      ${
        chosenWindow.value === found.window
          ? nothing
          : html`<button
              class="button button-small"
              type="button"
              data-testid="similar-back"
              @click=${() => chooseWindow(found.window)}
            >
              ${msg(html`Back to ${name(found.window)}`)}
            </button>`
      }
    `;
  }

  async #find(): Promise<void> {
    const window = chosenWindow.value;
    const report = data.value;
    const test = testPart.value;
    const before = weights.value?.fingerprint;
    this.#working.value = true;
    this.#message.value = msg('Computing the gates of the test part.');
    const answer = await client.ask({ type: 'find-similar', window });
    this.#working.value = false;
    const similar = answer.type === 'similar' ? answer.similar : null;
    const isOfNow = weights.value?.fingerprint === before && testPart.value === test;
    if (report === null || similar === null || similar.fingerprint !== before || !isOfNow) {
      this.#message.value = msg(
        'Nothing could be compared: weights or data changed meanwhile, or a gate is not a number. Ask again once training stands still.',
      );
      return;
    }
    this.#found.value = similar;
    const nearest = msg(
      str`Nearest to ${windowName(report, window)} among ${formatCount(similar.compared)} others:`,
    );
    this.#message.value = recorded.value === null ? nearest : `${onProcessor()} ${nearest}`;
  }
}
