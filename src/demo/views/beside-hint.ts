/** What a button that trains other networks says of the page's own. */
import { html, type TemplateResult } from 'lit';
import { canRun } from '../state.ts';
import { msg } from '../words.ts';

export function besideHint(): TemplateResult {
  return html`<span class="field-hint">
    ${
      canRun.value
        ? msg('It runs beside the page, on the same device; the network above stays as it is.')
        : msg('Networks are trained on a graphics device, and none is ready.')
    }
  </span>`;
}
