/**
 * Where every weight of a matrix lies on its drawing: four blocks, one per gate, side by side or two by two. Pure
 * geometry in "world" units (CSS pixels of the drawing as it fits the page); the renderer, the picking and the labels
 * all read these blocks, so a cell has one place only. The gate order is the engine's.
 */

import { GATES } from '../../engine/index.ts';
import { gateFullWord } from '../views/gate-words.ts';
import { msg, str } from '../words.ts';

export type MatrixName = 'kernel' | 'recurrent_kernel' | 'bias';

/** Whether a variable of a model is one of them. */
export function isMatrixName(name: string): name is MatrixName {
  return name === 'kernel' || name === 'recurrent_kernel' || name === 'bias';
}

/** One variable of the LSTM layer inside the flat parameter buffer. */
export interface MatrixVariable {
  /** Keras' path, such as `lstm/kernel`. */
  readonly path: string;
  readonly name: MatrixName;
  /** Rows as Keras counts them: D for the kernel, H for the recurrent kernel, 1 for the bias. */
  readonly rows: number;
  /** H: columns of one gate. */
  readonly units: number;
  /** First float of the variable in the parameter buffer. */
  readonly offset: number;
  /** Floats between its rows; in a row the four gates of a unit lie side by side, i, f, c, o. */
  readonly rowStride: number;
}

/** A rectangle of cells and how to find their numbers. */
export interface Block {
  readonly x: number;
  readonly y: number;
  readonly cellWidth: number;
  readonly cellHeight: number;
  readonly rows: number;
  readonly columns: number;
  readonly offset: number;
  readonly rowStride: number;
  readonly columnStride: number;
}

/** The slice of one gate. */
export interface GateBlock extends Block {
  readonly gate: number;
}

export interface MatrixLayout {
  readonly blocks: readonly GateBlock[];
  readonly width: number;
  readonly height: number;
  /** Free above each block. */
  readonly labelHeight: number;
}

export interface LayoutOptions {
  /** Width there is, in CSS pixels. */
  readonly width: number;
  /** Blocks side by side: 4 on a wide page, 2 on a narrow one. */
  readonly across: 2 | 4;
  /** Height left free above each block for its name and its slice. */
  readonly labelHeight: number;
  /** Free width between two blocks. */
  readonly gap: number;
}

/** A cell of the whole matrix: gate (index into GATES), row, and unit (column inside the gate). */
export interface Cell {
  readonly gate: number;
  readonly row: number;
  readonly unit: number;
}

/** Cells that belong together: null stands for every gate, row or unit. */
export interface MatrixPart {
  readonly gate: number | null;
  readonly row: number | null;
  readonly unit: number | null;
}

const NAMED_ROW_HEIGHT = 22;
const LARGEST_CELL = 26;
const TALLEST_BLOCK = 460;

/** Places the four gate blocks of one matrix. */
export function layOutMatrix(variable: MatrixVariable, options: LayoutOptions): MatrixLayout {
  const { across, gap, labelHeight } = options;
  const blockWidth = Math.max(8, (options.width - gap * (across - 1)) / across);
  const cellWidth = Math.min(LARGEST_CELL, blockWidth / variable.units);
  const cellHeight = rowHeight(variable, cellWidth);
  const blockHeight = cellHeight * variable.rows;
  const blocks = GATES.map((_, gate): GateBlock => {
    const columns = variable.units;
    const { offset, rowStride } = variable;
    return {
      gate,
      x: (gate % across) * (blockWidth + gap),
      y: labelHeight + Math.floor(gate / across) * (blockHeight + labelHeight + gap),
      cellWidth,
      cellHeight,
      rows: variable.rows,
      columns,
      offset: offset + gate,
      rowStride,
      columnStride: GATES.length,
    };
  });
  const lines = Math.ceil(GATES.length / across);
  const height = lines * (blockHeight + labelHeight) + (lines - 1) * gap;
  return { blocks, width: options.width, height, labelHeight };
}

function rowHeight(variable: MatrixVariable, cellWidth: number): number {
  if (variable.name === 'recurrent_kernel') {
    return Math.min(cellWidth, TALLEST_BLOCK / variable.rows);
  }
  return Math.min(NAMED_ROW_HEIGHT, TALLEST_BLOCK / variable.rows);
}

/** The cell under a world point, or null between and outside the blocks. */
export function cellAt(layout: MatrixLayout, x: number, y: number): Cell | null {
  for (const block of layout.blocks) {
    const found = placeIn(block, x, y);
    if (found !== null) return { gate: block.gate, row: found.row, unit: found.column };
  }
  return null;
}

/** Row and column of a block under a world point, or null outside it. */
export function placeIn(block: Block, x: number, y: number): { row: number; column: number } | null {
  const column = Math.floor((x - block.x) / block.cellWidth);
  const row = Math.floor((y - block.y) / block.cellHeight);
  const isInside = column >= 0 && column < block.columns && row >= 0 && row < block.rows;
  return isInside ? { row, column } : null;
}

/** The cell's rectangle in world units: [x, y, width, height]. */
export function cellRectangle(layout: MatrixLayout, cell: Cell): readonly [number, number, number, number] {
  const block = layout.blocks[cell.gate];
  if (block === undefined) {
    return [0, 0, 0, 0];
  }
  return rectangleIn(block, cell.row, cell.unit);
}

/** The rectangle of a block's cell in world units: [x, y, width, height]. */
export function rectangleIn(
  { x, y, cellWidth, cellHeight }: Block,
  row: number,
  column: number,
): readonly [number, number, number, number] {
  return [x + column * cellWidth, y + row * cellHeight, cellWidth, cellHeight];
}

/** The rectangles of a part of a matrix in world units, one in each of its gates' blocks: [x, y, width, height]. */
export function partRectangles(
  { blocks }: MatrixLayout,
  { gate, row, unit }: MatrixPart,
): (readonly [number, number, number, number])[] {
  return blocks
    .filter((block) => gate === null || block.gate === gate)
    .map((block) => {
      const [x, y, width, height] = rectangleIn(block, row ?? 0, unit ?? 0);
      return [
        x,
        y,
        unit === null ? width * block.columns : width,
        row === null ? height * block.rows : height,
      ] as const;
    });
}

/** Where the cell's number lies in the parameter buffer, in floats. */
export function cellOffset(layout: MatrixLayout, cell: Cell): number {
  const block = layout.blocks[cell.gate];
  return block === undefined ? 0 : block.offset + cell.row * block.rowStride + cell.unit * block.columnStride;
}

/** The cell one step away, walking across the gates as the columns of Keras' matrix do. */
export function stepCell(variable: MatrixVariable, cell: Cell, rows: number, columns: number): Cell {
  const last = GATES.length * variable.units - 1;
  const column = Math.min(last, Math.max(0, cell.gate * variable.units + cell.unit + columns));
  const row = Math.min(variable.rows - 1, Math.max(0, cell.row + rows));
  return { gate: Math.floor(column / variable.units), row, unit: column % variable.units };
}

/** A gate's slice as Python, such as `kernel[:, units:2*units]`. */
export function sliceCode(name: MatrixName, gate: number): string {
  const edge = (index: number): string => (index === 0 ? '' : index === 1 ? 'units' : `${index}*units`);
  const from = edge(gate);
  const to = gate === GATES.length - 1 ? '' : edge(gate + 1);
  return name === 'bias' ? `${name}[${from}:${to}]` : `${name}[:, ${from}:${to}]`;
}

/** What a cell is, in words: `kernel, forget gate, temp_max to unit 7`. */
export function cellName(name: MatrixName, cell: Cell, features: readonly string[]): string {
  const gate = GATES[cell.gate];
  const slice = gate === undefined ? '' : gateFullWord(gate.key);
  const to = msg(str`unit ${cell.unit}`);
  if (name === 'bias') {
    return `${name}, ${slice}, ${to}`;
  }
  const from =
    name === 'kernel' ? (features[cell.row] ?? msg(str`input ${cell.row}`)) : msg(str`unit ${cell.row}`);
  return msg(str`${name}, ${slice}, ${from} to ${to}`);
}
