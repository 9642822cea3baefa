/**
 * Two models side by side: what their layers compute, and their weights tensor by tensor and gate by gate. Layers are paired
 * by their place, not by their names. Weights are held against each other as numbers, no tolerance: -0 equals 0, NaN nothing.
 */
import { formatShape } from '../../core/errors.ts';
import { type FilledLayer, fillLayers } from '../model/check-model.ts';
import { blockValues, gateBlocks } from '../model/gate-slices.ts';
import type { KerasModel, KerasWeight } from '../model/keras-model.ts';
import type { LayerVariable } from '../model/layer-variables.ts';
import { describeSettings } from '../model/settings-words.ts';
import { compareTraining } from './compare-training.ts';
import { distance, indexOf } from './differences.ts';
import { explainDifference } from './explain-difference.ts';

/** One tensor, or one gate of one. */
export interface TensorDifference {
  /** In the first model: `lstm/kernel`. */
  readonly path: string;
  readonly gate?: string;
  readonly maxAbs: number;
  /** Of |a - b| / |b|; Infinity where only b is 0. */
  readonly maxRel: number;
  /** The smallest tolerance X with which |a - b| <= X * (1 + |b|) holds for every value; Infinity where none does. */
  readonly agreesWithin: number;
  /** Where the largest difference is; the index is that of the whole tensor. */
  readonly worst: { readonly index: readonly number[]; readonly a: number; readonly b: number } | null;
}

export interface Comparison {
  /** No difference of config, and every weight the same number. */
  readonly equal: boolean;
  /** Sentences on what differs between the architectures, or the shapes of weights. */
  readonly config: readonly string[];
  readonly tensors: readonly TensorDifference[];
  /** Sentences: the reason why weights differ, where a simple one explains it. */
  readonly causes: readonly string[];
  /** Sentences on what has no part in `equal`: names, and what only one of the two holds. */
  readonly notes: readonly string[];
}

/** @throws GatewiseError when one of the models does not fit together in itself */
export function compareModels(a: KerasModel, b: KerasModel): Comparison {
  const [ofA, ofB] = [fillLayers(a), fillLayers(b)];
  const config: string[] = [];
  const notes: string[] = [];
  const tensors: TensorDifference[] = [];

  const [shapeA, shapeB] = [a, b].map((model) => formatShape(model.config.build_input_shape.slice(1)));
  if (shapeA !== shapeB) config.push(`input shape of a sample: ${shapeA} in A, ${shapeB} in B`);
  if (ofA.length !== ofB.length) config.push(`number of layers: ${ofA.length} in A, ${ofB.length} in B`);
  for (let place = 0; place < Math.max(ofA.length, ofB.length); place++) {
    const [one, other] = [ofA[place], ofB[place]];
    if (one === undefined || other === undefined) {
      const present = one ?? other;
      config.push(`"${present?.name}" (${present?.className}) is only in ${one ? 'A' : 'B'}`);
      continue;
    }
    if (one.name !== other.name) notes.push(`Layer "${one.name}" of A is called "${other.name}" in B.`);
    config.push(...settingDifferences(one, other));
    compareWeights(one, other, config, tensors);
  }
  compareTraining(a, b, config, notes);
  const equal = config.length === 0 && tensors.every(({ maxAbs }) => maxAbs === 0);
  const causes = equal ? [] : explainDifference(a, b);
  return { equal, config, tensors, causes, notes };
}

function settingDifferences(one: FilledLayer, other: FilledLayer): string[] {
  if (one.settings.kind !== other.settings.kind) {
    return [`${one.name}: ${one.className} in A, ${other.className} in B`];
  }
  const [a, b] = [describeSettings(one.settings), describeSettings(other.settings)];
  return [...new Set([...Object.keys(a), ...Object.keys(b)])].flatMap((key) => {
    const [inA, inB] = [String(a[key]), String(b[key])];
    return inA === inB ? [] : [`${one.name}: ${key} is ${withFormula(inA)} in A, ${withFormula(inB)} in B`];
  });
}

/** Two functions have the name hard_sigmoid; the formula tells them apart. */
const FORMULAS: Readonly<Record<string, string>> = {
  hard_sigmoid: 'hard_sigmoid (Keras 3: clip(x/6 + 0.5))',
  hard_sigmoid_keras2: 'hard_sigmoid (Keras 1 and 2: clip(0.2x + 0.5))',
};

function withFormula(value: string): string {
  return (Object.hasOwn(FORMULAS, value) ? FORMULAS[value] : undefined) ?? value;
}

function compareWeights(
  one: FilledLayer,
  other: FilledLayer,
  config: string[],
  tensors: TensorDifference[],
): void {
  for (const [k, weight] of one.weights.entries()) {
    const partner = other.weights.find(({ name }) => name === weight.name);
    const variable = one.variables[k];
    if (partner === undefined || variable === undefined) {
      config.push(`${weight.path} ${formatShape(weight.shape)} is only in A`);
      continue;
    }
    if (formatShape(weight.shape) !== formatShape(partner.shape)) {
      config.push(
        `${weight.path}: shape ${formatShape(weight.shape)} in A, ${formatShape(partner.shape)} in B`,
      );
      continue;
    }
    tensors.push(...tensorDifferences(weight, partner, variable));
  }
  for (const { name, path, shape } of other.weights) {
    if (one.weights.every((weight) => weight.name !== name)) {
      config.push(`${path} ${formatShape(shape)} is only in B`);
    }
  }
}

/** The whole tensor, then its gates. */
function tensorDifferences(a: KerasWeight, b: KerasWeight, variable: LayerVariable): TensorDifference[] {
  const { path, shape } = a;
  const columns = shape.at(-1) ?? 1;
  const whole = { path, ...largest(a.data, b.data, (at) => indexOf(at, shape)) };
  const gates = gateBlocks(variable).map((block) => {
    const width = block.to - block.from;
    const [ofA, ofB] = [a, b].map(({ data }) => blockValues(data, columns, block)) as [
      Float32Array,
      Float32Array,
    ];
    const place = (at: number): number[] =>
      indexOf(Math.floor(at / width) * columns + block.from + (at % width), shape);
    return { path, gate: block.gate, ...largest(ofA, ofB, place) };
  });
  return [whole, ...gates];
}

function largest(
  a: Float32Array,
  b: Float32Array,
  place: (at: number) => number[],
): Omit<TensorDifference, 'path' | 'gate'> {
  let [maxAbs, maxRel, agreesWithin, worst] = [0, 0, 0, 0];
  for (let at = 0; at < a.length; at++) {
    const expected = b[at] ?? Number.NaN;
    const size = distance(a[at] ?? Number.NaN, expected);
    if (size === 0) continue;
    const per = (whole: number): number => (Number.isFinite(size) ? size / whole : Number.POSITIVE_INFINITY);
    maxRel = Math.max(maxRel, per(Math.abs(expected)));
    agreesWithin = Math.max(agreesWithin, per(1 + Math.abs(expected)));
    if (size > maxAbs) [maxAbs, worst] = [size, at];
  }
  const [atA = Number.NaN, atB = Number.NaN] = [a[worst], b[worst]];
  const at = a.length === 0 ? null : { index: place(worst), a: atA, b: atB };
  return { maxAbs, maxRel, agreesWithin, worst: at };
}
