/** What is known of the model file that is open: what it is, its gates, how far it is from another, and what can be done with it. */

import { effect } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { compared, compareNow, fileForecast, opened, other } from '../keras/state.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { run, testPart, weights } from '../state.ts';
import { msg } from '../words.ts';
import { Throttle } from './chart-box.ts';
import { actionsPart } from './keras-actions.ts';
import { comparePart } from './keras-compare.ts';
import { divergencePart } from './keras-divergence.ts';
import { filePart } from './keras-file.ts';
import { KerasGates } from './keras-gates.ts';
import { proofPart } from './keras-proof.ts';

const COMPARE_EVERY_MS = 1000;

export function defineReport(): void {
  defineElement('gw-keras-gates', KerasGates);
  defineElement('gw-keras-report', KerasReport);
}

class KerasReport extends SignalElement {
  readonly #throttle = new Throttle(COMPARE_EVERY_MS);
  #stops: (() => void)[] = [];

  override connectedCallback(): void {
    super.connectedCallback();
    let compared = weights.peek()?.fingerprint;
    let shown = testPart.peek();
    const forgetForecast = effect(() => {
      if (testPart.value !== shown) {
        shown = testPart.value;
        fileForecast.value = null;
      }
    });
    const compareAgain = effect(() => {
      const print = weights.value?.fingerprint;
      const isStill = run.value.phase !== 'training';
      // The current model changed: how far the file is from it is worked out again, once it holds still.
      if (other.value === null && isStill && print !== compared) {
        compared = print;
        this.#throttle.run(() => void compareNow());
      }
    });
    this.#stops = [forgetForecast, compareAgain];
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#throttle.cancel();
    for (const stop of this.#stops) {
      stop();
    }
  }

  protected override render(): TemplateResult | typeof nothing {
    const file = opened.value;
    if (file === null) {
      return nothing;
    }
    return html`
      <div class="keras-report" data-testid="keras-report">
        ${filePart(file)} ${actionsPart(file)}
        <section aria-labelledby="keras-gates-title">
          <h3 id="keras-gates-title">${msg('Its gates')}</h3>
          <gw-keras-gates .file=${file}></gw-keras-gates>
        </section>
        ${comparePart(file)} ${compared.value === null ? nothing : divergencePart()} ${proofPart()}
      </div>
    `;
  }
}
