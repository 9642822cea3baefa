/**
 * Everything the cells of a model's LSTMs did with a whole data set, forward and backward, a few windows at a time: gates and
 * states as the kernels kept them, dz as lstm_backward left it, and dh and dc reckoned from these (cell-gradients.ts).
 */
import { badInput } from '../core/errors.ts';
import { GATES, type GateKey } from '../core/gates.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { type Dataset, samplesOf } from '../models/samples.ts';
import type { Sequential } from '../models/sequential.ts';
import { cellGradients } from './cell-gradients.ts';
import { type FoundLstm, lstmsOf } from './changed-lstm.ts';
import { type ExplainOptions, explainedData } from './explained-data.ts';
import { throwIfStopped } from './one-ahead.ts';

export interface TracedCellsOptions extends Pick<ExplainOptions, 'signal' | 'onProgress'> {
  readonly member?: number;
  /** Windows of a piece (default 32). */
  readonly pieceSize?: number;
}

/** What is known of some windows. */
export interface TracedCells {
  /** Position of the first of them in the data set. */
  readonly first: number;
  readonly count: number;
  /**
   * By `layer/key`, each [count, T, H], the oldest step first: the gates i, f, candidate, o, the states c and h, and the
   * gradients of the mean loss over the whole data set by what each gate's activation is given, `dz_i`, `dz_f`,
   * `dz_candidate`, `dz_o`, and by the states, `dh` and `dc`. Nothing is dropped out.
   */
  readonly traces: ReadonlyMap<string, Tensor>;
}

/**
 * One piece after the other; stop asking, and no more is computed.
 * @param data with targets
 * @throws GatewiseError for data that do not fit, a model that can't be trained, LSTMs of another activation than tanh;
 *   'aborted' when stopped
 */
export async function* tracedCells(
  model: Sequential,
  data: Dataset,
  { member = 0, pieceSize = 32, signal, onProgress }: TracedCellsOptions = {},
): AsyncGenerator<TracedCells> {
  const { targets, targetRows, targetWidth } = samplesOf(data, model.inputShape, model.outputShape);
  const { count, cut } = explainedData(model, 'kind' in data ? data : data.x, {});
  const lstms = lstmsOf(model);
  for (const { name, layer } of lstms) {
    if (layer.activation === 'tanh') continue;
    throw badInput(
      `LSTM "${name}" has the activation ${layer.activation}; dh and dc are reckoned for tanh alone.`,
    );
  }
  if (!(Number.isInteger(pieceSize) && pieceSize >= 1))
    throw badInput(`pieceSize must be a whole number of 1 or more, received ${pieceSize}.`);
  const weights = await model.getWeights({ member });
  const size = sizeOf(model.outputShape);
  for (let first = 0; first < count; first += pieceSize) {
    throwIfStopped(signal);
    const piece = Math.min(pieceSize, count - first);
    const x = cut(first, piece);
    const y = { shape: [piece, ...model.outputShape], data: new Float32Array(piece * size) };
    for (let n = 0; n < piece; n++) {
      const from = (targetRows[first + n] as number) * targetWidth;
      y.data.set(targets.subarray(from, from + size), n * size);
    }
    const forward = await model.trace(x, { member });
    const { traces: backward } = await model.traceGradients({ x, y }, { member });
    const traces = new Map(forward);
    // traceGradients is of the mean over the piece.
    for (const lstm of lstms) {
      const recurrentKernel = weights[lstm.recurrentKernel]?.data ?? new Float32Array();
      addGradients(traces, lstm, backward, recurrentKernel, piece / count);
    }
    yield { first, count: piece, traces };
    onProgress?.(first + piece, count);
  }
}

function addGradients(
  traces: Map<string, Tensor>,
  { name, layer }: FoundLstm,
  backward: ReadonlyMap<string, Tensor>,
  recurrentKernel: Float32Array,
  scale: number,
): void {
  const shape = traces.get(`${name}/h`)?.shape ?? [];
  const [count = 0, steps = 0] = shape;
  const { units } = layer;
  const size = steps * units;
  const ofWindow = (tensor: Tensor | undefined, n: number): Float32Array => {
    const each = (tensor?.data.length ?? 0) / count;
    return tensor?.data.subarray(n * each, (n + 1) * each) ?? new Float32Array();
  };
  const dz = (key: GateKey): Tensor | undefined => backward.get(`${name}/${wordOf(key)}`);
  const dh = new Float32Array(count * size);
  const dc = new Float32Array(count * size);
  for (let n = 0; n < count; n++) {
    const one = cellGradients({
      ...{ steps, units, recurrentKernel },
      dz: {
        i: ofWindow(dz('i'), n),
        f: ofWindow(dz('f'), n),
        c: ofWindow(dz('c'), n),
        o: ofWindow(dz('o'), n),
      },
      above: ofWindow(backward.get(`${name}/above`), n),
      f: ofWindow(traces.get(`${name}/f`), n),
      o: ofWindow(traces.get(`${name}/o`), n),
      c: ofWindow(traces.get(`${name}/c`), n),
    });
    dh.set(
      one.dh.map((value) => scale * value),
      n * size,
    );
    dc.set(
      one.dc.map((value) => scale * value),
      n * size,
    );
  }
  for (const { key } of GATES) {
    const data = dz(key)?.data.map((value) => scale * value) ?? new Float32Array();
    traces.set(`${name}/dz_${wordOf(key)}`, { shape, data });
  }
  traces.set(`${name}/dh`, { shape, data: dh });
  traces.set(`${name}/dc`, { shape, data: dc });
}

/** A gate as traces call it. */
function wordOf(key: GateKey): string {
  return key === 'c' ? 'candidate' : key;
}
