/** Names that Keras on TensorFlow can run: it opens a scope for the model and one for each layer. */
import type { KerasModel, KerasObject } from '../model/keras-model.ts';

/** Takes sentences about what was changed. */
export type Note = (sentence: string) => void;

/** The model with its own name and those of its layers made of ASCII letters, digits and _ . > -, each layer's another one. */
export function loadableNames(model: KerasModel, note: Note): KerasModel {
  const { config } = model;
  const tell = (what: string, name: string, fresh: string): void => {
    if (name === fresh) return;
    note(
      `${what} ${JSON.stringify(name)} is named "${fresh}" in the file: Keras on TensorFlow takes ASCII letters, digits and _ . > - only.`,
    );
  };
  // That name has a meaning in the older .h5.
  const taken = new Set(['top_level_model_weights']);
  const names = new Map<string, string>();
  for (const { class_name: className, config: layer } of config.layers) {
    if (className === 'InputLayer') continue;
    const name = String(layer.name);
    const fresh = freeName(takenByTensorFlow(name), taken);
    taken.add(fresh);
    names.set(name, fresh);
    tell('Layer', name, fresh);
  }
  const modelName = takenByTensorFlow(config.name);
  tell('The model', config.name, modelName);
  const nameOf = (layer: string): string => names.get(layer) ?? layer;
  return {
    ...model,
    config: {
      ...config,
      name: modelName,
      layers: config.layers.map((layer) => renamed(layer, nameOf(String(layer.config.name)))),
    },
    weights: model.weights.map((weight) => {
      const layer = nameOf(weight.layer);
      return { ...weight, layer, path: `${layer}/${weight.name}` };
    }),
  };
}

/** A layer under a name; the layers it wraps keep theirs where they can. */
function renamed(layer: KerasObject, name: string): KerasObject {
  const inner = (key: string): Record<string, KerasObject> => {
    const wrapped = layer.config[key] as KerasObject | null | undefined; // layerSettings() has read it
    if (!wrapped) return {};
    const own = wrapped.config.name;
    return { [key]: renamed(wrapped, typeof own === 'string' ? takenByTensorFlow(own) : `${name}_${key}`) };
  };
  return { ...layer, config: { ...layer.config, name, ...inner('layer'), ...inner('backward_layer') } };
}

function takenByTensorFlow(name: string): string {
  const plain = name.replace(/[^A-Za-z0-9_.>-]/g, '_');
  return /^[A-Za-z0-9.]/.test(plain) ? plain : `x${plain}`;
}

/** The name, or the first of name_1, name_2, ... that is not taken. */
export function freeName(name: string, taken: ReadonlySet<string>): string {
  for (let i = 0; ; i++) {
    const candidate = i === 0 ? name : `${name}_${i}`;
    if (!taken.has(candidate)) return candidate;
  }
}
