/** Settings of layers that cannot be what they say are refused by layer and key. */
import { expect, it } from 'vitest';
import { kerasLayer } from '../../src/engine/keras/index.ts';
import { layerSettings } from '../../src/engine/keras/model/layer-settings.ts';

it.each([
  ['Masking', 'mask_value', 1e39],
  ['ELU', 'alpha', -1e39],
  ['LeakyReLU', 'negative_slope', 4e38],
  ['Rescaling', 'scale', 1e300],
  ['LayerNormalization', 'epsilon', 3.5e38],
] as const)('%s takes no %s that is infinite as float32', (className, key, value) => {
  const settings = () => layerSettings(kerasLayer(className, { name: 'odd', [key]: value }));

  expect(settings).toThrow(new RegExp(`"odd" \\(${className}\\): "${key}" is .*e\\+.*float32`));
});

it('takes the largest and smallest numbers of float32', () => {
  const largest = 3.4028234663852886e38;

  expect(layerSettings(kerasLayer('Masking', { name: 'm', mask_value: -largest }))).toEqual({
    kind: 'masking',
    maskValue: -largest,
  });
  expect(layerSettings(kerasLayer('Rescaling', { name: 'r', scale: 1e-45, offset: largest }))).toMatchObject({
    scale: 1e-45,
    offset: largest,
  });
});
