/**
 * A model as Keras 3 computes it: hard_sigmoid of Keras 1 and 2, clip(0.2x + 0.5, 0, 1), does not exist there, but
 * clip(0.2x + 0.5, 0, 1) = clip(1.2x / 6 + 0.5, 0, 1) is Keras 3's hard_sigmoid of 1.2x. So the weights that make x are
 * multiplied by 1.2. Everything else is what keras3-config.ts and keras3-names.ts do.
 */
import { badInput } from '../../core/errors.ts';
import { type FilledLayer, fillLayers } from '../model/check-model.ts';
import type { KerasModel, KerasObject, KerasWeight } from '../model/keras-model.ts';
import type { LayerSettings, RecurrentSettings } from '../model/layer-settings.ts';
import { kerasLayer } from './keras-config.ts';
import { loadableCompile, loadableConfig } from './keras3-config.ts';
import { freeName, loadableNames, type Note } from './keras3-names.ts';

const OLD = 'hard_sigmoid_keras2';
const FACTOR = 1.2;
/** Blocks of columns that the recurrent activation works on, and those of the candidate. */
const BLOCKS = {
  lstm: { recurrent: [0, 1, 3], names: 'i, f and o' },
  gru: { recurrent: [0, 1], names: 'z and r' },
  simple_rnn: { recurrent: [], names: '' },
} as const;
const CANDIDATE = { lstm: 2, gru: 2, simple_rnn: 0 } as const;

export interface Keras3Model {
  readonly model: KerasModel;
  /** What was changed. */
  readonly notes: readonly string[];
}

/**
 * The model that Keras 3 loads and predicts the same with.
 * @throws GatewiseError when the model's parts do not fit each other, or when an LSTM's activation is the hard_sigmoid of
 *   Keras 1 and 2: it works on the cell state, which no weight scales
 */
export function forKeras3(model: KerasModel): Keras3Model {
  const notes: string[] = [];
  const note: Note = (sentence) => {
    notes.push(sentence);
  };
  noteMaskedSteps(model, note);
  const scaled = scaleHardSigmoids(model, note);
  const named = loadableNames(scaled, note);
  const compile = named.compile && loadableCompile(named.compile, note);
  const { compile: _, optimizerState, ...rest } = named;
  return {
    model: {
      ...rest,
      config: loadableConfig(named.config, note),
      ...(compile ? { compile } : {}),
      ...(compile && optimizerState ? { optimizerState } : {}),
    },
    notes,
  };
}

/** Keras before tf.keras kept the last output at masked steps of a Bidirectional; Keras 3 always has zeros there. */
function noteMaskedSteps(model: KerasModel, note: Note): void {
  const layers = fillLayers(model);
  const masking = layers.findIndex(({ settings }) => settings.kind === 'masking');
  const kept = layers.find(
    ({ settings }, i) =>
      masking >= 0 &&
      i > masking &&
      settings.kind === 'bidirectional' &&
      settings.forward.returnSequences &&
      !settings.forward.zeroOutputForMask,
  );
  if (!kept) return;
  note(
    `At masked steps "${kept.name}" (Bidirectional) keeps the output before, as Keras 1 and 2 do; Keras 3 has zeros there, so what it predicts for inputs with masked steps can differ.`,
  );
}

function scaleHardSigmoids(model: KerasModel, note: Note): KerasModel {
  const filled = fillLayers(model);
  const layers: KerasObject[] = model.config.layers.filter((layer) => layer.class_name === 'InputLayer');
  const weights: KerasWeight[] = [];
  const changed: string[] = [];
  const originals = model.config.layers.filter((layer) => layer.class_name !== 'InputLayer');
  const taken = new Set(filled.map(({ name }) => name));
  filled.forEach((layer, at) => {
    const original = originals[at];
    if (!original) return;
    const { settings, name } = layer;
    if (settings.kind === 'activation' && settings.activation === OLD) {
      const before = filled[at - 1];
      if (before?.settings.kind === 'dense' && before.settings.activation === 'linear') {
        const own = weights.splice(weights.length - before.weights.length);
        weights.push(...own.map((weight) => multiplied(weight, [0], 1)));
        changed.push(`kernel and bias of "${before.name}", on which "${name}" works`);
      } else {
        const fresh = freeName(`${name}_rescaling`, taken);
        taken.add(fresh);
        layers.push(kerasLayer('Rescaling', { name: fresh, scale: FACTOR, offset: 0 }));
        changed.push(`the input of "${name}", by a layer Rescaling before it`);
      }
    }
    const scaled = scaledWeights(layer);
    if (scaled) changed.push(scaled.what);
    weights.push(...(scaled?.weights ?? layer.weights));
    layers.push(withNewName(original));
  });
  if (changed.length === 0) return model;
  const hasState = model.optimizerState !== undefined;
  note(
    `hard_sigmoid of Keras 1 and 2, clip(0.2x + 0.5, 0, 1), became Keras 3's, clip(x/6 + 0.5, 0, 1), of 1.2x. Multiplied by 1.2: ${changed.join('; ')}. Predictions are the same; these weights are no longer bit equal.`,
  );
  if (hasState) {
    note(`The optimizer's state is left out: it belongs to the weights before they were multiplied.`);
  }
  const { optimizerState: _, ...rest } = model;
  return { ...rest, config: { ...model.config, layers }, weights };
}

/** The weights of a layer that has the old hard_sigmoid itself, and what was multiplied; null where it has none. */
function scaledWeights({
  name,
  settings,
  weights,
}: FilledLayer): { readonly weights: readonly KerasWeight[]; readonly what: string } | null {
  if (settings.kind === 'dense') {
    if (settings.activation !== OLD) return null;
    return {
      weights: weights.map((weight) => multiplied(weight, [0], 1)),
      what: `kernel and bias of "${name}"`,
    };
  }
  const directions = recurrentParts(settings);
  const whats: string[] = [];
  let result = weights;
  for (const [prefix, part] of directions) {
    const { blocks, gates } = oldBlocks(part, name);
    if (blocks.length === 0) continue;
    const count = part.cell === 'lstm' ? 4 : part.cell === 'gru' ? 3 : 1;
    result = result.map((weight) =>
      weight.name.startsWith(prefix) ? multiplied(weight, blocks, count) : weight,
    );
    whats.push(`all weights of ${gates} in "${name}"${prefix ? `, ${prefix.slice(0, -1)}` : ''}`);
  }
  return whats.length > 0 ? { weights: result, what: whats.join('; ') } : null;
}

function recurrentParts(settings: LayerSettings): (readonly [prefix: string, RecurrentSettings])[] {
  if (settings.kind === 'recurrent') return [['', settings]];
  if (settings.kind !== 'bidirectional') return [];
  return [
    ['forward/', settings.forward],
    ['backward/', settings.backward],
  ];
}

function oldBlocks(
  { cell, activation, recurrentActivation }: RecurrentSettings,
  layer: string,
): { readonly blocks: readonly number[]; readonly gates: string } {
  if (activation === OLD && cell === 'lstm') {
    throw badInput(
      `Layer "${layer}" has the activation clip(0.2x + 0.5, 0, 1), the hard_sigmoid of Keras 1 and 2. An LSTM applies it to its cell state too, which no weight scales, so Keras 3 cannot compute this model. Write it as .npz, TF.js, ONNX or for Keras 1 instead.`,
    );
  }
  const isRecurrent = recurrentActivation === OLD;
  const isCandidate = activation === OLD;
  const { recurrent, names } = BLOCKS[cell];
  const gates = [isRecurrent ? names : '', isCandidate ? 'the candidate' : ''].filter((one) => one !== '');
  return {
    blocks: [...(isRecurrent ? recurrent : []), ...(isCandidate ? [CANDIDATE[cell]] : [])],
    gates: cell === 'simple_rnn' ? 'the cell' : gates.join(' and '),
  };
}

/** A weight with some of its blocks of columns times 1.2. */
function multiplied(weight: KerasWeight, blocks: readonly number[], count: number): KerasWeight {
  const columns = weight.shape.at(-1) ?? 0;
  const width = columns / count;
  const data = weight.data.map((value, i) =>
    blocks.includes(Math.floor((i % columns) / width)) ? value * FACTOR : value,
  );
  return { ...weight, data };
}

/** The layer with the name that Keras 3's function has, in the layers it wraps too. */
function withNewName(layer: KerasObject): KerasObject {
  const entries = Object.entries(layer.config).map(([key, value]): [string, unknown] => {
    if (key === 'activation' || key === 'recurrent_activation') {
      return [key, value === OLD ? 'hard_sigmoid' : value];
    }
    const isLayer = (key === 'layer' || key === 'backward_layer') && value !== null;
    return [key, isLayer ? withNewName(value as KerasObject) : value];
  });
  return { ...layer, config: Object.fromEntries(entries) };
}
