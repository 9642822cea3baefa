/** Sensitivity, gradient times input, integrated and expected gradients against float64: central differences and closed forms. */
import { seededRandom } from '../../../src/engine/core/random.ts';
import type { Tensor } from '../../../src/engine/core/tensor.ts';
import type { WindowDataset } from '../../../src/engine/data/windows.ts';
import {
  type Attribution,
  expectedGradients,
  gradientTimesInput,
  integratedGradients,
  sensitivity,
} from '../../../src/engine/explain/index.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import { assertClose, assertRelativeL2 } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import {
  finiteDifferences,
  integratedReference,
  meanByLag,
  midpoints,
  outputOf,
  rowsOf,
} from '../attribution-reference.ts';
import { equal, onDevice, randomNumbers, referenceModel, rejection } from '../support.ts';

const SHAPE = [5, 2] as const;
const LAYERS = (): Layer[] => [
  lstm({ units: 4, returnSequences: true }),
  lstm({ units: 3 }),
  dense({ units: 2, activation: 'tanh' }),
];
/** Fewer kernels to compile. */
const ONE_LSTM = (): Layer[] => [lstm({ units: 4 }), dense({ units: 2, activation: 'tanh' })];
/** The target's unit. */
const SCALE = 4.2;

const windows = (count: number, seed: number, shape: readonly number[] = SHAPE): Tensor => ({
  shape: [count, ...shape],
  data: randomNumbers(count * (shape[0] ?? 1) * (shape[1] ?? 1), seed, 1.7),
});

/** Two members with weights of their own, and their references. */
async function twoMembers(device: GpuDevice, layers = LAYERS) {
  const model = await new Sequential(layers(), { seed: 3 }).build(device, { inputShape: SHAPE, members: 2 });
  const weights = [await model.getWeights({ member: 0 }), await model.getWeights({ member: 1 })];
  const references = weights.map((own) =>
    referenceModel({ layers: layers(), inputShape: SHAPE, weights: own }),
  );
  return { model, references };
}

const product = (a: ArrayLike<number>, b: ArrayLike<number>): Float64Array =>
  Float64Array.from(a, (value, at) => value * (b[at] as number));

const gradientMaps = onDevice(
  'sensitivity and gradient times input are means of central differences',
  async (device) => {
    const { model, references } = await twoMembers(device);
    const x = windows(7, 1);
    const options = { output: 1, targetScale: SCALE, features: ['temperature', 'wind'] };
    const done: [number, number][] = [];

    const sensitivities = await sensitivity(model, x, {
      ...options,
      onProgress: (n, total) => done.push([n, total]),
    });
    const signed = await gradientTimesInput(model, x, options);
    const absolute = await gradientTimesInput(model, x, { ...options, absolute: true });
    model.dispose();

    equal(done.at(-1), [7, 7], 'progress at the end');
    references.forEach((reference, e) => {
      const slopes = finiteDifferences(reference, x, 1).map((slope) => SCALE * slope);
      const parts = product(slopes, x.data);
      equal([sensitivities[e]?.window, sensitivities[e]?.features], [5, ['temperature', 'wind']], 'map');
      const close = (received: ArrayLike<number> | undefined, expected: Float64Array, what: string): void =>
        assertRelativeL2(received ?? [], expected, 1e-5, `${what} of member ${e}`);
      close(sensitivities[e]?.values, meanByLag(slopes, x.shape, Math.abs), 'sensitivity');
      close(signed[e]?.values, meanByLag(parts, x.shape), 'gradient times input');
      close(absolute[e]?.values, meanByLag(parts, x.shape, Math.abs), 'absolute gradient times input');
    });
  },
);

const integrated = onDevice(
  'integrated gradients are the integral, from the mean and from other windows',
  async (device) => {
    const { model, references } = await twoMembers(device);
    const x = windows(4, 1);
    const other = windows(4, 2);
    const options = { output: 1, targetScale: SCALE };

    const fromMean = await integratedGradients(model, x, options);
    const fromRows = await integratedGradients(model, x, {
      ...options,
      baseline: { kind: 'rows', x: other },
    });
    model.dispose();

    const zeros = { shape: x.shape, data: new Float64Array(x.data.length) };
    references.forEach((reference, e) => {
      for (const [what, from, results] of [
        ['the mean', zeros, fromMean],
        ['other windows', other, fromRows],
      ] as const) {
        const expected = integratedReference(reference, x, from, 1, midpoints(200)).map(
          (part) => SCALE * part,
        );
        const received = results[e];
        const label = `member ${e} from ${what}`;
        equal(received?.samples.shape, x.shape, 'shape of the samples');
        assertRelativeL2(received?.samples.data ?? [], expected, 1e-5, `parts, ${label}`);
        assertRelativeL2(
          received?.map.values ?? [],
          meanByLag(expected, x.shape, Math.abs),
          1e-5,
          `map, ${label}`,
        );
        assertRelativeL2(
          received?.signed.values ?? [],
          meanByLag(expected, x.shape),
          1e-5,
          `signed map, ${label}`,
        );
        const before = outputOf(reference, from, 1);
        const changes = outputOf(reference, x, 1).map((y, n) => SCALE * (y - (before[n] as number)));
        assertClose(received?.changes ?? [], changes, { atol: 1e-5, label: `changes, ${label}` });
        if (!((received?.residual ?? 1) <= 1e-4)) throw new Error(`residual ${received?.residual}, ${label}`);
      }
    });
  },
);

/** y = b + w . x, through a Dense at each step that is summed: an LSTM whose gates stand still. */
async function linearModel(device: GpuDevice, steps: number, features: number) {
  const units = 3;
  const model = await new Sequential([lstm({ units, activation: 'linear' }), dense({ units: 1 })]).build(
    device,
    {
      inputShape: [steps, features],
    },
  );
  const bias = randomNumbers(4 * units, 3, 1);
  const candidate = randomNumbers(features * units, 4);
  const kernel = new Float32Array(features * 4 * units);
  candidate.forEach((value, at) => {
    kernel[Math.floor(at / units) * 4 * units + 2 * units + (at % units)] = value;
  });
  const readout = randomNumbers(units, 5);
  model.setWeights([
    { shape: [features, 4 * units], data: kernel },
    { shape: [units, 4 * units], data: new Float32Array(units * 4 * units) },
    { shape: [4 * units], data: bias },
    { shape: [units, 1], data: readout },
    { shape: [1], data: Float32Array.of(0.3) },
  ]);
  const gate = (g: number, u: number): number => 1 / (1 + Math.exp(-(bias[g * units + u] as number)));
  const w = Float64Array.from({ length: steps * features }, (_, at) => {
    const age = steps - 1 - Math.floor(at / features);
    let sum = 0;
    for (let u = 0; u < units; u++)
      sum +=
        (readout[u] as number) *
        (gate(3, u) * gate(1, u) ** age * gate(0, u)) *
        (candidate[(at % features) * units + u] as number);
    return sum;
  });
  return { model, w };
}

const linear = onDevice(
  'of a linear model every attribution is its closed form w (x - x\u2032)',
  async (device) => {
    const [steps, features, count] = [6, 3, 5];
    const { model, w } = await linearModel(device, steps, features);
    const x = windows(count, 1, [steps, features]);
    const other = windows(count, 2, [steps, features]);
    const background = windows(1, 7, [steps, features]);
    const tiled = (row: ArrayLike<number>): Float64Array =>
      Float64Array.from(x.data, (_, at) => row[at % w.length] as number);
    const parts = (from: ArrayLike<number>): Float64Array =>
      Float64Array.from(x.data, (value, at) => (w[at % w.length] as number) * (value - (from[at] as number)));
    const zeros = new Float64Array(x.data.length);

    const slopes = await sensitivity(model, x);
    const times = await gradientTimesInput(model, x);
    const fromMean = await integratedGradients(model, x, { steps: 1 });
    const fromRows = await integratedGradients(model, x, { steps: 3, baseline: { kind: 'rows', x: other } });
    const expected = await expectedGradients(model, x, { background, samples: 5, seed: 1 });
    model.dispose();

    const close = (received: ArrayLike<number> | undefined, wanted: Float64Array, label: string): void =>
      assertClose(received ?? [], wanted, { atol: 1e-6, rtol: 1e-5, label });
    close(slopes[0]?.values, meanByLag(tiled(w), x.shape, Math.abs), 'sensitivity');
    close(times[0]?.values, meanByLag(parts(zeros), x.shape), 'gradient times input');
    close(fromMean[0]?.samples.data, parts(zeros), 'integrated gradients from the mean');
    close(fromRows[0]?.samples.data, parts(other.data), 'integrated gradients from other windows');
    // One window to draw from: every draw is it, and a linear model has no other error.
    close(expected[0]?.samples.data, parts(tiled(background.data)), 'expected gradients');
    for (const one of [fromMean, fromRows, expected])
      if (!((one[0]?.residual ?? 1) <= 1e-5)) throw new Error(`residual ${one[0]?.residual}`);
  },
);

/** What a window draws: its own stream of the seed gives the baselines first, then the places on the way. */
function drawn(count: number, samples: number, seed: number, n: number) {
  const random = seededRandom(seed, n);
  const chosen = Array.from({ length: samples }, () => Math.floor(random.next() * count));
  return chosen.map((window) => ({ window, alpha: random.next() }));
}

const expectedDraws = onDevice(
  'expected gradients are the mean over the draws of their seed, whatever the other windows',
  async (device) => {
    const { model, references } = await twoMembers(device, ONE_LSTM);
    const [x, background] = [windows(3, 1), windows(4, 9)];
    const settings = { background, samples: 12, seed: 5, output: 1, targetScale: SCALE };
    const received = await expectedGradients(model, x, settings);
    const alone = await expectedGradients(model, rowsOf(x, 0, 1), settings);
    const otherSeed = await expectedGradients(model, x, { ...settings, seed: 6 });
    model.dispose();

    references.forEach((reference, e) => {
      const expected = new Float64Array(x.data.length);
      const changes = outputOf(reference, x, 1);
      for (let n = 0; n < 3; n++) {
        const own = rowsOf(x, n, 1);
        for (const { window, alpha } of drawn(4, 12, 5, n)) {
          const from = rowsOf(background, window, 1);
          const rule = { nodes: [alpha], weights: [SCALE / 12] };
          integratedReference(reference, own, from, 1, rule).forEach((part, at) => {
            expected[n * 10 + at] = (expected[n * 10 + at] as number) + part;
          });
          changes[n] = (changes[n] as number) - (outputOf(reference, from, 1)[0] as number) / 12;
        }
        changes[n] = (changes[n] as number) * SCALE;
      }
      const { samples, map, residual, changes: stated } = received[e] as Attribution;
      assertRelativeL2(samples.data, expected, 1e-5, `parts of member ${e}`);
      assertRelativeL2(map.values, meanByLag(expected, x.shape, Math.abs), 1e-5, `map of member ${e}`);
      assertRelativeL2(stated, changes, 1e-5, `changes of member ${e}`);
      const least = 0.1 * Math.sqrt(changes.reduce((sum, change) => sum + change * change, 0) / 3);
      const missing = Array.from(changes, (change, n) => {
        const sum = expected.subarray(n * 10, n * 10 + 10).reduce((total, part) => total + part, 0);
        return Math.abs(sum - change) / Math.max(Math.abs(change), least);
      });
      assertClose([residual], [Math.max(...missing)], { rtol: 1e-4, label: `residual of member ${e}` });
      assertClose(alone[e]?.samples.data ?? [], samples.data.slice(0, 10), {
        label: 'the first window alone',
      });
      equal(
        String(otherSeed[e]?.samples.data) === String(samples.data),
        false,
        'another seed gives the same',
      );
    });
  },
);

const expectedMean = onDevice(
  'expected gradients of many draws come near the mean of integrated gradients over all baselines',
  async (device) => {
    const { model } = await twoMembers(device, ONE_LSTM);
    const [x, background] = [windows(2, 1), windows(3, 9)];
    const received = await expectedGradients(model, x, { background, samples: 1024, seed: 5 });
    const means = [new Float64Array(x.data.length), new Float64Array(x.data.length)];
    for (let k = 0; k < 3; k++) {
      const one = rowsOf(background, k, 1).data;
      const repeated = Float32Array.from(x.data, (_, at) => one[at % one.length] as number);
      const baseline = { kind: 'rows', x: { shape: x.shape, data: repeated } } as const;
      for (const [e, { samples }] of (await integratedGradients(model, x, { baseline })).entries())
        samples.data.forEach((part, at) => {
          const mean = means[e] as Float64Array;
          mean[at] = (mean[at] as number) + part / 3;
        });
    }
    model.dispose();
    received.forEach(({ samples }, e) => {
      assertRelativeL2(samples.data, means[e] ?? [], 0.08, `mean of all, member ${e}`);
    });
  },
);

/** y is what column 0 was three steps before the target; column 1 is noise. */
function lagThree(count: number): { readonly x: Tensor; readonly y: Tensor } {
  const x = { shape: [count, 8, 2], data: randomNumbers(count * 16, 31, 1.7) };
  const y = Float32Array.from({ length: count }, (_, n) => x.data[(n * 8 + 5) * 2] as number);
  return { x, y: { shape: [count, 1], data: y } };
}

const trained = onDevice(
  'on trained models 64 steps leave a residual of at most 1e-3, and find the lag that decides',
  async (device) => {
    const data = lagThree(128);
    const model = new Sequential([lstm({ units: 16 }), dense({ units: 1 })], { seed: 1 });
    model.compile({ optimizer: adam({ learningRate: 0.02 }), loss: 'mse' });
    await model.build(device, { inputShape: [8, 2], members: 2 });
    await model.fit(data, { epochs: 40, batchSize: 16, seed: 1 });
    const losses = await model.evaluateMembers(data);
    const tests = { x: rowsOf(data.x, 0, 40), other: rowsOf(data.x, 80, 40) };
    const results = {
      mean: await integratedGradients(model, tests.x),
      rows: await integratedGradients(model, tests.x, { baseline: { kind: 'rows', x: tests.other } }),
    };
    const sensitivities = await sensitivity(model, tests.x);
    model.dispose();

    for (let e = 0; e < 2; e++) {
      const loss = losses[e];
      if (!(loss && 'loss' in loss && loss.loss < 0.3))
        throw new Error(`member ${e} learned nothing: ${JSON.stringify(loss)}`);
      for (const [kind, maps] of Object.entries(results)) {
        const { residual, map } = maps[e] ?? { residual: 1, map: null };
        if (!(residual <= 1e-3)) throw new Error(`residual ${residual} of member ${e} from ${kind}`);
        equal(largestOf(map?.values ?? []), 2 * 2, `place of the largest, member ${e} from ${kind}`);
      }
      equal(
        largestOf(sensitivities[e]?.values ?? []),
        2 * 2,
        `place of the largest sensitivity, member ${e}`,
      );
    }
  },
);

function largestOf(values: ArrayLike<number>): number {
  return Array.from(values).indexOf(Math.max(...Array.from(values)));
}

const ofSeries = onDevice('windows of a series are explained at their rate', async (device) => {
  const model = await new Sequential([lstm({ units: 3 }), dense({ units: 1 })], { seed: 1 }).build(device, {
    inputShape: [4, 2],
  });
  const series = randomNumbers(40, 1);
  const data: WindowDataset = {
    ...{ kind: 'windows', series, rows: 20, features: 2, targets: new Float32Array(20), targetCount: 1 },
    starts: Uint32Array.of(0, 5, 6, 9),
    targetRows: Uint32Array.of(10, 15, 16, 19),
    ...{ window: 4, samplingRate: 3, horizon: 1 },
  };
  const x = { shape: [4, 4, 2], data: new Float32Array(32) };
  data.starts.forEach((start, n) => {
    for (let t = 0; t < 4; t++)
      x.data.set(series.subarray((start + 3 * t) * 2, (start + 3 * t + 1) * 2), (n * 4 + t) * 2);
  });
  const [ofWindows] = await integratedGradients(model, data, { steps: 4 });
  const [ofArrays] = await integratedGradients(model, x, { steps: 4 });
  model.dispose();
  assertClose(ofWindows?.samples.data ?? [], ofArrays?.samples.data ?? [], { label: 'parts' });
  assertClose(ofWindows?.changes ?? [], ofArrays?.changes ?? [], { label: 'changes' });
});

const pieces = onDevice(
  'many windows are taken in pieces, and a signal ends the work between two',
  async (device) => {
    const model = await new Sequential([lstm({ units: 2 }), dense({ units: 1 })], { seed: 1 }).build(device, {
      inputShape: [16, 8],
      members: 2,
    });
    const count = 3000;
    const x = windows(count, 1, [16, 8]);
    const seen: number[] = [];
    const maps = await sensitivity(model, x, { onProgress: (done) => seen.push(done) });
    const stop = new AbortController();
    const stopped = await rejection(
      sensitivity(model, x, { signal: stop.signal, onProgress: () => stop.abort() }),
    );
    const gradients = await model.inputGradientsMembers(x);
    model.dispose();

    if (seen.length < 2 || seen.at(-1) !== count) throw new Error(`pieces ended at ${seen}`);
    equal(stopped.code, 'aborted', 'code');
    gradients.forEach(({ data }, e) => {
      assertClose(maps[e]?.values ?? [], meanByLag(data, x.shape, Math.abs), {
        rtol: 1e-9,
        label: `member ${e}`,
      });
    });
  },
);

const refused = onDevice('what does not fit is refused in words', async (device) => {
  const model = await new Sequential([lstm({ units: 2 }), dense({ units: 1 })]).build(device, {
    inputShape: [4, 2],
  });
  const flat = await new Sequential([dense({ units: 1 })]).build(device, { inputShape: [4] });
  const x = windows(3, 1, [4, 2]);
  const refusals: [() => Promise<unknown>, RegExp][] = [
    [
      () => sensitivity(flat, { shape: [3, 4], data: new Float32Array(12) }),
      /takes windows \[time, features\]/,
    ],
    [() => sensitivity(model, windows(3, 1, [5, 2])), /windows of shape \[any, 4, 2\], received \[3, 5, 2\]/],
    [() => sensitivity(model, x, { features: ['a'] }), /1 feature names, the model takes 2/],
    [() => sensitivity(model, x, { targetScale: 0 }), /targetScale must be .* above 0/],
    [() => integratedGradients(model, x, { steps: 0 }), /steps must be .* from 1 to 1024, received 0/],
    [
      () => integratedGradients(model, x, { baseline: { kind: 'rows', x: windows(2, 1, [4, 2]) } }),
      /a window for each of 3, of shape \[3, 4, 2\], received \[2, 4, 2\]/,
    ],
    [() => expectedGradients(model, x, { samples: 1.5 }), /samples must be .* received 1.5/],
    [() => integratedGradients(model, x, { output: 1 }), /no output 1/],
  ];
  for (const [call, pattern] of refusals) {
    const { message, code } = await rejection(call());
    equal(code, 'bad-input', 'code');
    if (!pattern.test(message)) throw new Error(message);
  }
  model.dispose();
  flat.dispose();
});

export const cases: GpuCase[] = [
  gradientMaps,
  integrated,
  linear,
  expectedDraws,
  expectedMean,
  trained,
  ofSeries,
  pieces,
  refused,
];
