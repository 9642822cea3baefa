/**
 * Every layer that is read from Keras files, at inference in float64: the oracle of the engine's inference kernels. The
 * settings are those of keras/layer-settings.ts, stated again because the reference imports nothing.
 * Layers that only work in training (dropout, noise) pass their input on.
 */
import { type ReferenceActivation, referenceActivation } from './activations.ts';
import { type Array64, type ArrayInput, checkArray, lastExtent, sizeOf } from './array64.ts';
import { denseForward } from './dense.ts';
import { activationForward } from './elementwise.ts';
import { type RecurrentOptions, type RecurrentState, recurrentForward } from './recurrent.ts';

interface NormalizationOptions {
  readonly epsilon: number;
  readonly center: boolean;
  readonly scale: boolean;
}

export type InferenceSettings =
  | ({ readonly kind: 'recurrent' } & RecurrentOptions)
  | {
      readonly kind: 'bidirectional';
      readonly mergeMode: 'concat' | 'sum' | 'mul' | 'ave' | null;
      readonly forward: RecurrentOptions;
      readonly backward: RecurrentOptions;
    }
  | {
      readonly kind: 'dense';
      readonly units: number;
      readonly activation: ReferenceActivation | 'softmax';
      readonly useBias: boolean;
    }
  | { readonly kind: 'activation'; readonly activation: ReferenceActivation }
  | { readonly kind: 'softmax' }
  | { readonly kind: 'relu'; readonly max: number; readonly slope: number; readonly threshold: number }
  | { readonly kind: 'elu'; readonly alpha: number }
  | { readonly kind: 'rescaling'; readonly scale: number; readonly offset: number }
  | { readonly kind: 'dropout' }
  | { readonly kind: 'identity' }
  | { readonly kind: 'masking'; readonly maskValue: number }
  | { readonly kind: 'repeatVector'; readonly n: number }
  | { readonly kind: 'flatten' }
  | { readonly kind: 'reshape'; readonly targetShape: readonly number[] }
  | ({ readonly kind: 'batchNormalization' } & NormalizationOptions)
  | ({ readonly kind: 'layerNormalization' } & NormalizationOptions);

/** A layer and its weights in Keras' order. */
export interface InferenceLayer {
  readonly settings: InferenceSettings;
  readonly weights: readonly ArrayLike<number>[];
}

interface Flow extends Array64 {
  /** [B, T], 0 where a step does not count; null where all do. */
  readonly mask: Uint8Array | null;
}

/**
 * Predictions.
 * @param x [B, T, D] or [B, D]
 * @param batchRows rows computed together, which matters to stateful layers only; all of them unless given
 * @returns [B, ...]; the two outputs of a Bidirectional that does not merge stand side by side
 */
export function predictLayers(
  layers: readonly InferenceLayer[],
  x: ArrayInput,
  batchRows: number = x.shape[0] ?? 1,
): Array64 {
  checkArray('Model input', x);
  const [rows = 1, ...rowShape] = x.shape;
  const states = layers.map((): (RecurrentState | null)[] => [null, null]);
  const parts: Array64[] = [];
  for (let first = 0; first < rows; first += batchRows) {
    const count = Math.min(batchRows, rows - first);
    const size = sizeOf(rowShape);
    let flow: Flow = {
      shape: [count, ...rowShape],
      data: Float64Array.from({ length: count * size }, (_, k) => x.data[first * size + k] as number),
      mask: null,
    };
    layers.forEach((layer, k) => {
      flow = forwardLayer(layer, flow, states[k] as (RecurrentState | null)[]);
    });
    parts.push(flow);
  }
  const data = new Float64Array(parts.reduce((size, part) => size + part.data.length, 0));
  parts.reduce((filled, part) => {
    data.set(part.data, filled);
    return filled + part.data.length;
  }, 0);
  return { shape: [rows, ...(parts[0]?.shape.slice(1) ?? [])], data };
}

/** @param states of the layer's one or two recurrences, changed by stateful ones */
function forwardLayer(
  { settings, weights }: InferenceLayer,
  input: Flow,
  states: (RecurrentState | null)[],
): Flow {
  const { shape, data, mask } = input;
  const run = (options: RecurrentOptions, own: readonly ArrayLike<number>[], k: number): Array64 => {
    const { output, state } = recurrentForward(input, own, options, mask, states[k] ?? null);
    if (options.stateful) states[k] = state;
    return output;
  };
  const elementwise = (f: (value: number) => number): Flow => ({ ...input, data: data.map(f) });
  switch (settings.kind) {
    case 'recurrent':
      return { ...run(settings, weights, 0), mask: settings.returnSequences ? mask : null };
    case 'bidirectional': {
      const own = settings.forward.useBias ? 3 : 2;
      const forward = run(settings.forward, weights.slice(0, own), 0);
      const backward = run(settings.backward, weights.slice(own), 1);
      const isSequence = settings.forward.returnSequences;
      const merged = merge(settings.mergeMode, forward, isSequence ? flipped(backward) : backward);
      return { ...merged, mask: isSequence ? mask : null };
    }
    case 'dense': {
      const { units, activation } = settings;
      const [kernel = [], bias = null] = weights;
      const product = denseForward(data, { kernel, bias }, lastExtent(shape), units);
      const result = { shape: [...shape.slice(0, -1), units], data: product, mask };
      return activation === 'softmax'
        ? softmax(result)
        : { ...result, data: activationForward(product, activation) };
    }
    case 'activation':
      return elementwise(referenceActivation(settings.activation).value);
    case 'softmax':
      return softmax(input);
    case 'relu': {
      const { max, slope, threshold } = settings;
      return elementwise((x) => (x >= max ? max : x >= threshold ? x : slope * (x - threshold)));
    }
    case 'elu':
      return elementwise((x) => (x > 0 ? x : settings.alpha * Math.expm1(x)));
    case 'rescaling':
      return elementwise((x) => x * settings.scale + settings.offset);
    case 'dropout':
    case 'identity':
      return input;
    case 'masking':
      return masked(input, settings.maskValue);
    case 'repeatVector': {
      const [batch = 0, features = 0] = shape;
      const { n } = settings;
      const repeated = Float64Array.from(
        { length: batch * n * features },
        (_, k) => data[Math.floor(k / (n * features)) * features + (k % features)] as number,
      );
      return { shape: [batch, n, features], data: repeated, mask: null };
    }
    case 'flatten':
      return { shape: [shape[0] ?? 0, sizeOf(shape.slice(1))], data, mask: null };
    case 'reshape': {
      const known = settings.targetShape.reduce((size, extent) => size * Math.abs(extent), 1);
      const rest = sizeOf(shape.slice(1)) / known;
      const target = settings.targetShape.map((extent) => (extent === -1 ? rest : extent));
      return { shape: [shape[0] ?? 0, ...target], data, mask: null };
    }
    case 'batchNormalization':
    case 'layerNormalization':
      return { ...input, data: normalized(settings, input, weights) };
  }
}

function merge(mode: 'concat' | 'sum' | 'mul' | 'ave' | null, forward: Array64, backward: Array64): Array64 {
  const other = (k: number): number => backward.data[k] as number;
  switch (mode) {
    case 'sum':
      return { ...forward, data: forward.data.map((value, k) => value + other(k)) };
    case 'mul':
      return { ...forward, data: forward.data.map((value, k) => value * other(k)) };
    case 'ave':
      return { ...forward, data: forward.data.map((value, k) => (value + other(k)) / 2) };
    default: {
      const units = lastExtent(forward.shape);
      const data = new Float64Array(2 * forward.data.length);
      for (let row = 0; row * units < forward.data.length; row++) {
        data.set(forward.data.subarray(row * units, (row + 1) * units), 2 * row * units);
        data.set(backward.data.subarray(row * units, (row + 1) * units), (2 * row + 1) * units);
      }
      return { shape: [...forward.shape.slice(0, -1), 2 * units], data };
    }
  }
}

/** [B, T, H] with the order of the time steps reversed. */
function flipped({ shape, data }: Array64): Array64 {
  const [batch = 0, steps = 0, units = 0] = shape;
  const result = new Float64Array(data.length);
  for (let b = 0; b < batch; b++) {
    for (let t = 0; t < steps; t++) {
      const from = (b * steps + t) * units;
      result.set(data.subarray(from, from + units), (b * steps + steps - 1 - t) * units);
    }
  }
  return { shape, data: result };
}

function masked({ shape, data }: Flow, maskValue: number): Flow {
  const features = lastExtent(shape);
  const mask = new Uint8Array(data.length / features);
  const result = Float64Array.from(data);
  for (let n = 0; n < mask.length; n++) {
    const step = result.subarray(n * features, (n + 1) * features);
    if (step.some((value) => value !== maskValue)) mask[n] = 1;
    else step.fill(0);
  }
  return { shape, data: result, mask };
}

function softmax(input: Flow): Flow {
  return { ...input, data: overRows(input, exponentials) };
}

/** Softmax of a row, its largest value taken off first. */
function exponentials(row: Float64Array): Float64Array {
  const largest = Math.max(...row);
  const values = row.map((value) => Math.exp(value - largest));
  const sum = values.reduce((total, value) => total + value, 0);
  return values.map((value) => value / sum);
}

function normalized(
  settings: NormalizationOptions & { readonly kind: 'batchNormalization' | 'layerNormalization' },
  input: Flow,
  weights: readonly ArrayLike<number>[],
): Float64Array {
  const rest = [...weights];
  const gamma = settings.scale ? rest.shift() : null;
  const beta = settings.center ? rest.shift() : null;
  const [storedMean, storedVariance] = rest;
  const isLayer = settings.kind === 'layerNormalization';
  return overRows(input, (row) => {
    const mean = row.reduce((sum, value) => sum + value, 0) / row.length;
    const variance = row.reduce((sum, value) => sum + (value - mean) ** 2, 0) / row.length;
    return row.map((value, k) => {
      const [m, v] = isLayer ? [mean, variance] : [storedMean?.[k] ?? 0, storedVariance?.[k] ?? 1];
      return ((value - m) / Math.sqrt(v + settings.epsilon)) * (gamma?.[k] ?? 1) + (beta?.[k] ?? 0);
    });
  });
}

/** Applies `f` to each row of the last axis. */
function overRows({ shape, data }: Array64, f: (row: Float64Array) => Float64Array): Float64Array {
  const features = lastExtent(shape);
  const result = new Float64Array(data.length);
  for (let first = 0; first < data.length; first += features) {
    result.set(f(data.subarray(first, first + features)), first);
  }
  return result;
}
