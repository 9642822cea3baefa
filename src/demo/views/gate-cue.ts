/** The forget gate's bias gives it away: one button sets the weights back to before training and shows where to look. */
import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import { send } from '../app.ts';
import type { ModelReport } from '../protocol.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { canRun, model, run, undoable } from '../state.ts';
import { msg } from '../words.ts';
import { arrangement, showInMatrix } from './weights-state.ts';

/** A look at the weights before training: over once these are trained, of another seed or of another model. */
interface Look {
  readonly hasReset: boolean;
  /** Null until the reset is done. */
  readonly of: { readonly seed: number; readonly built: ModelReport } | null;
}

const FORGET = GATES.findIndex(({ key }) => key === 'f');

export class GateCue extends SignalElement {
  readonly #look = signal<Look | null>(null);

  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    this.#stop = effect(() => {
      const [seed, built, fresh] = [run.value.seed, model.value, isFresh()];
      const look = this.#look.peek();
      if (look === null) return;
      if (look.of === null) {
        // Until the reset is done the run is still the one before it.
        if (fresh && built !== null) this.#look.value = { ...look, of: { seed, built } };
      } else if (!fresh || look.of.seed !== seed || look.of.built !== built) this.#look.value = null;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    const look = this.#look.value;
    const isLooked = look !== null && isFresh();
    return html`
      <div class="actions">
        <button class="button" type="button" data-testid="gate-reset" ?disabled=${!canRun.value} @click=${() => this.#begin()}>
          ${msg('How would you know without docs? Reset and look.')}
        </button>
        <span class="field-hint">${msg('Undo brings back what was trained.')}</span>
      </div>
      <p role="status" data-testid="gate-reset-said">${isLooked ? html`<gw-gate-cue-said></gw-gate-cue-said>` : nothing}</p>
      ${
        isLooked && look.hasReset && undoable.value.undo !== null
          ? html`<div class="actions">
              <button class="button button-small" type="button" data-testid="gate-reset-undo" @click=${() => this.#undo()}>
                ${msg('Undo the reset')}
              </button>
            </div>`
          : nothing
      }
    `;
  }

  #begin(): void {
    void import('./gate-cue-said.ts').then(({ GateCueSaid }) =>
      defineElement('gw-gate-cue-said', GateCueSaid),
    );
    const { seed } = run.value;
    const built = model.value;
    const hasReset = !isFresh();
    this.#look.value = { hasReset, of: hasReset || built === null ? null : { seed, built } };
    if (hasReset) send({ type: 'reset' });
    arrangement.value = 'apart';
    showInMatrix('bias', { gate: FORGET, row: 0, unit: 0 }, true);
  }

  #undo(): void {
    this.#look.value = null;
    // The button goes with the look; the focus stays beside it.
    this.querySelector<HTMLElement>('[data-testid=gate-reset]')?.focus();
    send({ type: 'undo' });
  }
}

function isFresh(): boolean {
  const { epoch, step, phase, isEdited } = run.value;
  return epoch === 0 && step === 0 && phase !== 'training' && !isEdited;
}
