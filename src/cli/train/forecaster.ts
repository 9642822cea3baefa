/** The model of the command: stacked LSTM -> Dense(targets) -> Activation('linear'), as Keras' users write it. */
import {
  activation,
  adam,
  adamw,
  dense,
  type GpuDevice,
  type Layer,
  lstm,
  type Optimizer,
  rmsprop,
  Sequential,
  sgd,
} from '../../engine/index.ts';
import type { LoadedData } from './load-data.ts';
import type { TrainOptions } from './options.ts';

/** Builds and compiles it. @throws GatewiseError when it does not fit the device */
export async function buildForecaster(
  gpu: GpuDevice,
  options: TrainOptions,
  { series }: LoadedData,
): Promise<Sequential> {
  const { units, layers, window, loss, seed } = options;
  const stack: Layer[] = Array.from({ length: layers }, (_, i) =>
    lstm({ units, returnSequences: i < layers - 1 }),
  );
  stack.push(dense({ units: series.targets.length }), activation('linear'));
  const model = new Sequential(stack, { seed });
  model.compile({ optimizer: optimizerOf(options), loss, metrics: ['mae'] });
  return model.build(gpu, { inputShape: [window, series.columns.length] });
}

/** The layers in a line: `2 x LSTM(32) -> Dense(1) -> linear`. */
export function describeForecaster({ units, layers }: TrainOptions, { series }: LoadedData): string {
  const stack = `${layers > 1 ? `${layers} x ` : ''}LSTM(${units})`;
  return `${stack} -> Dense(${series.targets.length}) -> linear`;
}

/** What the weights are changed by. */
export function optimizerOf({
  optimizer,
  learningRate,
  clipnorm,
}: Pick<TrainOptions, 'optimizer' | 'learningRate' | 'clipnorm'>): Optimizer {
  const settings = { learningRate, ...(clipnorm === null ? {} : { clipnorm }) };
  return { adam, adamw, sgd, rmsprop }[optimizer](settings);
}
