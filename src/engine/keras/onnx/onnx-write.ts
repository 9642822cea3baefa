/**
 * A model as ONNX, opset 17: x [batch, time, features] in, Keras' output out. Recurrent layers become LSTM, GRU and RNN
 * nodes between two Transposes; onnxruntime computes them as Keras does. The metadata holds the exact architecture.
 */
import type { Activation } from '../../core/activations.ts';
import { badInput } from '../../core/errors.ts';
import { type FilledLayer, fillLayers } from '../model/check-model.ts';
import { inverseOrder, reorderBlocks, transposed } from '../model/gate-blocks.ts';
import type { KerasModel, KerasWeight } from '../model/keras-model.ts';
import type { BidirectionalSettings, RecurrentSettings } from '../model/layer-settings.ts';
import { GraphWriter } from './onnx-graph-writer.ts';
import { ONNX_BLOCKS } from './onnx-recurrent.ts';

const OPS = { lstm: 'LSTM', gru: 'GRU', simple_rnn: 'RNN' } as const;

/**
 * @throws GatewiseError for what ONNX has no node for, naming the layer
 */
export async function writeOnnx(model: KerasModel): Promise<Uint8Array<ArrayBuffer>> {
  const layers = fillLayers(model);
  const input = model.config.build_input_shape.slice(1);
  const graph = new GraphWriter();
  for (const layer of layers) writeLayer(graph, layer);
  const output = layers.at(-1)?.output ?? input;
  return graph.finish(model.config, input, output);
}

function writeLayer(graph: GraphWriter, layer: FilledLayer): GraphWriter {
  const { settings, weights, input } = layer;
  const isSequence = input.length === 2;
  switch (settings.kind) {
    case 'recurrent':
      return recurrent(graph, layer, settings);
    case 'bidirectional':
      return bidirectional(graph, layer, settings);
    case 'dense': {
      const [kernel, bias] = weights;
      if (kernel) graph.node('MatMul', [graph.float(kernel.path, kernel.shape, kernel.data)]);
      if (bias) graph.node('Add', [graph.float(bias.path, bias.shape, bias.data)]);
      return activation(graph, settings.activation);
    }
    case 'activation':
      return activation(graph, settings.activation);
    case 'softmax':
      return activation(graph, 'softmax');
    case 'relu': {
      const { max, slope, threshold } = settings;
      if (threshold !== 0 || (Number.isFinite(max) && slope !== 0))
        throw refusal(layer, 'its threshold or its slope with a maximum has no node');
      if (slope !== 0) return graph.node('LeakyRelu', [], { alpha: slope });
      if (!Number.isFinite(max)) return graph.node('Relu');
      return graph.node('Clip', [graph.scalar(0), graph.scalar(max)]);
    }
    case 'elu':
      return graph.node('Elu', [], { alpha: settings.alpha });
    case 'rescaling':
      graph.node('Mul', [graph.scalar(settings.scale)]);
      return graph.node('Add', [graph.scalar(settings.offset)]);
    case 'dropout':
    case 'identity':
      return graph;
    case 'repeatVector':
      graph.node('Unsqueeze', [graph.integers([1])]);
      return graph.node('Tile', [graph.integers([1, settings.n, 1])]);
    case 'flatten':
      return isSequence ? graph.node('Flatten', [], { axis: 1n }) : graph;
    case 'reshape':
      return graph.node('Reshape', [graph.integers([0, ...layer.output.map((size) => size ?? -1)])]);
    case 'batchNormalization': {
      const features = input.at(-1) ?? 0;
      const value = (name: string, initial: number) => {
        const found = weights.find((weight) => weight.name === name);
        const data = found?.data ?? new Float32Array(features).fill(initial);
        return graph.float(`${layer.name}/${name}`, [features], data);
      };
      const values = [
        value('gamma', 1),
        value('beta', 0),
        value('moving_mean', 0),
        value('moving_variance', 1),
      ];
      // ONNX normalizes axis 1, Keras the last one.
      if (isSequence) graph.node('Transpose', [], { perm: [0, 2, 1] });
      graph.node('BatchNormalization', values, { epsilon: settings.epsilon });
      return isSequence ? graph.node('Transpose', [], { perm: [0, 2, 1] }) : graph;
    }
    case 'layerNormalization': {
      const features = input.at(-1) ?? 0;
      const value = (name: string, initial: number) => {
        const found = weights.find((weight) => weight.name === name);
        return graph.float(
          `${layer.name}/${name}`,
          [features],
          found?.data ?? new Float32Array(features).fill(initial),
        );
      };
      return graph.node('LayerNormalization', [value('gamma', 1), value('beta', 0)], {
        axis: -1n,
        epsilon: settings.epsilon,
      });
    }
    case 'masking':
      throw refusal(layer, 'ONNX has no masks');
  }
}

function activation(graph: GraphWriter, name: Activation | 'softmax'): GraphWriter {
  switch (name) {
    case 'linear':
      return graph;
    case 'softmax':
      return graph.node('Softmax', [], { axis: -1n });
    case 'hard_sigmoid':
    case 'hard_sigmoid_keras2':
      return graph.node('HardSigmoid', [], { alpha: SLOPES[name], beta: 0.5 });
    default:
      return graph.node(NAMES[name]);
  }
}

const SLOPES = { hard_sigmoid: 1 / 6, hard_sigmoid_keras2: 0.2 } as const;
const NAMES = {
  tanh: 'Tanh',
  sigmoid: 'Sigmoid',
  relu: 'Relu',
  softsign: 'Softsign',
  softplus: 'Softplus',
  elu: 'Elu',
  selu: 'Selu',
  exponential: 'Exp',
} as const;

function recurrent(graph: GraphWriter, layer: FilledLayer, settings: RecurrentSettings): GraphWriter {
  graph.node('Transpose', [], { perm: [1, 0, 2] });
  // Read from the end, the steps come out in the order in which they were processed, as in Keras.
  if (settings.goBackwards) {
    const bounds = [[-1], [-(2 ** 31)], [0], [-1]].map((one) => graph.integers(one));
    graph.node('Slice', bounds);
  }
  recurrentNode(graph, layer, [settings], 'forward');
  if (!settings.returnSequences) return graph.node('Squeeze', [graph.integers([0])]);
  graph.node('Squeeze', [graph.integers([1])]);
  return graph.node('Transpose', [], { perm: [1, 0, 2] });
}

function bidirectional(graph: GraphWriter, layer: FilledLayer, settings: BidirectionalSettings): GraphWriter {
  const { forward, backward, mergeMode } = settings;
  if (mergeMode === null) throw refusal(layer, 'its directions are not merged');
  const isAlike =
    forward.cell === backward.cell &&
    forward.useBias === backward.useBias &&
    forward.resetAfter === backward.resetAfter;
  if (!isAlike) throw refusal(layer, 'its directions differ in more than activations');
  graph.node('Transpose', [], { perm: [1, 0, 2] });
  recurrentNode(graph, layer, [forward, backward], 'bidirectional');
  const { returnSequences, units } = forward;
  // Y is [time, directions, batch, H], Y_h [directions, batch, H].
  const axis = returnSequences ? 1 : 0;
  if (mergeMode === 'concat') {
    graph.node('Transpose', [], { perm: returnSequences ? [2, 0, 1, 3] : [1, 0, 2] });
    return graph.node('Reshape', [graph.integers(returnSequences ? [0, 0, 2 * units] : [0, 2 * units])]);
  }
  if (mergeMode === 'sum') graph.node('ReduceSum', [graph.integers([axis])], { keepdims: 0n });
  else graph.node(mergeMode === 'mul' ? 'ReduceProd' : 'ReduceMean', [], { axes: [axis], keepdims: 0n });
  return returnSequences ? graph.node('Transpose', [], { perm: [1, 0, 2] }) : graph;
}

function recurrentNode(
  graph: GraphWriter,
  layer: FilledLayer,
  directions: readonly RecurrentSettings[],
  direction: 'forward' | 'bidirectional',
): void {
  const [first] = directions;
  if (!first) return;
  const { cell, units, useBias, resetAfter, returnSequences } = first;
  if (directions.some(({ stateful }) => stateful)) {
    throw refusal(layer, 'it is stateful, and ONNX keeps no state from one call to the next');
  }
  const op = OPS[cell];
  const order = inverseOrder(ONNX_BLOCKS[op]);
  const rows = order.length * units;
  const perDirection = useBias ? 3 : 2;
  const stacked = (index: number, make: (weight: KerasWeight) => readonly number[] | Float32Array) => {
    const parts = directions.map((_, i) => {
      const weight = layer.weights[i * perDirection + index];
      return weight ? make(weight) : [];
    });
    return Float32Array.from(parts.flatMap((part) => [...part]));
  };
  const matrix = (index: number) =>
    stacked(index, ({ shape, data }) => reorderBlocks(transposed(data, shape[0] ?? 0, shape[1] ?? 0), order));
  const features = layer.input.at(-1) ?? 0;
  const count = directions.length;
  const inputs = [
    graph.float(`${layer.name}/W`, [count, rows, features], matrix(0)),
    graph.float(`${layer.name}/R`, [count, rows, units], matrix(1)),
  ];
  if (useBias) {
    const biases = stacked(2, ({ data }) => [
      ...reorderBlocks(data.subarray(0, rows), order),
      ...(resetAfter ? reorderBlocks(data.subarray(rows), order) : new Float32Array(rows)),
    ]);
    inputs.push(graph.float(`${layer.name}/B`, [count, 2 * rows], biases));
  }
  const functions = directions.flatMap(({ activation: phi, recurrentActivation: sigma }) =>
    cell === 'lstm' ? [sigma, phi, phi] : cell === 'gru' ? [sigma, phi] : [phi],
  );
  const described = functions.map((name) => onnxFunction(name, layer));
  graph.node(
    op,
    inputs,
    {
      hidden_size: BigInt(units),
      direction,
      activations: described.map(({ name }) => name),
      activation_alpha: described.flatMap(({ alpha }) => alpha ?? []),
      activation_beta: described.flatMap(({ beta }) => beta ?? []),
      ...(cell === 'gru' ? { linear_before_reset: resetAfter ? 1n : 0n } : {}),
    },
    returnSequences ? 0 : 1,
  );
}

/** A function inside a recurrent node; those with settings take the next of the alphas and betas. */
function onnxFunction(name: Activation, layer: FilledLayer): { name: string; alpha?: number; beta?: number } {
  if (name === 'linear') return { name: 'Affine', alpha: 1, beta: 0 };
  if (name === 'hard_sigmoid' || name === 'hard_sigmoid_keras2') {
    return { name: 'HardSigmoid', alpha: SLOPES[name], beta: 0.5 };
  }
  if (name === 'elu') return { name: NAMES.elu, alpha: 1 };
  if (name !== 'selu' && name !== 'exponential') return { name: NAMES[name] };
  throw refusal(layer, `recurrent nodes have no ${name}`);
}

function refusal({ name, className }: FilledLayer, reason: string): Error {
  return badInput(
    `Layer "${name}" (${className}) cannot be written as ONNX: ${reason}. Write .keras, .h5 or .npz instead.`,
  );
}
