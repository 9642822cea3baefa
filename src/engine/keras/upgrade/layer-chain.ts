/**
 * The layers of a model's config in the order data goes through them: Sequential as a list (Keras 1 to 2.2.2) or an object,
 * functional models that are one chain, and models nested in one as more of the chain. No layer is looked into here.
 */
import { badInput } from '../../core/errors.ts';
import { isObject, type JsonObject, own, ownString, shown, shownName } from '../bytes/untrusted-json.ts';
import type { ConfigContext } from './dialect.ts';
import { functionalOrder, type GraphLayer } from './functional-order.ts';
import { snakeCase } from './layer-paths.ts';

/** A layer as it stands in the chain. */
export interface ChainLayer {
  readonly className: string;
  /** As the file has it; empty where it has none. */
  readonly fileName: string;
  readonly config: JsonObject;
  /** Position of the layer, or of the nested model that holds it, among the outer model's layers. */
  readonly unit: number;
  /** Group in a .weights.h5 (keras-reference 2.4): `layers/lstm_1`, `layers/sequential/layers/dense`. */
  readonly group: string;
  /** Names of the models it is nested in. */
  readonly owners: readonly string[];
}

export interface LayerChain {
  readonly name: string;
  /** Shape of what goes in with the batch, if the config tells. */
  readonly inputShape: readonly (number | null)[] | undefined;
  /** Without InputLayers. */
  readonly layers: readonly ChainLayer[];
}

const MODEL_CLASSES = ['Sequential', 'Model', 'Functional'];
const MAX_NESTING = 8;
const MAX_LAYERS = 1000;

/** @throws GatewiseError when it is no model, or one that is not a chain of layers */
export function layerChain(architecture: unknown, context: ConfigContext): LayerChain {
  const model = own(architecture, 'model_config') ?? architecture;
  const className = ownString(model, 'class_name');
  if (className === undefined) {
    throw badInput(
      `The config holds no model: expected {"class_name": "Sequential", "config": ...}, received ${shown(model)}. Give the JSON of model.to_json().`,
    );
  }
  if (!MODEL_CLASSES.includes(className)) {
    throw badInput(
      `The model of this file of ${context.writer} is of the custom class ${shownName(className)}; its code is not in the file, so what it computes is not known. Save a Sequential or functional model of built-in layers, or give the weights with an architecture.`,
    );
  }
  const layers = chainOf(model, { unit: undefined, group: '', owners: [] }, context);
  const inputs = layers.filter((layer) => layer.className === 'InputLayer');
  const config = own(model, 'config');
  const inputShape =
    shapeOf(inputs[0]?.config) ??
    firstLayerShape(layers[0], context) ??
    buildShape(own(config, 'build_input_shape')) ??
    buildShape(own(own(model, 'build_config'), 'input_shape'));
  return {
    name: ownString(config, 'name') ?? ownString(model, 'name') ?? 'sequential',
    inputShape,
    layers: layers.filter((layer) => layer.className !== 'InputLayer'),
  };
}

interface Place {
  readonly unit: number | undefined;
  readonly group: string;
  readonly owners: readonly string[];
}

function chainOf(model: unknown, place: Place, context: ConfigContext): ChainLayer[] {
  const config = own(model, 'config');
  const className = ownString(model, 'class_name') ?? '';
  const list = Array.isArray(config) ? config : own(config, 'layers');
  if (!Array.isArray(list)) {
    throw badInput(
      `The config of the ${className} model lists no layers: ${shown(config)}. Check the model's JSON.`,
    );
  }
  if (list.length > MAX_LAYERS || place.owners.length > MAX_NESTING) {
    throw badInput(
      `The model has ${list.length} layers at depth ${place.owners.length}; up to ${MAX_LAYERS} and ${MAX_NESTING} are read. Check the file.`,
    );
  }
  const given = list.map((layer, i) => graphLayer(layer, i));
  const groups = groupNames(given, className === 'Sequential');
  const order =
    className === 'Sequential' ? given.map((_, i) => i) : functionalOrder(given, config, context.writer);
  return order.flatMap((i): ChainLayer[] => {
    const layer = given[i];
    if (layer === undefined) return [];
    const unit = place.unit ?? i;
    const group = `${place.group}layers/${groups[i]}`;
    if (MODEL_CLASSES.includes(layer.className)) {
      const owners = [...place.owners, layer.name];
      return chainOf(layer.object, { unit, group: `${group}/`, owners }, context);
    }
    const { name, className: ownClass } = layer;
    return [{ className: ownClass, fileName: name, config: layer.config, unit, group, owners: place.owners }];
  });
}

function graphLayer(object: unknown, index: number): GraphLayer {
  const className = ownString(object, 'class_name');
  if (className === undefined) {
    throw badInput(
      `Layer ${index} of the model has no class_name: ${shown(object)}. Check the model's JSON.`,
    );
  }
  const config = own(object, 'config');
  const name = ownString(object, 'name') ?? ownString(config, 'name') ?? '';
  checkBuiltIn(object, className, name);
  const settings = isObject(config) ? config : Object.freeze({});
  return { className, name, config: settings, object, inbound: own(object, 'inbound_nodes') };
}

/** Keras marks classes that are not its own by a package before `>` and by the module they come from. */
function checkBuiltIn(object: unknown, className: string, name: string): void {
  const registered = ownString(object, 'registered_name') ?? '';
  const module = ownString(object, 'module');
  const isForeign =
    className.includes('>') ||
    registered.includes('>') ||
    (module !== undefined && !/^(keras|tensorflow|tf_keras|tf\.|builtins)/.test(module));
  if (!isForeign) return;
  throw badInput(
    `Layer "${shownName(name)}" is of the custom class ${shownName(className)}${registered === '' ? '' : ` (${shownName(registered)})`}; its code is not in the file, so what it computes is not known. Save a model of built-in layers.`,
  );
}

/** Keras names the groups of a container by class, counting each class. A Sequential's InputLayer is not in it. */
function groupNames(layers: readonly GraphLayer[], isSequential: boolean): string[] {
  const counts = new Map<string, number>();
  return layers.map(({ className }) => {
    if (isSequential && className === 'InputLayer') return '';
    const base = snakeCase(className);
    const earlier = counts.get(base) ?? 0;
    counts.set(base, earlier + 1);
    return earlier === 0 ? base : `${base}_${earlier}`;
  });
}

/** Input shape on the first layer itself: of Keras 1 and 2, on a wrapper or on what it wraps. */
function firstLayerShape(
  layer: ChainLayer | undefined,
  { dialect }: ConfigContext,
): readonly (number | null)[] | undefined {
  if (layer === undefined) return undefined;
  const wrapped = layer.className === 'Bidirectional' ? own(own(layer.config, 'layer'), 'config') : undefined;
  for (const config of [layer.config, wrapped]) {
    const shape =
      shapeOf(config) ??
      (dialect === 'keras1' || dialect === 'keras2' ? keras1Shape(layer, config) : undefined);
    if (shape !== undefined) return shape;
  }
  return undefined;
}

function shapeOf(config: unknown): readonly (number | null)[] | undefined {
  const batched = own(config, 'batch_shape') ?? own(config, 'batch_input_shape');
  const shape = buildShape(Array.isArray(batched) && Array.isArray(batched[0]) ? batched[0] : batched);
  if (shape !== undefined) return shape;
  const sample = buildShape(own(config, 'input_shape'));
  return sample === undefined ? undefined : [null, ...sample];
}

/** input_dim and input_length of Keras 1. */
function keras1Shape({ className }: ChainLayer, config: unknown): readonly (number | null)[] | undefined {
  const features = own(config, 'input_dim');
  if (typeof features !== 'number') return undefined;
  if (className === 'Dense') return [null, features];
  const steps = own(config, 'input_length');
  return [null, typeof steps === 'number' ? steps : null, features];
}

function buildShape(value: unknown): readonly (number | null)[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const isShape = value.every((one) => one === null || (Number.isInteger(one) && one >= 1 && one < 2 ** 24));
  return isShape && value.length > 0 ? value : undefined;
}
