/** A model that was read from a file, on a device: a built Sequential with its weights, and its optimizer where it can be trained on. */
import { badInput, formatShape } from '../core/errors.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { fillLayers } from '../keras/model/check-model.ts';
import type { KerasModel, SequentialConfig } from '../keras/model/keras-model.ts';
import type { PlacedLayer } from '../keras/model/layer-variables.ts';
import type { SampleShape } from '../layers/layer.ts';
import { engineLayer, passesMask } from './keras-layers.ts';
import { trainingOf } from './keras-training.ts';
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
  const sources = config.layers.filter(({ class_name: className }) => className !== 'InputLayer');
  let isMasked = false;
  const layers = fillLayers({ ...model, config }).map((placed, k) => {
    const source = sources[k] as (typeof sources)[number];
    const layer = engineLayer(placed, source, isMasked);
    isMasked = (isMasked && passesMask(placed.settings)) || placed.settings.kind === 'masking';
    return { placed, source, ...layer };
  });

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
