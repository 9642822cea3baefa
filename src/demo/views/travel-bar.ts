/** Back and forth: the epoch that all views show, undo and redo, and the link to what is seen. */

import { effect, signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import { formatCount } from '../format.ts';
import { SignalElement } from '../signal-element.ts';
import { canAsk, canRun, data, history as epochs, model, problem, run, undoable } from '../state.ts';
import { msg, say, str } from '../words.ts';
import { Throttle } from './chart-box.ts';
import { ICONS } from './icons.ts';

const LOOK_EVERY_MS = 120;

export class TravelBar extends SignalElement {
  readonly #throttle = new Throttle(LOOK_EVERY_MS);
  /** The epoch asked for, until its weights are shown. */
  readonly #wanted = signal<number | null>(null);
  readonly #copied = signal('');
  #stop: (() => void) | null = null;
  #model = model.value;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#key);
    this.#stop = effect(() => {
      const { phase, shownEpoch } = run.value;
      if (phase === 'training') this.#throttle.cancel();
      // Weights that could not be loaded are not shown either.
      const isOver = phase === 'training' || problem.value !== null || model.value !== this.#model;
      // A look at one model is never answered by the next.
      this.#model = model.value;
      if (isOver || shownEpoch === this.#wanted.peek()) this.#wanted.value = null;
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
      <div class="travel" role="group" aria-label=${msg('Epoch shown and changes')}>
        <div class="actions travel-changes">
          <button class="button button-small" type="button" title=${msg('Copy link')} data-testid="share" @click=${() => void this.#share()}>
            ${ICONS.link}<span>${msg('Copy link')}</span>
          </button>
          ${this.#change('undo')}${this.#change('redo')}
        </div>
        <span role="status" class="travel-hint" data-testid="link-status">${this.#copied.value}</span>
        <div class="travel-epochs">${this.#epochs()}</div>
      </div>
    `;
  }

  #epochs(): TemplateResult | typeof nothing {
    const { kept, bestEpoch } = epochs.value;
    const { epoch, phase } = run.value;
    const shownEpoch = this.#wanted.value ?? run.value.shownEpoch;
    if (kept.length < 2) {
      return html`<span class="travel-hint">${msg('After the first epoch you can go back to any of them here.')}</span>`;
    }
    const at = kept.findLastIndex((one) => one <= shownEpoch);
    const disabled = !canAsk.value || phase === 'training';
    const words =
      shownEpoch === 0
        ? msg('before training')
        : shownEpoch === epoch
          ? msg('the newest')
          : shownEpoch === bestEpoch
            ? msg('the best')
            : '';
    const number = formatCount(shownEpoch);
    const said = words === '' ? msg(str`epoch ${number}`) : msg(str`epoch ${number}, ${words}`);
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
        <span>${msg('Show epoch')}</span>
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
      <div class="actions">${step(-1, msg('One epoch back'), ICONS.minus)}${step(1, msg('One epoch on'), ICONS.plus)}</div>
      <output class="travel-words" data-testid="epoch-words">${said}</output>
    `;
  }

  async #share(): Promise<void> {
    const { linkToThis } = await import('../link-here.ts');
    const link = linkToThis();
    const preset = data.value?.preset ?? null;
    const { start, isEdited } = run.value;
    const without = [
      ...(preset === null || preset === 'city' ? [msg('the data')] : []),
      ...(start === null ? [] : [msg(str`the weights of ${start}`)]),
      ...(isEdited ? [msg('what was set by hand')] : []),
    ];
    const at = run.value.shownEpoch > 0 ? msg(str`, with epoch ${formatCount(run.value.shownEpoch)}`) : '';
    const own =
      without.length === 0 ? '' : msg(str` It holds the settings, not ${without.join(msg(' nor '))}.`);
    try {
      await navigator.clipboard.writeText(link);
      this.#copied.value = msg(str`Link copied${at}.${own}`);
    } catch {
      // Without leave to write to the clipboard the link stands in the address, to be copied there.
      history.replaceState(null, '', link);
      this.#copied.value = msg(str`The link stands in the address of this page.${own}`);
    }
  }

  #lookAt(epoch: number | undefined): void {
    if (epoch === undefined) return;
    this.#wanted.value = epoch;
    this.#throttle.run(() => send({ type: 'look-at', epoch }));
  }

  #change(direction: 'undo' | 'redo'): TemplateResult {
    const told = undoable.value[direction];
    const what = told === null ? null : say(told);
    const word = direction === 'undo' ? msg('Undo') : msg('Redo');
    return html`<button
      class="button button-small"
      type="button"
      data-testid=${direction}
      title=${what === null ? (direction === 'undo' ? msg('Nothing to undo') : msg('Nothing to redo')) : `${word}: ${what}`}
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
