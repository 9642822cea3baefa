/**
 * Random models of every layer and option that gatewise reads: one to three recurrent layers of 1 to 100 units with what
 * may stand around them. Weights are asymmetric and of a size at which no layer dies out or runs away.
 */
import { type Random, seededRandom } from '../../src/engine/core/random.ts';
import { sizeOf } from '../../src/engine/core/tensor.ts';
import {
  type KerasModel,
  type KerasObject,
  kerasLayer,
  sequentialConfig,
} from '../../src/engine/keras/index.ts';
import { placeLayers } from '../../src/engine/keras/model/layer-variables.ts';

export interface RandomModel {
  readonly model: KerasModel;
  /** [3, T, D]; with masked steps where the model masks. */
  readonly x: { readonly shape: readonly number[]; readonly data: Float32Array };
}

const BATCH = 3;
const PHI = ['tanh', 'tanh', 'relu', 'sigmoid', 'softsign', 'linear', 'hard_sigmoid'];
const SIGMA = ['sigmoid', 'sigmoid', 'hard_sigmoid', 'hard_sigmoid_keras2', 'tanh'];

/** The model of a seed and an attempt at it, always the same. */
export function randomModelOf(seed: number, attempt = 0): RandomModel {
  const random = seededRandom(seed, 4 + attempt);
  const draw = new Draw(random);
  const T = draw.integer(2, 12);
  const D = draw.integer(1, 9);
  const isMasked = draw.chance(0.35);
  const maskValue = draw.pick([0, -1]);

  const layers: KerasObject[] = [];
  const add = (className: string, config: Record<string, unknown> = {}): void => {
    layers.push(kerasLayer(className, { name: `${className.toLowerCase()}_${layers.length}`, ...config }));
  };
  if (isMasked) add('Masking', { mask_value: maskValue });
  else if (draw.chance(0.2)) add('TimeDistributed', { layer: dense(draw, 'inner') });

  const recurrentLayers = draw.integer(1, 3);
  for (let k = 0; k < recurrentLayers; k++) {
    const isLast = k === recurrentLayers - 1;
    const returnSequences = !isLast || draw.chance(0.3);
    addRecurrent(draw, add, returnSequences);
    if (draw.chance(0.5)) addBetween(draw, add);
    if (!isLast || !returnSequences) continue;
    // A mask would be lost in Flatten, with a warning of Keras'.
    if (!isMasked && draw.chance(0.5)) add('Flatten');
  }
  addHead(draw, add);

  const config = sequentialConfig(
    `random_${seed}`,
    [draw.chance(0.3) && !has(layers, 'Flatten') ? null : T, D],
    layers,
  );
  const weights = placeLayers(config).flatMap(({ name: layer, variables }) =>
    variables.map(({ name, shape }) => ({
      path: `${layer}/${name}`,
      layer,
      name,
      shape,
      data: weightData(random, name, shape),
    })),
  );
  const data = Float32Array.from({ length: BATCH * T * D }, () => random.normal());
  if (isMasked) maskSteps(draw, data, T, D, maskValue);
  return { model: { config, weights }, x: { shape: [BATCH, T, D], data } };
}

type Add = (className: string, config?: Record<string, unknown>) => void;

function addRecurrent(draw: Draw, add: Add, returnSequences: boolean): void {
  const className = draw.pick(['LSTM', 'LSTM', 'LSTM', 'GRU', 'SimpleRNN']);
  const config = (): Record<string, unknown> => {
    const activation = draw.pick(className === 'LSTM' ? PHI : [...PHI, 'hard_sigmoid_keras2']);
    return {
      activation,
      use_bias: draw.chance(0.75),
      return_sequences: returnSequences,
      ...(className === 'SimpleRNN' ? {} : { recurrent_activation: draw.pick(SIGMA) }),
      ...(className === 'GRU' ? { reset_after: draw.chance(0.5) } : {}),
    };
  };
  const units = draw.integer(1, draw.chance(0.3) ? 100 : 24);
  if (draw.chance(0.3)) {
    const forward = kerasLayer(className, { name: 'forward_cell', units, ...config() });
    const backward = kerasLayer(className, {
      name: 'backward_cell',
      units,
      ...config(),
      go_backwards: true,
    });
    add('Bidirectional', {
      merge_mode: draw.pick(['concat', 'sum', 'mul', 'ave']),
      layer: forward,
      ...(draw.chance(0.5) ? { backward_layer: backward } : {}),
    });
  } else {
    add(className, {
      units,
      ...config(),
      go_backwards: draw.chance(0.3),
      zero_output_for_mask: draw.chance(0.3),
    });
  }
}

function addBetween(draw: Draw, add: Add): void {
  const className = draw.pick([
    'Dropout',
    'BatchNormalization',
    'LayerNormalization',
    'GaussianNoise',
    'LeakyReLU',
    'ELU',
    'ReLU',
    'Activation',
  ]);
  const configs: Record<string, Record<string, unknown>> = {
    Dropout: { rate: 0.5 },
    BatchNormalization: { epsilon: 0.01, scale: draw.chance(0.7), center: draw.chance(0.7) },
    LayerNormalization: { scale: draw.chance(0.7), center: draw.chance(0.7) },
    GaussianNoise: { stddev: 1 },
    LeakyReLU: { negative_slope: 0.2 },
    ELU: { alpha: 0.7 },
    ReLU: { max_value: 2, negative_slope: 0.1, threshold: 0.1 },
    Activation: { activation: draw.pick(['hard_sigmoid_keras2', 'softsign']) },
  };
  add(className, configs[className]);
}

function addHead(draw: Draw, add: Add): void {
  if (draw.chance(0.4)) {
    add('Dense', dense(draw, 'hidden').config as Record<string, unknown>);
    if (draw.chance(0.5)) add('Activation', { activation: 'hard_sigmoid_keras2' });
  }
  // softmax of one unit is 1 whatever the input.
  const units = draw.integer(1, 6);
  const activations = ['linear', 'linear', ...(units > 1 ? ['softmax'] : []), 'hard_sigmoid_keras2'];
  add('Dense', { units, activation: draw.pick(activations) });
}

function dense(draw: Draw, name: string): KerasObject {
  const activation = draw.pick(['linear', 'tanh', 'relu', 'hard_sigmoid']);
  return kerasLayer('Dense', { name, units: draw.integer(2, 9), activation, use_bias: draw.chance(0.7) });
}

function has(layers: readonly KerasObject[], className: string): boolean {
  return layers.some((layer) => layer.class_name === className);
}

function weightData(random: Random, name: string, shape: readonly number[]): Float32Array {
  const isMatrix = shape.length === 2 && !name.endsWith('bias');
  const scale = isMatrix ? 0.8 / Math.sqrt(shape[0] ?? 1) : 0.2;
  const middle = name === 'gamma' || name === 'moving_variance' ? 1 : 0.05;
  return Float32Array.from({ length: sizeOf(shape) }, () => {
    const value = middle + scale * random.normal();
    return name === 'moving_variance' ? Math.abs(value) + 0.1 : value;
  });
}

/** Whole steps at the start, in the middle and at the end of some samples; one sample stays whole. */
function maskSteps(draw: Draw, data: Float32Array, T: number, D: number, value: number): void {
  for (let b = 1; b < BATCH; b++) {
    for (let t = 0; t < T; t++) if (draw.chance(0.4)) data.fill(value, (b * T + t) * D, (b * T + t + 1) * D);
  }
}

/** Choices. */
class Draw {
  private readonly random: Random;

  constructor(random: Random) {
    this.random = random;
  }

  integer(least: number, most: number): number {
    return least + Math.floor(this.random.next() * (most - least + 1));
  }

  chance(p: number): boolean {
    return this.random.next() < p;
  }

  pick<T>(items: readonly T[]): T {
    return items[Math.floor(this.random.next() * items.length)] as T;
  }
}
