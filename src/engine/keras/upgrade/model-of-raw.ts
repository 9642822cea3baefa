/**
 * A model out of what a container reader found: the config translated into Keras 3's words, the arrays given to its
 * layers, compile settings and optimizer state where they fit. Knows layers and generations, not containers.
 */
import { badInput, sentence } from '../../core/errors.ts';
import { reportOddities } from '../bytes/weight-oddities.ts';
import { fillLayers, trainableWeights } from '../model/check-model.ts';
import type { CompileConfig, KerasModel, ModelFile, OptimizerState } from '../model/keras-model.ts';
import type { RawFile, RawWeights } from '../raw-file.ts';
import { assignWeights } from './assign-weights.ts';
import { inferArchitecture } from './infer-architecture.ts';
import { optimizerState } from './optimizer-arrays.ts';
import { upgradeCompile } from './upgrade-compile.ts';
import { type UpgradedConfig, upgradeConfig } from './upgrade-config.ts';

/**
 * @param architecture a file whose config is taken where `raw` holds weights only
 * @throws GatewiseError naming the layer or setting that is not understood, or what does not fit
 */
export function modelOf(raw: RawFile, architecture: RawFile | null): ModelFile {
  const notes = [...raw.notes];
  const described = describedBy(raw, architecture, notes);
  const upgraded = upgradeConfig(described.architecture, described.source, firstFeatures(raw.weights), notes);
  const ofArchitecture = notes.length;
  const compile = upgradeCompile(raw.compile ?? described.compile, upgraded.context);
  const ofCompile = notes.slice(ofArchitecture);
  const recipe = raw.recipe === null ? {} : { recipe: raw.recipe };
  if (raw.weights.kind === 'none') {
    notes.push(
      `${raw.source.fileName} holds an architecture without weights; nothing can be predicted with it.`,
    );
    const model = { config: upgraded.config, weights: [], ...(compile ? { compile } : {}), ...recipe };
    return { source: raw.source, model, stored: raw.stored, notes };
  }
  const { weights, isConverted } = assignWeights(raw.weights, upgraded, raw.source.fileName, notes);
  for (const { path, shape, data } of weights) notes.push(...reportOddities(path, shape, data));
  const ofWeights = notes.length;
  const plain: KerasModel = { config: upgraded.config, weights, ...recipe };
  const model = compile ? compiled(plain, compile, raw, upgraded, isConverted) : plain;
  if (!compile && raw.optimizer !== null && raw.optimizer.length > 0) {
    notes.push('The file holds the state of an optimizer but does not say of which; it was left out.');
  }
  fillLayers(model);
  const trainingNotes = [...ofCompile, ...notes.slice(ofWeights)];
  return { source: raw.source, model, stored: raw.stored, notes, trainingNotes };
}

function compiled(
  model: KerasModel,
  compile: CompileConfig,
  raw: RawFile,
  upgraded: UpgradedConfig,
  isConverted: boolean,
): KerasModel {
  const { context } = upgraded;
  if (raw.optimizer === null || raw.optimizer.length === 0) return { ...model, compile };
  const isFrozen = upgraded.layers.some((layer) => layer.isFrozen);
  const state: OptimizerState | string | null =
    isFrozen || (isConverted && context.dialect !== 'keras1')
      ? `The optimizer's state was left out, so that training starts with a fresh one: ${isFrozen ? 'some layers are not trained' : 'the weights were rearranged'}.`
      : optimizerState(raw.optimizer, {
          dialect: context.dialect,
          compile,
          trainable: trainableWeights(fillLayers(model)),
        });
  if (typeof state === 'string') context.notes.push(state);
  else if (state !== null && context.dialect === 'tfjs' && compile.optimizer.class_name === 'Adam') {
    context.notes.push(
      'Adam of TF.js adds epsilon to the corrected root, Keras to the root as it is; training goes on a little differently.',
    );
  }
  return typeof state === 'object' && state !== null
    ? { ...model, compile, optimizerState: state }
    : { ...model, compile };
}

/** The file that tells the architecture, which for bare weights may be a guess. */
function describedBy(raw: RawFile, architecture: RawFile | null, notes: string[]): RawFile {
  if (architecture !== null && raw.architecture != null) {
    throw badInput(
      sentence`${raw.source.fileName} holds its own architecture, so that of ${architecture.source.fileName} has no place. Leave --architecture out, or give bare weights.`,
    );
  }
  const described = architecture ?? raw;
  if (described.architecture != null) return described;
  if (architecture !== null) {
    throw badInput(
      sentence`${architecture.source.fileName} holds no architecture. Give the JSON of model.to_json(), or a model file with the same layers.`,
    );
  }
  const source = { ...raw.source, generation: 'keras3', kerasVersion: null } as const;
  return { ...raw, architecture: inferArchitecture(raw, notes), source };
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
