/** The field for a tolerance: set with a button or Enter; what is no tolerance is said beside it, and the focus goes there. */

import { html, type TemplateResult } from 'lit';
import { formatTolerance, type Tolerance } from '../keras/tolerance.ts';
import { msg, say } from '../words.ts';

export function toleranceForm(tolerance: Tolerance): TemplateResult {
  const { id, value, fault } = tolerance;
  return html`
    <form class="keras-tolerance" novalidate @submit=${(event: SubmitEvent) => set(event, tolerance)}>
      <div class="field">
        <label for=${id}>${msg('Tolerance')}</label>
        <input
          id=${id}
          name="tolerance"
          type="text"
          inputmode="decimal"
          maxlength="40"
          autocomplete="off"
          spellcheck="false"
          .value=${formatTolerance(value)}
          data-testid=${id}
          aria-invalid=${fault === null ? 'false' : 'true'}
          aria-describedby="${id}-hint ${id}-fault"
        />
      </div>
      <button class="button button-small" type="submit" data-testid="${id}-set">${msg('Set')}</button>
      <p class="field-hint" id="${id}-hint">
        ${msg('Two numbers a and b agree where |a\u2212b| is at most the tolerance times (1 + |b|).')}
      </p>
      <p class="field-error" id="${id}-fault" role="alert" tabindex="-1" data-testid="${id}-fault">${fault === null ? '' : say(fault)}</p>
    </form>
  `;
}

function set(event: SubmitEvent, tolerance: Tolerance): void {
  event.preventDefault();
  const form = event.target as HTMLFormElement;
  const typed = String(new FormData(form).get('tolerance') ?? '');
  if (!tolerance.set(typed)) form.querySelector<HTMLElement>('.field-error')?.focus();
}
