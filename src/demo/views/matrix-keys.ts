/** What the keys do on the focused cell of a matrix. */
import { type Cell, type MatrixVariable, stepCell } from '../draw/heatmap-layout.ts';

export type KeyAction =
  | { readonly kind: 'move'; readonly cell: Cell }
  | { readonly kind: 'zoom'; readonly direction: 1 | -1 }
  | { readonly kind: 'fit' };

/** Rows a page key steps over. */
const PAGE = 8;

/** Arrows step by one cell, with Ctrl by one gate across; null for keys that are not the matrix's. */
export function keyAction(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey'>,
  variable: MatrixVariable,
  cell: Cell,
): KeyAction | null {
  const { rows, units } = variable;
  const across = event.ctrlKey ? units : 1;
  const all = event.ctrlKey ? rows : 0;
  const steps: Readonly<Record<string, readonly [rows: number, columns: number]>> = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -across],
    ArrowRight: [0, across],
    PageUp: [-PAGE, 0],
    PageDown: [PAGE, 0],
    Home: [-all, -4 * units],
    End: [all, 4 * units],
  };
  const step = steps[event.key];
  if (step !== undefined) {
    return { kind: 'move', cell: stepCell(variable, cell, step[0], step[1]) };
  }
  switch (event.key) {
    case '+':
    case '=':
      return { kind: 'zoom', direction: 1 };
    case '-':
      return { kind: 'zoom', direction: -1 };
    case '0':
      return { kind: 'fit' };
    default:
      return null;
  }
}
