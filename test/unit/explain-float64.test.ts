/** Integrated gradients of switches that float32 can't follow: what the float64 reference adds, and where its work ends. */
import { describe, expect, it, vi } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import { sizeOf, type Tensor } from '../../src/engine/core/tensor.ts';
import { cutWays, type PointModel } from '../../src/engine/explain/cut-ways.ts';
import type { ExplainedModel } from '../../src/engine/explain/explained-model.ts';
import { float64Points, MOST_PRODUCTS } from '../../src/engine/explain/float64-points.ts';
import { CpuExplained, CpuForecaster, integratedGradients } from '../../src/engine/explain/index.ts';
import type { SteepPath } from '../../src/engine/explain/path-attribution.ts';
import { dense } from '../../src/engine/layers/dense.ts';
import { SoftmaxDense } from '../../src/engine/layers/inference.ts';
import type { Layer } from '../../src/engine/layers/layer.ts';
import { lstm } from '../../src/engine/layers/lstm.ts';
import { layoutOf } from '../../src/engine/models/parameters.ts';
import { ReferenceModel } from '../../src/engine/reference/index.ts';
import { rowsOf } from '../gpu/attribution-reference.ts';
import {
  assertParts,
  cueWindows,
  INPUT_SHAPE,
  missedShares,
  partsBy,
  referenceOf,
  SWITCHING,
  switchingWeights,
  UNITS,
  zerosLike,
} from '../gpu/bistable-lstm.ts';

const PLACE = sizeOf(INPUT_SHAPE);
/** Switches within a thousandth of a billionth of the way. */
const PULL = 20;
const x = rowsOf(cueWindows(), 0, SWITCHING.length);
const zeros = zerosLike(x);

/** Answers in float32, and tells neither layers nor weights. */
function inFloat32(pull: number, turn?: () => Promise<void>): ExplainedModel {
  const own = withoutDevice(pull, turn);
  return {
    inputShape: own.inputShape,
    outputShape: own.outputShape,
    members: 1,
    changedWindowsAtMost: 0,
    predictMembers: (data) => own.predictMembers(data),
    predictChanges: async () => [],
    inputGradientsMembers: (data) => own.inputGradientsMembers(data),
  };
}

function withoutDevice(pull: number, turn = async (): Promise<void> => {}): CpuExplained {
  const [time, features] = INPUT_SHAPE;
  return new CpuExplained(
    new CpuForecaster(UNITS, features, switchingWeights(pull)),
    [time, features],
    256,
    turn,
  );
}

/** The same with its layers, and weights to answer for it by. */
const withWeights = (pull: number, weights: readonly Tensor[]): ExplainedModel => ({
  ...inFloat32(pull),
  layers: [lstm({ units: UNITS }), dense({ units: 1 })],
  getWeights: async () => [...weights],
});

/** Parts of a window by midpoints that lie the closer, the nearer the switch is, down to the rounding of float64. */
function partsAroundSwitch(reference: ReferenceModel, window: Tensor): Float64Array {
  const at = (alpha: number): number => {
    const data = Float64Array.from(window.data, (value) => alpha * value);
    return reference.predict({ shape: window.shape, data }).data[0] as number;
  };
  const middle = (at(0) + at(1)) / 2;
  let [low, high] = [0, 1];
  for (let k = 0; k < 60; k++) {
    const between = (low + high) / 2;
    if (Math.sign(at(between) - middle) === Math.sign(at(0) - middle)) low = between;
    else high = between;
  }
  const distances = Array.from({ length: 50 * 20 + 1 }, (_, k) => 2 ** (-k / 20));
  const edges = [
    ...distances.map((one) => low - low * one),
    ...distances.map((one) => low + (1 - low) * one).reverse(),
  ];
  const widths = edges.slice(1).map((edge, k) => edge - (edges[k] as number));
  const nodes = widths.map((width, k) => (edges[k] as number) + width / 2);
  return partsBy(reference, window, zerosLike(window), { nodes, weights: widths });
}

describe('integrated gradients of a switch that is too narrow for float32', () => {
  const reference = referenceOf(switchingWeights(PULL));

  it('add up in float64, each part as midpoints around the switch have it', async () => {
    const [plain] = await integratedGradients(inFloat32(PULL), x);
    expect(Math.min(...(plain?.residuals ?? []))).toBeGreaterThan(0.1);
    const [found] = await integratedGradients(withWeights(PULL, switchingWeights(PULL)), x);
    expect(found?.residual).toBeLessThanOrEqual(1e-3);
    const expected = new Float64Array(x.data.length);
    SWITCHING.forEach((_, n) => {
      expected.set(partsAroundSwitch(reference, rowsOf(x, n, 1)), n * PLACE);
    });
    expect(Math.max(...missedShares(reference, x, zeros, expected))).toBeLessThan(1e-3);
    assertParts(found?.samples.data ?? [], expected, 'a switch in float64');
  });

  it('add up without a device too, in turns that can end it', async () => {
    let [turns, last] = [0, Number.POSITIVE_INFINITY];
    const turn = async (): Promise<void> => {
      turns += 1;
      if (turns > last) throw new Error('other data were chosen');
    };
    await integratedGradients(inFloat32(PULL, turn), x);
    [turns, last] = [0, turns + 10];
    await expect(integratedGradients(withoutDevice(PULL, turn), x)).rejects.toThrow('other data were chosen');
    [turns, last] = [0, Number.POSITIVE_INFINITY];
    const [found] = await integratedGradients(withoutDevice(PULL, turn), x);
    expect(found?.residual).toBeLessThanOrEqual(1e-3);
  });

  it('tell what is missing of a switch between two float64 numbers', async () => {
    const weights = switchingWeights(80);
    const [found] = await integratedGradients(withWeights(80, weights), x);
    const missed = missedShares(referenceOf(weights), x, zeros, found?.samples.data ?? []);
    expect(found?.residual).toBeGreaterThan(0.5);
    expect(found?.residual).toBeCloseTo(Math.max(...missed), 5);
  });

  it('keep what they had where other weights answer in float64', async () => {
    const others = switchingWeights(PULL).map((tensor, k) =>
      k === 3 ? { ...tensor, data: tensor.data.map((value) => 10 * value) } : tensor,
    );
    const [plain] = await integratedGradients(inFloat32(PULL), x);
    const [found] = await integratedGradients(withWeights(PULL, others), x);
    expect(found?.samples.data).toEqual(plain?.samples.data);
  });

  it('let other tasks come between', async () => {
    // Loads the scripts, in which others may come too.
    await integratedGradients(withWeights(PULL, switchingWeights(PULL)), x);
    let clock = 0;
    vi.spyOn(performance, 'now').mockImplementation(() => (clock += 5));
    let others = 0;
    const timer = setInterval(() => {
      others += 1;
    }, 0);
    await integratedGradients(inFloat32(PULL), x);
    expect(others).toBe(0);
    await integratedGradients(withWeights(PULL, switchingWeights(PULL)), x);
    clearInterval(timer);
    vi.restoreAllMocks();
    expect(others).toBeGreaterThan(10);
  });
});

describe('a model at points in float64', () => {
  const [time, features] = [24, 4];

  function planted(layers: Layer[], turn = async (): Promise<void> => {}): ExplainedModel {
    const random = seededRandom(5, 1);
    const weights = layoutOf(layers, [time, features]).weights.map(({ shape }) => ({
      shape,
      data: Float32Array.from({ length: sizeOf(shape) }, () => 0.3 * random.normal()),
    }));
    return {
      ...inFloat32(PULL),
      inputShape: [time, features],
      layers,
      getWeights: async () => weights,
      turn,
    };
  }

  const path: SteepPath = {
    member: 0,
    baseline: Float32Array.from({ length: time * features }, (_, k) => Math.sin(k)),
    way: Float32Array.from({ length: time * features }, (_, k) => Math.cos(3 * k)),
    from: 0,
    to: 0,
    bound: 0,
    sums: new Float64Array(time * features),
  };

  it('is the reference there, with its slopes, for the output that is asked for', async () => {
    const model = planted([lstm({ units: 3 }), dense({ units: 2, activation: 'tanh', useBias: false })]);
    const points = await float64Points(model, [0], 1);
    const weights = (await model.getWeights?.()) ?? [];
    const reference = new ReferenceModel(
      [
        { kind: 'lstm', units: 3 },
        { kind: 'dense', units: 2, activation: 'tanh', useBias: false },
      ],
      features,
      weights.map(({ data }) => data),
    );
    const says = (alpha: number, place = -1, by = 0): number => {
      const data = Float64Array.from(path.way, (far, k) => (path.baseline[k] as number) + alpha * far);
      if (place >= 0) data[place] = (data[place] as number) + by;
      return reference.predict({ shape: [1, time, features], data }).data[1] as number;
    };
    const alphas = [1 / 3, 1 / 3 + 2 ** -40, 0.9];
    const asked = alphas.map((alpha) => ({ path, alpha }));
    expect(await points?.forecasts(asked)).toEqual(alphas.map((alpha) => says(alpha)));
    expect(says(alphas[0] as number)).not.toBe(says(alphas[1] as number));
    expect(await points?.ends([path])).toEqual([[says(0), says(1)]]);
    const slopes = (await points?.slopes(asked)) ?? [];
    alphas.forEach((alpha, n) => {
      for (let place = 0; place < time * features; place++) {
        const difference = (says(alpha, place, 1e-5) - says(alpha, place, -1e-5)) / 2e-5;
        expect(slopes[n]?.[place]).toBeCloseTo(difference, 8);
      }
    });
  });

  it('works in pieces of a few million multiplications', async () => {
    let turns = 0;
    const model = planted([lstm({ units: 64 }), dense({ units: 1 })], async () => {
      turns += 1;
    });
    const points = await float64Points(model, [0], 0);
    await points?.slopes(Array.from({ length: 16 }, (_, k) => ({ path, alpha: k / 16 })));
    // 68 x 256 and 256 of the LSTM, 65 of the Dense, in 24 steps, forward and twice as much back: three rows in a piece.
    expect(turns).toBe(Math.ceil(16 / Math.floor(4e6 / (3 * 24 * (69 * 256 + 65)))));
  });

  it('makes so many cuts as it has multiplications for, and is not there where these are too few', async () => {
    const of = (units: number) => float64Points(planted([lstm({ units }), dense({ units: 1 })]), [0], 0);
    const products = 24 * (37 * 128 + 33);
    expect(MOST_PRODUCTS).toBe(4e9);
    expect((await of(32))?.mostCuts).toBe(Math.floor(4e9 / (products * (1 + 3 * 16))));
    // What passes of a small one take is calls.
    expect((await of(4))?.mostCuts).toBe(Math.floor(4e9 / (2e4 * (1 + 3 * 16))));
    expect(await of(128)).not.toBeNull();
    expect(await of(256)).toBeNull();
  });

  it('is not there for a layer that the reference does not go back through', async () => {
    const layers = [lstm({ units: 3 }), new SoftmaxDense({ units: 2 })];
    expect(await float64Points(planted(layers), [0], 0)).toBeNull();
    expect(await float64Points(inFloat32(PULL), [0], 0)).toBeNull();
  });
});

describe('cuts of ways', () => {
  /** The forecast rises from 0 to 1 at 0.37 of each way. */
  const rise = (alpha: number): number => 1 / (1 + Math.exp((0.37 - alpha) * 1e5));
  const flat = (): SteepPath => ({
    member: 0,
    baseline: Float32Array.of(0),
    way: Float32Array.of(1),
    from: 0,
    to: 1,
    bound: 1e-3,
    sums: new Float64Array(1),
  });

  it('end when as many are made as there may be, with the ways before done', async () => {
    let slopes = 0;
    const model = (mostCuts: number): PointModel => ({
      atOnce: 1,
      mostCuts,
      narrowest: 2 ** -48,
      ends: async (paths) => paths.map(() => [rise(0), rise(1)]),
      forecasts: async (points) => points.map(({ alpha }) => rise(alpha)),
      async slopes(points) {
        slopes += points.length;
        return points.map(({ alpha }) => [1e5 * rise(alpha) * (1 - rise(alpha))]);
      },
    });
    const one = flat();
    await cutWays(model(1000), [one], () => {});
    expect(one.sums[0]).toBeCloseTo(1, 3);
    const needed = slopes / 16;
    expect(needed).toBeGreaterThan(10);
    slopes = 0;
    const three = [flat(), flat(), flat()];
    await cutWays(model(needed + 4), three, () => {});
    expect(slopes).toBe(16 * (needed + 4));
    expect(three[0]?.sums).toEqual(one.sums);
    expect(three[2]?.sums[0]).toBe(0);
  });
});
