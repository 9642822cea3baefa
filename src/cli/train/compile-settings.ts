/** How the model of a file is trained on: as the file says, and where it says nothing or options say otherwise, as they do. */
import type { KerasModel, KerasObject } from '../../engine/keras/index.ts';
import { formatNumber, plural } from '../text.ts';
import type { TrainOptions } from './options.ts';

type Settings = Pick<TrainOptions, 'optimizer' | 'learningRate' | 'loss' | 'clipnorm'>;

export interface Prepared {
  readonly model: KerasModel;
  /** Sentences on what is not as the file has it. */
  readonly notes: readonly string[];
}

/**
 * The model with the compile settings it is trained with. A new learning rate leaves the optimizer where it is; another
 * optimizer, loss or clipping starts it anew.
 * @param given which options were given
 */
export async function prepareTraining(
  model: KerasModel,
  options: Settings,
  given: ReadonlySet<string>,
): Promise<Prepared> {
  const { compile, optimizerState, ...rest } = model;
  const fresh = await compileConfig(options);
  if (!compile) {
    const note = `The file holds no compile settings: trained with ${describe(fresh)}.`;
    return { model: { ...rest, compile: { ...fresh, metrics: [] } }, notes: [note] };
  }
  const isAnew = ['optimizer', 'loss', 'clipnorm'].some((key) => given.has(key));
  if (isAnew) {
    const merged = {
      metrics: compile.metrics,
      loss: given.has('loss') ? fresh.loss : compile.loss,
      optimizer: given.has('optimizer') ? fresh.optimizer : changed(compile.optimizer, options, given),
    };
    const dropped = optimizerState
      ? ` Its state after ${plural(optimizerState.iterations, 'step')} is not taken over.`
      : '';
    const note = `The options replace settings of the file: trained with ${describe(merged)}.${dropped}`;
    return { model: { ...rest, compile: merged }, notes: [note] };
  }
  const optimizer = changed(compile.optimizer, options, given);
  const state = optimizerState && {
    ...optimizerState,
    ...(given.has('learningRate') && { learningRate: options.learningRate }),
  };
  return {
    model: { ...rest, compile: { ...compile, optimizer }, ...(state && { optimizerState: state }) },
    notes: state ? [] : ['The file holds no optimizer state: the optimizer starts anew.'],
  };
}

/** A new optimizer and loss in Keras' words. */
async function compileConfig({ optimizer, learningRate, loss, clipnorm }: Settings) {
  const { adamConfig, adamWConfig, lossName, rmspropConfig, sgdConfig } = await import(
    '../../engine/keras/index.ts'
  );
  const make = { adam: adamConfig, adamw: adamWConfig, sgd: sgdConfig, rmsprop: rmspropConfig }[optimizer];
  return {
    optimizer: make({ learningRate, ...(clipnorm !== null && { clipnorm }) }),
    loss: lossName(loss) as string | KerasObject,
  };
}

/** The file's optimizer with the rate and the clipping that were given. */
function changed(
  optimizer: KerasObject,
  { learningRate, clipnorm }: Settings,
  given: ReadonlySet<string>,
): KerasObject {
  const { global_clipnorm: globalClipnorm, clipvalue, ...config } = optimizer.config;
  return {
    ...optimizer,
    config: {
      ...config,
      ...(given.has('learningRate') && { learning_rate: learningRate }),
      ...(given.has('clipnorm') ? { clipnorm } : { global_clipnorm: globalClipnorm, clipvalue }),
    },
  };
}

function describe({ optimizer, loss }: { optimizer: KerasObject; loss: string | KerasObject }): string {
  const { learning_rate: rate, clipnorm } = optimizer.config;
  return [
    optimizer.class_name,
    ...(typeof rate === 'number' ? [`learning rate ${formatNumber(rate)}`] : []),
    ...(typeof clipnorm === 'number' ? [`clipnorm ${formatNumber(clipnorm)}`] : []),
    `loss ${typeof loss === 'string' ? loss : loss.class_name}`,
  ].join(', ');
}
