/** Configs as every Keras 3 loads them: only known keys, only Keras' own initializers, regularizers, optimizers and losses. */

import type { CompileConfig, KerasObject, SequentialConfig } from '../model/keras-model.ts';
import { LAYER_KEYS, LOSS_NAMES, METRIC_NAMES, OPTIMIZER_KEYS } from './keras3-keys.ts';
import { freeName, type Note } from './keras3-names.ts';

/** The model's config; the InputLayer is made anew. */
export function loadableConfig(config: SequentialConfig, note: Note): SequentialConfig {
  const { name, build_input_shape: shape } = config;
  const isOpen = shape[0] === null;
  const layers = config.layers
    .filter(({ class_name: className }) => className !== 'InputLayer')
    .map((layer) => loadableLayer(layer, isOpen, note));
  const inputName = freeName('input_layer', new Set(layers.map((layer) => String(layer.config.name))));
  const inputConfig = { batch_shape: shape, dtype: 'float32', name: inputName };
  return {
    name,
    layers: [kerasObject('keras.layers', 'InputLayer', inputConfig), ...layers],
    build_input_shape: shape,
  };
}

function kerasObject(module: string, className: string, config: KerasObject['config']): KerasObject {
  return { module, class_name: className, config, registered_name: null };
}

/** Keys that Keras 3 lacks and whose absence changes no prediction. */
const SILENT = new Set([
  'dtype',
  'implementation',
  'time_major',
  'return_state',
  'input_dtype',
  'build_config',
  'quantization_config',
  'rng_type',
  'enable_caching_device',
  'batch_input_shape',
  'batch_shape',
  'synchronized',
  'renorm',
  'renorm_clipping',
  'renorm_momentum',
  'rms_scaling',
  'sparse',
  'use_cudnn',
]);

function loadableLayer(layer: KerasObject, isOpen: boolean, note: Note): KerasObject {
  const { class_name: className, config } = layer;
  const owner = `Layer "${String(config.name)}"`;
  // SpatialDropout1D is the one layer whose constructor takes no `trainable`.
  const keys = [
    'name',
    ...(className === 'SpatialDropout1D' ? [] : ['trainable']),
    ...(LAYER_KEYS.get(className) ?? []),
  ];
  const out: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(config)) {
    if (!keys.includes(key)) {
      if (value != null && value !== false && !SILENT.has(key)) {
        note(`${owner}: "${key}" is no setting of Keras 3 and was left out.`);
      }
      continue;
    }
    if (key === 'layer' || key === 'backward_layer') {
      if (value !== null) out[key] = loadableLayer(value as KerasObject, isOpen, note); // read by layerSettings() before
    } else if (/_(initializer|regularizer|constraint)$/.test(key)) {
      const part = loadablePart(value, `${owner}: its ${key}`, note);
      if (part !== null) out[key] = part;
    } else {
      out[key] = value;
    }
  }
  if (typeof config.dtype === 'string' && config.dtype !== 'float32') {
    note(`${owner} had the dtype ${config.dtype}; it is written as float32.`);
  }
  if ('axis' in out) out.axis = -1;
  if (out.stateful === true && isOpen) {
    out.stateful = false;
    note(
      `${owner}: "stateful" was switched off, because Keras 3 needs a fixed batch size for it and the file had none.`,
    );
  }
  if (className === 'Bidirectional') turnDirections(out);
  return kerasObject('keras.layers', className, out);
}

/** Keras 3 wants the directions told in both layers; older files had them in neither or in the wrong one. */
function turnDirections(config: Record<string, unknown>): void {
  const turned = (layer: KerasObject, isBackward: boolean): KerasObject => ({
    ...layer,
    config: { ...layer.config, go_backwards: isBackward },
  });
  const { layer, backward_layer: backward } = config as { layer: KerasObject; backward_layer?: KerasObject };
  config.layer = turned(layer, false);
  if (backward) config.backward_layer = turned(backward, true);
}

/** An initializer, regularizer or constraint: Keras' own with its settings, or its name; null where there is none. */
function loadablePart(value: unknown, what: string, note: Note): unknown {
  if (value == null || typeof value === 'string') return value ?? null;
  const {
    module,
    class_name: className,
    config,
    registered_name: registered,
  } = value as Partial<KerasObject>;
  const isOwn = typeof module === 'string' && /^keras\.(initializers|regularizers|constraints)$/.test(module);
  if (isOwn && typeof className === 'string' && registered == null) {
    return kerasObject(module, className, withoutNulls(config ?? {}));
  }
  note(`${what} is not one of Keras' own and was left out; predictions do not depend on it.`);
  return null;
}

/** Keys without a value stand for Keras' default; some of them are unknown to older Keras 3. */
function withoutNulls(config: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(config).filter(([, value]) => value !== null));
}

/** Compile settings, undefined where Keras 3 could not take them up. */
export function loadableCompile(compile: CompileConfig, note: Note): CompileConfig | undefined {
  const { optimizer, metrics } = compile;
  const keys = OPTIMIZER_KEYS.get(optimizer.class_name);
  const loss =
    typeof compile.loss === 'string'
      ? LOSS_NAMES.get(compile.loss)
      : kerasObject('keras.losses', compile.loss.class_name, withoutNulls(compile.loss.config));
  if (keys === undefined || loss === undefined) {
    const what = keys === undefined ? `optimizer ${optimizer.class_name}` : `loss ${String(compile.loss)}`;
    note(
      `The ${what} is not one of Keras 3; the compile settings and the optimizer's state are left out. Compile the model in Keras.`,
    );
    return undefined;
  }
  const given = withoutNulls(optimizer.config);
  const config = Object.fromEntries(Object.entries(given).filter(([key]) => keys.includes(key)));
  for (const [key, value] of Object.entries(given)) {
    const isTelling =
      value !== false && !['ema_momentum', 'is_legacy_optimizer', 'jit_compile'].includes(key);
    if (!keys.includes(key) && isTelling) {
      note(`The optimizer's "${key}" (${JSON.stringify(value)}) was left out.`);
    }
  }
  const unknown = metrics.filter((metric) => !METRIC_NAMES.has(metric));
  if (unknown.length > 0) note(`Metrics that Keras 3 does not know were left out: ${unknown.join(', ')}.`);
  return {
    optimizer: kerasObject('keras.optimizers', optimizer.class_name, config),
    loss,
    metrics: metrics.filter((metric) => METRIC_NAMES.has(metric)),
  };
}
