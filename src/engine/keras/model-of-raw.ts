/**
 * A model out of what a container reader found: the config translated into Keras 3's words, the arrays given to its
 * layers, compile settings and optimizer state where they fit. Knows layers and generations, not containers.
 */
import { badInput } from '../core/errors.ts';
import { assignWeights } from './assign-weights.ts';
import { fillLayers } from './check-model.ts';
import type { KerasModel, ModelFile } from './keras-model.ts';
import type { RawFile, RawWeights } from './raw-file.ts';
import { upgradeConfig } from './upgrade-config.ts';

/**
 * @param architecture a file whose config is taken instead of the one in `raw`
 * @throws GatewiseError naming the layer or setting that is not understood, or what does not fit
 */
export function modelOf(raw: RawFile, architecture: RawFile | null): ModelFile {
  const notes = [...raw.notes];
  const described = architecture ?? raw;
  if (described.architecture == null) {
    throw badInput(
      `${described.source.fileName} holds no architecture. Give one with --architecture: the JSON of model.to_json(), or a model file with the same layers.`,
    );
  }
  const upgraded = upgradeConfig(described.architecture, described.source, firstFeatures(raw.weights), notes);
  const weights = assignWeights(raw.weights, upgraded, raw.source.fileName, notes);
  if (raw.weights.kind === 'none') {
    notes.push('The file holds an architecture without weights; nothing can be predicted with it.');
  }
  const model: KerasModel = {
    config: upgraded.config,
    weights,
    ...(raw.recipe === null ? {} : { recipe: raw.recipe }),
  };
  if (raw.weights.kind !== 'none') fillLayers(model);
  return { source: raw.source, model, stored: raw.stored, notes };
}

/** Rows of the first kernel: features that go into the model. */
function firstFeatures(weights: RawWeights): number | undefined {
  switch (weights.kind) {
    case 'none':
    case 'by-path':
      return undefined;
    case 'by-layer':
      return weights.layers.flatMap(({ arrays }) => arrays)[0]?.shape[0];
    default:
      return weights.arrays[0]?.shape[0];
  }
}
