/** One step of one cell, forward and backward: products, gates, states and gradients with their numbers, and the WGSL. */

import { effect } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';
import { windowGradients } from '../gradients.ts';
import type { TraceReport } from '../protocol.ts';
import { chosenGate, chosenStep, chosenUnit, trace } from '../selection.ts';
import { SignalElement } from '../signal-element.ts';
import { isOther } from '../state.ts';
import { msg, say } from '../words.ts';
import { backwardCards, forwardCards } from './cell-cards.ts';
import { cellChoices } from './cell-choices.ts';
import { codeLines } from './cell-code-lines.ts';
import { partsLegend } from './cell-parts.ts';
import { direction, marked } from './cell-state.ts';
import { cellWalk } from './cell-walk.ts';
import { whoseWords } from './time-words.ts';

export class CellView extends SignalElement {
  #stop: (() => void) | null = null;
  #unfollow: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.addEventListener('keydown', this.#key);
    this.#stop = effect(() => {
      if (direction.value === 'backward') this.#unfollow ??= windowGradients.follow();
      else this.#leave();
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.removeEventListener('keydown', this.#key);
    this.#stop?.();
    this.#leave();
  }

  #leave(): void {
    this.#unfollow?.();
    this.#unfollow = null;
  }

  readonly #key = (event: KeyboardEvent): void => {
    if (event.key !== 'Escape' || marked.value === null) return;
    marked.value = null;
    // It has ended something: what lies around it, such as the tour, goes on.
    event.preventDefault();
  };

  protected override hasContent(): boolean {
    return trace.value !== null || isOther.value;
  }

  protected override render(): TemplateResult {
    const shown = trace.value;
    if (shown === null) {
      return html`<p class="placeholder">
        ${msg('The numbers of one cell appear here once a model with an LSTM as its first layer stands.')}
      </p>`;
    }
    if (shown.activation !== 'tanh' || shown.recurrentActivation !== 'sigmoid') {
      return html`<p class="placeholder" data-testid="cell-refusal">
        ${msg(html`This view explains LSTMs with tanh and sigmoid. The layer from the file has ${shown.activation} and ${shown.recurrentActivation}, and other numbers would be wrong here.`)}
      </p>`;
    }
    return html`${cellChoices(shown)}${cellWalk()}${partsLegend()}${this.#cards(shown)}
      <p class="field-hint" data-testid="cell-whose">${whoseWords(shown)}</p>
      ${codeLines()}`;
  }

  #cards(shown: TraceReport): TemplateResult {
    const place = { step: chosenStep.value, unit: chosenUnit.value, gate: chosenGate.value };
    if (direction.value === 'forward') return forwardCards(shown, place);
    const gradients = windowGradients.latest.value;
    if (gradients?.type === 'none')
      return html`<p class="note" data-testid="cell-why">${say(gradients.why)}</p>`;
    const isOfThis = gradients?.window === shown.window && gradients.fingerprint === shown.fingerprint;
    const cell = isOfThis ? gradients.cell : null;
    return cell === null
      ? html`<p class="placeholder">${msg('The gradients of this window are being computed.')}</p>`
      : backwardCards(shown, cell, place);
  }
}
