/** `gatewise train --model`: from the start weights of Keras' 100 steps to its end, in one run and across a file in between. */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { givenOptions, parseOptions } from '../../src/cli/parse-options.ts';
import { prepareTraining } from '../../src/cli/train/compile-settings.ts';
import { TRAIN_OPTIONS } from '../../src/cli/train/options.ts';
import {
  adamConfig,
  type KerasModel,
  kerasLayer,
  readModelFile,
  sequentialConfig,
  writeKeras,
  writeNpy,
  writeNpz,
} from '../../src/engine/keras/index.ts';
import { relativeL2 } from '../harness/assert-close.ts';
import { type FixtureTensor, loadTrainingFixture, type TrainingCase } from '../keras/fixture.ts';
import { Workplace } from './support.ts';

const FIXTURE = loadTrainingFixture();
const { sizes, units } = FIXTURE;
const ROWS = sizes.batches * sizes.B;
const DATA = ['--x', 'x.npy', '--y', 'y.npz', '--y-key', 'targets', '--batch-size', String(sizes.B)];

let place: Workplace;

beforeAll(async () => {
  place = await Workplace.create();
  const all = Array.from({ length: sizes.batches }, (_, k) => FIXTURE.batch(k));
  const join = (tensors: readonly FixtureTensor[], shape: readonly number[]) => ({
    shape,
    data: Float32Array.from(tensors.flatMap(({ data }) => [...data])),
  });
  const x = join(
    all.map((batch) => batch.x),
    [ROWS, sizes.T, sizes.D],
  );
  const y = join(
    all.map((batch) => batch.y),
    [ROWS, sizes.K],
  );
  place.write('x.npy', writeNpy(x));
  place.write(
    'y.npz',
    writeNpz([
      { path: 'noise', shape: [2], data: Float32Array.of(1, 2) },
      { path: 'targets', ...y },
    ]),
  );
  place.write('y-short.npy', writeNpy({ shape: [3, sizes.K], data: y.data.slice(0, 3 * sizes.K) }));
  place.write('y-narrow.npy', writeNpy({ shape: [ROWS, 1], data: y.data.slice(0, ROWS) }));
  place.write('x-wide.npy', writeNpy({ shape: [ROWS, sizes.D, sizes.T], data: x.data }));
});
afterAll(() => place.remove());

function caseOf(name: string): TrainingCase {
  const found = FIXTURE.cases.find((one) => one.name === name);
  if (!found) throw new Error(`The fixture has no case "${name}".`);
  return found;
}

/** The model of a case before its first step. */
function startOf({ start, kerasOptimizer, kerasLoss }: TrainingCase): KerasModel {
  const config = sequentialConfig(
    'start',
    [sizes.T, sizes.D],
    [kerasLayer('LSTM', { name: 'lstm', units }), kerasLayer('Dense', { name: 'dense', units: sizes.K })],
  );
  const names = ['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias', 'dense/kernel', 'dense/bias'];
  const weights = start.map(({ shape, data }, k) => {
    const [layer = '', name = ''] = (names[k] ?? '').split('/');
    return { path: `${layer}/${name}`, layer, name, shape, data };
  });
  return { config, weights, compile: { optimizer: kerasOptimizer, loss: kerasLoss, metrics: [] } };
}

async function read(name: string): Promise<KerasModel> {
  const bytes = new Uint8Array(readFileSync(place.path(name)));
  return (await readModelFile(bytes, { fileName: name })).model;
}

/** The largest distance of a weight from where Keras ended. */
function distance({ weights }: KerasModel, { end }: TrainingCase): number {
  return Math.max(...end.map(({ data }, k) => relativeL2(weights[k]?.data ?? [], data)));
}

describe('gatewise train --model', () => {
  it('ends where 100 steps in Keras end, and says what it did', async () => {
    const one = caseOf('rmsprop-centered-huber');
    place.write('rmsprop.keras', await writeKeras(startOf(one)));

    const { code, stdout, stderr } = await place.run([
      ...['train', '--model', 'rmsprop.keras', ...DATA, '--epochs', '10', '--no-shuffle'],
      ...['--out', 'rmsprop-end.h5', '--json'],
    ]);

    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(stdout).toBe(`${JSON.stringify(report)}\n`);
    expect(report).toMatchObject({
      model: 'rmsprop.keras',
      x: 'x.npy',
      y: 'y.npz',
      iterations: { before: 0, after: 100 },
      out: 'rmsprop-end.h5',
    });
    expect(report.epochs).toHaveLength(10);
    for (const [epoch, { loss, mae }] of report.epochs.entries()) {
      const own = one.losses.subarray(epoch * sizes.batches, (epoch + 1) * sizes.batches);
      const expected = own.reduce((sum, value) => sum + value, 0) / sizes.batches;
      expect(Math.abs(loss - expected) / expected).toBeLessThan(1e-4);
      expect(mae).toBeGreaterThan(0);
    }
    const end = await read('rmsprop-end.h5');
    expect(distance(end, one)).toBeLessThan(1e-4);
    expect(end.optimizerState?.iterations).toBe(100);
    one.slots?.forEach(({ name, tensors }, s) => {
      const slot = end.optimizerState?.slots[s];
      expect(slot?.name).toBe(name);
      tensors.forEach(({ data }, k) => {
        expect(relativeL2(slot?.tensors[k]?.data ?? [], data)).toBeLessThan(1e-3);
      });
    });
  });

  it('keeps the optimizer across files: 4 epochs and 6 more are 10', async () => {
    const one = caseOf('adamw-mse');
    place.write('adamw.keras', await writeKeras(startOf(one)));
    const go = (model: string, out: string, ...more: string[]) =>
      place.run(['train', '--model', model, ...DATA, '--out', out, ...more]);

    const first = await go('adamw.keras', 'middle.keras', '--epochs', '4', '--no-shuffle');
    const second = await go('middle.keras', 'end.keras', '--epochs', '6', '--no-shuffle');
    const shuffled = await go('middle.keras', 'shuffled.keras', '--epochs', '6', '--json');

    expect([first.code, second.code, shuffled.code], first.stderr + second.stderr).toEqual([0, 0, 0]);
    expect(first.stderr).toContain('The file holds no optimizer state');
    expect(second.stderr).not.toContain('optimizer state');
    expect(second.stdout).toContain('steps 40 to 100');
    const end = await read('end.keras');
    expect(distance(end, one)).toBeLessThan(1e-4);
    expect(end.optimizerState?.iterations).toBe(100);
    expect(end.compile?.optimizer).toMatchObject({ class_name: 'AdamW', config: { weight_decay: 0.1 } });
    expect(distance(await read('shuffled.keras'), one)).toBeGreaterThan(1e-3);
  });

  it('is stopped when it diverges, with the last good weights in the file', async () => {
    place.write('wild.keras', await writeKeras(startOf(caseOf('sgd-plain-mse'))));

    const { code, stderr } = await place.run([
      ...['train', '--model', 'wild.keras', ...DATA, '--epochs', '3', '--learning-rate', '1e8'],
      ...['--out', 'good.keras'],
    ]);

    expect(code).toBe(3);
    expect(stderr).toMatch(
      /Training diverged in epoch 1: .* "good.keras" holds the weights before the first/,
    );
    expect((await read('good.keras')).weights.map(({ data }) => data)).toEqual(
      caseOf('sgd-plain-mse').start.map(({ data }) => data),
    );
  });

  it.each([
    [['--x', 'x.npy'], '--x goes with --model only'],
    [['--no-shuffle', '--y', 'y.npz', '--y-key', 'y'], '--y, --y-key and --no-shuffle go with --model only'],
    [['--model', 'm.keras', '--units', '3', '--target=t'], '--target and --units go with a new forecaster'],
    [['--model', 'm.keras', '--patience', '3'], '--patience goes with a new forecaster only'],
    [['--model', 'm.keras', '--x', 'x.npy'], 'gatewise train needs --y Y.npy beside --model.'],
    [['--model', 'm.keras', '--y', 'x.npy'], 'gatewise train needs --x X.npy beside --model.'],
    [['--model', 'm.keras', ...DATA, '--out', 'm.onnx'], '--out is "m.onnx", expected a name that ends in'],
    [['--model', 'm.keras', ...DATA, '--out', 'm.keras'], '"m.keras" is there already'],
    [['--model', 'none.keras', ...DATA], 'There is no file "none.keras".'],
    [['--model', 'x.npy', ...DATA], 'x.npy'],
    [
      ['--model', 'm.keras', '--x', 'x-wide.npy', '--y', 'y.npz', '--y-key', 'targets'],
      '"x-wide.npy" has shape [80, 3, 6], expected [rows, 6, 3]',
    ],
    [['--model', 'm.keras', '--x', 'x.npy', '--y', 'y.npz'], '"y.npz" holds 2 arrays'],
    [['--model', 'm.keras', '--x', 'x.npy', '--y', 'y-short.npy'], '"y-short.npy" has shape [3, 2]'],
    [['--model', 'm.keras', '--x', 'x.npy', '--y', 'y-narrow.npy'], '"y-narrow.npy" has shape [80, 1]'],
    [
      ['--model', 'lion.keras', ...DATA],
      '"lion.keras" was trained with Lion, which is not implemented here (SGD, Adam, AdamW and RMSprop are). Give --optimizer adam',
    ],
  ])('refuses %j in one sentence', async (args, sentence) => {
    const model = startOf(caseOf('adamw-mse'));
    place.write('m.keras', await writeKeras(model));
    place.write(
      'lion.keras',
      await writeKeras({
        ...model,
        compile: { optimizer: { ...adamConfig(), class_name: 'Lion' }, loss: 'mae', metrics: [] },
      }),
    );

    const { code, stdout, stderr } = await place.run(['train', ...args], {
      env: { GATEWISE_ADAPTER: 'none' },
    });

    expect(code, stderr).toBe(2);
    expect(stderr.trimEnd().split('\n')).toHaveLength(1);
    expect(stdout).toBe('');
    expect(stderr).toContain(sentence);
    expect(stderr).not.toMatch(/ at .*\.(ts|js|mjs):\d/);
  });
});

describe('compile settings of a model that is trained on', () => {
  const trained: KerasModel = {
    ...startOf(caseOf('adamw-mse')),
    compile: { optimizer: adamConfig({ learningRate: 0.02, globalClipnorm: 2 }), loss: 'huber', metrics: [] },
    optimizerState: { iterations: 7, learningRate: 0.015, slots: [] },
  };
  const prepare = (model: KerasModel, ...args: string[]) =>
    prepareTraining(model, parseOptions(TRAIN_OPTIONS, args, 'train'), givenOptions(TRAIN_OPTIONS, args));

  it('are left as they are without options', async () => {
    expect(await prepare(trained, '--epochs', '3')).toEqual({ model: trained, notes: [] });
  });

  it('take a new learning rate and keep the state', async () => {
    const { model, notes } = await prepare(trained, '--learning-rate=0.5');

    expect(notes).toEqual([]);
    expect(model.optimizerState).toEqual({ ...trained.optimizerState, learningRate: 0.5 });
    expect(model.compile?.optimizer.config).toMatchObject({ learning_rate: 0.5, global_clipnorm: 2 });
  });

  it('take another loss or clipping and start the same optimizer anew', async () => {
    const { model, notes } = await prepare(trained, '--loss', 'mae', '--clipnorm', '3');

    expect(notes).toEqual([
      'The options replace settings of the file: trained with Adam, learning rate 0.02000, clipnorm 3.000, loss mean_absolute_error. Its state after 7 steps is not taken over.',
    ]);
    expect(model.optimizerState).toBeUndefined();
    expect(model.compile?.optimizer.config).toEqual({
      ...adamConfig({ learningRate: 0.02 }).config,
      clipnorm: 3,
    });
  });

  it('take another optimizer and keep the loss', async () => {
    const { model } = await prepare(trained, '--optimizer', 'rmsprop', '--learning-rate', '0.01');

    expect(model.compile).toMatchObject({
      optimizer: { class_name: 'RMSprop', config: { learning_rate: 0.01 } },
      loss: 'huber',
    });
    expect(model.optimizerState).toBeUndefined();
  });

  it('are those of the options where the file has none, and that is said', async () => {
    const { compile: _, optimizerState: __, ...bare } = trained;

    const { model, notes } = await prepare(bare, '--optimizer', 'sgd');

    expect(notes).toEqual([
      'The file holds no compile settings: trained with SGD, learning rate 0.001000, loss mean_squared_error.',
    ]);
    expect(model.compile?.optimizer.class_name).toBe('SGD');
  });
});
