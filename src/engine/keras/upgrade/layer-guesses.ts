/**
 * What layer a run of arrays can belong to, by shapes alone. Only layers whose arrays cannot be mistaken are guessed; a
 * single matrix, for one, may be a Dense without bias or an Embedding, and is neither unless that is asked for.
 */
import { formatShape } from '../../core/errors.ts';
import { kerasLayer } from '../keras3/keras-config.ts';
import type { KerasObject } from '../model/keras-model.ts';
import type { RawArray } from '../raw-file.ts';

/** A layer that arrays fit. */
export interface LayerGuess {
  /** How many arrays it takes. */
  readonly count: number;
  readonly features: number;
  readonly width: number;
  readonly isRecurrent: boolean;
  /** Gates in a way that only Keras 1 wrote, or cuDNN, whose gates are sigmoid. */
  readonly origin: 'keras1' | 'cudnn' | undefined;
  /** `LSTM(50)`, for people. */
  readonly title: string;
  make(settings: GuessSettings): KerasObject;
}

/** What shapes do not tell. */
export interface GuessSettings {
  readonly name: string;
  readonly recurrentActivation: string;
  readonly returnSequences: boolean;
}

type Cell = 'LSTM' | 'GRU' | 'SimpleRNN';
const CELLS: Readonly<Record<number, Cell>> = { 4: 'LSTM', 3: 'GRU', 1: 'SimpleRNN' };

/** Arrays of one direction. */
interface CellGuess {
  readonly cell: Cell;
  readonly count: number;
  readonly features: number;
  readonly units: number;
  readonly origin: LayerGuess['origin'];
  readonly settings: Readonly<Record<string, unknown>>;
}

/**
 * All layers that the first arrays of a list can belong to; of several, longer ones first.
 * @param isBare whether a single matrix counts as a Dense without bias, and two as a SimpleRNN without
 */
export function guessLayers(arrays: readonly RawArray[], isBare = false): LayerGuess[] {
  const cells = cellGuesses(arrays);
  const guesses = cells.flatMap((forward): LayerGuess[] => {
    const backward = cellGuesses(arrays.slice(forward.count)).find((one) => isSameCell(one, forward));
    return backward === undefined ? [recurrent(forward)] : [bidirectional(forward), recurrent(forward)];
  });
  const bare = isBare ? bareGuesses(arrays) : [];
  return [...guesses, ...denseGuess(arrays), ...normalizationGuess(arrays), ...bare].sort(
    (a, b) => b.count - a.count,
  );
}

function bareGuesses(arrays: readonly RawArray[]): LayerGuess[] {
  const [features = 0, units = 0] = arrays[0]?.shape ?? [];
  const one = denseWithoutBias(arrays);
  const isSimpleRnn = begins(arrays, [
    [features, units],
    [units, units],
  ]);
  const simple = { cell: 'SimpleRNN', count: 2, features, units, origin: undefined } as const;
  return [
    ...(one === undefined ? [] : [one]),
    ...(isSimpleRnn && units > 0 ? [recurrent({ ...simple, settings: { use_bias: false } })] : []),
  ];
}

function isSameCell(a: CellGuess, b: CellGuess): boolean {
  return (
    a.cell === b.cell &&
    a.count === b.count &&
    a.features === b.features &&
    a.units === b.units &&
    a.origin === b.origin &&
    a.settings.reset_after === b.settings.reset_after
  );
}

function cellGuesses(arrays: readonly RawArray[]): CellGuess[] {
  const [features = 0, columns = 0, ...more] = arrays[0]?.shape ?? [];
  if (columns === 0 || more.length > 0) return [];
  return [...keras1Cells(arrays, features, columns), ...fusedCells(arrays, features, columns)];
}

/** W [D, H], U [H, H], b [H] of each gate. */
function keras1Cells(arrays: readonly RawArray[], features: number, units: number): CellGuess[] {
  return ([12, 9] as const).flatMap((count): CellGuess[] => {
    const shapes = Array.from(
      { length: count },
      (_, i) => [[features, units], [units, units], [units]][i % 3] ?? [],
    );
    if (!begins(arrays, shapes)) return [];
    const cell = count === 12 ? 'LSTM' : 'GRU';
    const settings = cell === 'GRU' ? { reset_after: false } : {};
    return [{ cell, count, features, units, origin: 'keras1', settings }];
  });
}

function fusedCells(arrays: readonly RawArray[], features: number, columns: number): CellGuess[] {
  const [units = 0, width] = arrays[1]?.shape ?? [];
  const cell = CELLS[columns / units];
  if (width !== columns || cell === undefined || arrays[1]?.shape.length !== 2) return [];
  const found = { cell, features, units, origin: undefined };
  const bias = arrays[2]?.shape ?? [];
  const reset = (resetAfter: boolean) => (cell === 'GRU' ? { reset_after: resetAfter } : {});
  if (isShape(bias, [columns])) return [{ ...found, count: 3, settings: reset(false) }];
  if (cell === 'GRU' && isShape(bias, [2, columns])) return [{ ...found, count: 3, settings: reset(true) }];
  if (cell !== 'SimpleRNN' && isShape(bias, [2 * columns])) {
    return [{ ...found, count: 3, origin: 'cudnn', settings: reset(true) }];
  }
  // Without a bias a SimpleRNN looks like two Dense layers.
  return cell === 'SimpleRNN' ? [] : [{ ...found, count: 2, settings: { use_bias: false, ...reset(true) } }];
}

function cellConfig(
  guess: CellGuess,
  { name, recurrentActivation, returnSequences }: GuessSettings,
): KerasObject {
  const gates = guess.cell === 'SimpleRNN' ? {} : { recurrent_activation: recurrentActivation };
  return kerasLayer(guess.cell, {
    name,
    units: guess.units,
    activation: 'tanh',
    ...gates,
    return_sequences: returnSequences,
    ...guess.settings,
  });
}

function recurrent(guess: CellGuess): LayerGuess {
  const { count, features, units, origin } = guess;
  return {
    count,
    features,
    width: units,
    isRecurrent: true,
    origin,
    title: titleOf(guess),
    make: (settings) => cellConfig(guess, settings),
  };
}

function titleOf({ cell, units, settings }: CellGuess): string {
  return settings.use_bias === false ? `${cell}(${units}, no bias)` : `${cell}(${units})`;
}

function bidirectional(guess: CellGuess): LayerGuess {
  const { count, features, units, origin } = guess;
  return {
    count: 2 * count,
    features,
    width: 2 * units,
    isRecurrent: true,
    origin,
    title: `Bidirectional(${titleOf(guess)})`,
    make: (settings) => {
      const layer = cellConfig(guess, { ...settings, name: `forward_${guess.cell.toLowerCase()}` });
      return kerasLayer('Bidirectional', { name: settings.name, layer, merge_mode: 'concat' });
    },
  };
}

function denseGuess(arrays: readonly RawArray[]): LayerGuess[] {
  const [features = 0, units = 0] = arrays[0]?.shape ?? [];
  return begins(arrays, [[features, units], [units]]) && units > 0 ? [dense(features, units, true)] : [];
}

/** A single matrix, where a name says that it is one of a Dense. */
export function denseWithoutBias(arrays: readonly RawArray[]): LayerGuess | undefined {
  const [features = 0, units = 0] = arrays[0]?.shape ?? [];
  return begins(arrays, [[features, units]]) && units > 0 ? dense(features, units, false) : undefined;
}

function dense(features: number, units: number, useBias: boolean): LayerGuess {
  return {
    count: useBias ? 2 : 1,
    features,
    width: units,
    isRecurrent: false,
    origin: undefined,
    title: useBias ? `Dense(${units})` : `Dense(${units}, no bias)`,
    make: ({ name }) => kerasLayer('Dense', { name, units, activation: 'linear', use_bias: useBias }),
  };
}

/** gamma, beta, moving mean and moving variance. */
function normalizationGuess(arrays: readonly RawArray[]): LayerGuess[] {
  const [features = 0] = arrays[0]?.shape ?? [];
  if (features === 0 || !begins(arrays, [[features], [features], [features], [features]])) return [];
  return [
    {
      count: 4,
      features,
      width: features,
      isRecurrent: false,
      origin: undefined,
      title: 'BatchNormalization',
      make: ({ name }) => kerasLayer('BatchNormalization', { name }),
    },
  ];
}

function begins(arrays: readonly RawArray[], shapes: readonly (readonly number[])[]): boolean {
  return arrays.length >= shapes.length && shapes.every((shape, i) => isShape(arrays[i]?.shape ?? [], shape));
}

function isShape(shape: readonly number[], expected: readonly number[]): boolean {
  return formatShape(shape) === formatShape(expected);
}
