/**
 * A model's config of any generation (Keras 1.0 to 3, tf.keras, TF.js) as the SequentialConfig of this folder, and where
 * the weights of each of its layers are to be looked for.
 */
import { badInput, formatShape } from '../../core/errors.ts';
import { own, shownName } from '../bytes/untrusted-json.ts';
import { kerasLayer } from '../keras3/keras-config.ts';
import type { FileSource, KerasObject, SequentialConfig } from '../model/keras-model.ts';
import { placeLayers } from '../model/layer-variables.ts';
import { type ConfigContext, configContext } from './dialect.ts';
import { type ChainLayer, layerChain } from './layer-chain.ts';
import { upgradeLayer } from './upgrade-layer.ts';

/** A layer of the model and what it was in the file. */
export interface UpgradedLayer {
  readonly layer: KerasObject;
  /** As the file has it; weights of TF.js go by it. */
  readonly fileName: string;
  readonly unit: number;
  readonly group: string;
  readonly isFrozen: boolean;
}

export interface UpgradedConfig {
  readonly config: SequentialConfig;
  readonly context: ConfigContext;
  /** In the order of config.layers without the InputLayer. */
  readonly layers: readonly UpgradedLayer[];
}

/**
 * @param features how wide the first layer's inputs are by its weights; for configs that do not tell
 * @param notes gets what is worth saying
 * @throws GatewiseError naming what is not understood
 */
export function upgradeConfig(
  architecture: unknown,
  source: FileSource,
  features: number | undefined,
  notes: string[],
): UpgradedConfig {
  const context = configContext(architecture, source, notes);
  const chain = layerChain(architecture, context);
  checkMasks(chain.layers, context);
  const names = new NameMaker(notes);
  const layers = chain.layers.flatMap((one): UpgradedLayer[] => {
    const name = names.make(one);
    const isFrozen = own(one.config, 'trainable') === false;
    const { fileName, unit, group } = one;
    return upgradeLayer({ className: one.className, name, config: one.config }, context).map((layer) => ({
      layer,
      fileName,
      unit,
      group,
      isFrozen,
    }));
  });
  if (layers.length === 0) {
    throw badInput(`The model in ${source.fileName} has no layers but its input. Save one that was built.`);
  }
  const objects = layers.map((one) => one.layer);
  const isStateful = objects.some(({ config }) => config.stateful === true || innerIsStateful(config));
  const inputShape = modelInput(chain.inputShape, objects[0], features, isStateful, source, notes);
  const input = kerasLayer('InputLayer', {
    batch_shape: inputShape,
    dtype: 'float32',
    name: names.free('input_layer'),
  });
  const config = { name: modelName(chain.name), layers: [input, ...objects], build_input_shape: inputShape };
  const checked = withLastAxes(config);
  const [, ...checkedLayers] = checked.layers;
  return {
    config: checked,
    context,
    layers: layers.map((one, i) => ({ ...one, layer: checkedLayers[i] ?? one.layer })),
  };
}

/** TF.js masks the two directions of a Bidirectional in its own way. */
function checkMasks(layers: readonly ChainLayer[], { dialect }: ConfigContext): void {
  const start = layers.findIndex((layer) => layer.className === 'Masking');
  const isBoth = layers.slice(start + 1).some((layer) => layer.className === 'Bidirectional');
  if (dialect !== 'tfjs' || start < 0 || !isBoth) return;
  throw badInput(
    'The model has Masking before a Bidirectional, whose directions TF.js does not mask alike; that is not understood. Convert the model from the Keras file it was made of.',
  );
}

function innerIsStateful(config: Readonly<Record<string, unknown>>): boolean {
  return own(own(config.layer, 'config'), 'stateful') === true;
}

function modelInput(
  given: readonly (number | null)[] | undefined,
  first: KerasObject | undefined,
  features: number | undefined,
  isStateful: boolean,
  source: FileSource,
  notes: string[],
): readonly (number | null)[] {
  if (given === undefined || given.at(-1) === null) {
    if (features === undefined) {
      throw badInput(
        `${source.fileName} does not tell the model's input shape${given === undefined ? '' : ` (${formatShape(given)})`}. Save the model after it was built, with an Input layer.`,
      );
    }
    const isVector = first?.class_name === 'Dense';
    const shape =
      given === undefined
        ? isVector
          ? [null, features]
          : [null, null, features]
        : [...given.slice(0, -1), features];
    notes.push(
      `The config does not tell how many features go in; the first layer's weights say ${features}, so the input was taken as ${formatShape(shape)}.`,
    );
    return [null, ...shape.slice(1)];
  }
  if (isStateful) return given;
  return [null, ...given.slice(1)];
}

/** TensorFlow makes scopes of names, so Keras 3 takes no others (expressible.ts). */
class NameMaker {
  private readonly taken = new Set<string>();
  private readonly notes: string[];

  constructor(notes: string[]) {
    this.notes = notes;
  }

  make({ fileName, className, owners }: ChainLayer): string {
    const wanted = fileName === '' ? className.toLowerCase() : fileName;
    const safe = safeName(wanted);
    const owner = owners.at(-1);
    const name = this.free(this.taken.has(safe) && owner !== undefined ? `${safeName(owner)}_${safe}` : safe);
    if (name !== fileName && fileName !== '') {
      this.notes.push(
        `Layer "${shownName(fileName)}" is called "${name}" here, so that Keras takes the name.`,
      );
    }
    return name;
  }

  /** The name, or the name with a number where it is taken. */
  free(wanted: string): string {
    let name = wanted;
    for (let i = 1; this.taken.has(name); i++) name = `${wanted}_${i}`;
    this.taken.add(name);
    return name;
  }
}

function safeName(name: string): string {
  const safe = name.slice(0, 100).replace(/[^A-Za-z0-9_.-]+/g, '_');
  return safe === '' ? 'layer' : safe;
}

function modelName(name: string): string {
  const safe = safeName(name);
  return /^[A-Za-z0-9.]/.test(safe) ? safe : `model${safe}`;
}

/** Says -1 where a layer works on the last axis by its number; refuses another axis, and time and features swapped. */
function withLastAxes(config: SequentialConfig): SequentialConfig {
  const placed = new Map(placeLayers(config).map((one) => [one.name, one]));
  const layers = config.layers.map((layer) => {
    const { axis, data_format: format, ...settings } = layer.config;
    const owner = `Layer "${String(layer.config.name)}" (${layer.class_name})`;
    const input = placed.get(String(layer.config.name))?.input ?? [];
    if (format !== undefined) {
      if (input.length > 1 && !input.includes(1)) {
        throw badInput(
          `${owner} has data_format channels_first, which swaps the two axes of samples of shape ${formatShape(input)} before it joins them; that is not understood. Save the model with data_format="channels_last", and the rows of the next kernel in that order.`,
        );
      }
      return { ...layer, config: settings };
    }
    if (typeof axis !== 'number' || axis === -1) return layer;
    if (axis !== input.length) {
      throw badInput(
        `${owner} works on axis ${axis} of ${input.length + 1}; only the last axis is understood.`,
      );
    }
    return { ...layer, config: { ...layer.config, axis: -1 } };
  });
  return { ...config, layers };
}
