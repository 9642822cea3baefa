/** An LSTM in a model, and weights with which a part of it stands still: the weights alone do it, no kernel knows of it. */
import type { Activation } from '../core/activations.ts';
import { badInput } from '../core/errors.ts';
import { GATES, type GateKey, gateIndex } from '../core/gates.ts';
import type { Tensor } from '../core/tensor.ts';
import { Lstm } from '../layers/lstm.ts';
import type { Sequential } from '../models/sequential.ts';
import { inverseActivation } from './inverse-activation.ts';

export interface FoundLstm {
  readonly name: string;
  readonly layer: Lstm;
  /** Places among the model's weights; -1 for the bias of a layer without one. */
  readonly kernel: number;
  readonly recurrentKernel: number;
  readonly bias: number;
}

/**
 * The LSTMs of a model, the first layer first.
 * @throws GatewiseError where there is none that runs forward, without a mask and without state between batches
 */
export function lstmsOf(model: Sequential): FoundLstm[] {
  const specs = model.weightSpecs();
  const placed = model.toConfig().layers.filter(({ class_name: className }) => className !== 'InputLayer');
  const found = model.layers.flatMap((layer, k): FoundLstm[] => {
    if (!(layer instanceof Lstm)) return [];
    const name = String(placed[k]?.config.name);
    const place = (variable: string): number =>
      specs.findIndex((spec) => spec.layer === name && spec.name === variable);
    return [
      {
        ...{ name, layer, kernel: place('kernel') },
        ...{ recurrentKernel: place('recurrent_kernel'), bias: place('bias') },
      },
    ];
  });
  if (found.length > 0) return found;
  const classes = model.layers.map(({ className }) => className).join(', ');
  throw badInput(
    `This needs an LSTM that runs forward, without a mask and without state between batches; the model has ${classes}.`,
  );
}

/** The LSTM of this name, or the first. @throws GatewiseError as lstmsOf(), and where none has the name */
export function findLstm(model: Sequential, name?: string): FoundLstm {
  const all = lstmsOf(model);
  const found = all.find((one) => name === undefined || one.name === name);
  if (found) return found;
  throw badInput(
    `There is no LSTM "${name}" that can be changed; the model has ${all.map((one) => `"${one.name}"`).join(', ')}.`,
  );
}

/**
 * Weights with which h of one unit is 0 at every step, for whatever reads it: its candidate is phi(0) = 0, so c stays 0 and
 * h = o phi(0).
 * @throws GatewiseError where phi(0) is not 0
 */
export function silenceUnit(weights: readonly Tensor[], lstm: FoundLstm, unit: number): Tensor[] {
  const { activation, units } = lstm.layer;
  if (NOT_ZERO_AT_ZERO.has(activation)) {
    throw badInput(
      `LSTM "${lstm.name}" has the activation ${activation}, which is not 0 at 0: no weights make h of a unit 0. Units can be left out with tanh, linear, relu, softsign, elu and selu.`,
    );
  }
  return holdColumn(weights, lstm, gateIndex('c') * units + unit, 0);
}

const NOT_ZERO_AT_ZERO: ReadonlySet<Activation> = new Set([
  'sigmoid',
  'hard_sigmoid',
  'hard_sigmoid_keras2',
  'softplus',
  'exponential',
]);

/**
 * Weights with which a gate of every unit is the same at every step, whatever the input.
 * @param values of the gate, [H]
 * @throws GatewiseError for an LSTM without bias, and for values that are not finite
 */
export function holdGate(
  weights: readonly Tensor[],
  lstm: FoundLstm,
  gate: GateKey,
  values: ArrayLike<number>,
): Tensor[] {
  const { activation, recurrentActivation, units } = lstm.layer;
  if (lstm.bias < 0) {
    throw badInput(`LSTM "${lstm.name}" has no bias, which would hold a gate at its mean.`);
  }
  const own = gate === 'c' ? activation : recurrentActivation;
  let held: readonly Tensor[] = weights;
  for (let u = 0; u < units; u++) {
    const value = values[u] as number;
    if (!Number.isFinite(value)) {
      throw badInput(
        `Gate ${gate} of unit ${u} of LSTM "${lstm.name}" can't be held at ${value}, expected a finite number. Give windows on which its gates are finite.`,
      );
    }
    held = holdColumn(held, lstm, gateIndex(gate) * units + u, inverseActivation(own, value));
  }
  return [...held];
}

/** z of one column is `z` at every step: nothing reaches it but the bias. */
function holdColumn(weights: readonly Tensor[], lstm: FoundLstm, column: number, z: number): Tensor[] {
  const columns = GATES.length * lstm.layer.units;
  const { kernel, recurrentKernel, bias } = lstm;
  return weights.map((weight, k) => {
    if (k !== kernel && k !== recurrentKernel && k !== bias) return weight;
    const data = weight.data.slice();
    for (let at = column; at < data.length; at += columns) data[at] = k === bias ? z : 0;
    return { shape: weight.shape, data };
  });
}
