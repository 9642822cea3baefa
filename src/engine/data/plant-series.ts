/** The numbers of the series with a planted truth, from a seed. */
import { seededRandom } from '../core/random.ts';
import { type CsvTable, TableBuilder } from './csv-table.ts';
import { KEPT_ROWS, PLANTED, type PlantedId } from './planted.ts';

/** Rows drawn before the first, so that every lag of the first target is a number. */
const LEAD = 24;

/** The random columns have streams of their own: the same x under each formula. */
const STREAM = { x: 0, shadow: 1, y: 2, cue: 3 } as const;

/**
 * The series as a table with the columns of `features` and the target; no dates.
 * @param seed any integer; the same seed gives the same numbers everywhere
 */
export function plantSeries(id: PlantedId, seed: number): CsvTable {
  const { features, target, rows } = PLANTED[id];
  const x = normals(seed, STREAM.x, rows + LEAD);
  const shadow = normals(seed, STREAM.shadow, rows);
  const noise = normals(seed, STREAM.y, rows);
  const cue = cues(seed, rows);
  const at = (row: number): number => x[row + LEAD] as number;
  const targets: Readonly<Record<PlantedId, (row: number) => number | null>> = {
    'lag-3': (row) => at(row - 3),
    'difference-24': (row) => at(row - 1) - at(row - 24),
    noise: (row) => noise[row] as number,
    'remember-20': (row) => (row > 0 && row % KEPT_ROWS === 0 ? (cue[row - KEPT_ROWS] as number) : null),
  };
  const first = id === 'remember-20' ? (row: number) => cue[row] as number : at;
  const builder = new TableBuilder([...features, target], 1, ',');
  for (let row = 0; row < rows; row++) {
    const cells = [first(row), shadow[row] as number, targets[id](row)];
    builder.add(
      cells.map((value) => (value === null ? '' : String(value))),
      row + 2,
    );
  }
  return builder.finish([]);
}

function normals(seed: number, stream: number, count: number): Float64Array {
  const random = seededRandom(seed, stream);
  return Float64Array.from({ length: count }, () => random.normal());
}

function cues(seed: number, rows: number): Float64Array {
  const random = seededRandom(seed, STREAM.cue);
  return Float64Array.from({ length: rows }, (_, row) =>
    row % KEPT_ROWS !== 0 ? 0 : random.next() < 0.5 ? -1 : 1,
  );
}
