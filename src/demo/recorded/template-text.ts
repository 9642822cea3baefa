/** What a Lit template of the page says, as text: the build writes the page's own formulas and numbers into the HTML with it. */
import { nothing, type TemplateResult } from 'lit';
import { escapeText } from './text-document.ts';

/** Listeners, properties and switches are for a script, and so are the ids that tests find it by. */
const SCRIPT_ONLY = /\s[@.?][\w-]+=$/;
const TEST_ID = /\s(?:data-testid|title)="[^"]*"/g;

/** Well-formed HTML; without what needs a script. */
export function templateText(template: TemplateResult): string {
  return pieces(template).replace(TEST_ID, '').replace(/\s+/g, ' ').trim();
}

function pieces({ strings, values }: TemplateResult): string {
  return strings.reduce((text, part, at) => {
    if (at === 0) return part;
    const value = values[at - 1];
    if (SCRIPT_ONLY.test(text)) return text.replace(SCRIPT_ONLY, '') + part;
    if (text.endsWith('=')) return `${text}"${escapeText(String(value))}"${part}`;
    return text + textOf(value) + part;
  }, '');
}

function textOf(value: unknown): string {
  if (value === nothing || value === null || value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeText(String(value));
  if (Array.isArray(value)) return value.map(textOf).join('');
  return pieces(value as TemplateResult);
}
