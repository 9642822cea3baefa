/**
 * Permutation and occlusion on an LSTM that is linear by its weights, against the closed form in float64: gates that stand
 * still (hard_sigmoid of 0 is 1/2, of 10 it is 1) make h a weighted sum of the window.
 */
import type { Tensor } from '../../../src/engine/core/tensor.ts';
import type { WindowDataset } from '../../../src/engine/data/windows.ts';
import { type InputPlace, placesOf } from '../../../src/engine/explain/input-place.ts';
import { occlusion } from '../../../src/engine/explain/occlusion.ts';
import { exchange, permutation } from '../../../src/engine/explain/permutation.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { activation } from '../../../src/engine/layers/activation.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { assertClose } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onDevice, randomNumbers, rejection } from '../support.ts';

const WINDOW = 5;
const FEATURES = 2;
const COUNT = 300;
const RATE = 2;
const ROWS = COUNT + WINDOW * RATE;
const SCALE = 3;
const OUTPUT = 1;
const SEED = 7;
const MEMBERS = 2;

const WINDOWS: WindowDataset = {
  kind: 'windows',
  series: randomNumbers(ROWS * FEATURES, 1),
  rows: ROWS,
  features: FEATURES,
  targets: randomNumbers(ROWS * 2, 2),
  targetCount: 2,
  starts: Uint32Array.from({ length: COUNT }, (_, k) => k),
  targetRows: Uint32Array.from({ length: COUNT }, (_, k) => k + (WINDOW - 1) * RATE + 1),
  window: WINDOW,
  samplingRate: RATE,
  horizon: 1,
};

/** What each unit keeps of c from step to step. */
const KEPT = [0.5, 1] as const;

/** Weights of a member: candidate [D, 2 units], dense [2 units, 2 outputs]. */
const candidate = (member: number): Float32Array => randomNumbers(FEATURES * 2, 10 + member);
const head = (member: number): Float32Array => randomNumbers(4, 20 + member);

/** @param first layers before the LSTM */
async function linearModel(device: GpuDevice, first: readonly Layer[] = []): Promise<Sequential> {
  const model = new Sequential([
    ...first,
    lstm({
      units: 2,
      activation: 'linear',
      recurrentActivation: 'hard_sigmoid',
      inputShape: [WINDOW, FEATURES],
    }),
    dense({ units: 2 }),
  ]);
  await model.build(device, { members: MEMBERS });
  for (let member = 0; member < MEMBERS; member++) {
    const kernel = new Float32Array(FEATURES * 8);
    candidate(member).forEach((value, k) => {
      kernel[Math.floor(k / 2) * 8 + 4 + (k % 2)] = value;
    });
    const weights: Tensor[] = [
      { shape: [FEATURES, 8], data: kernel },
      { shape: [2, 8], data: new Float32Array(16) },
      { shape: [8], data: Float32Array.of(10, 10, 0, 10, 0, 0, 10, 10) },
      { shape: [2, 2], data: head(member) },
      { shape: [2], data: Float32Array.of(0.1, -0.2) },
    ];
    model.setWeights(weights, { member });
  }
  return model;
}

/** d output / d x at a place, in float64. */
function slope(member: number, { lag, feature }: InputPlace): number {
  return KEPT.reduce(
    (sum, kept, unit) =>
      sum +
      (head(member)[unit * 2 + OUTPUT] as number) *
        kept ** (lag - 1) *
        (candidate(member)[feature * 2 + unit] as number),
    0,
  );
}

const PLACES = placesOf(WINDOW, FEATURES);

const valueAt = (window: number, { lag, feature }: InputPlace): number =>
  WINDOWS.series[((WINDOWS.starts[window] as number) + (WINDOW - lag) * RATE) * FEATURES + feature] as number;

const target = (window: number): number =>
  WINDOWS.targets[(WINDOWS.targetRows[window] as number) * 2 + OUTPUT] as number;

const forecast = (member: number, window: number): number =>
  PLACES.reduce((sum, place) => sum + slope(member, place) * valueAt(window, place), -0.2);

const indices = Array.from({ length: COUNT }, (_, k) => k);
const members = Array.from({ length: MEMBERS }, (_, e) => e);

/** Root mean square error in target units. */
const rmse = (forecastOf: (window: number) => number): number =>
  SCALE * Math.sqrt(indices.reduce((sum, k) => sum + (forecastOf(k) - target(k)) ** 2, 0) / COUNT);

const plainRmse = members.map((e) => rmse((k) => forecast(e, k)));

/** What it adds to a member's error when a place holds other values. */
const added = (member: number, place: InputPlace, newValue: (window: number) => number): number =>
  rmse((k) => forecast(member, k) + slope(member, place) * (newValue(k) - valueAt(k, place))) -
  (plainRmse[member] as number);

/** The streams of the exchanges as permutation() documents them by its numbers: one for the whole, one for each place. */
const streamOf = (repeat: number, place: number): number => repeat * (PLACES.length + 1) + 1 + place;

const OPTIONS = { output: OUTPUT, targetScale: SCALE, seed: SEED } as const;
const OPTIONS_OF_TWO = { ...OPTIONS, repeats: 2 } as const;

export const cases: GpuCase[] = [
  onDevice(
    'permutation of a linear model adds to the error what the closed form says, for each place, repeat and member',
    async (device) => {
      const model = await linearModel(device);
      const told: number[] = [];
      const result = await permutation(model, WINDOWS, {
        ...OPTIONS,
        repeats: 16,
        onProgress: (done, total) => told.push(done / total),
      });
      model.dispose();

      equal([result.places, result.repeats, result.windows], [PLACES, 16, COUNT], 'what was permuted');
      if (told.length < 2) throw new Error('All windows went in one piece: pieces are not tested.');
      equal(told.at(-1), 1, 'progress at the end');
      assertClose(result.rmse, plainRmse, { rtol: 1e-5, label: 'error of the windows as they are' });
      const expected = members.flatMap((e) =>
        PLACES.flatMap((place, p) =>
          Array.from({ length: 16 }, (_, repeat) => {
            const from = exchange(COUNT, SEED, streamOf(repeat, p));
            return added(e, place, (k) => valueAt(from[k] as number, place));
          }),
        ),
      );
      assertClose(result.effects, expected, { atol: 1e-5, label: 'effects' });
      const whole = members.flatMap((e) =>
        Array.from({ length: 16 }, (_, repeat) => {
          const from = exchange(COUNT, SEED, streamOf(repeat, -1));
          return rmse((k) => forecast(e, from[k] as number)) - (plainRmse[e] as number);
        }),
      );
      assertClose(result.wholeWindow, whole, { atol: 1e-5, label: 'whole window' });
    },
  ),
  onDevice('rounds and chosen places give the numbers of all at once, bit for bit', async (device) => {
    const model = await linearModel(device);
    const all = await permutation(model, WINDOWS, { ...OPTIONS, repeats: 3 });
    const places = [PLACES[4] as InputPlace, PLACES[7] as InputPlace];
    const round = await permutation(model, WINDOWS, { ...OPTIONS, places, repeats: 1, firstRepeat: 2 });
    model.dispose();

    const at = (e: number, place: number): number =>
      all.effects[(e * PLACES.length + place) * 3 + 2] as number;
    equal([...round.effects], [at(0, 4), at(0, 7), at(1, 4), at(1, 7)], 'third repeat of two places');
    equal([...round.wholeWindow], [all.wholeWindow[2], all.wholeWindow[5]], 'whole window');
  }),
  onDevice(
    'a model that can not begin at a changed place has the numbers of one that can, over more windows than it takes at once',
    async (device) => {
      const count = 2700;
      const rows = count + WINDOW * RATE;
      const many: WindowDataset = {
        ...WINDOWS,
        series: randomNumbers(rows * FEATURES, 3),
        rows,
        targets: randomNumbers(rows * 2, 4),
        starts: Uint32Array.from({ length: count }, (_, k) => k),
        targetRows: Uint32Array.from({ length: count }, (_, k) => k),
      };
      const x = { shape: [count, WINDOW, FEATURES], data: randomNumbers(count * WINDOW * FEATURES, 5) };
      const arrays = { x, y: { shape: [count, 2], data: many.targets.slice(0, count * 2) } };
      const begins = await linearModel(device);
      const whole = await linearModel(device, [activation('linear', { inputShape: [WINDOW, FEATURES] })]);
      const most = [begins.changedWindowsAtMost, whole.changedWindowsAtMost];
      const told: number[] = [];
      const options = { ...OPTIONS_OF_TWO, onProgress: (done: number, all: number) => told.push(done / all) };
      const received = [await permutation(begins, many, options), await permutation(begins, arrays, options)];
      const end = told.at(-1);
      const expected = [
        await permutation(whole, many, OPTIONS_OF_TWO),
        await permutation(whole, arrays, OPTIONS_OF_TWO),
      ];
      begins.dispose();
      whole.dispose();

      equal([most, end], [[1280, 0], 1], 'windows at once, and progress at the end');
      received.forEach(({ effects }, k) => {
        equal([...effects], [...(expected[k]?.effects ?? [])], k === 0 ? 'of windows' : 'of arrays');
      });
    },
  ),
  onDevice('occlusion holds a place at the mean, or at the value it is given', async (device) => {
    const model = await linearModel(device);
    const features = ['a', 'b'];
    const toMean = await occlusion(model, WINDOWS, { ...OPTIONS, features });
    const toValues = await occlusion(model, WINDOWS, { ...OPTIONS, values: [0.5, -2] });
    model.dispose();

    members.forEach((e) => {
      const expected = (values: readonly number[]): number[] =>
        PLACES.map((place) => added(e, place, () => values[place.feature] as number));
      assertClose(toMean[e]?.values ?? [], expected([0, 0]), { atol: 1e-5, label: `member ${e}, mean` });
      assertClose(toValues[e]?.values ?? [], expected([0.5, -2]), {
        atol: 1e-5,
        label: `member ${e}, values`,
      });
    });
    equal([toMean[0]?.window, toMean[0]?.features], [WINDOW, features], 'map');
    equal(toValues[0]?.features, ['x0', 'x1'], 'names where none are given');
  }),
  onDevice('arrays are permuted as windows are', async (device) => {
    const model = await linearModel(device);
    const x = Float32Array.from({ length: COUNT * WINDOW * FEATURES }, (_, at) => {
      const [k, rest] = [Math.floor(at / (WINDOW * FEATURES)), at % (WINDOW * FEATURES)];
      return valueAt(k, { lag: WINDOW - Math.floor(rest / FEATURES), feature: rest % FEATURES });
    });
    const y = Float32Array.from({ length: COUNT * 2 }, (_, at) =>
      at % 2 === OUTPUT ? target(Math.floor(at / 2)) : 0,
    );
    const arrays = { x: { shape: [COUNT, WINDOW, FEATURES], data: x }, y: { shape: [COUNT, 2], data: y } };
    const fromArrays = await permutation(model, arrays, { ...OPTIONS, repeats: 2 });
    const fromWindows = await permutation(model, WINDOWS, { ...OPTIONS, repeats: 2 });
    model.dispose();

    equal([...fromArrays.effects], [...fromWindows.effects], 'effects');
  }),
  onDevice('a stop ends permutation and occlusion between two pieces', async (device) => {
    const model = await linearModel(device);
    const stop = new AbortController();
    let pieces = 0;
    const refused = await rejection(
      permutation(model, WINDOWS, {
        ...OPTIONS,
        repeats: 30,
        signal: stop.signal,
        onProgress: () => {
          pieces++;
          stop.abort();
        },
      }),
    );
    const before = await rejection(occlusion(model, WINDOWS, { signal: stop.signal }));
    model.dispose();

    equal([refused.code, before.code, pieces], ['aborted', 'aborted', 1], 'how it ended');
  }),
  onDevice('what can not be permuted is refused in a sentence', async (device) => {
    const model = await linearModel(device);
    const sequences = new Sequential([
      lstm({ units: 2, returnSequences: true, inputShape: [WINDOW, FEATURES] }),
    ]);
    await sequences.build(device);
    const one = { ...WINDOWS, starts: Uint32Array.of(0), targetRows: Uint32Array.of(9) };
    const messages: string[] = [];
    for (const attempt of [
      permutation(model, one),
      permutation(model, WINDOWS, { places: [{ lag: 0, feature: 0 }] }),
      permutation(model, WINDOWS, { places: [{ lag: 1, feature: 2 }] }),
      permutation(model, WINDOWS, { repeats: 0 }),
      permutation(model, WINDOWS, { output: 2 }),
      permutation(sequences, WINDOWS),
      occlusion(model, WINDOWS, { values: [1] }),
      occlusion(model, WINDOWS, { features: ['a', 'b', 'c'] }),
    ]) {
      const { code, message } = await rejection(attempt);
      equal(code, 'bad-input', message);
      messages.push(message);
    }
    model.dispose();
    sequences.dispose();

    [
      /received 1 window\./,
      /lag 0, feature 0/,
      /lag 1, feature 2/,
      /repeats must be/,
      /output is 2/,
      /returns \[5, 2\]/,
      /1 values for 2 columns/,
      /3 features for 2 columns/,
    ].forEach((pattern, k) => {
      if (!pattern.test(messages[k] ?? '')) throw new Error(`${messages[k]} does not match ${pattern}.`);
    });
  }),
];
