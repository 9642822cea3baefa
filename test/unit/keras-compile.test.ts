/** Optimizers and losses of the engine to Keras' configs and back; what is not the same in Keras is refused by name. */
import { describe, expect, it } from 'vitest';
import { adam, adamw, huber, type Optimizer, rmsprop, sgd } from '../../src/engine/index.ts';
import {
  adamConfig,
  adamWConfig,
  huberConfig,
  type KerasObject,
  lossName,
  rmspropConfig,
  sgdConfig,
} from '../../src/engine/keras/index.ts';
import { lossOf } from '../../src/engine/losses/loss.ts';
import { lossOfConfig, optimizerOf } from '../../src/engine/models/keras-compile.ts';

const SHARED = { learningRate: 0.25, clipnorm: 2, weightDecay: 0.125 };

const settingsOf = (found: Optimizer | string): unknown =>
  typeof found === 'string' ? found : found.describe();

function withConfig(object: KerasObject, config: Readonly<Record<string, unknown>>): KerasObject {
  return { ...object, config: { ...object.config, ...config } };
}

describe('optimizers of Keras configs', () => {
  it.each([
    ['Adam', adamConfig(), adam()],
    [
      'Adam, all settings',
      adamConfig({ ...SHARED, beta1: 0.5, beta2: 0.75, epsilon: 0.5, amsgrad: true }),
      adam({ ...SHARED, beta1: 0.5, beta2: 0.75, epsilon: 0.5, amsgrad: true }),
    ],
    ['AdamW', adamWConfig(), adamw()],
    ['AdamW without decay', adamWConfig({ weightDecay: 0 }), adamw({ weightDecay: 0 })],
    ['SGD', sgdConfig(), sgd()],
    [
      'SGD, all settings',
      sgdConfig({ ...SHARED, momentum: 0.5, nesterov: true }),
      sgd({ ...SHARED, momentum: 0.5, nesterov: true }),
    ],
    ['RMSprop', rmspropConfig(), rmsprop()],
    [
      'RMSprop, all settings',
      rmspropConfig({ learningRate: 0.5, globalClipnorm: 3, rho: 0.25, momentum: 0.5, centered: true }),
      rmsprop({ learningRate: 0.5, globalClipnorm: 3, rho: 0.25, momentum: 0.5, centered: true }),
    ],
  ])('%s', (_, config, expected) => {
    const found = optimizerOf(config);

    expect(settingsOf(found)).toEqual(expected.describe());
    expect(typeof found === 'string' ? found : found.slots).toEqual(expected.slots);
  });

  it("what is empty in Keras' full config changes nothing, and the rate of the state goes before", () => {
    const empty = {
      weight_decay: null,
      clipnorm: null,
      global_clipnorm: null,
      clipvalue: null,
      use_ema: false,
      ema_momentum: 0.99,
      ema_overwrite_frequency: null,
      loss_scale_factor: null,
      gradient_accumulation_steps: null,
    };

    expect(settingsOf(optimizerOf(withConfig(adamConfig(), { ...empty, amsgrad: false }), 0.5))).toEqual(
      adam({ learningRate: 0.5 }).describe(),
    );
    expect(settingsOf(optimizerOf(withConfig(sgdConfig(), { nesterov: true, clipnorm: 0 })))).toEqual(
      sgd().describe(),
    );
  });

  it.each([
    [withConfig(adamConfig(), { clipvalue: 0.5 }), 'optimizer Adam has clipvalue'],
    [withConfig(sgdConfig(), { use_ema: true }), 'optimizer SGD has use_ema'],
    [withConfig(sgdConfig(), { decay: 1e-6 }), 'optimizer SGD has decay'],
    [withConfig(rmspropConfig(), { loss_scale_factor: 2 }), 'optimizer RMSprop has loss_scale_factor'],
    [withConfig(adamConfig(), { gradient_accumulation_steps: 4 }), 'has gradient_accumulation_steps'],
    [withConfig(adamConfig(), { learning_rate: { class_name: 'CosineDecay' } }), 'learning rate schedule'],
    [withConfig(adamConfig(), { beta_1: 1.5 }), 'settings out of range (beta1 must be'],
    [withConfig(rmspropConfig(), { epsilon: 0 }), "out of range (RMSprop's epsilon"],
    [{ ...adamConfig(), class_name: 'Nadam' }, 'optimizer Nadam is not implemented'],
    [{ ...adamConfig(), class_name: '__proto__' }, 'optimizer __proto__ is not implemented'],
  ])('refuses %j', (config, reason) => {
    expect(optimizerOf(config)).toContain(reason);
  });

  it('settings out of range are refused in one sentence', () => {
    expect(() => adamw({ weightDecay: -1 })).toThrow(/weightDecay must be a finite number of 0 or more, rec/);
    expect(() => rmsprop({ rho: 1 })).toThrow(/rho must be at least 0 and below 1, received 1/);
    expect(() => rmsprop({ clipnorm: 1, globalClipnorm: 1 })).toThrow(/not both/);
    expect(() => huber({ delta: 0 })).toThrow(/delta must be a number above 0, received 0/);
    expect(() => lossOf('poisson' as 'mse')).toThrow(/"poisson" is not known. Use "mse", "mae" or "huber"/);
  });
});

describe('losses of Keras configs', () => {
  const object = (className: string, config: object = {}): KerasObject => ({
    ...huberConfig(1),
    class_name: className,
    config: { ...config },
  });

  it.each([
    [lossName('mse'), lossOf('mse')],
    [lossName('mae'), lossOf('mae')],
    [lossName('huber'), huber()],
    ['MSE', lossOf('mse')],
    ['huber_loss', huber()],
    [huberConfig(0.25), huber({ delta: 0.25 })],
    [object('Huber', { reduction: 'sum_over_batch_size', name: 'huber_loss' }), huber()],
    [object('MeanSquaredError', { reduction: 'auto' }), lossOf('mse')],
    [object('MeanAbsoluteError'), lossOf('mae')],
  ])('%j', (config, expected) => {
    expect(lossOfConfig(config)).toEqual(expected);
  });

  it.each([
    ['log_cosh', 'its loss log_cosh is not implemented'],
    [object('Huber', { delta: -1 }), 'delta that is no number above 0'],
    [object('MeanSquaredError', { reduction: 'sum' }), 'MeanSquaredError has the reduction sum'],
  ])('refuses %j', (config, reason) => {
    expect(lossOfConfig(config)).toContain(reason);
  });
});
