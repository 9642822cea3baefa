/** "Show me around": a panel that walks through the views, stop by stop, and goes only where its buttons send it. */

import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import { defineElement, SignalElement } from '../signal-element.ts';
import { canAsk, canRun, recorded, run } from '../state.ts';
import { TOUR } from '../teaching/tour.ts';
import { msg } from '../words.ts';
import { LOOKS, rememberLook } from './tour-looks.ts';
import { TourStage } from './tour-stage.ts';

type Stop = (typeof TOUR)[number];

class TourPanel extends SignalElement {
  readonly #stage = new TourStage(this);
  readonly #at = signal(0);
  readonly #putBack = rememberLook();
  /** Sections that a link hides are left out. */
  readonly #stops: readonly Stop[] = TOUR.filter(
    ({ section }) => document.getElementById(section)?.hidden === false,
  );
  /** Has the focus once the tour has ended. */
  opener: HTMLElement | null = null;

  override connectedCallback(): void {
    super.connectedCallback();
    addEventListener('keydown', this.#key);
  }

  override disconnectedCallback(): void {
    super.disconnectedCallback();
    removeEventListener('keydown', this.#key);
  }

  protected override render(): TemplateResult | typeof nothing {
    const at = this.#at.value;
    const stop = this.#stops[at];
    if (stop === undefined) return nothing;
    return html`
      <div class="tour" role="region" aria-labelledby="tour-title" data-testid="tour" data-stop-id=${stop.id}>
        <div class="tour-words">
          <h3 id="tour-title" tabindex="-1" data-testid="tour-title">
            <span class="tour-count">${msg(html`Stop ${at + 1} of ${this.#stops.length}`)}</span> ${stop.title}
          </h3>
          <p>${stop.text}</p>
        </div>
        <div class="tour-words">
          ${this.#without(stop)} ${this.#number(stop)}
          ${stop.question === null ? nothing : html`<p class="tour-question">${stop.question}</p>`}
        </div>
        <div class="actions tour-actions">
          ${stop.id === 'training' && canRun.value ? trainButton() : nothing}
          <button class="button button-small" type="button" data-testid="tour-back" ?disabled=${at === 0} @click=${() => this.#go(at - 1)}>
            ${msg('Back')}
          </button>
          <button
            class="button button-small"
            type="button"
            data-testid="tour-next"
            ?disabled=${at === this.#stops.length - 1}
            @click=${() => this.#go(at + 1)}
          >
            ${msg('Next')}
          </button>
          <button class="button button-small" type="button" data-testid="tour-end" @click=${this.#end}>${msg('End')}</button>
        </div>
      </div>
    `;
  }

  #number({ id }: Stop): TemplateResult | typeof nothing {
    const number = LOOKS[id].number?.() ?? null;
    if (number === null) return nothing;
    return html`<p class="tour-number" data-testid="tour-number">
      ${number.words} <b data-testid="tour-value">${number.value}</b>
      ${number.code === undefined ? nothing : html`<code data-testid="tour-code">${number.code}</code>`}
    </p>`;
  }

  #without({ id, without }: Stop): TemplateResult | typeof nothing {
    const stands = id === 'training' ? canRun : canAsk;
    if (without === null || stands.value) return nothing;
    return html`<p data-testid="tour-without">
      ${without}${recorded.value === null ? nothing : msg(' What you see of it is a recorded run.')}
    </p>`;
  }

  #go(at: number): void {
    const stop = this.#stops[at];
    if (stop === undefined) return;
    this.#at.value = at;
    LOOKS[stop.id].set?.();
    this.#stage.show(stop);
    void this.updateComplete.then(() => {
      this.querySelector<HTMLElement>('#tour-title')?.focus({ preventScroll: true });
    });
  }

  begin(): void {
    this.#go(0);
  }

  readonly #end = (): void => {
    this.#stage.clear();
    this.remove();
    this.#putBack();
    this.opener?.focus();
  };

  readonly #key = ({ key, defaultPrevented }: KeyboardEvent): void => {
    if (key === 'Escape' && !defaultPrevented) this.#end();
  };
}

/** What was trained before comes back with the page's own undo. */
function trainButton(): TemplateResult {
  const { phase, epoch, step } = run.value;
  const isTraining = phase === 'training';
  return html`<button
    class="button button-small button-main"
    type="button"
    data-testid="tour-train"
    @click=${() => {
      if (isTraining) return send({ type: 'pause' });
      if (epoch > 0 || step > 0) send({ type: 'reset' });
      send({ type: 'train' });
    }}
  >
    ${isTraining ? msg('Pause') : msg('Train from zero')}
  </button>`;
}

/** Begins the tour; one that is open begins anew. @param opener gets the focus when it ends */
export function beginTour(opener: HTMLElement): void {
  defineElement('gw-tour', TourPanel);
  const open = document.querySelector<TourPanel>('gw-tour');
  const panel = open ?? (document.createElement('gw-tour') as TourPanel);
  panel.opener = opener;
  panel.begin();
}
