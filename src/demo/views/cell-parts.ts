/** The parts of a cell as they are drawn: each has its colour (styles/cell-parts.css) and its letter, the same everywhere. */
import { html, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import { type CellPart, partLetter } from '../cell-symbols.ts';
import { msg } from '../words.ts';
import { gateFullWord } from './gate-words.ts';

/** The letter alone, beside what says the same in words. */
export function letterOf(part: CellPart): TemplateResult {
  return html`<b class="part-letter" data-cell-part=${part} aria-hidden="true">${partLetter(part)}</b>`;
}

/** What the letters stand for. */
export function partsLegend(): TemplateResult {
  const parts: readonly (readonly [CellPart, string])[] = [
    ['x', msg('inputs times W (kernel)')],
    ['h', msg('last outputs times U (recurrent_kernel)')],
    ['b', msg('bias')],
    ...GATES.map(({ key }): readonly [CellPart, string] => [key, gateFullWord(key)]),
  ];
  return html`
    <p id="cell-parts-title" class="field-hint">
      ${msg('Each part has one colour and one letter, in the formulas, the numbers, the matrices above and the code:')}
    </p>
    <ul class="cell-parts" aria-labelledby="cell-parts-title" data-testid="cell-parts">
      ${parts.map(([part, words]) => html`<li>${letterOf(part)}${words}</li>`)}
    </ul>
  `;
}
