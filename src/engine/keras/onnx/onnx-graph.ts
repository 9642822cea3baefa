/** An ONNX graph followed from its input to its output, once, in the order of its nodes. */
import { badInput } from '../../core/errors.ts';
import type { NodeContext } from './onnx-context.ts';
import { ChainOfLayers, freshData, hasLabels, labelsOf } from './onnx-layers.ts';
import { computeNode } from './onnx-nodes.ts';
import type { OnnxModel, OnnxNode, OnnxValueInfo } from './onnx-proto.ts';
import { checkRecurrent, isRecurrentOp, refusalOf } from './onnx-recurrent.ts';
import { type Axis, type DataValue, foldNode, type Label, otherOf, type Value } from './onnx-values.ts';

type Refuse = (reason: string) => Error;
type Inputs = readonly (Value | undefined)[];

/** Goes through a graph node by node and makes the layers that it is. */
export class GraphFollower {
  readonly chain = new ChainOfLayers();
  readonly #model: OnnxModel;
  readonly #fileName: string;
  readonly #values = new Map<string, Value>();
  readonly #input: readonly Axis[];
  #refuse: Refuse;
  readonly #context: NodeContext = {
    chain: this.chain,
    settle: (data) => this.#settle(data),
    refuse: (reason) => this.#refuse(reason),
  };

  constructor(model: OnnxModel, input: OnnxValueInfo, isTimeFirst: boolean, fileName: string) {
    this.#model = model;
    this.#fileName = fileName;
    this.#refuse = (reason) => badInput(`${fileName}: its graph ${reason}.`);
    for (const tensor of model.tensors) this.#values.set(tensor.name, { kind: 'constant', ...tensor });
    const order: readonly Label[] = isTimeFirst ? ['time', 'batch', 'feature'] : ['batch', 'time', 'feature'];
    const rank = input.shape?.length;
    if (rank !== 2 && rank !== 3)
      throw this.#refuse(`takes values with ${rank ?? 'unknown'} axes; 2 or 3 are understood`);
    const labels: readonly Label[] = rank === 3 ? order : ['batch', 'feature'];
    this.#input = labels.map((label, i): Axis => ({ label, size: input.shape?.[i] ?? null }));
    this.#values.set(input.name, freshData(this.#input, 0, null));
  }

  /** @returns the shape of one sample that goes in */
  run(): (number | null)[] {
    for (const node of this.#model.nodes) this.#step(node);
    const output = this.#values.get(this.#model.outputs[0]?.name ?? '');
    this.#refuse = (reason) => badInput(`${this.#fileName}: its graph ${reason}.`);
    if (output?.kind === 'other') {
      const isLoop = ['Loop', 'Scan'].includes(output.from.opType);
      throw refusalOf(
        output.from,
        this.#fileName,
      )(
        isLoop
          ? 'is not understood: it runs layers in a loop that is not an LSTM node, as tf2onnx makes it of GRU, SimpleRNN and other activations'
          : 'is not understood',
      );
    }
    if (output?.kind !== 'data') throw this.#refuse('has no output that comes from its input');
    const data = this.#settle(output);
    this.chain.checkNoBranch(data, this.#refuse);
    if (data.isReversed)
      throw this.#refuse('gives its output against the order of time, which no Keras layer does');
    const labels = labelsOf(data);
    if (labels.includes('rows') || labels.includes('single'))
      throw this.#refuse('gives an output with axes that are not those of its input');
    if (this.chain.layers.length === 0) throw this.#refuse('holds no layers');
    const sizeOf = (label: Label) => this.#input.find((axis) => axis.label === label)?.size ?? null;
    const features = sizeOf('feature') ?? this.#firstFeatures();
    return this.#input.length === 3 ? [sizeOf('time'), features] : [features];
  }

  /** Where the input leaves its features open, the first kernel tells them. */
  #firstFeatures(): number | null {
    return this.chain.layers.flatMap(({ arrays }) => arrays)[0]?.shape[0] ?? null;
  }

  readonly #inputsOf = (node: OnnxNode): Inputs =>
    node.inputs.map((name) => {
      if (name === '') return undefined;
      const value = this.#values.get(name);
      if (value) return value;
      throw this.#refuse(`takes "${name.slice(0, 80)}", which nothing gives`);
    });

  #settle(data: DataValue): DataValue {
    return this.chain.settle(data, this.#inputsOf, this.#refuse);
  }

  #step(node: OnnxNode): void {
    this.#refuse = refusalOf(node, this.#fileName);
    const inputs = this.#inputsOf(node);
    const isStandard = node.domain === '' || node.domain === 'ai.onnx';
    const [first = ''] = node.outputs;
    if (!inputs.some((value) => value?.kind === 'data')) {
      const other = otherOf(node, inputs);
      this.#values.set(first, isStandard ? foldNode(node, inputs) : other);
      for (const name of node.outputs.slice(1)) this.#values.set(name, other);
      return;
    }
    if (isStandard && isRecurrentOp(node.opType)) {
      this.#recurrent(node, inputs);
      return;
    }
    const result = isStandard ? computeNode(node, inputs, this.#context) : undefined;
    if (!result) throw this.#refuse('is not understood');
    this.#values.set(first, result);
  }

  #recurrent(node: OnnxNode, inputs: Inputs): void {
    const [x] = inputs;
    if (x?.kind !== 'data') throw this.#refuse('takes no data');
    checkRecurrent(node, inputs, this.#refuse);
    const data = this.#settle(x);
    const isBatchFirst = (node.attributes.integers.get('layout')?.[0] ?? 0) === 1;
    const wanted: readonly Label[] = isBatchFirst
      ? ['batch', 'time', 'feature']
      : ['time', 'batch', 'feature'];
    if (!hasLabels(data, ...wanted)) {
      throw this.#refuse(`takes the axes ${labelsOf(data).join(', ')}, expected ${wanted.join(', ')}`);
    }
    this.chain.checkNoBranch(data, this.#refuse);
    const direction = node.attributes.strings.get('direction')?.[0] ?? 'forward';
    const isTwoWay = direction === 'bidirectional';
    if (!isTwoWay && direction !== 'forward' && direction !== 'reverse')
      throw this.#refuse(`has the direction ${direction.slice(0, 40)}`);
    if (isTwoWay && data.isReversed) throw this.#refuse('reads reversed time in both directions');
    const directions = isTwoWay ? (['forward', 'reverse'] as const) : [direction as 'forward' | 'reverse'];
    const pending = { node, directions, isInputReversed: data.isReversed, refuse: this.#refuse };
    const [r] = inputs.slice(2);
    const units = r?.kind === 'constant' ? (r.shape[2] ?? null) : null;
    const [batch, time] = [data.axes[isBatchFirst ? 0 : 1], data.axes[isBatchFirst ? 1 : 0]] as [Axis, Axis];
    const count: Axis = { label: 'direction', size: directions.length };
    const feature: Axis = { label: 'feature', size: units };
    const at = this.chain.layers.length;
    const [y = '', state = '', cell = ''] = node.outputs;
    const yAxes = isBatchFirst ? [batch, time, count, feature] : [time, count, batch, feature];
    const stateAxes = isBatchFirst ? [batch, count, feature] : [count, batch, feature];
    // Y lies in the order of its input, which a reverse node has processed from the end.
    this.#values.set(y, { ...freshData(yAxes, at, pending), isReversed: direction === 'reverse' });
    this.#values.set(state, { ...freshData(stateAxes, at, pending), isLast: true });
    if (cell !== '') this.#values.set(cell, { kind: 'other', from: node });
  }
}
