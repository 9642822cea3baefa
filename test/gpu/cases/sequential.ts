/** The model's verbs on a real device: fit, evaluate, predict, weights, pause, stop, early stop, divergence. */
import type { GatewiseError } from '../../../src/engine/core/errors.ts';
import { type GpuDevice, requestGpu } from '../../../src/engine/gpu/device.ts';
import { activation } from '../../../src/engine/layers/activation.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { type EpochLogs, earlyStopping } from '../../../src/engine/models/callbacks.ts';
import { FitControl } from '../../../src/engine/models/fit-control.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import type { Optimizer } from '../../../src/engine/optimizers/optimizer.ts';
import { sgd } from '../../../src/engine/optimizers/sgd.ts';
import { createOptimizerState } from '../../../src/engine/reference/index.ts';
import { assertClose } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import {
  equal,
  onDevice,
  onOwnDevice,
  randomNumbers,
  randomWeights,
  referenceModel,
  rejection,
} from '../support.ts';

const SHAPE = [5, 2] as const;
const COUNT = 21;

function data(count = COUNT) {
  return {
    x: { shape: [count, ...SHAPE], data: randomNumbers(count * 10, 1) },
    y: { shape: [count, 1], data: randomNumbers(count, 2) },
  };
}

const layers = () => [lstm({ units: 4 }), dense({ units: 1 }), activation('linear')];

async function built(
  device: GpuDevice,
  seed = 3,
  optimizer: Optimizer = adam({ learningRate: 0.01 }),
): Promise<Sequential> {
  const model = new Sequential(layers(), { seed }).compile({ optimizer, loss: 'mse' });
  return model.build(device, { inputShape: SHAPE });
}

const flat = async (model: Sequential): Promise<number[]> =>
  (await model.getWeights()).flatMap(({ data: values }) => [...values]);

export const cases: GpuCase[] = [
  onDevice(
    'the model of the origin question, LSTM -> Dense(features) -> linear, trains on all columns and its loss falls',
    async (device) => {
      const features = 3;
      const model = new Sequential([lstm({ units: 8 }), dense({ units: features }), activation('linear')], {
        seed: 1,
      });
      model.compile({ optimizer: adam({ learningRate: 0.02 }), loss: 'mse', metrics: ['mae'] });
      await model.build(device, { inputShape: [6, features] });
      const wave = Float32Array.from({ length: 60 * features }, (_, i) =>
        Math.sin(Math.floor(i / features) * 0.7 + (i % features)),
      );
      const windows = 50;
      const x = Float32Array.from({ length: windows * 6 * features }, (_, i) => {
        const row = Math.floor(i / (6 * features)) + (Math.floor(i / features) % 6);
        return wave[row * features + (i % features)] as number;
      });
      const y = wave.slice(6 * features, (6 + windows) * features);

      const { history } = await model.fit(
        { x: { shape: [windows, 6, features], data: x }, y: { shape: [windows, features], data: y } },
        { epochs: 30, batchSize: 16, seed: 1 },
      );
      equal(model.outputShape, [features], 'output shape');
      equal(model.countParams(), 4 * (8 * (3 + 8) + 8) + 8 * 3 + 3, 'parameters');
      model.dispose();

      if (!((history.loss.at(-1) as number) < 0.2 * (history.loss[0] as number)))
        throw new Error(`losses ${history.loss.join(', ')}`);
    },
  ),
  onDevice('predict and evaluate equal the reference, in batches or whole', async (device) => {
    const model = await built(device);
    const weights = randomWeights(layers(), SHAPE, 5);
    model.setWeights(weights);
    const { x, y } = data();
    const reference = referenceModel({ layers: layers(), inputShape: SHAPE, weights });
    const expected = reference.predict(x);
    const scored = reference.lossAndGradients(x, y, 'mse');

    const whole = await model.predict(x);
    const inBatches = await model.predict(x, { batchSize: 4 });
    const evaluated = await model.evaluate({ x, y }, { batchSize: 8 });
    model.dispose();

    equal(whole.shape, [COUNT, 1], 'shape');
    assertClose(whole.data, expected.data, { atol: 1e-5, rtol: 1e-5, label: 'predictions' });
    assertClose(inBatches.data, whole.data, { label: 'predictions in batches' });
    assertClose([evaluated.loss, evaluated.mae], [scored.loss, scored.mae], {
      rtol: 1e-5,
      label: 'loss and mae',
    });
  }),
  onDevice('weights and optimizer state go out and in without a bit changed', async (device) => {
    const model = await built(device);
    await model.fit(data(), { epochs: 2, batchSize: 8 });
    const weights = await model.getWeights();
    const state = await model.getOptimizerState();
    const twin = await built(device, 99);
    twin.setWeights(weights);
    twin.setOptimizerState(state);
    await model.fit(data(), { epochs: 2, batchSize: 8 });
    await twin.fit(data(), { epochs: 2, batchSize: 8 });

    equal(state.iterations, 6, 'iterations');
    equal(await flat(twin), await flat(model), 'weights after going on');
    equal(
      weights.map(({ shape }) => shape),
      [[2, 16], [4, 16], [16], [4, 1], [1]],
      'shapes in Keras order',
    );
    model.dispose();
    twin.dispose();
  }),
  onDevice(
    'the same seed gives the same bits twice, another seed others; reset gives the first weights back',
    async (device) => {
      const runs: number[][] = [];
      for (const seed of [7, 7, 8]) {
        const model = await built(device, seed);
        const start = await flat(model);
        await model.fit(data(), { epochs: 3, batchSize: 4, seed });
        runs.push(await flat(model));
        model.resetWeights();
        equal(await flat(model), start, 'weights after reset');
        equal((await model.getOptimizerState()).iterations, 0, 'iterations after reset');
        model.dispose();
      }

      equal(runs[0], runs[1], 'two runs of seed 7');
      if (JSON.stringify(runs[0]) === JSON.stringify(runs[2]))
        throw new Error('Seeds 7 and 8 gave the same weights.');
    },
  ),
  onDevice(
    'history holds validation losses equal to evaluate, and validationSplit takes the last part',
    async (device) => {
      const model = await built(device);
      const { x, y } = data();
      const { history, epoch } = await model.fit({ x, y }, { epochs: 2, batchSize: 8, validationSplit: 0.3 });
      const border = Math.floor(COUNT * 0.7);
      const last = {
        x: { shape: [COUNT - border, ...SHAPE], data: x.data.slice(border * 10) },
        y: { shape: [COUNT - border, 1], data: y.data.slice(border) },
      };
      const { loss, mae } = await model.evaluate(last);
      model.dispose();

      equal(epoch, [0, 1], 'epochs');
      assertClose([history.val_loss?.[1] as number, history.val_mae?.[1] as number], [loss, mae], {
        rtol: 1e-6,
        label: 'validation',
      });
    },
  ),
  onDevice('early stopping restores the weights of the best epoch', async (device) => {
    const model = await built(device, 3, adam({ learningRate: 0.05 }));
    const seen: { logs: EpochLogs; weights: number[] }[] = [];
    const stopping = earlyStopping({ patience: 2, restoreBestWeights: true });
    const recorder = {
      onEpochEnd: async (_: number, logs: EpochLogs) => void seen.push({ logs, weights: await flat(model) }),
    };
    const history = await model.fit(data(), {
      epochs: 200,
      batchSize: 4,
      validationSplit: 0.3,
      callbacks: [stopping, recorder],
    });
    const end = await flat(model);
    model.dispose();

    const best = seen.reduce((a, b) => ((b.logs.val_loss as number) < (a.logs.val_loss as number) ? b : a));
    equal(history.stopped, 'early', 'reason');
    equal(stopping.bestEpoch, seen.indexOf(best), 'best epoch');
    equal(end, best.weights, 'weights at the end');
  }),
  onDevice(
    'pause holds, step trains one batch, resume goes on to the same end, stop ends',
    async (device) => {
      const plain = await built(device);
      await plain.fit(data(), { epochs: 2, batchSize: 4 });
      const expected = await flat(plain);
      plain.dispose();

      const model = await built(device);
      const control = new FitControl();
      control.pause();
      const steps: number[] = [];
      const heard = new Map<number, () => void>();
      const reached = (step: number) => new Promise<void>((resolve) => heard.set(step, resolve));
      const first = reached(1);
      const second = reached(2);
      const running = model.fit(data(), {
        epochs: 2,
        batchSize: 4,
        control,
        callbacks: [
          {
            onProgress: ({ step }) => {
              steps.push(step);
              heard.get(step)?.();
            },
          },
        ],
      });
      control.step();
      await first;
      equal((await model.getOptimizerState()).iterations, 1, 'iterations after one step');
      control.step();
      await second;
      equal((await model.getOptimizerState()).iterations, 2, 'iterations after two steps');
      control.resume();
      const history = await running;
      equal(await flat(model), expected, 'weights after pausing and stepping');
      equal(history.stopped, undefined, 'reason');

      const stopper = new FitControl();
      const abort = new AbortController();
      const stopped = await model.fit(data(), {
        epochs: 1000,
        batchSize: 4,
        control: stopper,
        callbacks: [{ onEpochEnd: () => stopper.stop() }],
      });
      const aborted = await model.fit(data(), {
        epochs: 1000,
        batchSize: 4,
        signal: abort.signal,
        callbacks: [{ onEpochEnd: () => abort.abort() }],
      });
      equal([stopped.stopped, stopped.epoch.length], ['stopped', 1], 'stop');
      equal([aborted.stopped, aborted.epoch.length], ['aborted', 1], 'abort');
      model.dispose();
    },
  ),
  ...[
    ['SGD', () => sgd({ learningRate: 1e6 })] as const,
    ['Adam', () => adam({ learningRate: 1e6 })] as const,
  ].map(([what, make]) =>
    onDevice(
      `${what} at a learning rate of 1e6 is stopped with advice, the last good weights in place`,
      async (device) => {
        const model = await built(device, 3, make());
        const before = await flat(model);
        const error = await rejection(model.fit(data(), { epochs: 50, batchSize: 4 }));

        equal(error.code, 'diverged', 'code');
        if (!/smaller learning rate/.test(error.message)) throw new Error(error.message);
        equal(await flat(model), before, 'weights');
        model.dispose();
      },
    ),
  ),
  onOwnDevice(
    'after the first step of a fit no buffer is made, and steps wait for no read-back',
    async (device) => {
      const model = await built(device);
      const create = device.createBuffer.bind(device);
      let made = 0;
      device.createBuffer = (...args) => {
        made++;
        return create(...args);
      };
      const queue = device.device.queue;
      const submit = queue.submit.bind(queue);
      let submits = 0;
      queue.submit = (commands) => {
        submits++;
        submit(commands);
      };
      let madeAtFirstEpoch = 0;
      let submitsAtFirstEpoch = 0;
      const EPOCHS = 6;
      await model.fit(data(200), {
        epochs: EPOCHS,
        batchSize: 4,
        validationData: data(),
        callbacks: [
          {
            onEpochEnd: (epoch) => {
              if (epoch !== 0) return;
              madeAtFirstEpoch = made;
              submitsAtFirstEpoch = submits;
            },
          },
        ],
      });
      model.dispose();

      equal(made, madeAtFirstEpoch, 'buffers made');
      const perEpoch = (submits - submitsAtFirstEpoch) / (EPOCHS - 1);
      // 50 steps and one validation batch an epoch, plus clear, copy and two reads of the sums.
      if (perEpoch > 50 + 6) throw new Error(`${perEpoch} submits per epoch of 50 steps.`);
    },
  ),
  onDevice('two evaluations at once give each its own numbers', async (device) => {
    const model = await built(device);
    const [a, b] = [data(8), { x: { ...data(8).x, data: randomNumbers(80, 11) }, y: data(8).y }];
    const alone = [await model.evaluate(a), await model.evaluate(b)];

    const together = await Promise.all([model.evaluate(a), model.evaluate(b)]);
    model.dispose();

    equal(together, alone, 'losses');
    if (alone[0]?.loss === alone[1]?.loss) throw new Error('The two data sets should differ and do not.');
  }),
  onDevice('a step that ruins the weights at the end of an epoch is never taken for good', async (device) => {
    const model = await built(device, 3, sgd({ learningRate: 1e6 }));
    const before = await flat(model);
    const error = await rejection(model.fit(data(), { epochs: 9, batchSize: COUNT }));

    equal(error.code, 'diverged', 'code');
    equal(await flat(model), before, 'weights');
    model.dispose();
  }),
  onDevice(
    'divergence in the middle of a long epoch brings back the weights of its start',
    async (device) => {
      const model = await built(device, 3, adam({ learningRate: 1e6 }));
      const before = await flat(model);
      const error = await rejection(model.fit(data(6000), { epochs: 2, batchSize: 4 }));

      equal(error.code, 'diverged', 'code');
      equal(await flat(model), before, 'weights');
      model.dispose();
    },
  ),
  onDevice('a lucky first batch does not make later ones look like divergence', async (device) => {
    const model = await built(device, 3, sgd({ learningRate: 1e-6 }));
    const { x, y } = data();
    const [first] = (await model.predict({ shape: [1, ...SHAPE], data: x.data.slice(0, 10) })).data;
    const lucky = Float32Array.from(y.data);
    lucky[0] = first as number;
    const { history } = await model.fit({ x, y: { ...y, data: lucky } }, { batchSize: 1, shuffle: false });
    model.dispose();

    equal(history.loss.length, 1, 'epochs');
  }),
  onDevice('trainOnBatch of one sample makes the reference step', async (device) => {
    const model = await built(device, 3, sgd({ learningRate: 0.1 }));
    const weights = randomWeights(layers(), SHAPE, 5);
    model.setWeights(weights);
    const { x, y } = data(1);
    const reference = referenceModel({ layers: layers(), inputShape: SHAPE, weights });
    const state = createOptimizerState({ kind: 'sgd', learningRate: 0.1 }, reference.weights);
    const expected = reference.trainStep(x, y, 'mse', state);

    const received = await model.trainOnBatch(x, y);
    const after = await model.getWeights();
    model.dispose();

    assertClose([received.loss, received.mae], [expected.loss, expected.mae], {
      rtol: 1e-5,
      label: 'loss, mae',
    });
    reference.weights.forEach((weight, k) => {
      assertClose(after[k]?.data ?? [], weight, { atol: 1e-6, rtol: 1e-5, label: `weight ${k}` });
    });
  }),
  onDevice('a refused call leaves the model and the device usable', async (device) => {
    const model = await built(device);
    const { x, y } = data();
    const expected = (await model.predict(x)).data;
    const fraction = await rejection(model.predict(x, { batchSize: 1.5 }));
    const zero = await rejection(model.evaluate({ x, y }, { batchSize: 0 }));
    const early = await rejection(
      model.fit({ x, y }, { callbacks: [{ onTrainBegin: (actions) => actions.restoreWeights() }] }),
    );
    const running = model.fit({ x, y }, { epochs: 2 });
    const disposed = await rejection(Promise.resolve().then(() => model.dispose()));
    await running;
    const after = (await model.predict(x)).data;
    model.dispose();

    equal(
      [fraction, zero, early, disposed].map(({ code }) => code),
      Array(4).fill('bad-input'),
      'codes',
    );
    if (!/1\.5/.test(fraction.message) || !/saveWeights/.test(early.message))
      throw new Error(fraction.message + early.message);
    equal(
      [expected, after].every((values) => values.every(Number.isFinite)),
      true,
      'finite predictions',
    );
  }),
  ...(['paused', 'running', 'validating'] as const).map(
    (when): GpuCase => ({
      name: `a device lost while a fit is ${when} ends it with one sentence and no hang`,
      async run(gpu) {
        const device = await requestGpu({ gpu });
        const model = await built(device);
        const control = new FitControl();
        if (when === 'paused') control.pause();
        const running = model.fit(data(400), {
          epochs: 1000,
          batchSize: 4,
          control,
          ...(when === 'validating' ? { validationData: data(3000) } : {}),
        });
        setTimeout(() => device.device.destroy(), 100);
        // Whoever hears of the loss may clean up at once, while calls under way are still ending.
        const cleaned = device.lost.then(() => model.dispose());
        const error = await rejection(running);
        await cleaned;
        device.dispose();

        equal(error.code, 'device-lost', 'code');
        if (!/requestGpu/.test(error.message)) throw new Error(error.message);
      },
    }),
  ),
  onDevice('bad data are refused with the shapes and values received', async (device) => {
    const model = await built(device);
    const { x, y } = data();
    const wrongShape = await rejection(model.fit({ x: { shape: [COUNT * 2, 5, 1], data: x.data }, y }));
    const nan = Float32Array.from(x.data);
    nan[17] = Number.NaN;
    const notFinite = await rejection(model.fit({ x: { ...x, data: nan }, y }));
    const noEpochs = await rejection(model.fit({ x, y }, { epochs: 1.5 }));
    const batch = await rejection(model.fit({ x, y }, { batchSize: 0 }));
    const split = await rejection(model.fit({ x, y }, { validationSplit: 1 }));
    model.dispose();
    const gone = await rejection(model.predict(x));

    const say = (error: GatewiseError, pattern: RegExp): void => {
      if (error.code !== 'bad-input' || !pattern.test(error.message))
        throw new Error(`${error.code}: ${error.message}`);
    };
    say(wrongShape, /\[any, 5, 2\].*\[42, 5, 1\]/);
    say(notFinite, /NaN at element 17/);
    say(noEpochs, /1\.5/);
    say(batch, /batchSize/);
    say(split, /validationSplit 1/);
    say(gone, /not built/);
  }),
];
