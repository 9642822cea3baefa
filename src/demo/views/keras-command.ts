/** A command line that does again what was just done here, to be copied. */

import { html, type TemplateResult } from 'lit';
import { msg, str } from '../words.ts';
import { copyText } from './copy-text.ts';

export function commandPart(line: string): TemplateResult {
  // Regions of a page need names of their own.
  const [, , verb = ''] = line.split(' ');
  return html`
    <div class="keras-command">
      <p class="field-hint">${msg('The same from the command line:')}</p>
      <pre class="bonnet-code" tabindex="0" role="region" aria-label=${msg(str`Command line: gatewise ${verb}`)} data-testid="keras-command">${line}</pre>
      <div class="actions">
        <button class="button button-small" type="button" @click=${(event: Event) => void copy(event, line)}>${msg('Copy')}</button>
        <span role="status"></span>
      </div>
    </div>
  `;
}

async function copy(event: Event, line: string): Promise<void> {
  const part = (event.currentTarget as HTMLElement).closest('.keras-command');
  const said = await copyText(line, part?.querySelector('pre') ?? null);
  const status = part?.querySelector('[role=status]');
  if (status) status.textContent = said;
}
