/** Download buttons: the model as it is now, in every format that is written. */

import { html, nothing, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import { SignalElement } from '../signal-element.ts';
import { canAsk, exportNotes } from '../state.ts';
import { msg } from '../words.ts';
import { FILE_FORMATS, type FileFormat } from './file-formats.ts';
import { ICONS } from './icons.ts';

/** Formats shown at once; the others open below. */
const SHOWN = 3;

export class ExportPanel extends SignalElement {
  protected override render(): TemplateResult {
    return html`
      <ul class="export-list">${FILE_FORMATS.slice(0, SHOWN).map((one) => this.#button(one))}</ul>
      <details class="export-more" data-testid="export-more">
        <summary>${msg('More formats')}</summary>
        <ul class="export-list">${FILE_FORMATS.slice(SHOWN).map((one) => this.#button(one))}</ul>
      </details>
      <div role="status" data-testid="export-notes">
        ${
          exportNotes.value.length === 0
            ? nothing
            : html`<ul class="card-notes">${exportNotes.value.map((note) => html`<li>${note}</li>`)}</ul>`
        }
      </div>
    `;
  }

  #button({ format, name, what }: FileFormat): TemplateResult {
    const id = `export-${format.replace('.', '-')}`;
    return html`
      <li>
        <button
          class="button"
          type="button"
          data-testid="export-${format}"
          ?disabled=${!canAsk.value}
          aria-describedby=${id}
          @click=${() => send({ type: 'export', format })}
        >
          ${ICONS.save}<span>${name}</span>
        </button>
        <span class="export-what" id=${id}>${what}</span>
      </li>
    `;
  }
}
