/**
 * A model of any file without a GPU: predictions in float64 by the reference. What it costs is known before it is done, since
 * nothing but patience bounds a large model on a processor.
 */
import { badInput } from '../core/errors.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import { fillLayers } from '../keras/model/check-model.ts';
import type { KerasModel } from '../keras/model/keras-model.ts';
import type { PlacedLayer } from '../keras/model/layer-variables.ts';
import { type InferenceLayer, predictLayers } from '../reference/index.ts';

export class CpuPredictor {
  /** Multiplications of one sample, about: each weight once for each time step, and what the layers give. */
  readonly products: number;
  readonly #layers: readonly InferenceLayer[];

  /**
   * @param inputShape of one sample, [T, D]
   * @throws GatewiseError where weights and layers do not fit, and for a layer whose state goes on from batch to batch
   */
  constructor(model: KerasModel, inputShape: readonly number[]) {
    const config = { ...model.config, build_input_shape: [null, ...inputShape] };
    const filled = fillLayers({ ...model, config });
    for (const layer of filled) refuseStateful(layer);
    this.products = filled.reduce((sum, layer) => sum + productsOf(layer), 0);
    this.#layers = filled.map(({ settings, weights }) => ({
      settings,
      weights: weights.map(({ data }) => data),
    }));
  }

  /** @param x [N, T, D] @returns [N, ...] */
  predict(x: Tensor): { readonly shape: readonly number[]; readonly data: Float64Array } {
    return predictLayers(this.#layers, x);
  }
}

function productsOf({ input, output, variables }: PlacedLayer): number {
  const weights = variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  const steps = input.length > 1 ? (input[0] ?? 1) : 1;
  return steps * weights + sizeOf(output.map((size) => size ?? 1));
}

function refuseStateful({ name, className, settings }: PlacedLayer): void {
  const parts = settings.kind === 'bidirectional' ? [settings.forward, settings.backward] : [settings];
  if (!parts.some((part) => part.kind === 'recurrent' && part.stateful)) return;
  throw badInput(
    `Layer "${name}" (${className}) is stateful: its state goes on from batch to batch, which needs a graphics device here. Save the model with stateful=False to predict single windows.`,
  );
}
