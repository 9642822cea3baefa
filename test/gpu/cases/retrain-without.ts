/** Retraining without a lag or a feature: what it finds on planted truth, and its networks to the bit. */
import type { Tensor } from '../../../src/engine/core/tensor.ts';
import { plantSeries } from '../../../src/engine/data/plant-series.ts';
import { buildSeries } from '../../../src/engine/data/series.ts';
import { makeWindows, type WindowDataset, type WindowSplit } from '../../../src/engine/data/windows.ts';
import type { LeftOut } from '../../../src/engine/explain/left-out-windows.ts';
import {
  type RetrainOptions,
  type RetrainProgress,
  retrainWithout,
} from '../../../src/engine/explain/retrain-without.ts';
import { thinned } from '../../../src/engine/explain/thinned-windows.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { earlyStopping } from '../../../src/engine/models/callbacks.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import { assertClose } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onDevice, rejection } from '../support.ts';

const WINDOW = 4;
const FEATURES = ['x', 'shadow'];
const SEED = 3;

/** y = x[t-3] in windows of four rows, few of them. */
function shortSplit(): WindowSplit {
  const series = buildSeries(plantSeries('lag-3', 1), { target: ['y'], features: FEATURES });
  const split = makeWindows(series, { window: WINDOW });
  return {
    ...split,
    train: thinned(split.train, 300),
    validation: thinned(split.validation, 80),
    test: thinned(split.test, 100),
  };
}

function options(changes: Partial<RetrainOptions> = {}): RetrainOptions {
  return {
    split: shortSplit(),
    features: FEATURES,
    layers: [lstm({ units: 6 }), dense({ units: 1 })],
    optimizer: adam({ learningRate: 0.02 }),
    loss: 'mse',
    epochs: 12,
    batchSize: 32,
    patience: 4,
    seeds: 2,
    seed: SEED,
    ...changes,
  };
}

/** A part as arrays, with 0 wherever `isLeftOut` says so; computed apart from the engine's windows. */
function arraysOf(
  { series, starts, targets, targetRows }: WindowDataset,
  isLeftOut: (lag: number, feature: number) => boolean,
): { x: Tensor; y: Tensor } {
  const values: number[] = [];
  for (const start of starts) {
    for (let step = 0; step < WINDOW; step++) {
      for (let j = 0; j < 2; j++)
        values.push(isLeftOut(WINDOW - step, j) ? 0 : (series[(start + step) * 2 + j] as number));
    }
  }
  return {
    x: { shape: [starts.length, WINDOW, 2], data: Float32Array.from(values) },
    y: { shape: [starts.length, 1], data: Float32Array.from(targetRows, (row) => targets[row] as number) },
  };
}

/** Root mean square error of a single model trained with something left out, in units of the target. */
async function errorAlone(
  device: GpuDevice,
  seed: number,
  isLeftOut: (lag: number, feature: number) => boolean,
): Promise<number> {
  const { split, layers, optimizer, loss, epochs, batchSize } = options();
  const model = new Sequential(layers, { seed }).compile({ optimizer, loss });
  await model.build(device, { inputShape: [WINDOW, 2] });
  await model.fit(arraysOf(split.train, isLeftOut), {
    epochs,
    batchSize,
    seed,
    validationData: arraysOf(split.validation, isLeftOut),
    callbacks: [earlyStopping({ patience: 4, restoreBestWeights: true })],
  });
  const { x, y } = arraysOf(split.test, isLeftOut);
  const { data } = await model.predict(x);
  model.dispose();
  const squares = data.reduce((sum, value, k) => sum + (value - (y.data[k] as number)) ** 2, 0);
  return (split.scaling.targets.scale[0] as number) * Math.sqrt(squares / data.length);
}

export const cases: GpuCase[] = [
  onDevice(
    'without lag 3, or without x, y = x[t-3] is lost; without anything else it is not',
    async (device) => {
      const told: RetrainProgress[] = [];
      const result = await retrainWithout(device, {
        ...options(),
        onProgress: (progress) => void told.push(progress),
      });

      const nameOf = (thing: LeftOut): string =>
        thing.kind === 'lag' ? `lag ${thing.lag}` : thing.kind === 'feature' ? thing.feature : thing.kind;
      equal(
        result.findings.map(({ leftOut }) => nameOf(leftOut)),
        ['lag 1', 'lag 2', 'lag 3', 'lag 4', 'x', 'shadow'],
        'what was left out',
      );
      const rmse = result.rmse[0] as number;
      for (const { leftOut, value } of result.findings) {
        const isLost = (value as number) > rmse;
        equal(
          isLost,
          ['lag 3', 'x'].includes(nameOf(leftOut)),
          `without ${nameOf(leftOut)}, ${value} on ${rmse}`,
        );
      }
      equal([result.seeds, result.notes], [2, []], 'seeds and notes');
      const last = told.at(-1) as RetrainProgress;
      equal([last.group, last.groups, last.epochs], [0, 1, 12], 'progress');
      if (told.some(({ secondsLeft }) => !(secondsLeft >= 0))) throw new Error('No time left was told.');
    },
  ),
  onDevice(
    'each network is the single run of its seed on windows with the thing left out',
    async (device) => {
      const things: LeftOut[] = [
        { kind: 'lag', lag: 2 },
        { kind: 'feature', feature: 'shadow' },
      ];
      const result = await retrainWithout(device, options({ leaveOut: things }));
      const whole = [];
      const expected: number[] = [];
      for (const seed of [SEED, SEED + 1]) {
        const before = await errorAlone(device, seed, () => false);
        whole.push(before);
        expected.push((await errorAlone(device, seed, (lag) => lag === 2)) - before);
        expected.push((await errorAlone(device, seed, (_, feature) => feature === 1)) - before);
      }
      assertClose(result.rmse as number[], whole, { rtol: 1e-12, label: 'errors with everything' });
      const received = [0, 1].flatMap((s) => result.findings.map(({ perSeed }) => perSeed[s] as number));
      assertClose(received, expected, { atol: 1e-12, label: 'what leaving out adds' });
    },
  ),
  onDevice(
    'a stop ends retraining at once and frees its memory; what is not there is refused',
    async (device) => {
      const stop = new AbortController();
      const { code } = await rejection(
        retrainWithout(device, {
          ...options({ epochs: 10_000, patience: null }),
          signal: stop.signal,
          onProgress: () => stop.abort(),
        }),
      );
      equal([code, device.liveBytes], ['aborted', 0], 'stopped');
      for (const [changes, pattern] of [
        [{ seeds: 0 }, /received 0/],
        [{ output: 5 }, /output is 5, expected a whole number from 0 to 0/],
        [{ mostWindows: 0 }, /most windows to look at are 0, expected/],
        [{ mostWindows: Number.NaN }, /most windows to look at are NaN, expected/],
        [{ features: ['x'] }, /2 columns, received 1 names/],
        [{ leaveOut: [{ kind: 'lag', lag: 5 }] }, /Lag 5 can't be left out of windows of 4 rows/],
        [
          { leaveOut: [{ kind: 'feature', feature: 'z' }] },
          /"z" can't be left out: the features are x, shadow/,
        ],
      ] as const) {
        const refused = await rejection(retrainWithout(device, options(changes)));
        if (refused.code !== 'bad-input' || !pattern.test(refused.message)) throw new Error(refused.message);
      }
    },
  ),
];
