/** The Keras layers that an ONNX graph turns out to be, in their order, and the values between them. */
import { kerasLayer } from '../keras3/keras-config.ts';
import type { KerasObject } from '../model/keras-model.ts';
import type { RawArray } from '../raw-file.ts';
import type { OnnxNode } from './onnx-proto.ts';
import { isRecurrentOp, recurrentLayer } from './onnx-recurrent.ts';
import type { Axis, DataValue, Label, Pending, Value } from './onnx-values.ts';

export interface MadeLayer {
  readonly layer: KerasObject;
  readonly arrays: readonly RawArray[];
}

type Refuse = (reason: string) => Error;

/** As many as a config of Keras may have. */
const MAX_LAYERS = 1000;

/** What works step by step, so that taking the last step before or after it is the same. */
const STEPWISE = ['Dense', 'Activation', 'LeakyReLU', 'ELU', 'ReLU', 'Rescaling', 'LayerNormalization'];

export class ChainOfLayers {
  readonly layers: MadeLayer[] = [];
  readonly #names = new Set<string>();
  /** Names given by base. */
  readonly #counts = new Map<string, number>();

  /** `lstm`, `lstm_1`, ... */
  nameFor(base: string): string {
    let count = this.#counts.get(base) ?? 0;
    let name: string;
    do {
      name = count === 0 ? base : `${base}_${count}`;
      count++;
    } while (this.#names.has(name));
    this.#counts.set(base, count);
    this.#names.add(name);
    return name;
  }

  /** A layer behind a value. */
  append(
    data: DataValue,
    layer: KerasObject,
    arrays: readonly RawArray[],
    axes: readonly Axis[],
    refuse: Refuse,
  ): DataValue {
    this.checkNoBranch(data, refuse);
    if (this.layers.length === MAX_LAYERS)
      throw refuse(`would be layer ${MAX_LAYERS + 1}, and up to ${MAX_LAYERS} are read`);
    this.layers.push({ layer, arrays });
    return { ...data, axes, at: this.layers.length, pending: null };
  }

  checkNoBranch(data: DataValue, refuse: Refuse): void {
    if (data.at === this.layers.length) return;
    throw refuse('takes a value that another layer takes too: the graph branches');
  }

  last(data: DataValue): MadeLayer | undefined {
    return data.at === this.layers.length ? this.layers.at(-1) : undefined;
  }

  /** The value before the last layer, which is taken away. */
  withoutLast(data: DataValue): DataValue {
    this.layers.pop();
    return { ...data, at: this.layers.length };
  }

  replaceLast(config: Readonly<Record<string, unknown>>, arrays?: readonly RawArray[]): void {
    const last = this.layers.pop();
    if (!last) return;
    const { layer } = last;
    const changed = kerasLayer(layer.class_name, { ...layer.config, ...config });
    this.layers.push({ layer: changed, arrays: arrays ?? last.arrays });
  }

  /**
   * The value of a recurrent node as its layer's output: how it was used says whether the layer returns sequences.
   * @param inputsOf inputs of a node
   */
  settle(
    data: DataValue,
    inputsOf: (node: OnnxNode) => readonly (Value | undefined)[],
    refuse: Refuse,
  ): DataValue {
    const { pending } = data;
    if (!pending) return data;
    const axes = data.axes.filter(({ label }) => label !== 'single');
    const labels = axes.map(({ label }) => label);
    if (labels.includes('direction'))
      throw refuse('uses the output of a recurrent node with an axis for its directions');
    const returnSequences = labels.includes('time') || labels.includes('rows');
    if (pending.directions.length === 2 && (data.mergeMode === null || data.directions.length !== 2)) {
      throw refuse('uses one direction of a bidirectional node alone');
    }
    const use = `${returnSequences} ${data.mergeMode}`;
    if (pending.use === use && data.at + 1 === this.layers.length) {
      return { ...data, axes, at: this.layers.length, pending: null };
    }
    if (!isRecurrentOp(pending.node.opType)) return data;
    const name = this.nameFor({ LSTM: 'lstm', GRU: 'gru', RNN: 'simple_rnn' }[pending.node.opType]);
    const full = pending.directions.length === 2 ? this.nameFor(`bidirectional_${name}`) : name;
    const { directions, isInputReversed } = pending;
    const { mergeMode } = data;
    const { layer, arrays } = recurrentLayer(
      pending.node,
      inputsOf(pending.node),
      { name: full, directions, isInputReversed, mergeMode, returnSequences },
      pending.refuse,
    );
    pending.use = use;
    return this.append(data, layer, arrays, axes, refuse);
  }

  /** One index of the time axis: only the last step in Keras' order can be told apart. */
  takeStep(data: DataValue, index: 'first' | 'last', keep: boolean, refuse: Refuse): DataValue {
    const axes = data.axes.flatMap((axis): Axis[] =>
      axis.label !== 'time' ? [axis] : keep ? [{ label: 'single', size: 1 }] : [],
    );
    const { pending } = data;
    const wrong = () => refuse('takes a time step that no Keras layer gives alone');
    if (pending) {
      const [direction] = data.directions;
      if (data.directions.length !== 1 || direction === undefined) {
        throw refuse(
          'takes one time step of both directions. Keras takes of the backward direction its own last state (h_n), which is the first time step',
        );
      }
      const expected = pending.directions[direction] === 'forward' ? 'last' : 'first';
      if (index !== expected) throw wrong();
      return { ...data, axes, isLast: true, isReversed: false };
    }
    if (index !== (data.isReversed ? 'first' : 'last')) throw wrong();
    this.checkNoBranch(data, refuse);
    const at = this.layers.findLastIndex(({ layer }) => !STEPWISE.includes(layer.class_name));
    const found = this.layers[at];
    const isRecurrent = found && ['LSTM', 'GRU', 'SimpleRNN'].includes(found.layer.class_name);
    if (!isRecurrent) throw wrong();
    const layer = kerasLayer(found.layer.class_name, { ...found.layer.config, return_sequences: false });
    this.layers[at] = { ...found, layer };
    return { ...data, axes, isLast: true, isReversed: false };
  }
}

/** A value straight from the graph's input or from a recurrent node. */
export function freshData(axes: readonly Axis[], at: number, pending: Pending | null): DataValue {
  return {
    kind: 'data',
    axes,
    at,
    pending,
    directions: pending ? pending.directions.map((_, i) => i) : [],
    mergeMode: null,
    isLast: false,
    isReversed: false,
    rows: [],
  };
}

export function labelsOf({ axes }: DataValue): readonly Label[] {
  return axes.map(({ label }) => label);
}

/** Whether axes are these, in this order. */
export function hasLabels(data: DataValue, ...labels: readonly Label[]): boolean {
  return String(labelsOf(data)) === String(labels);
}
