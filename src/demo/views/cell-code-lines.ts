/** The WGSL beside the formulas: pointing at a line that computes something, or walking to it with the keys, marks what. */
import { signal } from '@preact/signals-core';
import { html, nothing, type TemplateResult } from 'lit';
import { CELL_CODE, type CodeLine, codePieces, computes } from '../cell-code.ts';
import { isLit, markOfLine } from '../cell-marks.ts';
import { partLetter } from '../cell-symbols.ts';
import { msg } from '../words.ts';
import { direction, marked, quantities } from './cell-state.ts';

/** The line that Tab leads to. */
const stop = signal<CodeLine | null>(null);

export function codeLines(): TemplateResult {
  const all = quantities.value;
  const blocks = CELL_CODE[direction.value];
  const computing = blocks.flat().filter((line) => all.some((one) => computes(line, one)));
  const first = computing.find((line) => line === stop.value) ?? computing[0];
  const line = (one: CodeLine): TemplateResult => {
    const lit = isLit(one, marked.value, all) ? 'true' : 'false';
    if (!computing.includes(one)) return html`<span data-lit=${lit}>${pieces(one)}\n</span>`;
    const mark = (): void => {
      marked.value = markOfLine(all, one);
    };
    return html`<span
        class="code-line"
        role="button"
        tabindex=${one === first ? 0 : -1}
        aria-pressed=${lit}
        data-lit=${lit}
        @pointermove=${() => {
          if (marked.value?.line !== one) mark();
        }}
        @click=${mark}
        @focus=${() => {
          stop.value = one;
          mark();
        }}
        >${pieces(one)}\n</span
      >`;
  };
  return html`
    <div class="cell-code">
      <p id="cell-code-title" class="card-label">
        ${msg('The WGSL that computes it, four units and four rows at a time. Point at a line, or step to it with the arrow keys, to mark what it computes; a formula or a weight marks its lines.')}
      </p>
      <pre role="group" aria-labelledby="cell-code-title" data-testid="cell-code" @keydown=${walkLines}>${blocks.map(
        (lines, index) => html`${index === 0 ? '' : '\n'}${lines.map(line)}`,
      )}</pre>
    </div>
  `;
}

/** An identifier of one part is its colour's; where it stands for several, their letters follow it, or that of the marked product. */
function pieces(line: CodeLine): (string | TemplateResult)[] {
  const operand = marked.value?.term?.operand;
  return codePieces(line).map(({ text, parts }) => {
    const own = parts.filter((part) => part === operand || !parts.some((one) => one === operand));
    if (own.length === 0) return text;
    return parts.length === 1
      ? html`<span class="part" data-cell-part=${own[0]}>${text}</span>`
      : html`<span
            class="part-several"
            data-cell-part=${own.length === 1 ? own[0] : nothing}
            data-letters=${own.map(partLetter).join('')}
            >${text}</span
          >`;
  });
}

function walkLines(event: KeyboardEvent): void {
  const lines = [...(event.currentTarget as Element).querySelectorAll<HTMLElement>('.code-line')];
  const at = lines.indexOf(event.target as HTMLElement);
  if (event.key === 'Enter' || event.key === ' ') {
    event.preventDefault();
    lines[at]?.click();
    return;
  }
  const to = { ArrowUp: at - 1, ArrowDown: at + 1, Home: 0, End: lines.length - 1 }[event.key];
  if (to === undefined) return;
  event.preventDefault();
  lines[to]?.focus();
}
