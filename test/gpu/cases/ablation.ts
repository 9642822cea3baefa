/** Ablation of units and gates, and traces of a whole data set, against an LSTM in float64 that is cut where they say. */
import { GATES } from '../../../src/engine/core/gates.ts';
import type { Tensor } from '../../../src/engine/core/tensor.ts';
import type { WindowDataset } from '../../../src/engine/data/windows.ts';
import { ablateGates, ablateUnits, tracedCells } from '../../../src/engine/explain/index.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { dropout } from '../../../src/engine/layers/dropout.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { type LstmSettings, lstm } from '../../../src/engine/layers/lstm.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import { lstmBackward, lstmForward, REFERENCE_ACTIVATIONS } from '../../../src/engine/reference/index.ts';
import { assertClose, assertRelativeL2 } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onDevice, randomNumbers, referenceModel, rejection } from '../support.ts';

const [STEPS, FEATURES, UNITS, COUNT] = [6, 3, 5, 150];
/** The target's unit. */
const SCALE = 3.5;

type Settings = Pick<LstmSettings, 'activation' | 'recurrentActivation'>;

const series = randomNumbers((COUNT + STEPS) * FEATURES, 1, 1.5);
const targets = randomNumbers((COUNT + STEPS) * 2, 2);
const DATA: WindowDataset = {
  kind: 'windows',
  ...{ series, rows: COUNT + STEPS, features: FEATURES, targets, targetCount: 2 },
  starts: Uint32Array.from({ length: COUNT }, (_, k) => k),
  targetRows: Uint32Array.from({ length: COUNT }, (_, k) => k + STEPS),
  ...{ window: STEPS, samplingRate: 1, horizon: 1 },
};
const x: Tensor = { shape: [COUNT, STEPS, FEATURES], data: new Float32Array(COUNT * STEPS * FEATURES) };
const y: Tensor = { shape: [COUNT, 2], data: targets.slice(STEPS * 2) };
for (let n = 0; n < COUNT; n++)
  x.data.set(series.subarray(n * FEATURES, (n + STEPS) * FEATURES), n * STEPS * FEATURES);

/** h of the last step of each window [N, H], and every gate [4] of [N, T, H]; `cut` changes values as they are computed. */
function cutLstm(
  weights: readonly Tensor[],
  { activation = 'tanh', recurrentActivation = 'sigmoid' }: Settings,
  cut: { readonly silent?: number; readonly held?: number; readonly means?: Float64Array } = {},
): { readonly last: Float64Array; readonly gates: Float64Array[] } {
  const [kernel = [], recurrent = [], bias = []] = weights.map(({ data }) => data);
  const phi = REFERENCE_ACTIVATIONS[activation].value;
  const sigma = REFERENCE_ACTIVATIONS[recurrentActivation].value;
  const last = new Float64Array(COUNT * UNITS);
  const gates = GATES.map(() => new Float64Array(COUNT * STEPS * UNITS));
  for (let n = 0; n < COUNT; n++) {
    let h = new Float64Array(UNITS);
    const c = new Float64Array(UNITS);
    for (let t = 0; t < STEPS; t++) {
      const row = (n * STEPS + t) * FEATURES;
      const value = (gate: number, u: number): number => {
        if (cut.held === gate) return cut.means?.[u] ?? Number.NaN;
        const column = gate * UNITS + u;
        let z = bias[column] as number;
        for (let j = 0; j < FEATURES; j++)
          z += (x.data[row + j] as number) * (kernel[j * 4 * UNITS + column] as number);
        for (let k = 0; k < UNITS; k++) z += (h[k] as number) * (recurrent[k * 4 * UNITS + column] as number);
        return gate === 2 ? phi(z) : sigma(z);
      };
      const next = new Float64Array(UNITS);
      for (let u = 0; u < UNITS; u++) {
        const [i = 0, f = 0, candidate = 0, o = 0] = GATES.map((_, gate) => value(gate, u));
        for (const [gate, own] of [i, f, candidate, o].entries())
          (gates[gate] as Float64Array)[(n * STEPS + t) * UNITS + u] = own;
        c[u] = f * (c[u] as number) + i * candidate;
        next[u] = cut.silent === u ? 0 : o * phi(c[u] as number);
      }
      h = next;
    }
    last.set(h, n * UNITS);
  }
  return { last, gates };
}

/** Root mean square error of output 1 behind a Dense that ends the model. */
function errorOf(last: Float64Array, weights: readonly Tensor[]): number {
  const [, , , kernel, bias] = weights;
  let squares = 0;
  for (let n = 0; n < COUNT; n++) {
    let forecast = bias?.data[1] ?? Number.NaN;
    for (let u = 0; u < UNITS; u++)
      forecast += (last[n * UNITS + u] as number) * (kernel?.data[u * 2 + 1] as number);
    squares += (forecast - (y.data[n * 2 + 1] as number)) ** 2;
  }
  return SCALE * Math.sqrt(squares / COUNT);
}

const layersOf = (settings: Settings): Layer[] => [
  lstm({ units: UNITS, ...settings }),
  dropout({ rate: 0.4 }),
  dense({ units: 2 }),
];

async function build(device: GpuDevice, settings: Settings, members = 1): Promise<Sequential> {
  const model = new Sequential(layersOf(settings), { seed: 6 });
  return model.build(device, { inputShape: [STEPS, FEATURES], members });
}

const OPTIONS = { output: 1, targetScale: SCALE };

const KINDS: readonly Settings[] = [
  {},
  { activation: 'softsign', recurrentActivation: 'hard_sigmoid' },
  { activation: 'relu', recurrentActivation: 'hard_sigmoid_keras2' },
];

const unitCase = (settings: Settings): GpuCase =>
  onDevice(
    `without a unit the error is that of h_u = 0 at every step: ${JSON.stringify(settings)}`,
    async (device) => {
      const model = await build(device, settings);
      const weights = await model.getWeights();
      const seen: [number, number][] = [];
      const received = await ablateUnits(model, DATA, {
        ...OPTIONS,
        onProgress: (n, total) => seen.push([n, total]),
      });
      const kept = await model.getWeights();
      model.dispose();

      const whole = errorOf(cutLstm(weights, settings).last, weights);
      const expected = Array.from(
        { length: UNITS },
        (_, silent) => errorOf(cutLstm(weights, settings, { silent }).last, weights) - whole,
      );
      equal(received.layer, 'lstm', 'layer');
      assertClose([received.rmse], [whole], { rtol: 1e-6, label: 'error' });
      assertClose(received.changes, expected, { atol: 2e-6, label: 'changes' });
      if (Math.max(...expected.map(Math.abs)) < 0.01) throw new Error('No unit matters.');
      equal(seen.at(-1), [(UNITS + 1) * COUNT, (UNITS + 1) * COUNT], 'progress at the end');
      weights.forEach(({ data }, k) => {
        assertClose(kept[k]?.data ?? [], data, { label: `weight ${k} afterwards` });
      });
    },
  );

const gateCase = (settings: Settings): GpuCase =>
  onDevice(
    `with a gate at its mean the error is that of the mean at every step: ${JSON.stringify(settings)}`,
    async (device) => {
      const model = await build(device, settings, 2);
      const weights = await model.getWeights({ member: 1 });
      const received = await ablateGates(model, { x, y }, { ...OPTIONS, member: 1 });
      model.dispose();

      const { last, gates } = cutLstm(weights, settings);
      const whole = errorOf(last, weights);
      equal(
        received.gates.map(({ gate }) => gate),
        ['i', 'f', 'c', 'o'],
        'gates',
      );
      received.gates.forEach(({ gate, means, change }, held) => {
        const expected = new Float64Array(UNITS);
        gates[held]?.forEach((value, at) => {
          expected[at % UNITS] = (expected[at % UNITS] as number) + value / (COUNT * STEPS);
        });
        assertClose(means, expected, { atol: 1e-6, label: `means of ${gate}` });
        const error = errorOf(cutLstm(weights, settings, { held, means: expected }).last, weights);
        assertClose([change], [error - whole], { atol: 2e-6, label: `change of ${gate}` });
        if (Math.abs(error - whole) < 1e-4) throw new Error(`Gate ${gate} does not matter.`);
      });
    },
  );

/** Windows whose means of a gate at 1 pass 1 by rounding, if each value is divided before it is added. */
const PASSING = 100;

const saturated = (settings: Settings): GpuCase =>
  onDevice(`gates at the end of their range are held there: ${JSON.stringify(settings)}`, async (device) => {
    const model = await build(device, settings);
    const weights = await model.getWeights();
    const far = settings.activation === 'softsign' ? 2 ** 26 : 40;
    model.setWeights(
      weights.map((weight, k) => (k === 2 ? { ...weight, data: weight.data.map(() => far) } : weight)),
    );
    const few = {
      ...DATA,
      starts: DATA.starts.slice(0, PASSING),
      targetRows: DATA.targetRows.slice(0, PASSING),
    };
    const { rmse, gates } = await ablateGates(model, few, OPTIONS);
    model.dispose();
    for (const { gate, means, change } of gates) {
      assertClose(means, new Float64Array(UNITS).fill(1), { atol: 1e-6, label: gate });
      assertClose([change], [0], { atol: 1e-6 * rmse, label: `change of ${gate}` });
    }
  });

const stackedUnits = onDevice(
  'a unit of a lower LSTM is silent for the LSTM above, and each layer has a name',
  async (device) => {
    const layers = [lstm({ units: 3, returnSequences: true }), lstm({ units: 4 }), dense({ units: 2 })];
    const model = await new Sequential(layers, { seed: 2 }).build(device, { inputShape: [STEPS, FEATURES] });
    const weights = await model.getWeights();
    const lower = await ablateUnits(model, DATA, OPTIONS);
    const upper = await ablateUnits(model, DATA, { ...OPTIONS, layer: 'lstm_1' });
    model.dispose();

    // A unit is silent for its readers where their rows of it are 0: U of its own layer, and W of the one above.
    const without = (readers: readonly number[], unit: number): number => {
      const changed = weights.map(({ shape, data }, k) => {
        const columns = shape.at(-1) ?? 1;
        const isRow = (at: number): boolean => readers.includes(k) && Math.floor(at / columns) === unit;
        return { shape, data: data.map((value, at) => (isRow(at) ? 0 : value)) };
      });
      const outputs = referenceModel({ layers, inputShape: [STEPS, FEATURES], weights: changed }).predict(
        x,
      ).data;
      let squares = 0;
      for (let n = 0; n < COUNT; n++)
        squares += ((outputs[n * 2 + 1] as number) - (y.data[n * 2 + 1] as number)) ** 2;
      return SCALE * Math.sqrt(squares / COUNT);
    };
    const whole = without([], 0);
    equal([lower.layer, upper.layer], ['lstm', 'lstm_1'], 'layers');
    assertClose(
      lower.changes,
      [0, 1, 2].map((unit) => without([1, 3], unit) - whole),
      { atol: 2e-6, label: 'lower' },
    );
    assertClose(
      upper.changes,
      [0, 1, 2, 3].map((unit) => without([4, 6], unit) - whole),
      { atol: 2e-6, label: 'upper' },
    );
  },
);

const traces = onDevice(
  'traces of a whole data set, piece by piece, equal the reference, forward and backward',
  async (device) => {
    const layers = layersOf({});
    const model = new Sequential(layers, { seed: 6 }).compile({ optimizer: adam(), loss: 'mse' });
    await model.build(device, { inputShape: [STEPS, FEATURES] });
    const weights = await model.getWeights();
    const pieces: [number, number][] = [];
    const all = new Map<string, Float64Array>();
    for await (const { first, count, traces: own } of tracedCells(model, DATA, { pieceSize: 64 })) {
      pieces.push([first, count]);
      for (const [key, { shape, data }] of own) {
        equal(shape, [count, STEPS, UNITS], `shape of ${key}`);
        const whole = all.get(key) ?? new Float64Array(COUNT * STEPS * UNITS);
        whole.set(data, first * STEPS * UNITS);
        all.set(key, whole);
      }
    }
    model.dispose();

    equal(
      pieces,
      [
        [0, 64],
        [64, 64],
        [128, 22],
      ],
      'pieces',
    );
    const [kernel = [], recurrentKernel = [], bias = []] = weights.map(({ data }) => data);
    const own = { kernel, recurrentKernel, bias };
    const forward = lstmForward(x, own, { units: UNITS });
    const tail = referenceModel({
      layers: [dense({ units: 2 })],
      inputShape: [UNITS],
      weights: weights.slice(3),
    });
    const last = {
      shape: [COUNT, UNITS],
      data: forward.h.filter((_, at) => Math.floor(at / UNITS) % STEPS === STEPS - 1),
    };
    const { dx } = tail.lossAndGradients(last, y, 'mse');
    const above = new Float64Array(COUNT * STEPS * UNITS);
    for (let n = 0; n < COUNT; n++)
      above.set(dx.subarray(n * UNITS, (n + 1) * UNITS), (n * STEPS + STEPS - 1) * UNITS);
    const { dz, dh, dc } = lstmBackward(forward, x, own, above);
    const gate = (g: number): Float64Array =>
      Float64Array.from(
        { length: COUNT * STEPS * UNITS },
        (_, at) => dz[(Math.floor(at / UNITS) * 4 + g) * UNITS + (at % UNITS)] as number,
      );
    const { i, f, candidate, o, c, h } = forward;
    const expected = {
      i,
      f,
      candidate,
      o,
      c,
      h,
      dz_i: gate(0),
      dz_f: gate(1),
      dz_candidate: gate(2),
      dz_o: gate(3),
      dh,
      dc,
    };
    equal(
      [...all.keys()].sort(),
      Object.keys(expected)
        .map((key) => `lstm/${key}`)
        .sort(),
      'keys',
    );
    for (const [key, values] of Object.entries(expected))
      assertRelativeL2(all.get(`lstm/${key}`) ?? [], values, 1e-5, key);
  },
);

const copies = onDevice(
  'a copy has the weights of the member it is made of, and leaves the model alone',
  async (device) => {
    const model = await build(device, {}, 2);
    const before = await model.predictMembers(x);
    const copy = await model.copy(3, { member: 1 });
    const copied = await copy.predictMembers(x);
    copy.setWeights((await copy.getWeights()).map(({ shape, data }) => ({ shape, data: data.map(() => 0) })));
    const after = await model.predictMembers(x);
    copy.dispose();
    const wrong = [{ shape: [1], data: Float32Array.of(1) }];
    const fresh = new Sequential(layersOf({}));
    const { message } = await rejection(
      fresh.build(device, { inputShape: [STEPS, FEATURES], weights: wrong }),
    );
    equal(fresh.isBuilt, false, 'built in spite of wrong weights');
    model.dispose();

    equal(copied.length, 3, 'members of the copy');
    for (const { data } of copied)
      assertClose(data, before[1]?.data ?? [], { label: 'predictions of the copy' });
    after.forEach(({ data }, e) => {
      assertClose(data, before[e]?.data ?? [], { label: `member ${e} afterwards` });
    });
    if (!/has 5 weight tensors .* received 1/.test(message)) throw new Error(message);
  },
);

const refused = onDevice(
  'what can\u2019t be left out is refused in words, and a signal ends the work',
  async (device) => {
    const build2 = (layers: Layer[], shape: readonly number[] = [STEPS, FEATURES]): Promise<Sequential> =>
      new Sequential(layers).compile({ optimizer: adam(), loss: 'mse' }).build(device, { inputShape: shape });
    const plain = await build2(layersOf({}));
    const models = {
      plain,
      sigmoid: await build2(layersOf({ activation: 'sigmoid' })),
      noBias: await build2([lstm({ units: 2, useBias: false }), dense({ units: 2 })]),
      sequence: await build2([lstm({ units: 2, returnSequences: true }), dense({ units: 2 })]),
      relu: await build2(layersOf({ activation: 'relu' })),
      none: await build2([dense({ units: 2 })], [FEATURES]),
    };
    const flat = {
      x: { shape: [2, FEATURES], data: new Float32Array(2 * FEATURES) },
      y: { shape: [2, 2], data: new Float32Array(4) },
    };
    const first = async (pieces: AsyncGenerator<unknown>): Promise<unknown> => {
      for await (const piece of pieces) return piece;
      return null;
    };
    const refusals: [() => Promise<unknown>, RegExp][] = [
      [() => ablateUnits(models.sigmoid, DATA), /activation sigmoid, which is not 0 at 0/],
      [() => ablateGates(models.noBias, DATA), /"lstm" has no bias/],
      [() => ablateUnits(models.sequence, DATA), /returns \[6, 2\]/],
      [() => ablateUnits(plain, DATA, { output: 2 }), /output is 2, expected .* from 0 to 1/],
      [() => ablateUnits(plain, DATA, { layer: 'lstm_9' }), /no LSTM "lstm_9".*the model has "lstm"/],
      [() => ablateUnits(models.none, flat), /This needs an LSTM .* the model has Dense/],
      [() => first(tracedCells(models.relu, DATA)), /activation relu; dh and dc are reckoned for tanh alone/],
      [() => first(tracedCells(plain, DATA, { pieceSize: 0 })), /pieceSize must be/],
      [() => ablateUnits(plain, DATA, { signal: AbortSignal.abort() }), /Stopped as asked/],
      [() => first(tracedCells(plain, DATA, { signal: AbortSignal.abort() })), /Stopped as asked/],
    ];
    for (const [call, pattern] of refusals) {
      const { message } = await rejection(call());
      if (!pattern.test(message)) throw new Error(message);
    }
    for (const model of Object.values(models)) model.dispose();
  },
);

export const cases: GpuCase[] = [
  ...KINDS.map(unitCase),
  ...KINDS.map(gateCase),
  ...KINDS.slice(0, 2).map(saturated),
  stackedUnits,
  traces,
  copies,
  refused,
];
