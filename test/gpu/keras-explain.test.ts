/**
 * What the engine says of three models is what plain Python on real Keras says of them, within 1e-4 of the largest number
 * of each result (tools/keras/explain_fixtures.py made the numbers; .ci/run makes them again).
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import {
  ablateUnits,
  expectedGradients,
  gradientTimesInput,
  halfLives,
  integratedGradients,
  type LagMap,
  occlusion,
  permutation,
  sensitivity,
} from '../../src/engine/explain/index.ts';
import {
  buildFromKeras,
  type GpuDevice,
  requestGpu,
  type Sequential,
  type Tensor,
  tensor,
} from '../../src/engine/index.ts';
import { kerasLayer, sequentialConfig } from '../../src/engine/keras/keras3/keras-config.ts';
import type { KerasModel } from '../../src/engine/keras/model/keras-model.ts';
import { placeLayers } from '../../src/engine/keras/model/layer-variables.ts';
import { assertClose } from '../harness/assert-close.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

interface Explained {
  readonly name: string;
  readonly layers: readonly (readonly [className: string, config: Readonly<Record<string, unknown>>])[];
  readonly output: number;
  readonly scale: number;
  readonly weights: readonly Numbers[];
  readonly x: Numbers;
  readonly y: Numbers;
  readonly results: Readonly<Record<string, readonly number[]>>;
}

const FILE = fileURLToPath(new URL('../fixtures/keras/explain.json', import.meta.url));
const { models, steps, draws } = JSON.parse(readFileSync(FILE, 'utf8')) as {
  readonly models: readonly Explained[];
  readonly steps: number;
  readonly draws: { readonly seed: number; readonly samples: number };
};

let gpu: GpuDevice;

beforeAll(async () => {
  gpu = await requestGpu({ gpu: await nodeGpu() });
});
afterAll(() => {
  gpu.dispose();
  releaseNodeGpu();
});

/** The fixture as a reader of model files would hand it on. */
function kerasModelOf({ layers, weights, x }: Explained): KerasModel {
  const objects = layers.map(([className, config], k) =>
    kerasLayer(className, { name: `layer_${k}`, ...config }),
  );
  const config = sequentialConfig('fixture', x.shape.slice(1), objects);
  const variables = placeLayers(config).flatMap(({ name: layer, variables: own }) =>
    own.map(({ name, shape }) => ({ path: `${layer}/${name}`, layer, name, shape })),
  );
  expect(variables.map(({ shape }) => shape)).toEqual(weights.map(({ shape }) => shape));
  return {
    config,
    weights: variables.map((variable, k) => ({
      ...variable,
      data: Float32Array.from(weights[k]?.data ?? []),
    })),
  };
}

describe.each(models.map((fixture) => [fixture.name, fixture] as const))('%s', (_, fixture) => {
  const { x: givenX, y: givenY, output, scale, results } = fixture;
  const x = tensor(givenX.shape, givenX.data);
  const y = tensor(givenY.shape, givenY.data);
  const options = { output, targetScale: scale };
  let model: Sequential;

  beforeAll(async () => {
    model = await buildFromKeras(gpu, kerasModelOf(fixture));
  });
  afterAll(() => model.dispose());

  function equals(received: ArrayLike<number> | undefined, result: string): void {
    const expected = results[result] ?? [];
    const largest = Math.max(...expected.map(Math.abs));
    expect(largest).toBeGreaterThan(1e-3);
    assertClose(received ?? [], expected, { atol: 1e-4 * largest, label: result });
  }
  const mapEquals = (maps: readonly LagMap[], result: string): void => equals(maps[0]?.values, result);

  it('has Keras\u2019 sensitivity and gradient times input', async () => {
    mapEquals(await sensitivity(model, x, options), 'sensitivity');
    mapEquals(await gradientTimesInput(model, x, options), 'gradient_times_input');
  });

  it('has the integrated gradients of Keras\u2019 gradients, from the mean and from other windows', async () => {
    const goesBack = vi.spyOn(model, 'inputGradientsMembers');
    const [fromMean] = await integratedGradients(model, x, { ...options, steps });
    equals(fromMean?.samples.data, 'integrated_from_mean');
    equals(fromMean?.map.values, 'integrated_from_mean_map');
    const [rows = 0] = x.shape;
    const size = x.data.length / rows;
    const before: Tensor = {
      shape: x.shape,
      data: x.data.map((__, at) => x.data[(at - size + x.data.length) % x.data.length] as number),
    };
    const baseline = { kind: 'rows', x: before } as const;
    const [fromRows] = await integratedGradients(model, x, { ...options, steps, baseline });
    equals(fromRows?.samples.data, 'integrated_from_window_before');
    // Once for each: no way is cut finer than Python's.
    expect(goesBack).toHaveBeenCalledTimes(2);
  });

  it('has the expected gradients of the same draws', async () => {
    const [found] = await expectedGradients(model, x, { ...options, ...draws });
    equals(found?.samples.data, 'expected');
    equals(found?.map.values, 'expected_map');
  });

  it('has the errors under occlusion, under permutations and without a unit', async () => {
    mapEquals(await occlusion(model, { x, y }, options), 'occlusion');
    const permuted = await permutation(model, { x, y }, { ...options, repeats: 1, seed: draws.seed });
    equals(permuted.rmse, 'rmse');
    equals(permuted.effects, 'permutation');
    equals((await ablateUnits(model, { x, y }, options)).changes, 'units');
  });

  it('has the half-lives of its forget gates', async () => {
    equals(await halfLives(model, x), 'half_lives');
  });
});
