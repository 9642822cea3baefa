/** What the keys do on the focused cell of a matrix: arrows step by one cell, with Ctrl by one gate across. */
import { type Cell, type MatrixVariable, stepCell } from '../draw/heatmap-layout.ts';
import { type GridAction, gridAction } from './grid-keys.ts';

export type KeyAction =
  | { readonly kind: 'move'; readonly cell: Cell }
  | Exclude<GridAction, { readonly kind: 'move' }>;

/** Null for keys that are not the matrix's. */
export function keyAction(
  event: Pick<KeyboardEvent, 'key' | 'ctrlKey'>,
  variable: MatrixVariable,
  cell: Cell,
): KeyAction | null {
  const { rows, units } = variable;
  const action = gridAction(event, { rows, columns: 4 * units, jump: units });
  return action?.kind === 'move'
    ? { kind: 'move', cell: stepCell(variable, cell, action.rows, action.columns) }
    : action;
}
