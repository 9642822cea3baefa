/** Pieces of the static HTML that all of its parts share: where a figure is from, tables, legends and drawings of two widths. */
import { recordedWords } from '../format.ts';
import { FALLBACK_SPAN, SPANS } from '../views/time-range.ts';
import type { StoredRun } from './stored-run.ts';
import { escapeText as text } from './text-document.ts';

/** Drawn twice, since letters must not shrink: for wide pages at the width they have at 1280 pixels, and for phones. */
export const DRAWINGS = [
  { name: 'wide', width: 808, span: FALLBACK_SPAN },
  { name: 'narrow', width: 344, span: SPANS[0] },
] as const;

/** What every figure says of itself. */
export function label({ date, device, data, forecast, recipe }: StoredRun): string {
  const report = {
    date: Date.parse(date),
    device,
    series: data.name,
    epoch: forecast.epoch,
    epochs: recipe.epochs,
  };
  return `<p class="recorded-label">${text(recordedWords(report, true))} <span class="needs-script">Train it yourself with the button.</span></p>`;
}

export function table(name: string, columns: readonly string[], rows: readonly string[]): string {
  const head = columns.map((column) => `<th scope="col">${column}</th>`).join('');
  return `<div class="table-region" tabindex="0" role="region" aria-label="${name}"><table><thead><tr>${head}</tr></thead><tbody>${rows.join('')}</tbody></table></div>`;
}

export function chart(name: string, svg: string): string {
  return `<div class="recorded-part recorded-drawing" data-width="${name}">${svg}</div>`;
}

export function legend(lines: Readonly<Record<string, string>>): string {
  const items = Object.entries(lines).map(
    ([name, word]) =>
      `<li><svg viewBox="0 0 28 12" aria-hidden="true"><line x1="1" y1="6" x2="27" y2="6" class="line-${name}"/></svg>${text(word)}</li>`,
  );
  return `<ul class="legend">${items.join('')}</ul>`;
}
