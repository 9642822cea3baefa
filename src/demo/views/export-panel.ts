/** Download buttons: the weights as they are now, in Keras' layout. */
import { html, type TemplateResult } from 'lit';
import { send } from '../app.ts';
import type { ExportFormat } from '../protocol.ts';
import { SignalElement } from '../signal-element.ts';
import { canRun } from '../state.ts';
import { ICONS } from './icons.ts';

const FORMATS: readonly { readonly format: ExportFormat; readonly name: string; readonly what: string }[] = [
  { format: 'keras', name: 'model.keras', what: 'the whole model: keras.saving.load_model' },
  { format: 'weights.h5', name: 'model.weights.h5', what: 'the weights: model.load_weights' },
  { format: 'npz', name: 'weights.npz', what: 'the arrays: numpy.load' },
];

export class ExportPanel extends SignalElement {
  protected override render(): TemplateResult {
    return html`
      <ul class="export-list">
        ${FORMATS.map(
          ({ format, name, what }) => html`
            <li>
              <button
                class="button"
                type="button"
                data-testid="export-${format}"
                ?disabled=${!canRun.value}
                aria-describedby="export-${format.replace('.', '-')}"
                @click=${() => send({ type: 'export', format })}
              >
                ${ICONS.save}<span>${name}</span>
              </button>
              <span class="export-what" id="export-${format.replace('.', '-')}">${what}</span>
            </li>
          `,
        )}
      </ul>
    `;
  }
}
