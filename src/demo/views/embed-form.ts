/** Code to embed a view: which one, how large, and whether the buttons come with it. */

import { signal } from '@preact/signals-core';
import { html, type TemplateResult } from 'lit';
import { SignalElement } from '../signal-element.ts';
import { embedCode, FRAME, frameSize } from '../teaching/embed.ts';
import { msg } from '../words.ts';
import { copyText } from './copy-text.ts';

/** The first section: title and settings, no view by itself. */
const TOP = 'top';

interface View {
  readonly id: string;
  readonly title: string;
}

export class EmbedForm extends SignalElement {
  readonly #section = signal('cell');
  readonly #width = signal(960);
  readonly #height = signal(900);
  readonly #withControls = signal(true);
  readonly #said = signal('');

  protected override render(): TemplateResult {
    const views = allViews();
    const shown = views.find(({ id }) => id === this.#section.value) ?? views[0];
    const code = shown === undefined ? '' : this.#code(shown, views);
    return html`
      <h3>${msg('Embed a view')}</h3>
      <p>
        ${msg(html`Put one view into a course page. <code>hide=</code> in the address names, with commas, the sections that are not to be seen, and <code>controls</code> for the buttons at the top.`)}
      </p>
      <div class="fields">
        <div class="field">
          <label for="embed-view">${msg('View')}</label>
          <select
            id="embed-view"
            data-testid="embed-view"
            @change=${(event: Event) => {
              this.#section.value = (event.target as HTMLSelectElement).value;
            }}
          >
            ${views.map(({ id, title }) => html`<option value=${id} ?selected=${id === shown?.id}>${title}</option>`)}
          </select>
        </div>
        ${this.#size('width', this.#width)} ${this.#size('height', this.#height)}
      </div>
      <label class="choice">
        <input
          type="checkbox"
          data-testid="embed-controls"
          .checked=${this.#withControls.value}
          @change=${(event: Event) => {
            this.#withControls.value = (event.target as HTMLInputElement).checked;
          }}
        />
        ${msg('With the buttons to train')}
      </label>
      <pre class="bonnet-code teachers-embed" tabindex="0" role="region" aria-label=${msg('Code to embed the view')} data-testid="embed-code">${code}</pre>
      <div class="actions">
        <button class="button button-small" type="button" data-testid="embed-copy" @click=${() => void this.#copy(code)}>${msg('Copy')}</button>
        <span role="status">${this.#said.value}</span>
      </div>
    `;
  }

  #code(shown: View, views: readonly View[]): string {
    const others = [TOP, ...views.map(({ id }) => id)].filter((id) => id !== shown.id);
    return embedCode({
      address: location.href.replace(/[?#].*$/, ''),
      section: shown.id,
      title: `gatewise: ${shown.title}`,
      hide: this.#withControls.value ? others : ['controls', ...others],
      width: this.#width.value,
      height: this.#height.value,
    });
  }

  #size(name: 'width' | 'height', size: { value: number }): TemplateResult {
    return html`<div class="field">
      <label for="embed-${name}">${name === 'width' ? msg('Width, pixels') : msg('Height, pixels')}</label>
      <input
        id="embed-${name}"
        type="number"
        min=${FRAME.least}
        max=${FRAME.most}
        .value=${String(size.value)}
        data-testid="embed-${name}"
        @change=${(event: Event) => {
          const input = event.target as HTMLInputElement;
          size.value = frameSize(input.value, size.value);
          input.value = String(size.value);
        }}
      />
    </div>`;
  }

  async #copy(code: string): Promise<void> {
    this.#said.value = await copyText(code, this.querySelector('[data-testid=embed-code]'));
  }
}

/** The page's own sections with their titles, so that a view that is added later is offered too. */
function allViews(): View[] {
  return [...document.querySelectorAll('main > section[id]')].flatMap((section) => {
    const title = section.querySelector('h2')?.textContent?.trim() ?? '';
    return section.id === TOP ? [] : [{ id: section.id, title }];
  });
}
