/**
 * What a file is and holds, for people: layers with what they compute, every tensor with its range, the gates cut out of the
 * fused matrices, and what looks wrong. Numbers only; the command and the page write the sentences around them.
 */
import { GATES } from '../../core/gates.ts';
import { IMPLAUSIBLE } from '../bytes/weight-oddities.ts';
import { type FilledLayer, fillLayers, trainableWeights } from '../model/check-model.ts';
import { blockValues, gateBlocks } from '../model/gate-slices.ts';
import type {
  CompileConfig,
  FileSource,
  KerasWeight,
  ModelFile,
  StoredTensor,
} from '../model/keras-model.ts';
import { type LayerVariable, placeLayers } from '../model/layer-variables.ts';
import { describeSettings } from '../model/settings-words.ts';

/** What is said of a set of numbers. Norm, least, largest and mean are of the finite ones. */
export interface Range {
  /** L2 */
  readonly norm: number;
  readonly min: number;
  readonly max: number;
  readonly mean: number;
  readonly nan: number;
  readonly infinite: number;
  /** Finite, but beyond what a weight is likely to be (1e6). */
  readonly implausible: number;
}

export interface InspectedGate extends Range {
  readonly gate: string;
  /** As NumPy cuts it: `kernel[:, 0:32]`. */
  readonly slice: string;
}

export interface InspectedTensor extends Range {
  readonly path: string;
  readonly shape: readonly number[];
  readonly isTrainable: boolean;
  readonly gates: readonly InspectedGate[];
}

export interface InspectedLayer {
  readonly name: string;
  readonly className: string;
  /** In Keras' words. */
  readonly settings: Readonly<Record<string, unknown>>;
  /** Shapes of one sample; null is a length that the data tells. */
  readonly input: readonly (number | null)[];
  readonly output: readonly (number | null)[];
  readonly parameters: number;
  readonly tensors: readonly InspectedTensor[];
}

export interface Inspection {
  readonly source: FileSource;
  readonly name: string;
  /** With the batch first. */
  readonly inputShape: readonly (number | null)[];
  readonly layers: readonly InspectedLayer[];
  readonly parameters: number;
  readonly trainableParameters: number;
  /** What lies in the file, under the names it has there. */
  readonly stored: readonly StoredTensor[];
  /** What the bias of each LSTM tells of the order of its gates. */
  readonly forgetBias: readonly string[];
  readonly compile: CompileConfig | null;
  readonly optimizer: {
    readonly iterations: number;
    readonly learningRate: number;
    readonly slots: readonly string[];
  } | null;
  /** What the reader converted or assumed. */
  readonly notes: readonly string[];
  /** NaN, infinite and implausible values by tensor. */
  readonly warnings: readonly string[];
}

/** A quarter of a bias with a mean below this says nothing. unit_forget_bias starts at 1. */
const CLUE = 0.5;

/** @throws GatewiseError when the model's weights do not fit its config */
export function inspectModel({ source, model, stored, notes }: ModelFile): Inspection {
  // An architecture alone has layers and no weights.
  const isEmpty = source.holds === 'architecture' && model.weights.length === 0;
  const filled = isEmpty
    ? placeLayers(model.config).map((layer) => ({ ...layer, weights: [] }))
    : fillLayers(model);
  const layers = filled.map(inspectLayer);
  const tensors = layers.flatMap((layer) => layer.tensors);
  const { optimizerState: state } = model;
  return {
    source,
    name: model.config.name,
    inputShape: model.config.build_input_shape,
    layers,
    parameters: layers.reduce((sum, { parameters }) => sum + parameters, 0),
    trainableParameters: trainableWeights(filled).reduce((sum, { data }) => sum + data.length, 0),
    stored,
    forgetBias: filled.flatMap(forgetBiasClues),
    compile: model.compile ?? null,
    optimizer: state
      ? {
          iterations: state.iterations,
          learningRate: state.learningRate,
          slots: state.slots.map(({ name }) => name),
        }
      : null,
    notes,
    warnings: tensors.flatMap(warningOf),
  };
}

function inspectLayer({ name, className, settings, input, output, variables, weights }: FilledLayer) {
  const tensors = weights.flatMap((weight, k) => {
    const variable = variables[k];
    return variable === undefined ? [] : [inspectTensor(weight, variable)];
  });
  return {
    name,
    className,
    settings: describeSettings(settings),
    input,
    output,
    parameters: weights.reduce((sum, { data }) => sum + data.length, 0),
    tensors,
  };
}

function inspectTensor({ path, shape, data }: KerasWeight, variable: LayerVariable): InspectedTensor {
  const columns = shape.at(-1) ?? 1;
  const gates = gateBlocks(variable).map((block) => ({
    gate: block.gate,
    slice: block.slice,
    ...rangeOf(blockValues(data, columns, block)),
  }));
  return { path, shape, isTrainable: variable.isTrainable, ...rangeOf(data), gates };
}

function rangeOf(data: Float32Array): Range {
  let [squares, sum, count, nan, infinite, implausible] = [0, 0, 0, 0, 0, 0];
  let [min, max] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const value of data) {
    if (Number.isNaN(value)) nan++;
    else if (!Number.isFinite(value)) infinite++;
    else {
      count++;
      sum += value;
      squares += value * value;
      min = Math.min(min, value);
      max = Math.max(max, value);
      if (Math.abs(value) > IMPLAUSIBLE) implausible++;
    }
  }
  const isEmpty = count === 0;
  return {
    norm: Math.sqrt(squares),
    min: isEmpty ? Number.NaN : min,
    max: isEmpty ? Number.NaN : max,
    mean: isEmpty ? Number.NaN : sum / count,
    nan,
    infinite,
    implausible,
  };
}

function warningOf({ path, nan, infinite, implausible }: InspectedTensor): string[] {
  const parts = [
    nan > 0 ? `${nan} NaN` : '',
    infinite > 0 ? `${infinite} infinite` : '',
    implausible > 0 ? `${implausible} beyond ${IMPLAUSIBLE.toExponential(0).replace('+', '')}` : '',
  ].filter((part) => part !== '');
  return parts.length === 0 ? [] : [`${path} holds ${parts.join(', ')} of its values.`];
}

/** unit_forget_bias starts the forget gate's bias at 1 and the others at 0, and training seldom undoes it. */
function forgetBiasClues({ weights, variables }: FilledLayer): string[] {
  return weights.flatMap((weight, k) => {
    const variable = variables[k];
    if (!weight.name.endsWith('bias') || variable?.gates !== GATES.length) return [];
    const means = gateBlocks(variable).map((block) =>
      rangeOf(blockValues(weight.data, variable.shape[0] ?? 1, block)),
    );
    const [first, ...others] = means
      .map(({ mean, min, max }, place) => ({ mean, min, max, place }))
      .sort((a, b) => Number(isOnes(b)) - Number(isOnes(a)) || b.mean - a.mean);
    if (first === undefined || !Number.isFinite(first.mean)) return [];
    return [`${weight.path}: ${clue(first, others)}`];
  });
}

interface Quarter {
  readonly mean: number;
  readonly min: number;
  readonly max: number;
  readonly place: number;
}

const QUARTERS = ['first', 'second', 'third', 'fourth'] as const;

/** As unit_forget_bias starts a bias; after a little training still 1 as people are shown it. */
function isOnes({ min, max }: Omit<Quarter, 'mean' | 'place'>): boolean {
  return Math.abs(min - 1) < 5e-4 && Math.abs(max - 1) < 5e-4;
}

function clue(first: Quarter, others: readonly Quarter[]): string {
  const { mean, place } = first;
  const quarter = QUARTERS[place] ?? '?';
  const second = others[0]?.mean ?? 0;
  const isLone = isOnes(first) && !others.some(isOnes);
  if (!isLone && (mean < CLUE || mean - second < CLUE / 2)) {
    return `no quarter stands out (largest mean ${mean.toFixed(3)}), so it tells nothing of the order of the gates.`;
  }
  const shown = isLone ? '1 everywhere' : `the largest on average (${mean.toFixed(3)})`;
  const gate = GATES[place]?.name ?? '?';
  return place === 1
    ? `the second quarter is ${shown}: the forget gate as unit_forget_bias starts it, so the order i, f, c, o is likely.`
    : `the ${quarter} quarter is ${shown}, where the order i, f, c, o has the ${gate} gate: the gates may lie in another order (try gate-order).`;
}
