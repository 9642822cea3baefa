/** The lines of WGSL that compute a cell's quantities, found in the very files the kernels are joined from. */
import backwardSource from '../shaders/lib/backward.wgsl?raw';
import cellSource from '../shaders/lib/cell.wgsl?raw';
import productSource from '../shaders/lib/product.wgsl?raw';
import weightGradientSource from '../shaders/lstm_weight_gradient.wgsl?raw';
import type { Direction, Quantity } from './cell-quantities.ts';
import { CELL_SYMBOLS, type CellPart } from './cell-symbols.ts';

/** A line and the function it stands in. */
export interface CodeLine {
  readonly fn: string;
  readonly text: string;
}

export const CELL_CODE: Readonly<Record<Direction, readonly (readonly CodeLine[])[]>> = {
  forward: [functionLines(productSource, 'add_product'), functionLines(cellSource, 'cell_forward')],
  backward: [
    functionLines(backwardSource, 'add_transposed'),
    functionLines(backwardSource, 'retreat'),
    functionLines(cellSource, 'cell_backward'),
    functionLines(weightGradientSource, 'add'),
  ],
};

/** Whether this line of the code computes the quantity. */
export function computes({ fn, text }: CodeLine, { code }: Quantity): boolean {
  return code.some((place) => place.fn === fn && text.trimStart().startsWith(place.starts));
}

/** A piece of a line, and whose it is: nobody's, or of each part that its identifier stands for. */
interface CodePiece {
  readonly text: string;
  readonly parts: readonly CellPart[];
}

const PARTS_OF = new Map<string, Set<CellPart>>();
for (const { code, part } of Object.values(CELL_SYMBOLS)) {
  if (code !== null && part !== null) PARTS_OF.set(code, (PARTS_OF.get(code) ?? new Set()).add(part));
}

/** The line cut before and after the identifiers of parts: `a` holds x, the 1 of the bias and h in turn, `z` all four gates. */
export function codePieces({ text }: CodeLine): CodePiece[] {
  return text
    .split(/\b([A-Za-z_]\w*)/)
    .filter((piece) => piece !== '')
    .map((piece) => ({ text: piece, parts: [...(PARTS_OF.get(piece) ?? [])] }));
}

/** The function's lines, from its head to its closing brace. */
function functionLines(source: string, fn: string): CodeLine[] {
  const lines = source.slice(source.indexOf(`fn ${fn}(`)).split('\n');
  return lines.slice(0, lines.indexOf('}') + 1).map((text) => ({ fn, text }));
}
