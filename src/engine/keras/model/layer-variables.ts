/**
 * Shapes through a model: what each layer takes and gives, and the variables it stores, in the order files hold them
 * (keras-reference 2.4: trainable ones first).
 */
import { badInput, formatShape } from '../../core/errors.ts';
import { GATE_COUNT } from '../../core/gates.ts';
import type { SequentialConfig } from './keras-model.ts';
import { type LayerSettings, layerSettings, type RecurrentSettings } from './layer-settings.ts';

/** Shape of one sample; null is a number of time steps that the data will tell. */
export type OpenShape = readonly (number | null)[];

export interface LayerVariable {
  /** kernel, recurrent_kernel, bias, gamma, beta, moving_mean, moving_variance; with forward/ or backward/ before it in a Bidirectional. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly isTrainable: boolean;
  /** Column blocks of the last axis: 4 in an LSTM, 3 in a GRU, 1 elsewhere. */
  readonly gates: number;
}

/** A layer in its place. */
export interface PlacedLayer {
  readonly className: string;
  readonly name: string;
  readonly settings: LayerSettings;
  readonly input: OpenShape;
  readonly output: OpenShape;
  readonly variables: readonly LayerVariable[];
}

/**
 * All layers of a model but its InputLayer.
 * @throws GatewiseError when a layer is not understood, does not fit the one before, or two have one name
 */
export function placeLayers(config: SequentialConfig): PlacedLayer[] {
  let shape: OpenShape = config.build_input_shape.slice(1);
  const placed: PlacedLayer[] = [];
  const names = new Set<string>();
  for (const layer of config.layers) {
    if (layer.class_name === 'InputLayer') continue;
    const { name } = layer.config;
    if (typeof name !== 'string' || name === '') {
      throw badInput(`A layer of class ${layer.class_name} has no name in its config. Give it one.`);
    }
    if (names.has(name)) {
      throw badInput(`Two layers of the model have the name "${name}". Give each its own name.`);
    }
    names.add(name);
    const owner = `Layer "${name}" (${layer.class_name})`;
    const settings = layerSettings(layer);
    const output = outputShape(settings, shape, owner);
    const variables = layerVariables(settings, shape.at(-1) ?? 0);
    placed.push({ className: layer.class_name, name, settings, input: shape, output, variables });
    shape = output;
  }
  return placed;
}

/**
 * The variables of a layer.
 * @param features last axis of its input
 */
function layerVariables(settings: LayerSettings, features: number): LayerVariable[] {
  switch (settings.kind) {
    case 'recurrent':
      return recurrentVariables(settings, features, '');
    case 'bidirectional':
      return [
        ...recurrentVariables(settings.forward, features, 'forward/'),
        ...recurrentVariables(settings.backward, features, 'backward/'),
      ];
    case 'dense':
      return [
        plain('kernel', [features, settings.units]),
        ...(settings.useBias ? [plain('bias', [settings.units])] : []),
      ];
    case 'batchNormalization':
      return [
        ...scaleAndCenter(settings, features),
        { ...plain('moving_mean', [features]), isTrainable: false },
        { ...plain('moving_variance', [features]), isTrainable: false },
      ];
    case 'layerNormalization':
      return scaleAndCenter(settings, features);
    default:
      return [];
  }
}

function recurrentVariables(settings: RecurrentSettings, features: number, prefix: string): LayerVariable[] {
  const { cell, units, useBias, resetAfter } = settings;
  const gates = cell === 'lstm' ? GATE_COUNT : cell === 'gru' ? 3 : 1;
  const columns = gates * units;
  const variable = (name: string, shape: readonly number[]): LayerVariable => ({
    name: `${prefix}${name}`,
    shape,
    isTrainable: true,
    gates,
  });
  return [
    variable('kernel', [features, columns]),
    variable('recurrent_kernel', [units, columns]),
    ...(useBias ? [variable('bias', resetAfter ? [2, columns] : [columns])] : []),
  ];
}

function scaleAndCenter(
  { scale, center }: { scale: boolean; center: boolean },
  features: number,
): LayerVariable[] {
  return [...(scale ? [plain('gamma', [features])] : []), ...(center ? [plain('beta', [features])] : [])];
}

function plain(name: string, shape: readonly number[]): LayerVariable {
  return { name, shape, isTrainable: true, gates: 1 };
}

/**
 * Shape of one sample after a layer.
 * @throws GatewiseError when the layer cannot take such samples
 */
function outputShape(settings: LayerSettings, input: OpenShape, owner: string): OpenShape {
  if (input.length < 1 || input.length > 2 || input.at(-1) == null) {
    throw badInput(
      `${owner}: it is given samples of shape ${formatShape(input)}; [features] and [time, features] with a known number of features are understood.`,
    );
  }
  const isSequence = input.length === 2;
  switch (settings.kind) {
    case 'recurrent':
    case 'bidirectional': {
      if (!isSequence) {
        throw badInput(
          `${owner}: expected samples of shape [time, features], received ${formatShape(input)}. The layer before must return sequences.`,
        );
      }
      const { units, returnSequences } = settings.kind === 'recurrent' ? settings : settings.forward;
      const isJoined =
        settings.kind === 'bidirectional' && (settings.mergeMode === 'concat' || settings.mergeMode === null);
      const width = isJoined ? 2 * units : units;
      return returnSequences ? [input[0] ?? null, width] : [width];
    }
    case 'dense':
      return [...input.slice(0, -1), settings.units];
    case 'masking':
      if (isSequence) return input;
      throw badInput(`${owner}: expected samples of shape [time, features], received ${formatShape(input)}.`);
    case 'repeatVector':
      if (!isSequence) return [settings.n, ...input];
      throw badInput(`${owner}: expected samples of shape [features], received ${formatShape(input)}.`);
    case 'flatten':
      return isSequence ? [knownSize(input, owner)] : input;
    case 'reshape':
      return reshaped(settings.targetShape, input, owner);
    default:
      return input;
  }
}

function reshaped(target: readonly number[], input: OpenShape, owner: string): OpenShape {
  const open = target.indexOf(-1);
  const rest = target.reduce((product, size) => (size === -1 ? product : product * size), 1);
  const size = input.includes(null) && open === 0 && target.length === 2 ? null : knownSize(input, owner);
  const isGood =
    target.length >= 1 &&
    target.length <= 2 &&
    target.every((one) => one >= 1 || one === -1) &&
    open === target.lastIndexOf(-1) &&
    (size === null || (open < 0 ? rest === size : size % rest === 0));
  if (!isGood) {
    throw badInput(
      `${owner}: it cannot make ${formatShape(target)} of samples of shape ${formatShape(input)}; one or two axes with the same number of values are understood.`,
    );
  }
  return target.map((one) => (one === -1 ? (size === null ? null : size / rest) : one));
}

function knownSize(input: OpenShape, owner: string): number {
  if (input.includes(null)) {
    throw badInput(
      `${owner}: it needs a known number of time steps, and the model leaves it open (${formatShape(input)}). Give the input shape.`,
    );
  }
  return input.reduce<number>((product, size) => product * (size ?? 1), 1);
}
