/** Back and forth: the epoch that all views show, undo and redo, and the link to what is seen. */
import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { linkToThis } from '../address.ts';
import { send } from '../app.ts';
import { formatCount } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { canRun, data, history as epochs, run, undoable } from '../state.ts';
import { Throttle } from './chart-box.ts';
import { ICONS } from './icons.ts';

const LOOK_EVERY_MS = 120;

export class TravelBar extends SignalElement {
  readonly #throttle = new Throttle(LOOK_EVERY_MS);
  /** The epoch asked for, until its weights are shown. */
  readonly #wanted = signal<number | null>(null);
  readonly #copied = signal('');
  #stop: (() => void) | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#key);
    this.#stop = effect(() => {
      const { phase, shownEpoch } = run.value;
      if (phase === 'training') this.#throttle.cancel();
      if (phase === 'training' || shownEpoch === this.#wanted.peek()) this.#wanted.value = null;
    });
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#key);
    this.#throttle.cancel();
    this.#stop?.();
  }

  protected override render(): TemplateResult {
    return html`
      <div class="travel" role="group" aria-label="Epoch shown and changes">
        ${this.#epochs()}
        <div class="actions">
          <span role="status" class="travel-hint" data-testid="link-status">${this.#copied.value}</span>
          <button class="button button-small" type="button" data-testid="share" @click=${() => void this.#share()}>
            ${ICONS.link}<span>Copy link</span>
          </button>
          ${this.#change('undo')}${this.#change('redo')}
        </div>
      </div>
    `;
  }

  #epochs(): TemplateResult | typeof nothing {
    const { kept, bestEpoch } = epochs.value;
    const { epoch, phase } = run.value;
    const shownEpoch = this.#wanted.value ?? run.value.shownEpoch;
    if (kept.length < 2) {
      return html`<span class="travel-hint">After the first epoch you can go back to any of them here.</span>`;
    }
    const at = kept.findLastIndex((one) => one <= shownEpoch);
    const disabled = !canRun.value || phase === 'training';
    const words =
      shownEpoch === 0
        ? 'before training'
        : shownEpoch === epoch
          ? 'the newest'
          : shownEpoch === bestEpoch
            ? 'the best'
            : '';
    const said = `epoch ${formatCount(shownEpoch)}${words === '' ? '' : `, ${words}`}`;
    const step = (by: number, word: string, icon: TemplateResult): TemplateResult => html`<button
      class="button button-small button-square"
      type="button"
      aria-label=${word}
      title=${word}
      data-testid=${by < 0 ? 'epoch-back' : 'epoch-on'}
      ?disabled=${disabled || kept[at + by] === undefined}
      @click=${() => this.#lookAt(kept[at + by])}
    >
      ${icon}
    </button>`;
    return html`
      <label class="travel-epoch">
        <span>Show epoch</span>
        <input
          type="range"
          min="0"
          max=${kept.length - 1}
          .value=${String(at)}
          aria-valuetext=${said}
          data-testid="epoch-shown"
          ?disabled=${disabled}
          @input=${(event: Event) => {
            this.#lookAt(kept[Number((event.target as HTMLInputElement).value)]);
          }}
        />
      </label>
      <div class="actions">${step(-1, 'One epoch back', ICONS.minus)}${step(1, 'One epoch on', ICONS.plus)}</div>
      <output class="travel-words" data-testid="epoch-words">${said}</output>
    `;
  }

  async #share(): Promise<void> {
    const link = linkToThis();
    const preset = data.value?.preset ?? null;
    const { start, isEdited } = run.value;
    const without = [
      ...(preset === null || preset === 'city' ? ['the data'] : []),
      ...(start === null ? [] : [`the weights of ${start}`]),
      ...(isEdited ? ['what was set by hand'] : []),
    ];
    const at = run.value.shownEpoch > 0 ? `, with epoch ${formatCount(run.value.shownEpoch)}` : '';
    const own = without.length === 0 ? '' : ` It holds the settings, not ${without.join(' nor ')}.`;
    try {
      await navigator.clipboard.writeText(link);
      this.#copied.value = `Link copied${at}.${own}`;
    } catch {
      // Without leave to write to the clipboard the link stands in the address, to be copied there.
      history.replaceState(null, '', link);
      this.#copied.value = `The link stands in the address of this page.${own}`;
    }
  }

  #lookAt(epoch: number | undefined): void {
    if (epoch === undefined) return;
    this.#wanted.value = epoch;
    this.#throttle.run(() => send({ type: 'look-at', epoch }));
  }

  #change(direction: 'undo' | 'redo'): TemplateResult {
    const what = undoable.value[direction];
    const word = direction === 'undo' ? 'Undo' : 'Redo';
    return html`<button
      class="button button-small"
      type="button"
      data-testid=${direction}
      title=${what === null ? `Nothing to ${direction}` : `${word}: ${what}`}
      ?disabled=${what === null || !canRun.value}
      @click=${() => send({ type: direction })}
    >
      ${ICONS[direction]}<span>${word}</span>${what === null ? nothing : html`<span class="visually-hidden">: ${what}</span>`}
    </button>`;
  }

  /** Ctrl+Z and Ctrl+Shift+Z, but in fields, where they belong to the text. */
  readonly #key = (event: KeyboardEvent): void => {
    const inField =
      event.target instanceof Element && event.target.matches('input:not([type=range]), textarea, select');
    if (inField || event.altKey || !(event.ctrlKey || event.metaKey) || event.key.toLowerCase() !== 'z')
      return;
    const direction = event.shiftKey ? 'redo' : 'undo';
    if (undoable.value[direction] === null || !canRun.value) return;
    event.preventDefault();
    send({ type: direction });
  };
}
