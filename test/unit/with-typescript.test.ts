/** TypeScript that tools run by Vite can load parts of the engine when it first needs them. */
import { describe, expect, it } from 'vitest';
import { fromRoot } from '../../tools/lib/paths.mjs';
import { withTypeScript } from '../../tools/lib/with-typescript.mjs';
import { cueWindows, INPUT_SHAPE, switchingWeights, UNITS } from '../gpu/bistable-lstm.ts';

type Explain = typeof import('../../src/engine/explain/index.ts');

describe('withTypeScript', () => {
  it('loads what integrated gradients of a switching network need while the work lasts', async () => {
    const file = fromRoot('src/engine/explain/index.ts');
    const residual = await withTypeScript(file, async (explain: Explain) => {
      const [time, features] = INPUT_SHAPE;
      const forecaster = new explain.CpuForecaster(UNITS, features, switchingWeights(2.5));
      const model = new explain.CpuExplained(forecaster, [time, features], 256, async () => {});
      const [found] = await explain.integratedGradients(model, cueWindows());
      return found?.residual;
    });
    expect(residual).toBeLessThanOrEqual(1e-3);
  });
});
