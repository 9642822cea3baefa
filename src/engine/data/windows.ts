/**
 * Windows over a series, split in time. Window k has rows p, p+r, ..., p+(L-1)r, as timeseries_dataset_from_array of
 * Keras >= 2.13 with sequence_stride 1 (keras-reference 5.1); its target is row p+(L-1)r+h. Windows are never copied out: the kernels
 * read them from the series by their first row.
 */
import { badInput, type Sentence, sentence } from '../core/errors.ts';
import { fitScaling, type Scaling, scaled } from './scaling.ts';
import type { Series } from './series.ts';
import { counted, formatCount, listed, plural, quoteAll } from './words.ts';

export interface WindowOptions {
  /** L, rows in a window. */
  readonly window: number;
  /** r, rows from one step of a window to the next (default 1). */
  readonly samplingRate?: number;
  /** h, rows from a window's last row to its target (default 1, the next row). */
  readonly horizon?: number;
  /** Shares of training, validation and test in time (default 60, 20, 20); any positive numbers. */
  readonly split?: readonly number[];
  /** Of columns and targets, in their order: that of a model trained before. By default fitted on the training rows. */
  readonly scaling?: WindowSplit['scaling'];
}

/** The windows of one part. The series and targets are the same arrays for all parts. */
export interface WindowDataset {
  readonly kind: 'windows';
  /** [rows, F], scaled. */
  readonly series: Float32Array;
  readonly rows: number;
  readonly features: number;
  /** [rows, K], scaled. */
  readonly targets: Float32Array;
  readonly targetCount: number;
  /** [windows], first row p of each. */
  readonly starts: Uint32Array;
  /** [windows], row p+(L-1)r+h of each. */
  readonly targetRows: Uint32Array;
  readonly window: number;
  readonly samplingRate: number;
  readonly horizon: number;
}

export const PARTS = ['train', 'validation', 'test'] as const;
export type PartName = (typeof PARTS)[number];

export interface WindowSplit extends Readonly<Record<PartName, WindowDataset>> {
  /** Fitted on training rows only, the rows before `borders[0]`, unless it was given. */
  readonly scaling: { readonly features: Scaling; readonly targets: Scaling };
  /** First row of validation and of test. */
  readonly borders: readonly [number, number];
  /** The shares as given. */
  readonly split: readonly [number, number, number];
  /** Windows left out because their target was missing. */
  readonly leftOut: number;
  readonly notes: readonly string[];
}

/**
 * A window belongs to the part its target row lies in, and may look back across the border.
 * @throws GatewiseError (bad-input) when the series is shorter than one window, a part has no window, or a target is
 *   constant over the training rows
 */
export function makeWindows(series: Series, options: WindowOptions): WindowSplit {
  const window = countOption(sentence`window`, options.window);
  const samplingRate = countOption(sentence`sampling rate`, options.samplingRate ?? 1);
  const horizon = countOption(sentence`horizon`, options.horizon ?? 1);
  const split = splitOption(options.split ?? [60, 20, 20]);
  const { rows } = series;
  const reach = (window - 1) * samplingRate + horizon; // from a window's first row to its target
  if (rows < reach + 1) {
    const all = counted(window, 'row');
    const read = samplingRate > 1 ? sentence`${all}, one every ${samplingRate},` : all;
    throw badInput(
      sentence`The series has ${counted(rows, 'row')}, but one window of ${read} and its target ${counted(horizon, 'row')} ahead take ${formatCount(reach + 1)}. Use a shorter window or horizon, or more data.`,
    );
  }

  const borders = bordersOf(rows, split);
  const edges = [0, ...borders, rows];
  const shared = sharedArrays(series, borders[0], options.scaling);
  const parts = PARTS.map((part, i) => {
    const from = Math.max(edges[i] as number, reach);
    const targetRows = observedRows(series, from, edges[i + 1] as number);
    if (targetRows.length === 0)
      throw emptyPart(part, edges[i] as number, edges[i + 1] as number, rows, reach);
    const starts = targetRows.map((row) => row - reach);
    return { kind: 'windows', ...shared.arrays, starts, targetRows, window, samplingRate, horizon } as const;
  });
  const [train, validation, test] = parts as [WindowDataset, WindowDataset, WindowDataset];
  const leftOut = rows - reach - train.starts.length - validation.starts.length - test.starts.length;
  const notes = [...shared.notes];
  if (leftOut > 0) notes.push(`${plural(leftOut, 'window')} left out because the target is missing.`);
  return { train, validation, test, scaling: shared.scaling, borders, split, leftOut, notes };
}

function sharedArrays(
  series: Series,
  trainingRows: number,
  given?: WindowSplit['scaling'],
): {
  arrays: Pick<WindowDataset, 'series' | 'rows' | 'features' | 'targets' | 'targetCount'>;
  scaling: WindowSplit['scaling'];
  notes: string[];
} {
  const { rows, inputs } = series;
  const targetCount = series.targets.length;
  const targetColumns = columnsOf(series.targetValues, targetCount);
  const featureFit = fitScaling(inputs, trainingRows);
  const targetFit = fitScaling(targetColumns, trainingRows);
  const flatTargets = series.targets.filter((_, i) => targetFit.constant[i] === 1);
  if (flatTargets.length > 0) {
    throw badInput(
      sentence`Target ${listed(flatTargets)} is constant over the ${counted(trainingRows, 'training row')}: nothing to learn there. Choose another target, or give training a larger share.`,
    );
  }
  const flat = series.columns.filter((_, i) => featureFit.constant[i] === 1);
  const notes =
    flat.length === 0 || given !== undefined
      ? []
      : [
          `Constant over the ${plural(trainingRows, 'training row')}, so only centred, not scaled: ${quoteAll(flat)}.`,
        ];
  const scaling = given ?? { features: featureFit.scaling, targets: targetFit.scaling };
  return {
    arrays: {
      series: scaled(inputs, rows, scaling.features),
      rows,
      features: inputs.length,
      targets: scaled(targetColumns, rows, scaling.targets),
      targetCount,
    },
    scaling,
    notes,
  };
}

/** The columns of [rows, columns] row-major; of one column the array itself. */
function columnsOf(values: Float64Array, columns: number): Float64Array[] {
  if (columns === 1) return [values];
  const rows = values.length / columns;
  return Array.from({ length: columns }, (_, i) => {
    const column = new Float64Array(rows);
    for (let row = 0; row < rows; row++) column[row] = values[row * columns + i] as number;
    return column;
  });
}

/** Rows of [from, to) in which every target was observed. */
function observedRows(series: Series, from: number, to: number): Uint32Array {
  const { targetMissing } = series;
  const targetCount = series.targets.length;
  const rows = new Uint32Array(Math.max(0, to - from));
  let count = 0;
  for (let row = from; row < to; row++) {
    const end = (row + 1) * targetCount;
    let at = row * targetCount;
    while (at < end && targetMissing[at] === 0) at++;
    if (at === end) rows[count++] = row;
  }
  return rows.slice(0, count);
}

/** First rows of validation and test: int(share * rows), as Keras' examples split. */
function bordersOf(rows: number, split: readonly [number, number, number]): [number, number] {
  const [train, validation, test] = split;
  const total = train + validation + test;
  const border = (share: number): number => Math.floor((rows * share) / total + 1e-9); // 1e-9: 0.6 * 10 is 6
  return [border(train), border(train + validation)];
}

function countOption(name: Sentence, value: number): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw badInput(sentence`The ${name} is ${value}, expected a whole number of rows, at least 1.`);
}

function splitOption(split: readonly number[]): [number, number, number] {
  const [train = 0, validation = 0, test = 0] = split;
  const isValid = split.length === 3 && split.every((share) => Number.isFinite(share) && share > 0);
  if (isValid) return [train, validation, test];
  throw badInput(
    sentence`The split is ${split.length === 0 ? sentence`empty` : split.join(', ')}, expected three shares above 0 for training, validation and test, such as 60, 20, 20.`,
  );
}

function emptyPart(part: PartName, from: number, to: number, rows: number, reach: number): Error {
  const name = { train: sentence`training`, validation: sentence`validation`, test: sentence`test` }[part];
  const span = to > from ? sentence`rows ${formatCount(from + 1)} to ${formatCount(to)}` : sentence`no row`;
  return badInput(
    sentence`The ${name} part has no window: it gets ${span} of ${formatCount(rows)}, a target needs ${counted(reach, 'row')} before it and a value. Use more data, a shorter window or horizon, or another split.`,
  );
}
