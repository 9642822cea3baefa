/**
 * The layers a reference model can hold, and one forward and one backward function over all of them.
 * A layer here is plain data; weights are passed in, in the order Keras' get_weights() gives them.
 */
import type { ReferenceActivation } from './activations.ts';
import {
  type Array64,
  type ArrayInput,
  checkCount,
  formatShape,
  lastExtent,
  readSequenceShape,
} from './array64.ts';
import { type DenseWeights, denseBackward, denseForward } from './dense.ts';
import { activationBackward, activationForward, applyMask } from './elementwise.ts';
import { type LstmTrace, type LstmWeights, lstmBackward, lstmForward } from './lstm.ts';

/** One layer; what is left out has Keras' default. */
export type ReferenceLayer =
  | {
      readonly kind: 'lstm';
      readonly units: number;
      /** 'tanh' unless given */
      readonly activation?: ReferenceActivation;
      /** 'sigmoid' unless given */
      readonly recurrentActivation?: ReferenceActivation;
      /** true unless given */
      readonly useBias?: boolean;
      /** false unless given: only the last output leaves the layer */
      readonly returnSequences?: boolean;
    }
  | {
      readonly kind: 'dense';
      readonly units: number;
      /** 'linear' unless given */
      readonly activation?: ReferenceActivation;
      /** true unless given */
      readonly useBias?: boolean;
    }
  | { readonly kind: 'activation'; readonly activation: ReferenceActivation }
  /** Identity unless a mask is passed for it. */
  | { readonly kind: 'dropout' };

/** What one layer's forward pass leaves for its backward pass (and, for an LSTM, for whoever wants to look inside). */
export interface LayerRecord {
  readonly input: ArrayInput;
  readonly output: Array64;
  /** LSTM: every gate and state. */
  readonly trace?: LstmTrace;
  /** Dense, activation: what the activation was applied to, shape of the output. */
  readonly preActivation?: ArrayLike<number>;
  /** Dropout: the mask it was given. */
  readonly mask?: ArrayLike<number>;
}

/** Gradients of one layer: one per weight, in weight order, and of its input. */
export interface LayerGradients {
  readonly weights: readonly Float64Array[];
  readonly dx: Float64Array;
}

/**
 * Shapes of a layer's weights in Keras' order, for inputs whose last extent is `features`, and the last extent it emits.
 * @throws Error when units or features is no positive integer
 */
export function describeLayer(
  layer: ReferenceLayer,
  features: number,
): { readonly weightShapes: readonly (readonly number[])[]; readonly outputFeatures: number } {
  checkCount('Input features', features);
  if (layer.kind === 'activation' || layer.kind === 'dropout')
    return { weightShapes: [], outputFeatures: features };
  const units = checkCount(`${layer.kind} units`, layer.units);
  const hasBias = layer.useBias ?? true;
  if (layer.kind === 'dense') {
    const kernel = [features, units];
    return { weightShapes: hasBias ? [kernel, [units]] : [kernel], outputFeatures: units };
  }
  const columns = 4 * units;
  const kernels = [
    [features, columns],
    [units, columns],
  ];
  return { weightShapes: hasBias ? [...kernels, [columns]] : kernels, outputFeatures: units };
}

function lstmWeights(weights: readonly Float64Array[]): LstmWeights {
  const [kernel, recurrentKernel, bias] = weights as [Float64Array, Float64Array, Float64Array | undefined];
  return { kernel, recurrentKernel, bias: bias ?? null };
}

function denseWeights(weights: readonly Float64Array[]): DenseWeights {
  const [kernel, bias] = weights as [Float64Array, Float64Array | undefined];
  return { kernel, bias: bias ?? null };
}

/**
 * Runs one layer.
 * @param input LSTM [B, T, D]; the others any shape, Dense works on the last axis
 * @param weights of this layer, as many and as long as describeLayer says
 * @param mask dropout only
 * @throws Error when the input does not fit the layer
 */
export function forwardLayer(
  layer: ReferenceLayer,
  input: ArrayInput,
  weights: readonly Float64Array[],
  mask: ArrayLike<number> | undefined,
): LayerRecord {
  if (layer.kind === 'lstm') return forwardLstm(layer, input, weights);
  if (layer.kind === 'dense') {
    const features = lastExtent(input.shape);
    const shape = [...input.shape.slice(0, -1), layer.units];
    const preActivation = denseForward(input.data, denseWeights(weights), features, layer.units);
    const data = activationForward(preActivation, layer.activation ?? 'linear');
    return { input, output: { shape, data }, preActivation };
  }
  if (layer.kind === 'activation') {
    const data = activationForward(input.data, layer.activation);
    return { input, output: { shape: input.shape, data }, preActivation: input.data };
  }
  if (mask === undefined)
    return { input, output: { shape: input.shape, data: Float64Array.from(input.data) } };
  return { input, output: { shape: input.shape, data: applyMask(input.data, mask) }, mask };
}

function forwardLstm(
  layer: Extract<ReferenceLayer, { kind: 'lstm' }>,
  input: ArrayInput,
  weights: readonly Float64Array[],
): LayerRecord {
  const trace = lstmForward(input, lstmWeights(weights), {
    units: layer.units,
    activation: layer.activation ?? 'tanh',
    recurrentActivation: layer.recurrentActivation ?? 'sigmoid',
  });
  const { batch, timeSteps, units, h } = trace;
  if (layer.returnSequences) return { input, output: { shape: [batch, timeSteps, units], data: h }, trace };
  const last = new Float64Array(batch * units);
  for (let b = 0; b < batch; b++) {
    const end = (b + 1) * timeSteps * units;
    last.set(h.subarray(end - units, end), b * units);
  }
  return { input, output: { shape: [batch, units], data: last }, trace };
}

/**
 * Goes back through one layer.
 * @param record of forwardLayer with the same layer and weights
 * @param dy gradient of the layer's output, as long as it
 * @throws Error when dy does not fit the record
 */
export function backwardLayer(
  layer: ReferenceLayer,
  record: LayerRecord,
  weights: readonly Float64Array[],
  dy: Float64Array,
): LayerGradients {
  const { input } = record;
  if (layer.kind === 'lstm') return backwardLstm(layer, record, weights, dy);
  if (layer.kind === 'dense') {
    const dz = activationBackward(record.preActivation ?? [], layer.activation ?? 'linear', dy);
    const features = lastExtent(input.shape);
    const { dx, dKernel, dBias } = denseBackward(
      input.data,
      denseWeights(weights),
      features,
      layer.units,
      dz,
    );
    return { weights: dBias === null ? [dKernel] : [dKernel, dBias], dx };
  }
  if (layer.kind === 'activation') {
    return { weights: [], dx: activationBackward(record.preActivation ?? [], layer.activation, dy) };
  }
  return { weights: [], dx: record.mask === undefined ? Float64Array.from(dy) : applyMask(dy, record.mask) };
}

function backwardLstm(
  layer: Extract<ReferenceLayer, { kind: 'lstm' }>,
  record: LayerRecord,
  weights: readonly Float64Array[],
  dy: Float64Array,
): LayerGradients {
  const { trace } = record;
  if (trace === undefined)
    throw new Error('LSTM backward: the record holds no trace. Pass a record of forwardLayer.');
  let dh = dy;
  if (!layer.returnSequences) {
    const [batch, timeSteps, features] = readSequenceShape('LSTM input', record.input);
    if (dy.length !== batch * layer.units) {
      throw new Error(
        `LSTM output gradient has ${dy.length} values, expected ${formatShape([batch, layer.units])} for input ` +
          `${formatShape([batch, timeSteps, features])}.`,
      );
    }
    dh = new Float64Array(batch * timeSteps * layer.units);
    for (let b = 0; b < batch; b++) {
      dh.set(dy.subarray(b * layer.units, (b + 1) * layer.units), ((b + 1) * timeSteps - 1) * layer.units);
    }
  }
  const { dx, dKernel, dRecurrentKernel, dBias } = lstmBackward(
    trace,
    record.input,
    lstmWeights(weights),
    dh,
  );
  return { weights: dBias === null ? [dKernel, dRecurrentKernel] : [dKernel, dRecurrentKernel, dBias], dx };
}
