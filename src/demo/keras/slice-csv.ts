/** One gate of one tensor of a file as CSV: every row and column, each number in full. No text of the file is in it. */
import { fullFloat32 } from '../full-number.ts';
import { cellValue, type Slice, type SlicedTensor } from './gate-tensors.ts';

/** Numbers in a part at most, since a single row may have millions: about a millisecond's work. */
const MOST_NUMBERS = 512;

/** The text in parts. Columns are numbered as in the slice. */
export function* sliceCsv(tensor: SlicedTensor, slice: Slice): Generator<string> {
  yield* line('row', slice.columns, String);
  for (let row = 0; row < slice.rows; row++)
    yield* line(row, slice.columns, (column) => fullFloat32(cellValue(tensor, slice, row, column)));
}

function* line(head: string | number, columns: number, cell: (column: number) => string): Generator<string> {
  yield `${head}`;
  for (let from = 0; from < columns; from += MOST_NUMBERS) {
    let part = '';
    for (let column = from; column < Math.min(columns, from + MOST_NUMBERS); column++)
      part += `,${cell(column)}`;
    yield part;
  }
  yield '\n';
}
