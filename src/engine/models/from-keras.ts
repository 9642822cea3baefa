/** A model that was read from a file, on a device: a built Sequential with its weights, and its optimizer where it can be trained on. */
import { badInput, formatShape } from '../core/errors.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { fillLayers } from '../keras/model/check-model.ts';
import type { KerasModel, SequentialConfig } from '../keras/model/keras-model.ts';
import { type PlacedLayer, placeLayers } from '../keras/model/layer-variables.ts';
import { noGradients } from '../layers/inference-layer.ts';
import type { Layer, SampleShape } from '../layers/layer.ts';
import { engineLayer, passesMask } from './keras-layers.ts';
import { layerObstacle, trainingOf } from './keras-training.ts';
import { Sequential } from './sequential.ts';

/**
 * Builds a model with its weights. Where layers, optimizer and loss are known to the engine it is compiled, with the
 * optimizer's state, and fit() goes on; otherwise it predicts, and fit() says why it can't be trained.
 * @param options.inputShape of one sample, [T, D]; needed where the model leaves T open
 * @throws GatewiseError when a layer can't run here, weights and layers do not fit, or the number of time steps is not known
 */
export async function buildFromKeras(
  gpu: GpuDevice,
  model: KerasModel,
  options: { readonly inputShape?: SampleShape } = {},
): Promise<Sequential> {
  const inputShape = sampleShape(model.config, options.inputShape);
  const [rows = null] = model.config.build_input_shape;
  const config = { ...model.config, build_input_shape: [rows, ...inputShape] };
  const layers = engineLayers(config, fillLayers({ ...model, config }));

  const training = trainingOf(model, layers);
  const sequential = new Sequential(
    layers.map(({ layer }) => layer),
    {
      name: config.name,
      origin: { model, refusal: training.refusal, statefulBatch: statefulBatch(layers, rows) },
    },
  );
  if (training.refusal === null) sequential.compile({ optimizer: training.optimizer, loss: training.loss });
  await sequential.build(gpu, { inputShape });
  try {
    sequential.setWeights(model.weights);
    if (training.refusal === null && model.optimizerState) sequential.setOptimizerState(model.optimizerState);
  } catch (error) {
    sequential.dispose();
    throw error;
  }
  return sequential;
}

/**
 * The layers of a model anew, without its weights, for samples that may have other features.
 * @param inputShape of one sample, [T, D]
 * @throws GatewiseError when a layer can't be trained here, or does not fit the one before
 */
export function layersFromKeras(config: SequentialConfig, inputShape: SampleShape): Layer[] {
  const placed = placeLayers({ ...config, build_input_shape: [null, ...inputShape] });
  return engineLayers(config, placed).map((one) => {
    const obstacle = layerObstacle(one);
    if (obstacle === null) return one.layer;
    const { name, className } = one.placed;
    throw badInput(`Layer "${name}" (${className}) can't be trained here: it ${obstacle}.`);
  });
}

/**
 * Why no gradients go through a model, as a gradient of it would say; null where they do. Needs no device.
 * @param inputShape of one sample, [T, D]
 * @throws GatewiseError when a layer can't run here
 */
export function gradientFault(config: SequentialConfig, inputShape: SampleShape): string | null {
  const placed = placeLayers({ ...config, build_input_shape: [null, ...inputShape] });
  const found = engineLayers(config, placed).find(({ layer }) => !layer.hasGradients);
  return found ? noGradients(found.placed.name, found.placed.className).message : null;
}

function engineLayers({ layers }: SequentialConfig, placed: readonly PlacedLayer[]) {
  const sources = layers.filter(({ class_name: className }) => className !== 'InputLayer');
  let isMasked = false;
  return placed.map((one, k) => {
    const source = sources[k] as (typeof sources)[number];
    const layer = engineLayer(one, source, isMasked);
    isMasked = (isMasked && passesMask(one.settings)) || one.settings.kind === 'masking';
    return { placed: one, source, ...layer };
  });
}

/** Rows of a batch of a stateful model, which its config must fix; null for other models. */
function statefulBatch(
  layers: readonly { readonly placed: PlacedLayer }[],
  rows: number | null,
): number | null {
  const stateful = layers.find(
    ({ placed: { settings } }) =>
      (settings.kind === 'recurrent' && settings.stateful) ||
      (settings.kind === 'bidirectional' && (settings.forward.stateful || settings.backward.stateful)),
  );
  if (!stateful) return null;
  if (rows !== null) return rows;
  const { name, className } = stateful.placed;
  throw badInput(
    `Layer "${name}" (${className}) is stateful, but the model does not fix the number of rows in a batch. Set the batch size in batch_shape of its input.`,
  );
}

/** Shape of one sample: the config's, with what it leaves open from the caller. */
function sampleShape({ name, build_input_shape: shape }: SequentialConfig, given?: SampleShape): SampleShape {
  const open = shape.slice(1);
  const isGiven = given?.length === open.length && given.every((size, k) => (open[k] ?? size) === size);
  if (given && !isGiven) {
    throw badInput(
      `Model "${name}" takes samples of shape ${formatShape(open)}, received the input shape ${formatShape(given)}. Give an input shape that fits.`,
    );
  }
  return open.map((size, k) => {
    const known = size ?? given?.[k];
    if (known != null) return known;
    throw badInput(
      `Model "${name}" takes samples of shape ${formatShape(open)}, which leaves the number of time steps open. Give the input shape, for example [24, ${open.at(-1) ?? 1}].`,
    );
  });
}
