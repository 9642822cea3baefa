/** Windows with one place changed, begun at the place, against the same windows written out and predicted whole. */
import type { GatewiseError } from '../../../src/engine/core/errors.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { chooseTiles, forwardTile, type Tiles } from '../../../src/engine/kernels/lstm-tiles.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import {
  changedRows,
  changedSamples,
  type PlaceChange,
  predictChanges,
} from '../../../src/engine/models/changed-windows.ts';
import { predictSamples } from '../../../src/engine/models/evaluate.ts';
import { layoutOf } from '../../../src/engine/models/parameters.ts';
import { Program } from '../../../src/engine/models/program.ts';
import { type Samples, samplesOf, UploadedSamples } from '../../../src/engine/models/samples.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { ModelState } from '../../../src/engine/models/state.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onDevice, randomNumbers, randomWeights, rejection } from '../support.ts';

const STEPS = 6;
const FEATURES = 5;
const MEMBERS = 2;
const WINDOWS = 21;
/** More than the windows, and no whole number of workgroups. */
const BATCH = 37;
const RATE = 2;

const SAMPLES: Samples = {
  series: randomNumbers((WINDOWS + STEPS * RATE) * FEATURES, 1),
  starts: Uint32Array.from({ length: WINDOWS }, (_, k) => (k * 5) % WINDOWS),
  samplingRate: RATE,
  targets: new Float32Array(1),
  targetRows: new Uint32Array(WINDOWS),
  targetWidth: 1,
};

/** What each window holds at a place. */
const ownValues = (step: number, feature: number): Float32Array =>
  Float32Array.from(
    SAMPLES.starts,
    (start) => SAMPLES.series[(start + step * RATE) * FEATURES + feature] as number,
  );

/** Steps out of order, two changes at one step, the first step, the last, and a second four of features. */
const ALL_CHANGE: readonly PlaceChange[] = [
  [2, 1],
  [5, 4],
  [0, 3],
  [2, 0],
  [4, 2],
  [0, 4],
  [1, 3],
].map(([step = 0, feature = 0], k) => ({ step, feature, values: randomNumbers(WINDOWS, 50 + k) }));
/** Every third window has a value of its own, the others what they hold. */
const SOME_CHANGE: PlaceChange = {
  ...{ step: 3, feature: 1 },
  values: ownValues(3, 1).map((own, window) => (window % 3 === 0 ? own + 1 : own)),
};
/** A value that another change of the place gives too, or what the window holds. */
const AGAIN: PlaceChange = {
  ...{ step: 2, feature: 1 },
  values: ownValues(2, 1).map((own, window) =>
    window % 2 === 0 ? own : (ALL_CHANGE[0]?.values[window] as number),
  ),
};
const CHANGES = [
  ...ALL_CHANGE,
  SOME_CHANGE,
  { step: 4, feature: 0, values: ownValues(4, 0) },
  AGAIN,
  { ...SOME_CHANGE, values: new Float32Array(WINDOWS) },
];

/** Every window under every change, [changes, N, T, D]. */
function writtenOut(): Float32Array {
  const x = new Float32Array(CHANGES.length * WINDOWS * STEPS * FEATURES);
  CHANGES.forEach(({ step, feature, values }, c) => {
    for (let k = 0; k < WINDOWS; k++) {
      const at = (c * WINDOWS + k) * STEPS * FEATURES;
      for (let t = 0; t < STEPS; t++) {
        const row = ((SAMPLES.starts[k] as number) + t * RATE) * FEATURES;
        x.set(SAMPLES.series.subarray(row, row + FEATURES), at + t * FEATURES);
      }
      x[at + step * FEATURES + feature] = values[k] as number;
    }
  });
  return x;
}

async function bothWays(
  gpu: GpuDevice,
  layers: readonly Layer[],
  tiles: Tiles,
): Promise<{ readonly begun: Float32Array[]; readonly whole: Float32Array[] }> {
  const inputShape = [STEPS, FEATURES];
  const layout = layoutOf(layers, inputShape);
  const state = new ModelState(gpu, layout, [], MEMBERS);
  const members = [...Array(MEMBERS).keys()];
  for (const e of members) state.writeWeights(randomWeights(layers, inputShape, 7 + e), e);
  const rows = changedRows(SAMPLES, CHANGES, FEATURES, BATCH);
  const changed = new UploadedSamples(gpu, changedSamples(SAMPLES, rows, BATCH), MEMBERS);
  const x = { shape: [CHANGES.length * WINDOWS, STEPS, FEATURES], data: writtenOut() };
  const written = new UploadedSamples(gpu, samplesOf({ x }, inputShape, null), MEMBERS);
  const resumed = await Program.create(gpu, state, { batch: BATCH, takesChanges: true, tiles });
  const plain = await Program.create(gpu, state, { batch: BATCH, tiles });
  const outputShape = layout.layers.at(-1)?.output ?? [];
  const begun = await predictChanges(gpu, resumed, changed, rows, members);
  const whole = await predictSamples(gpu, plain, written, outputShape, members);
  for (const owner of [resumed, plain, changed, written, state]) owner.dispose();
  return { begun, whole: whole.map(({ data }) => data) };
}

const MODELS: Readonly<Record<string, () => Layer[]>> = {
  'an LSTM and a Dense': () => [lstm({ units: 7 }), dense({ units: 2 })],
  'stacked LSTMs': () => [lstm({ units: 6, returnSequences: true }), lstm({ units: 5 }), dense({ units: 1 })],
  'an LSTM that returns sequences': () => [lstm({ units: 9, returnSequences: true }), dense({ units: 2 })],
};
const TILES: Readonly<Record<string, Tiles>> = {
  'tiles of a GPU': chooseTiles(false, 1, 1, 1),
  'tiles of a software adapter': chooseTiles(true, 1, 1, 32, 0, true),
  'tiles of a software adapter, sixteen rows': chooseTiles(true, 1, 1, 16),
  'tiles of a software adapter, eight rows': { ...chooseTiles(true, 1, 1, 16), rows: 8 },
  'tiles of a software adapter, four rows': { ...chooseTiles(true, 1, 1, 16), rows: 4 },
  'thirty-two rows in workgroup memory': { ...chooseTiles(false, 1, 1, 1), rows: 32 },
};

export const cases: GpuCase[] = [
  ...Object.entries(MODELS).flatMap(([what, layers]) =>
    Object.entries(TILES).map(([how, tiles]) =>
      onDevice(
        `windows begun at a changed place predict what whole ones do, bit for bit: ${what}, ${how}`,
        async (gpu) => {
          const { begun, whole } = await bothWays(gpu, layers(), tiles);

          equal(
            begun.map((values) => [...values]),
            whole.map((values) => [...values]),
            'predictions of each member, [changes, windows]',
          );
        },
      ),
    ),
  ),
  onDevice('threads that load together predict what threads that load alone do, bit for bit', async (gpu) => {
    // Both have whole fours of threads; windows change in the first alone.
    const layers = [lstm({ units: 30, returnSequences: true }), lstm({ units: 29 }), dense({ units: 2 })];
    const sharing = chooseTiles(true, 1, 1, 32, gpu.info.subgroupSize, true);
    const shares = [30, 29].map((units) => forwardTile({ tiles: sharing }, FEATURES, units).sharesLoads);
    equal(shares, Array(2).fill(gpu.info.subgroupSize === 4), 'whether threads load together');
    const alone = await bothWays(gpu, layers, chooseTiles(true, 1, 1, 32, 0, true));
    const together = await bothWays(gpu, layers, sharing);

    equal(
      [...together.begun, ...together.whole].map((values) => [...values]),
      [...alone.begun, ...alone.whole].map((values) => [...values]),
      'predictions of each member, [changes, windows]',
    );
  }),
  onDevice('changes that are not of the windows are refused in a sentence', async (gpu) => {
    const model = new Sequential([lstm({ units: 3, inputShape: [STEPS, FEATURES] }), dense({ units: 1 })]);
    await model.build(gpu);
    const wide = new Sequential([lstm({ units: 257, inputShape: [1, 1] })]);
    await wide.build(gpu);
    const x = { shape: [2, STEPS, FEATURES], data: randomNumbers(2 * STEPS * FEATURES, 3) };
    const values = Float32Array.of(1, 2);
    const refused: GatewiseError[] = [];
    for (const change of [
      { step: STEPS, feature: 0, values },
      { step: 0, feature: 0.5, values },
      { step: 0, feature: 0, values: Float32Array.of(1) },
      { step: 0, feature: 0, values: Float32Array.of(1, Number.NaN) },
    ])
      refused.push(await rejection(model.predictChanges(x, [change])));
    refused.push(await rejection(model.predictChanges(x, [], { batchSize: 1 })));
    refused.push(await rejection(wide.predictChanges({ shape: [1, 1, 1], data: values.slice(0, 1) }, [])));
    const most = [model.changedWindowsAtMost, wide.changedWindowsAtMost];
    model.dispose();
    wide.dispose();

    equal(most, [1280, 0], 'windows at most');
    const patterns = [
      /step 6, feature 0/,
      /feature 0\.5/,
      /received 1\./,
      /NaN at 1/,
      /batch of 1\./,
      /at most 0/,
    ];
    patterns.forEach((pattern, k) => {
      const { code, message } = refused[k] as GatewiseError;
      equal(code, 'bad-input', message);
      if (!pattern.test(message)) throw new Error(`${message} does not match ${pattern}.`);
    });
  }),
];
