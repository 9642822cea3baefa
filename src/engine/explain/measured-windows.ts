/**
 * What it costs a model to see other windows: its error over a data set in which one place of each window holds another
 * value, for many such changes. They are predicted in pieces, each large enough for the GPU and small enough to answer a
 * stop, so that memory does not grow with the number of changes. Nothing is trained.
 */
import { badInput, formatShape } from '../core/errors.ts';
import type { InputData } from '../models/inference.ts';
import { type Dataset, type Samples, samplesOf } from '../models/samples.ts';
import { checkOutput, checkTargetScale } from './checked-options.ts';
import type { ExplainedModel } from './explained-model.ts';
import type { InputPlace } from './input-place.ts';
import { oneAhead, type Piece, throwIfStopped } from './one-ahead.ts';
import { copyWindow, cutSeries } from './window-rows.ts';

export interface MeasureOptions {
  /** Which output of the model is measured (default 0). */
  readonly output?: number;
  /** Units of the target per unit the model forecasts in (default 1): the target's `scale`. */
  readonly targetScale?: number;
  readonly signal?: AbortSignal;
  /** Told after every piece, in windows. */
  readonly onProgress?: (done: number, total: number) => void;
}

/** Another value for one place of every window. */
export interface WindowChange {
  readonly place: InputPlace;
  /** What window k gets, scaled. */
  valueOf(window: number): number;
}

type AddForecast = (change: number, window: number, member: number, forecast: number) => void;

/** Windows predicted together; more of them are not faster. */
const BATCH = 128;
/** Time steps of all members in one piece: under a second on a software adapter. */
const STEPS_PER_PIECE = 1 << 18;
/** Windows as they are that run together at most: a step can't be cut. */
const WINDOWS_TOGETHER = 512;
/** Time steps of changed windows that run together where there are as many: more are not faster, and a frame would wait. */
const STEPS_TOGETHER = 1 << 14;
/** Rows of changed windows that run together come in so many: workgroups of 32 rows for two cores. */
const WORKGROUPS_ROWS = 64;
/** Floats of the windows in one piece. */
const FLOATS_PER_PIECE = 1 << 20;

export class MeasuredWindows {
  readonly window: number;
  readonly features: number;
  readonly count: number;
  readonly members: number;
  private readonly model: ExplainedModel;
  private readonly data: Dataset;
  private readonly samples: Samples;
  private readonly options: MeasureOptions;
  private readonly outputs: number;
  private readonly output: number;
  private readonly scale: number;

  /** @throws GatewiseError when data and model do not fit, or the model forecasts a sequence */
  constructor(model: ExplainedModel, data: Dataset, options: MeasureOptions) {
    const { inputShape, outputShape } = model;
    const { output = 0, targetScale = 1 } = options;
    const [outputs = 1] = outputShape;
    if (inputShape.length !== 2 || outputShape.length !== 1) {
      throw badInput(
        `This model takes samples of shape ${formatShape(inputShape)} and returns ${formatShape(outputShape)}; lags can be told apart for models from [time steps, features] to [outputs] only. Let the last recurrent layer return its last step.`,
      );
    }
    checkOutput(output, outputs);
    checkTargetScale(targetScale);
    const [window = 1, features = 1] = inputShape;
    this.samples = samplesOf(data, inputShape, outputShape);
    this.model = model;
    this.data = data;
    this.options = options;
    this.outputs = outputs;
    this.output = output;
    this.scale = targetScale;
    this.window = window;
    this.features = features;
    this.count = this.samples.starts.length;
    this.members = model.members;
  }

  /** What window k holds at a place, scaled. */
  valueAt(window: number, { lag, feature }: InputPlace): number {
    const { series, starts, samplingRate } = this.samples;
    const row = (starts[window] as number) + (this.window - lag) * samplingRate;
    return series[row * this.features + feature] as number;
  }

  /** @throws GatewiseError for a place the windows do not have */
  check({ lag, feature }: InputPlace): void {
    const isWhole = Number.isInteger(lag) && Number.isInteger(feature);
    if (isWhole && lag >= 1 && lag <= this.window && feature >= 0 && feature < this.features) return;
    throw badInput(
      `The place (lag ${lag}, feature ${feature}) is not in windows of ${this.window} rows and ${this.features} features. Lags count from 1, features from 0.`,
    );
  }

  /** Forecasts of each member for the windows as they are, [E] of [N], of the output measured. */
  async forecasts(): Promise<Float32Array[]> {
    const result = Array.from({ length: this.members }, () => new Float32Array(this.count));
    await this.inPieces(this.count, async (first, count) => {
      const all = await this.predict(count, (at, x, offset) => this.copyWindow(first + at, x, offset));
      all.forEach((forecasts, e) => {
        (result[e] as Float32Array).set(forecasts, first);
      });
    });
    return result;
  }

  /**
   * Root mean square error of one member's forecasts, in units of the target.
   * @param forecastOf window k, as forecasts() gives them
   */
  rmseOf(forecastOf: (window: number) => number): number {
    let squares = 0;
    for (let k = 0; k < this.count; k++) squares += this.squaredError(k, forecastOf(k));
    return this.scale * Math.sqrt(squares / this.count);
  }

  /**
   * Root mean square errors of each member under each change, [E, changes], in units of the target.
   * @param changeOf asked for each change in turn
   */
  async rmseUnder(changes: number, changeOf: (change: number) => WindowChange): Promise<Float64Array> {
    const { members, count } = this;
    const squares = new Float64Array(members * changes);
    let done = 0;
    const add: AddForecast = (change, window, member, forecast) => {
      const cell = member * changes + change;
      squares[cell] = (squares[cell] as number) + this.squaredError(window, forecast);
    };
    const told = (windows: number): void => {
      done += windows;
      this.options.onProgress?.(done, changes * count);
    };
    const most = this.model.changedWindowsAtMost;
    if (most > 0) await oneAhead(this.changedPieces(most, changes, changeOf, add, told), this.options.signal);
    else await this.predictWhole(changes, changeOf, add, told);
    throwIfStopped(this.options.signal);
    return squares.map((sum) => this.scale * Math.sqrt(sum / count));
  }

  /** Changed windows by a model that computes what comes before a place once for all changes. */
  private *changedPieces(
    most: number,
    changes: number,
    changeOf: (change: number) => WindowChange,
    add: AddForecast,
    told: (windows: number) => void,
  ): Generator<Piece> {
    const { model, members, window, count, outputs, output } = this;
    const perBatch = Math.ceil(count / Math.ceil(count / Math.min(most, WINDOWS_TOGETHER)));
    // Whole workgroups, as many for each core: rows of other changes fill them.
    const rows = Math.max(perBatch, Math.min(changes * perBatch, STEPS_TOGETHER / (members * window)));
    const batchSize = Math.min(most, Math.ceil(rows / WORKGROUPS_ROWS) * WORKGROUPS_ROWS);
    const mostSteps = STEPS_PER_PIECE / (members * perBatch);
    // Values of so many changes are held, for the windows of one batch after the other.
    const held = Math.max(1, Math.floor(FLOATS_PER_PIECE / count));
    for (let from = 0; from < changes; from += held) {
      const all = Array.from({ length: Math.min(held, changes - from) }, (_, k) => {
        const change = changeOf(from + k);
        const { place } = change;
        const values = Float32Array.from({ length: count }, (_, own) => change.valueOf(own));
        return { step: window - place.lag, feature: place.feature, values };
      });
      for (let first = 0; first < count; first += perBatch) {
        const end = Math.min(first + perBatch, count);
        const windows = this.cut(first, end);
        for (let k = 0, next = 0; k < all.length; k = next) {
          for (let steps = 0; next < all.length && steps < mostSteps; next++) {
            steps += window - (all[next]?.step ?? 0);
          }
          const piece = all.slice(k, next).map((one) => ({
            ...one,
            values: one.values.subarray(first, end),
          }));
          const firstChange = from + k;
          yield async () => {
            const predictions = await model.predictChanges(windows, piece, { batchSize });
            return () => {
              predictions.forEach(({ data }, e) => {
                for (let at = output, flat = 0; at < data.length; at += outputs, flat++) {
                  const change = firstChange + Math.floor(flat / (end - first));
                  add(change, first + (flat % (end - first)), e, data[at] as number);
                }
              });
              told(piece.length * (end - first));
            };
          };
        }
      }
    }
  }

  /** Changed windows written out. */
  private async predictWhole(
    changes: number,
    changeOf: (change: number) => WindowChange,
    add: AddForecast,
    told: (windows: number) => void,
  ): Promise<void> {
    const { count } = this;
    let current = -1;
    let change: WindowChange | null = null;
    const nextWindow = (flat: number, x: Float32Array, offset: number): void => {
      const index = Math.floor(flat / count);
      if (index !== current || change === null) {
        current = index;
        change = changeOf(index);
      }
      const k = flat % count;
      const { place } = change;
      this.copyWindow(k, x, offset);
      x[offset + (this.window - place.lag) * this.features + place.feature] = change.valueOf(k);
    };
    await this.inPieces(changes * count, async (first, size) => {
      const all = await this.predict(size, (at, x, offset) => nextWindow(first + at, x, offset));
      all.forEach((forecasts, e) => {
        for (let at = 0; at < size; at++) {
          const flat = first + at;
          add(Math.floor(flat / count), flat % count, e, forecasts[at] as number);
        }
      });
      told(size);
    });
  }

  /** Windows `first` to `end - 1`, without their targets and without what no window of them holds. */
  private cut(first: number, end: number): InputData {
    const { data, window, features } = this;
    if ('kind' in data) return cutSeries(data, first, end - first);
    const size = window * features;
    return {
      shape: [end - first, window, features],
      data: data.x.data.subarray(first * size, end * size),
    };
  }

  private squaredError(window: number, forecast: number): number {
    const { targets, targetRows } = this.samples;
    return (forecast - (targets[(targetRows[window] as number) * this.outputs + this.output] as number)) ** 2;
  }

  private copyWindow(window: number, x: Float32Array, offset: number): void {
    const { series, starts, samplingRate } = this.samples;
    const source = { series, samplingRate, window: this.window, features: this.features };
    copyWindow(source, starts[window] as number, x, offset);
  }

  /** Forecasts of every member for windows written by `write`, [E] of [count]. */
  private async predict(
    count: number,
    write: (at: number, x: Float32Array, offset: number) => void,
  ): Promise<Float32Array[]> {
    const { window, features, outputs, output } = this;
    const size = window * features;
    const x = new Float32Array(count * size);
    for (let at = 0; at < count; at++) write(at, x, at * size);
    const predictions = await this.model.predictMembers(
      { shape: [count, window, features], data: x },
      { batchSize: BATCH },
    );
    return predictions.map(({ data }) =>
      outputs === 1 ? data : data.filter((_, index) => index % outputs === output),
    );
  }

  /** Runs work on `total` windows in pieces of about the same size: one odd size would need a program of its own. */
  private async inPieces(
    total: number,
    work: (first: number, count: number) => Promise<void>,
  ): Promise<void> {
    const byTime = STEPS_PER_PIECE / (this.members * this.window);
    const byRoom = FLOATS_PER_PIECE / (this.window * this.features);
    const most = Math.max(2 * BATCH, Math.floor(Math.min(byTime, byRoom)));
    const pieces = Math.ceil(total / most);
    for (let piece = 0; piece < pieces; piece++) {
      throwIfStopped(this.options.signal);
      const first = Math.floor((total * piece) / pieces);
      await work(first, Math.floor((total * (piece + 1)) / pieces) - first);
    }
    throwIfStopped(this.options.signal);
  }
}
