/** The windows an explanation looks at: their shape checked, cut out in pieces that take little memory. */
import { badInput, formatShape } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { InputData } from '../models/inference.ts';
import { checkTargetScale } from './checked-options.ts';
import type { ExplainedModel } from './explained-model.ts';
import type { LagMap } from './lag-map.ts';
import { oneAhead, type Piece } from './one-ahead.ts';
import { cutWindows } from './window-rows.ts';

/** What every method takes. */
export interface ExplainOptions {
  /** Which value of the prediction; the first by default. */
  readonly output?: number;
  /** Names of the D features, for the maps; x0, x1, ... by default. */
  readonly features?: readonly string[];
  /** The target's unit in one unit of the scaled target: its standard deviation. 1 by default. */
  readonly targetScale?: number;
  /** Ends the work between two pieces, with an error of the code 'aborted'. */
  readonly signal?: AbortSignal;
  /** Told after every piece, in windows. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Windows of a model, N of [T, D]. */
export interface ExplainedData {
  /** N, T, D */
  readonly count: number;
  readonly steps: number;
  readonly features: number;
  readonly names: readonly string[];
  readonly targetScale: number;
  /** Windows `first` to `first + count - 1`, [count, T, D]. */
  cut(first: number, count: number): Tensor;
}

/** Rows of a batch that explanations share, so that a last piece needs no kernels of its own. */
export const EXPLAIN_BATCH = 128;
/** Floats of a piece: what one turn of the event loop sums up in a few milliseconds. */
export const PIECE_FLOATS = 2 ** 19;

/**
 * The data as every method reads them.
 * @throws GatewiseError for a model that does not take [T, D], names or a scale that do not fit, and no windows
 */
export function explainedData(
  model: ExplainedModel,
  data: InputData,
  { features: given, targetScale = 1 }: ExplainOptions,
): ExplainedData {
  const [steps = 0, features = 0] = model.inputShape;
  if (model.inputShape.length !== 2) {
    throw badInput(
      `Lags need a model that takes windows [time, features], this one takes ${formatShape(model.inputShape)}.`,
    );
  }
  const names = given ?? Array.from({ length: features }, (_, j) => `x${j}`);
  if (names.length !== features) {
    throw badInput(
      `Received ${names.length} feature names, the model takes ${features} features. Give one name for each.`,
    );
  }
  checkTargetScale(targetScale);
  const count = 'kind' in data ? data.starts.length : (data.shape[0] ?? 0);
  const shape = 'kind' in data ? [count, data.window, data.features] : data.shape;
  if (count === 0 || formatShape(shape) !== formatShape([count, steps, features])) {
    throw badInput(
      `This model takes windows of shape ${formatShape([null, steps, features])}, received ${formatShape(shape)}. Give at least one window of that shape.`,
    );
  }
  const cut = (first: number, pieces: number): Tensor =>
    'kind' in data ? cutWindows(data, first, pieces) : sliceRows(data, first, pieces);
  return { count, steps, features, names, targetScale, cut };
}

function sliceRows({ shape, data }: Tensor, first: number, count: number): Tensor {
  const row = data.length / (shape[0] ?? 1);
  return { shape: [count, ...shape.slice(1)], data: data.slice(first * row, (first + count) * row) };
}

/**
 * Calls `work` with one piece after the other, all of about the same size: a small last one would need a program
 * of its own where the others fill a batch.
 * @param rowsPerWindow rows that the method runs for each window, all members together
 * @param work computes a piece, as oneAhead() takes it
 * @throws GatewiseError 'aborted' when the signal says so
 */
export function forEachPiece(
  { count, steps, features }: Pick<ExplainedData, 'count' | 'steps' | 'features'>,
  rowsPerWindow: number,
  { signal, onProgress }: Pick<ExplainOptions, 'signal' | 'onProgress'>,
  work: (first: number, count: number) => ReturnType<Piece>,
): Promise<void> {
  const most = Math.max(1, Math.floor(PIECE_FLOATS / (rowsPerWindow * steps * features)));
  const pieces = Math.ceil(count / most);
  const all = Array.from({ length: pieces }, (_, piece): Piece => {
    const first = Math.floor((count * piece) / pieces);
    const end = Math.floor((count * (piece + 1)) / pieces);
    return async () => {
      const take = await work(first, end - first);
      return () => {
        take();
        onProgress?.(end, count);
      };
    };
  });
  return oneAhead(all, signal);
}

/**
 * A map of values that lie as x does, the oldest step first.
 * @param values [T, D]
 */
export function lagMapOf(
  { steps, features, names }: Pick<ExplainedData, 'steps' | 'features' | 'names'>,
  values: ArrayLike<number>,
): LagMap {
  const turned = new Float64Array(steps * features);
  for (let t = 0; t < steps; t++) {
    for (let j = 0; j < features; j++) {
      turned[(steps - 1 - t) * features + j] = values[t * features + j] as number;
    }
  }
  return { window: steps, features: names, values: turned };
}
