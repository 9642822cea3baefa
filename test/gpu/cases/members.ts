/**
 * Members: models trained side by side in the dispatches of one are, to the bit, what single models with their seeds
 * become; and what happens to one of them leaves the others alone.
 */
import { seededRandom } from '../../../src/engine/core/random.ts';
import type { Tensor } from '../../../src/engine/core/tensor.ts';
import { readBuffer } from '../../../src/engine/gpu/buffers.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { dropout } from '../../../src/engine/layers/dropout.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { type EpochLogs, earlyStopping } from '../../../src/engine/models/callbacks.ts';
import type { History } from '../../../src/engine/models/fit-options.ts';
import { type Samples, UploadedSamples } from '../../../src/engine/models/samples.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import type { SequentialFitOptions } from '../../../src/engine/models/sequential-options.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import type { Optimizer } from '../../../src/engine/optimizers/optimizer.ts';
import { rmsprop } from '../../../src/engine/optimizers/rmsprop.ts';
import { sgd } from '../../../src/engine/optimizers/sgd.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onDevice, randomNumbers, rejection } from '../support.ts';

const SHAPE = [5, 3] as const;
const COUNT = 29;
const SEED = 4;
const FIT_SEED = 11;

interface Kind {
  readonly layers: () => Layer[];
  readonly optimizer: () => Optimizer;
  readonly fit: SequentialFitOptions;
  /** Whether each member learns targets in an order of its own. */
  readonly ownTargets?: boolean;
}

const single = (): Layer[] => [lstm({ units: 6 }), dense({ units: 2 })];
const stacked = (): Layer[] => [
  lstm({ units: 7, returnSequences: true }),
  dropout({ rate: 0.3 }),
  lstm({ units: 4 }),
  dropout({ rate: 0.2 }),
  dense({ units: 2 }),
];

/** Batches of 8 leave 5 of 29 samples for the last. */
const KINDS: readonly (readonly [string, number, Kind])[] = [
  [
    'LSTM -> Dense, Adam, shuffled',
    8,
    { layers: single, optimizer: () => adam({ learningRate: 0.02 }), fit: { epochs: 4, batchSize: 8 } },
  ],
  [
    'two LSTMs with dropout, Adam clipped by the global norm, shuffled, validated',
    3,
    {
      layers: stacked,
      optimizer: () => adam({ learningRate: 0.02, globalClipnorm: 0.1 }),
      fit: { epochs: 3, batchSize: 8, validationSplit: 0.3 },
    },
  ],
  [
    'two LSTMs with dropout, SGD with momentum and clipping by variable, in the given order',
    3,
    {
      layers: stacked,
      optimizer: () => sgd({ learningRate: 0.1, momentum: 0.9, clipnorm: 0.05 }),
      fit: { epochs: 3, batchSize: 8, shuffle: false },
    },
  ],
  [
    'targets in an order of their own for each, also in validation, RMSprop',
    3,
    {
      layers: single,
      optimizer: () => rmsprop({ learningRate: 0.01 }),
      fit: { epochs: 3, batchSize: 8, validationSplit: 0.3 },
      ownTargets: true,
    },
  ],
];

/** Every second number of a member's targets is another sample's: member 0 keeps its own. */
const orderOf = (member: number, count: number, part: string): Uint32Array | null =>
  member === 0 ? null : seededRandom(member, part === 'training' ? 900 : 901).permutation(count);

const x: Tensor = { shape: [COUNT, ...SHAPE], data: randomNumbers(COUNT * 15, 1) };
const y: Tensor = { shape: [COUNT, 2], data: randomNumbers(COUNT * 2, 2) };

/** The data with targets as a member sees them, for a single model. */
function dataOf(member: number, { ownTargets = false, fit }: Kind) {
  if (!ownTargets) return { x, y };
  const border = Math.floor(COUNT * (1 - (fit.validationSplit ?? 0)));
  const moved = Float32Array.from(y.data);
  for (const [part, from, to] of [
    ['training', 0, border],
    ['validation', border, COUNT],
  ] as const) {
    orderOf(member, to - from, part)?.forEach((source, k) => {
      for (let j = 0; j < 2; j++) moved[(from + k) * 2 + j] = y.data[(from + source) * 2 + j] as number;
    });
  }
  return { x, y: { ...y, data: moved } };
}

async function build(device: GpuDevice, kind: Kind, seed: number, members?: number): Promise<Sequential> {
  const model = new Sequential(kind.layers(), { seed }).compile({ optimizer: kind.optimizer(), loss: 'mse' });
  return model.build(device, { inputShape: SHAPE, ...(members === undefined ? {} : { members }) });
}

/** Everything that can be read of a member, as plain numbers. */
async function everything(model: Sequential, member: number) {
  const numbers = (tensors: readonly Tensor[]): number[][] => tensors.map(({ data }) => [...data]);
  const { slots } = await model.getOptimizerState({ member });
  const traces = await model.trace({ shape: [4, ...SHAPE], data: x.data.slice(0, 60) }, { member });
  const exported = await model.toExport({ member });
  return {
    weights: numbers(await model.getWeights({ member })),
    exported: exported.weights.map(({ data }) => [...data]),
    slots: slots.map(({ name, tensors }) => [name, numbers(tensors)]),
    predictions: [...(await model.predict(x, { member, batchSize: 9 })).data],
    evaluation: await model.evaluate({ x, y }, { member, batchSize: 9 }),
    traces: [...traces].map(([key, { shape, data }]) => [key, shape, [...data]]),
  };
}

/** Trains one model alone with the seeds of each member in turn, and hands on what becomes of it. */
async function alone(
  device: GpuDevice,
  kind: Kind,
  members: readonly number[],
  compare: (member: number, expected: Awaited<ReturnType<typeof everything>>, history: History) => void,
  options: SequentialFitOptions = {},
): Promise<string[]> {
  const model = await build(device, kind, SEED);
  for (const member of members) {
    model.resetWeights(SEED + member);
    const seed = FIT_SEED + member;
    const history = await model.fit(dataOf(member, kind), { ...kind.fit, ...options, seed });
    compare(member, await everything(model, 0), history);
  }
  const plan = (await model.plan(8)).map(({ label }) => label);
  model.dispose();
  return plan;
}

const different = (a: unknown, b: unknown, what: string): void => {
  if (JSON.stringify(a) === JSON.stringify(b)) throw new Error(`${what} should differ and do not.`);
};

export const cases: GpuCase[] = [
  ...KINDS.map(([name, members, kind]) =>
    onDevice(
      `${members} members give the bits of ${members} single runs in the dispatches of one: ${name}`,
      async (device) => {
        const model = await build(device, kind, SEED, members);
        const history = await model.fit(
          { x, y },
          { ...kind.fit, seed: FIT_SEED, ...(kind.ownTargets ? { targetOrder: orderOf } : {}) },
        );
        const together: Awaited<ReturnType<typeof everything>>[] = [];
        for (let e = 0; e < members; e++) together.push(await everything(model, e));
        const plan = (await model.plan(8)).map(({ label }) => label);
        const all = await model.predictMembers(x, { batchSize: 9 });
        const scores = await model.evaluateMembers({ x, y }, { batchSize: 9 });
        model.dispose();

        const planAlone = await alone(device, kind, [...together.keys()], (e, expected, { history: own }) => {
          equal(together[e], expected, `member ${e}`);
          equal(history.members[e], { history: own }, `history of member ${e}`);
          equal([...(all[e]?.data ?? [])], expected.predictions, `predictMembers ${e}`);
          equal(scores[e], expected.evaluation, `evaluateMembers ${e}`);
        });
        equal(plan, planAlone, 'dispatches');
        different(together[0]?.weights, together[1]?.weights, 'Members 0 and 1');
        const mean = history.members.reduce((sum, own) => sum + (own.history.loss[1] as number), 0) / members;
        equal(history.history.loss[1], mean, 'mean loss of epoch 1');
      },
    ),
  ),
  onDevice(
    'each member stops early by itself, stands still from then on, and gets the weights of its best epoch back',
    async (device) => {
      const kind: Kind = {
        layers: single,
        optimizer: () => adam({ learningRate: 0.1 }),
        fit: { epochs: 40, batchSize: 8, validationSplit: 0.3 },
      };
      const members = 5;
      const stopping = earlyStopping({ patience: 2, restoreBestWeights: true });
      const model = await build(device, kind, SEED, members);
      const seen: { logs: EpochLogs; weights: number[][][] }[] = [];
      const history = await model.fit(
        { x, y },
        {
          ...kind.fit,
          seed: FIT_SEED,
          callbacks: [
            stopping,
            {
              onEpochEnd: async (_, logs) => {
                const weights = [];
                for (let e = 0; e < members; e++)
                  weights.push((await model.getWeights({ member: e })).map(({ data }) => [...data]));
                seen.push({ logs, weights });
              },
            },
          ],
        },
      );
      const together: Awaited<ReturnType<typeof everything>>[] = [];
      for (let e = 0; e < members; e++) together.push(await everything(model, e));
      model.dispose();

      const ends = stopping.members.map(({ stoppedEpoch }) => stoppedEpoch ?? Number.NaN);
      const own = earlyStopping({ patience: 2, restoreBestWeights: true });
      const compare = (e: number, expected: unknown, { history: ownHistory }: History): void => {
        equal(together[e], expected, `member ${e}`);
        equal(history.members[e], { history: ownHistory, stopped: 'early' }, `history of member ${e}`);
        equal(stopping.members[e]?.bestEpoch, own.bestEpoch, `best epoch of member ${e}`);
        const end = ends[e] as number;
        for (const { weights, logs } of seen.slice(end + 1)) {
          equal(weights[e], seen[end]?.weights[e], `weights of member ${e} after its end`);
          equal(logs.members[e], null, `logs of member ${e} after its end`);
        }
      };
      await alone(device, kind, [...ends.keys()], compare, { callbacks: [own] });
      equal(history.stopped, 'early', 'end of the fit');
      equal(history.epoch.length, Math.max(...ends) + 1, 'epochs');
      if (new Set(ends).size === 1) throw new Error(`All members stopped in epoch ${ends[0]}.`);
    },
  ),
  onDevice(
    'a member stopped by a callback stands where a callback puts it, while the other trains on',
    async (device) => {
      const kind: Kind = { layers: single, optimizer: () => adam({ learningRate: 0.02 }), fit: {} };
      const model = await build(device, kind, SEED, 2);
      const flat = async (member: number): Promise<number[]> =>
        (await model.getWeights({ member })).flatMap(({ data }) => [...data]);
      const seen: number[][] = [];
      const history = await model.fit(
        { x, y },
        {
          epochs: 5,
          batchSize: 8,
          callbacks: [
            {
              onEpochEnd: async (epoch, _, { saveWeights, stop, restoreWeights }) => {
                seen.push(await flat(0));
                if (epoch === 0) saveWeights(0);
                if (epoch === 1) stop(0);
                if (epoch === 3) restoreWeights(0);
              },
            },
          ],
        },
      );
      const [end, other] = [await flat(0), await flat(1)];
      model.dispose();

      equal([seen[2], seen[3]], [seen[1], seen[1]], 'weights after the stop');
      equal([seen[4], end], [seen[0], seen[0]], 'weights after they were brought back');
      equal(
        history.members.map(({ history: own, stopped }) => [own.loss.length, stopped]),
        [
          [2, 'early'],
          [5, undefined],
        ],
        'epochs',
      );
      different(other, end, 'The members');
    },
  ),
  onDevice(
    'a member that diverges goes back to its last good weights and is told of; the others end as alone',
    async (device) => {
      const kind: Kind = {
        layers: single,
        optimizer: () => adam({ learningRate: 0.02 }),
        fit: { epochs: 3, batchSize: 8, validationSplit: 0.3 },
      };
      const model = await build(device, kind, SEED, 3);
      const huge = (await model.getWeights({ member: 1 })).map(({ shape, data }) => ({
        shape,
        data: data.map((value) => (value < 0 ? -3e38 : 3e38)),
      }));
      model.setWeights(huge, { member: 1 });
      const history = await model.fit({ x, y }, { ...kind.fit, seed: FIT_SEED });
      const stood = await model.getWeights({ member: 1 });
      const scores = await model.evaluateMembers({ x, y });
      const refused = await rejection(model.evaluate({ x, y }, { member: 1 }));
      const others = [await everything(model, 0), null, await everything(model, 2)];
      model.setWeights(huge);
      const all = await rejection(model.fit({ x, y }, kind.fit));
      model.dispose();

      await alone(device, kind, [0, 2], (e, expected, own) => {
        equal(others[e], expected, `member ${e}`);
        equal(history.members[e], { history: own.history }, `history of member ${e}`);
      });
      const ill = history.members[1] as History['members'][number];
      equal([ill.stopped, ill.error?.code, ill.history.loss], ['diverged', 'diverged', []], 'member 1');
      equal(
        stood.map(({ data }) => [...data]),
        huge.map(({ data }) => [...data]),
        'weights of member 1',
      );
      equal(history.stopped, undefined, 'end of the fit');
      equal(
        history.history.loss[0],
        ((history.members[0]?.history.loss[0] as number) + (history.members[2]?.history.loss[0] as number)) /
          2,
        'mean loss',
      );
      if (!(scores[1] instanceof Error) || scores[0] instanceof Error || refused.code !== 'diverged')
        throw new Error('evaluate should refuse member 1 and no other.');
      if (all.code !== 'diverged' || !/All 3 members/.test(all.message)) throw new Error(all.message);
    },
  ),
  onDevice('a fit takes no more GPU memory for more windows of the same series', async (device) => {
    const rows = 60;
    const bytes: number[] = [];
    for (const count of [6000, 24_000]) {
      const model = await build(device, { layers: single, optimizer: () => sgd(), fit: {} }, SEED, 2);
      const starts = Uint32Array.from({ length: count }, (_, k) => k % (rows - SHAPE[0]));
      await model.fit(
        {
          kind: 'windows',
          series: randomNumbers(rows * SHAPE[1], 1),
          targets: randomNumbers(rows * 2, 2),
          rows,
          features: SHAPE[1],
          targetCount: 2,
          window: SHAPE[0],
          samplingRate: 1,
          horizon: 1,
          starts,
          targetRows: starts.map((start) => start + SHAPE[0]),
        },
        { batchSize: 64, callbacks: [{ onEpochEnd: () => void bytes.push(device.liveBytes) }] },
      );
      model.dispose();
    }

    equal(bytes[1], bytes[0], 'bytes with four times the windows');
  }),
  onDevice(
    'a shuffle drawn in slices is the shuffle drawn at once, with targets in their order',
    async (device) => {
      const count = 150_000;
      const samples: Samples = {
        series: new Float32Array(4),
        targets: new Float32Array(4),
        starts: Uint32Array.from({ length: count }, (_, k) => 2 * k),
        targetRows: Uint32Array.from({ length: count }, (_, k) => 3 * k),
        targetWidth: 1,
        samplingRate: 1,
      };
      const data = new UploadedSamples(device, samples, 2, { capacity: 1000 });
      const own = seededRandom(77).permutation(count);
      data.members.setTargets((member) => (member === 1 ? own : null));
      await data.members.shuffle((member) => seededRandom(member, 5));
      await data.members.shuffle((member) => seededRandom(member, 6)); // nothing of the first is left
      const first = 120_000;
      data.write(first, 1000);
      const windows = new Uint32Array(await readBuffer(device, data.slots.windows));
      data.dispose();

      for (const member of [0, 1]) {
        const order = seededRandom(member, 6)
          .permutation(count)
          .subarray(first, first + 1000);
        const expected = [...order].flatMap((k) => [2 * k, 3 * (member === 1 ? (own[k] as number) : k)]);
        equal(
          [...windows.subarray(member * 2000, (member + 1) * 2000)],
          expected,
          `windows of member ${member}`,
        );
      }
    },
  ),
  onDevice(
    'members that read windows of their own, in the order of one seed, give the bits of single runs on those windows',
    async (device) => {
      const kind: Kind = { layers: single, optimizer: () => adam({ learningRate: 0.02 }), fit: {} };
      const options = { epochs: 3, batchSize: 8, validationSplit: 0.3, seed: FIT_SEED };
      const border = Math.floor(COUNT * 0.7);
      // Sample k of member 1 is sample COUNT - 1 - k.
      const turned = (member: number, count: number, part: string): Uint32Array | null => {
        const first = part === 'training' ? 0 : border;
        const startOf = (_: unknown, k: number): number => (COUNT - 1 - first - k) * SHAPE[0];
        return member === 0 ? null : Uint32Array.from({ length: count }, startOf);
      };
      const model = await build(device, kind, SEED, 2);
      model.setWeights(await model.getWeights());
      const history = await model.fit({ x, y }, { ...options, shuffleSeed: () => 3, windowStarts: turned });
      const together = [await everything(model, 0), await everything(model, 1)];
      const size = SHAPE[0] * SHAPE[1];
      const rows = Array.from({ length: COUNT }, (_, k) => [...x.data.subarray(k * size, (k + 1) * size)]);
      const turnedX: Tensor = { shape: x.shape, data: Float32Array.from(rows.reverse().flat()) };
      const start = await build(device, kind, SEED);
      for (const [e, own] of [x, turnedX].entries()) {
        start.resetWeights(SEED);
        const alone = await start.fit({ x: own, y }, { ...options, seed: 3 });
        equal(together[e], await everything(start, 0), `member ${e}`);
        equal(history.members[e], { history: alone.history }, `history of member ${e}`);
      }
      model.dispose();
      start.dispose();
    },
  ),
  onDevice('members that are not there and orders that do not fit are refused', async (device) => {
    const kind: Kind = { layers: single, optimizer: () => sgd(), fit: {} };
    const none = await rejection(build(device, kind, SEED, 0));
    const model = await build(device, kind, SEED, 2);
    const refusals = [
      none,
      await rejection(model.getWeights({ member: 2 })),
      await rejection(model.predict(x, { member: -1 })),
      await rejection(model.fit({ x, y }, { targetOrder: () => new Uint32Array(3) })),
      await rejection(model.fit({ x, y }, { targetOrder: (_, count) => new Uint32Array(count).fill(COUNT) })),
      await rejection(model.fit({ x, y }, { callbacks: [{ onTrainBegin: ({ stop }) => stop(2) }] })),
      await rejection(model.fit({ x, y }, { windowStarts: () => new Uint32Array(3) })),
      await rejection(
        model.fit(
          { x, y },
          { windowStarts: (_, count) => new Uint32Array(count).fill(COUNT * SHAPE[0] - 4) },
        ),
      ),
    ];
    model.dispose();

    const expected = [
      /received 0/,
      /no member 2/,
      /no member -1/,
      /3 entries/,
      /up to 29/,
      /no member 2/,
      /starts of member 0 have 3 entries/,
      /up to 141; .* to 140/,
    ];
    refusals.forEach(({ code, message }, k) => {
      if (code !== 'bad-input' || !expected[k]?.test(message)) throw new Error(`${code}: ${message}`);
    });
  }),
];
