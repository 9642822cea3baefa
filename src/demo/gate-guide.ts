/**
 * Which block is which gate, as code and in the words of other formats (keras-reference, trap 3 and section 7), and what
 * the bias says of it before training.
 */

import { GATES, type GateKey } from '../engine/index.ts';
import { gateOrder } from './gate-letters.ts';
import { msg, str } from './words.ts';

/** Python that cuts the layer's arrays by gate, with the shapes of this model. D inputs, H units. */
export function pythonSlices(inputs: number, units: number): string {
  const slice = (k: number): string => `${k * units}:${(k + 1) * units}`;
  const lines = GATES.flatMap(({ key, name }, k) => [
    `# ${name}`,
    `W_${key} = W[:, ${slice(k)}]  # (${inputs}, ${units})`,
    `U_${key} = U[:, ${slice(k)}]  # (${units}, ${units})`,
    `b_${key} = b[${slice(k)}]  # (${units},)`,
  ]);
  return [
    `W, U, b = model.layers[0].get_weights()  # (${inputs}, ${4 * units}), (${units}, ${4 * units}), (${4 * units},)`,
    ...lines,
  ].join('\n');
}

export interface StoredAs {
  readonly format: string;
  readonly order: string;
  readonly arrays: string;
}

/** How formats store the four gates of a layer with D inputs and H units. */
export function storedAs(inputs: number, units: number): readonly StoredAs[] {
  const all = 4 * units;
  return [
    {
      format: 'Keras 2, tf.keras, Keras 3',
      order: gateOrder('ifco'),
      arrays: msg(
        str`blocks of columns: kernel (${inputs}, ${all}), recurrent_kernel (${units}, ${all}), bias (${all})`,
      ),
    },
    {
      format: 'Keras 1',
      order: gateOrder('icfo'),
      arrays: msg(
        str`twelve arrays, three for each gate: W (${inputs}, ${units}), U (${units}, ${units}), b (${units})`,
      ),
    },
    {
      format: 'PyTorch',
      order: msg('i, f, g, o (g is the candidate)'),
      arrays: msg(
        str`blocks of rows, transposed: weight_ih (${all}, ${inputs}), weight_hh (${all}, ${units}), and two biases (${all}) that are added`,
      ),
    },
    {
      format: 'ONNX',
      order: gateOrder('iofc'),
      arrays: msg(str`blocks of rows: W (1, ${all}, ${inputs}), R (1, ${all}, ${units}), B (1, ${2 * all})`),
    },
  ];
}

/** Smallest and largest bias of one gate. */
export interface BiasQuarter {
  readonly gate: GateKey;
  readonly least: number;
  readonly most: number;
}

/** @param bias [4H] in Keras' layout */
export function biasQuarters(bias: Float32Array): BiasQuarter[] {
  const units = bias.length / GATES.length;
  return GATES.map(({ key }, k) => {
    const own = bias.subarray(k * units, (k + 1) * units);
    return { gate: key, least: Math.min(...own), most: Math.max(...own) };
  });
}

/** The gates whose every bias is exactly 1: Keras' unit_forget_bias, before training. */
export function allOnes(quarters: readonly BiasQuarter[]): GateKey[] {
  return quarters.filter(({ least, most }) => least === 1 && most === 1).map(({ gate }) => gate);
}
