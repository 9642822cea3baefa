/**
 * A model's prediction in float64 plain loops, straight from the equations (keras-reference 1.1, 1.8), for files whose
 * reading is to be judged by the numbers they give. Shares no code with the engine or its reference.
 */
import type { KerasModel, SequentialConfig } from '../../src/engine/keras/index.ts';
import type { BidirectionalSettings, RecurrentSettings } from '../../src/engine/keras/layer-settings.ts';
import { placeLayers } from '../../src/engine/keras/layer-variables.ts';
import type { RawArray, RawFile } from '../../src/engine/keras/raw-file.ts';

type Vector = readonly number[];
/** Time steps, or a single one after a layer that gives the last step only. */
type Sample = readonly Vector[];

const FUNCTIONS: Readonly<Record<string, (x: number) => number>> = {
  linear: (x) => x,
  tanh: Math.tanh,
  sigmoid: (x) => 1 / (1 + Math.exp(-x)),
  relu: (x) => Math.max(0, x),
  softsign: (x) => x / (1 + Math.abs(x)),
  softplus: (x) => Math.log1p(Math.exp(x)),
  elu: (x) => (x > 0 ? x : Math.expm1(x)),
  selu: (x) => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * Math.expm1(x)),
  exponential: Math.exp,
  hard_sigmoid: (x) => Math.min(1, Math.max(0, x / 6 + 0.5)),
  hard_sigmoid_keras2: (x) => Math.min(1, Math.max(0, 0.2 * x + 0.5)),
};

/** A file's model, for readers that give weights in Keras' order and layout. */
export function modelOfRaw({ architecture, weights }: RawFile): KerasModel {
  const { config } = architecture as { config: SequentialConfig };
  const arrays: readonly RawArray[] =
    weights.kind === 'by-layer'
      ? weights.layers.flatMap((layer) => layer.arrays)
      : weights.kind === 'none'
        ? []
        : weights.arrays;
  const variables = placeLayers(config).flatMap(({ name: layer, variables }) =>
    variables.map((variable) => ({ ...variable, layer })),
  );
  if (variables.length !== arrays.length) {
    throw new Error(`${arrays.length} arrays for ${variables.length} variables`);
  }
  return {
    config,
    weights: variables.map(({ layer, name, shape }, i) => {
      const { data, shape: stored } = arrays[i] as RawArray;
      if (String(stored) !== String(shape)) throw new Error(`${layer}/${name}: ${stored}, expected ${shape}`);
      return { path: `${layer}/${name}`, layer, name, shape, data };
    }),
  };
}

/** x and the result: [B, T, D] and what the model gives, flat. */
export function predict64(model: KerasModel, x: { shape: Vector; data: Vector }): number[] {
  const [batch = 0, steps = 0, features = 0] = x.shape;
  return Array.from({ length: batch }, (_, b) =>
    predictSample(
      model,
      Array.from({ length: steps }, (_, t) => {
        const start = (b * steps + t) * features;
        return x.data.slice(start, start + features);
      }),
    ),
  ).flat();
}

function predictSample(model: KerasModel, input: Sample): number[] {
  let sample = input;
  for (const { name: owner, settings, output } of placeLayers(model.config)) {
    const weights = model.weights.filter(({ layer }) => layer === owner).map(({ data }) => data);
    switch (settings.kind) {
      case 'recurrent':
        sample = recurrent(settings, sample, weights);
        break;
      case 'bidirectional':
        sample = bidirectional(settings, sample, weights);
        break;
      case 'dense': {
        const { units, activation } = settings;
        sample = sample.map((step) => activate(activation, affine(step, weights[0], weights[1], units)));
        break;
      }
      case 'activation':
        sample = sample.map((step) => activate(settings.activation, step));
        break;
      case 'relu': {
        const { max, slope, threshold } = settings;
        const value = (x: number) => (x >= max ? max : x >= threshold ? x : slope * (x - threshold));
        sample = sample.map((step) => step.map(value));
        break;
      }
      case 'elu':
        sample = sample.map((step) => step.map((x) => (x > 0 ? x : settings.alpha * Math.expm1(x))));
        break;
      case 'rescaling':
        sample = sample.map((step) => step.map((x) => x * settings.scale + settings.offset));
        break;
      case 'batchNormalization':
      case 'layerNormalization': {
        const named = (name: string) => model.weights.find((one) => one.path === `${owner}/${name}`)?.data;
        sample = sample.map((step) => normalized(step, settings.epsilon, named));
        break;
      }
      case 'softmax':
        sample = sample.map((step) => activate('softmax', step));
        break;
      case 'repeatVector':
        sample = Array.from({ length: settings.n }, () => sample[0] ?? []);
        break;
      case 'flatten':
        sample = [sample.flat()];
        break;
      case 'reshape': {
        const width = output.at(-1) ?? 1;
        const flat = sample.flat();
        sample = Array.from({ length: flat.length / width }, (_, i) =>
          flat.slice(i * width, (i + 1) * width),
        );
        break;
      }
      case 'dropout':
      case 'identity':
        break;
      default:
        throw new Error(`${settings.kind} is not computed here`);
    }
  }
  return sample.flat();
}

function activate(name: string, x: Vector): Vector {
  if (name !== 'softmax') return x.map(FUNCTIONS[name] as (x: number) => number);
  const powers = x.map((one) => Math.exp(one - Math.max(...x)));
  const sum = powers.reduce((a, b) => a + b, 0);
  return powers.map((one) => one / sum);
}

/** By stored mean and variance, else by the row's own. */
function normalized(x: Vector, epsilon: number, named: (name: string) => Float32Array | undefined): Vector {
  const mean = x.reduce((a, b) => a + b, 0) / x.length;
  const variance = x.reduce((sum, one) => sum + (one - mean) ** 2, 0) / x.length;
  return x.map((one, i) => {
    const m = named('moving_mean')?.[i] ?? mean;
    const v = named('moving_variance')?.[i] ?? variance;
    return ((one - m) / Math.sqrt(v + epsilon)) * (named('gamma')?.[i] ?? 1) + (named('beta')?.[i] ?? 0);
  });
}

function affine(
  x: Vector,
  kernel: Float32Array | undefined,
  bias: Float32Array | undefined,
  columns: number,
): number[] {
  return Array.from({ length: columns }, (_, column) =>
    x.reduce((sum, one, row) => sum + one * (kernel?.[row * columns + column] ?? 0), bias?.[column] ?? 0),
  );
}

function recurrent(settings: RecurrentSettings, input: Sample, weights: readonly Float32Array[]): Sample {
  const { units, cell, goBackwards, returnSequences } = settings;
  let h: Vector = new Array(units).fill(0);
  let c: Vector = new Array(units).fill(0);
  const outputs: Vector[] = [];
  for (const x of goBackwards ? [...input].reverse() : input) {
    if (cell === 'lstm') [h, c] = lstmStep(settings, x, h, c, weights);
    else if (cell === 'gru') h = gruStep(settings, x, h, weights);
    else {
      const sum = plus(affine(x, weights[0], weights[2], units), affine(h, weights[1], undefined, units));
      h = activate(settings.activation, sum);
    }
    outputs.push(h);
  }
  return returnSequences ? outputs : outputs.slice(-1);
}

function lstmStep(
  { units, activation, recurrentActivation }: RecurrentSettings,
  x: Vector,
  h: Vector,
  c: Vector,
  [kernel, recurrentKernel, bias]: readonly Float32Array[],
): [Vector, Vector] {
  const z = plus(affine(x, kernel, bias, 4 * units), affine(h, recurrentKernel, undefined, 4 * units));
  const gate = (k: number) => z.slice(k * units, (k + 1) * units);
  const i = activate(recurrentActivation, gate(0));
  const f = activate(recurrentActivation, gate(1));
  const g = activate(activation, gate(2));
  const o = activate(recurrentActivation, gate(3));
  const next = plus(times(f, c), times(i, g));
  return [times(o, activate(activation, next)), next];
}

function gruStep(
  { units, activation, recurrentActivation, resetAfter }: RecurrentSettings,
  x: Vector,
  h: Vector,
  [kernel, recurrentKernel, bias]: readonly Float32Array[],
): Vector {
  const columns = 3 * units;
  const block = (vector: Vector, k: number) => vector.slice(k * units, (k + 1) * units);
  const fromInput = affine(x, kernel, bias?.subarray(0, columns), columns);
  const fromState = affine(h, recurrentKernel, resetAfter ? bias?.subarray(columns) : undefined, columns);
  const z = activate(recurrentActivation, plus(block(fromInput, 0), block(fromState, 0)));
  const r = activate(recurrentActivation, plus(block(fromInput, 1), block(fromState, 1)));
  const reset = resetAfter
    ? times(r, block(fromState, 2))
    : block(affine(times(r, h), recurrentKernel, undefined, columns), 2);
  const candidate = activate(activation, plus(block(fromInput, 2), reset));
  return z.map((gate, i) => gate * (h[i] ?? 0) + (1 - gate) * (candidate[i] ?? 0));
}

function bidirectional(
  settings: BidirectionalSettings,
  input: Sample,
  weights: readonly Float32Array[],
): Sample {
  const half = weights.length / 2;
  const forward = recurrent(settings.forward, input, weights.slice(0, half));
  const backward = [...recurrent(settings.backward, input, weights.slice(half))].reverse();
  return forward.map((one, t) => {
    const other = backward[t] ?? [];
    if (settings.mergeMode === 'concat') return [...one, ...other];
    if (settings.mergeMode === 'mul') return times(one, other);
    const sum = plus(one, other);
    return settings.mergeMode === 'ave' ? sum.map((value) => value / 2) : sum;
  });
}

function plus(a: Vector, b: Vector): number[] {
  return a.map((value, i) => value + (b[i] ?? 0));
}

function times(a: Vector, b: Vector): number[] {
  return a.map((value, i) => value * (b[i] ?? 0));
}
