/** The names over a matrix: each gate's letter, word and slice as code, and the rows at the left. They follow the view. */

import { html, nothing, type TemplateResult } from 'lit';
import { GATES } from '../../engine/index.ts';
import { type MatrixLayout, type MatrixVariable, sliceCode } from '../draw/heatmap-layout.ts';
import { project, type View } from '../draw/view-transform.ts';
import { gateLetter } from '../gate-letters.ts';
import { msg, str } from '../words.ts';
import { gateWord } from './gate-words.ts';

const ONE_LINE = 44;
const TWO_LINES = 58;
const THREE_LINES = 73;
/** Width the longest slice needs on one line, CSS pixels. */
const ONE_LINE_FROM = 252;
const TWO_LINES_FROM = 130;
/** Below this width only the letter has room. */
const WORDS_FROM = 100;
const LETTER_LINE = 28;
const LEAST_ROW_DISTANCE = 15;

/** What each matrix holds. */
export const MEANING = {
  get kernel() {
    return msg('what each input gives to each unit, per gate');
  },
  get recurrent_kernel() {
    return msg('what each unit\u2019s last output gives to each unit, per gate');
  },
  get bias() {
    return msg('what each unit starts from, per gate');
  },
} as const;

/** Height the names need above a block of this width, with the text as the page sets it. */
export function labelHeight(blockWidth: number): number {
  if (blockWidth < WORDS_FROM) return LETTER_LINE;
  if (blockWidth >= ONE_LINE_FROM) return ONE_LINE;
  return blockWidth >= TWO_LINES_FROM ? TWO_LINES : THREE_LINES;
}

/** One name per gate, over its block, held inside the drawing while any of the block is in sight. */
export function gateNames(
  variable: MatrixVariable,
  layout: MatrixLayout,
  view: View,
): (TemplateResult | typeof nothing)[] {
  return layout.blocks.map((block) => {
    const gate = GATES[block.gate];
    const [x, y] = project(view, block.x, block.y);
    const left = Math.max(0, x);
    const right = Math.min(layout.width, x + block.columns * block.cellWidth * view.zoom);
    const bottom = y + block.rows * block.cellHeight * view.zoom;
    const height = layout.labelHeight;
    if (gate === undefined || right - left < 24 || bottom < height || y > layout.height) {
      return nothing;
    }
    const top = Math.max(0, y - height);
    return html`
      <div
        class="gate-name"
        data-gate=${gate.key}
        style="left:${percent(left, layout.width)};top:${top}px;width:${percent(right - left, layout.width)};height:${height - 4}px"
      >
        <span class="gate-letter">${gateLetter(gate.key)}</span>${block.columns * block.cellWidth < WORDS_FROM ? nothing : words(variable, block.gate, gateWord(gate.key))}
      </div>
    `;
  });
}

/** A part of a drawing's width: on paper the drawing is narrower than it was laid out for, and what stands over it follows. */
export function percent(part: number, whole: number): string {
  return `${((100 * part) / whole).toFixed(4)}%`;
}

function words({ name }: MatrixVariable, gate: number, word: string): TemplateResult {
  return html`<span class="gate-word">${word}</span> <code>${breakable(sliceCode(name, gate))}</code>`;
}

/** The rows' names beside each line of blocks, thinned where they would touch. */
export function rowNames(
  variable: MatrixVariable,
  features: readonly string[],
  layout: MatrixLayout,
  view: View,
  gutter: number,
): TemplateResult[] {
  const most = gutter < 100 ? 9 : 17;
  const firstOfLine = layout.blocks.filter((block) => block.x === 0);
  return firstOfLine.flatMap((block) => {
    const every = namedRows(block.cellHeight * view.zoom);
    const rows = Array.from({ length: Math.ceil(block.rows / every) }, (_, index) => index * every);
    return rows.flatMap((row) => {
      const [, y] = project(view, 0, block.y + (row + 0.5) * block.cellHeight);
      const covered = layout.labelHeight - 6;
      if (y < Math.min(covered, block.y) || y > layout.height) {
        return [];
      }
      const name = rowName(variable, features, row);
      return [html`<span class="matrix-row-name" style="top:${y}px">${shorten(name, most)}</span>`];
    });
  });
}

/** Every how many rows of this height a name has room: a power of two. */
export function namedRows(height: number): number {
  return [1, 2, 4, 8, 16, 32, 64, 128].find((step) => step * height >= LEAST_ROW_DISTANCE) ?? 256;
}

function rowName(variable: MatrixVariable, features: readonly string[], row: number): string {
  switch (variable.name) {
    case 'kernel':
      return features[row] ?? msg(str`input ${row}`);
    case 'recurrent_kernel':
      return msg(str`unit ${row}`);
    case 'bias':
      return 'bias';
  }
}

/** At most so many characters, cut in the middle: names of inputs often differ at their ends. */
function shorten(name: string, most: number): string {
  const half = Math.floor((most - 1) / 2);
  return name.length <= most ? name : `${name.slice(0, half)}\u2026${name.slice(-half)}`;
}

/** A slice that may break over two lines, after the comma or a colon. */
function breakable(code: string): TemplateResult[] {
  return code.split(/(?<=, |(?<!\[):)/).map((part) => html`${part}<wbr />`);
}
