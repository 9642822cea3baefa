/** `gatewise train` on the software adapter, run as a user runs it. Few epochs and units: the kernels have tests of their own. */
import { readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { unzipSync } from 'fflate';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { parseRecipe } from '../../src/engine/index.ts';
import { readNpz } from '../../src/engine/keras/index.ts';
import { csv, Workplace, wave } from './support.ts';

const SMALL = ['train', '--units', '4', '--window', '4', '--epochs', '2'];

let place: Workplace;

beforeAll(async () => {
  place = await Workplace.create();
  const columns = {
    time: (row: number) => new Date(Date.UTC(2020, 0, 1 + row)).toISOString().slice(0, 10),
    t: wave,
    wind: (row: number) => ((row * 5) % 11) + (row % 3),
    flat: () => 3,
    void: () => '',
    sky: () => 'sun',
  };
  // Packed under a plain name: the content decides.
  place.write('days.csv', gzipSync(csv(columns, 120)));
  place.write('one.csv', csv({ t: wave }, 60));
});
afterAll(() => place.remove());

describe('gatewise train', () => {
  it('prints one JSON object and nothing else, stops early, and writes a .keras with its recipe', async () => {
    const { code, stdout, stderr } = await place.run([
      ...[
        'train',
        '--units',
        '4',
        '--epochs',
        '6',
        '--patience',
        '1',
        '--learning-rate',
        '0.3',
        '--seed',
        '3',
      ],
      ...['--json', '--out', 'model.keras'],
    ]);

    expect(code, stderr).toBe(0);
    const report = JSON.parse(stdout);
    expect(stdout).toBe(`${JSON.stringify(report)}\n`);
    expect(Object.keys(report)).toEqual([
      ...['device', 'model', 'epochs', 'bestEpoch', 'test', 'msPerStep', 'dispatchesPerStep', 'out'],
    ]);
    expect(report.epochs.length).toBeLessThan(6);
    expect(report.epochs.map((one: { epoch: number }) => one.epoch)).toEqual(
      report.epochs.map((_: unknown, i: number) => i + 1),
    );
    for (const epoch of report.epochs) {
      expect(Object.keys(epoch)).toEqual(['epoch', 'loss', 'val_loss', 'mae', 'val_mae']);
      for (const value of Object.values(epoch)) expect(value).toBeGreaterThan(0);
    }
    const losses: number[] = report.epochs.map((one: { val_loss: number }) => one.val_loss);
    expect(report.bestEpoch).toBe(1 + losses.indexOf(Math.min(...losses)));
    // Known of the series: persistence 2.36, climatology 3.20, ridge 2.25 degC.
    const { mae, rmse, persistence, climatology, ridge, skill } = report.test;
    expect(Object.keys(report.test)).toEqual(['mae', 'rmse', 'persistence', 'climatology', 'ridge', 'skill']);
    expect([persistence.mae, climatology.mae, ridge.mae]).toEqual([
      expect.closeTo(2.356, 2),
      expect.closeTo(3.2, 1),
      expect.closeTo(2.25, 1),
    ]);
    expect(rmse).toBeGreaterThan(mae);
    expect(skill).toBeCloseTo(1 - mae / persistence.mae, 12);
    expect(report.msPerStep).toBeGreaterThan(0);
    expect(report.dispatchesPerStep).toBe(5);
    expect(stderr).toContain('Column "weather" left out: it holds text');
    expect(stderr).toMatch(/^Epoch 1\/6 .* steps\/s {2}loss .* val_loss .* left$/m);

    const parts = unzipSync(new Uint8Array(readFileSync(place.path('model.keras'))));
    const own = JSON.parse(new TextDecoder().decode(parts['gatewise.json']));
    expect(parseRecipe(own.recipe)).toMatchObject({
      targets: ['temp_max'],
      date: ['date'],
      window: 14,
      split: [60, 20, 20],
      training: { seed: 3, epochs: 6, patience: 1, optimizer: { name: 'adam', learningRate: 0.3 } },
    });
  });

  it('forecasts all columns of a packed file, tells what is dropped, and ends with a table', async () => {
    const { code, stdout, stderr } = await place.run([
      ...[...SMALL, '--data', 'days.csv', '--target', 'all', '--date', 'time', '--layers', '2'],
      ...['--optimizer', 'sgd', '--loss', 'mae', '--clipnorm', '1', '--out', 'all.npz'],
    ]);

    expect(code, stderr).toBe(0);
    expect(stderr).toContain('Column "flat" left out: it is constant (3 in every row that has a value).\n');
    expect(stderr).toContain('Column "void" left out: it has no value in any of its 120 rows.\n');
    expect(stderr).toContain('Column "sky" left out: it holds text');
    expect(stderr).toContain('2 x LSTM(4) -> Dense(2) -> linear');
    expect(stdout).toMatch(/^t: error on the test part \(24 windows, 2020-04-06 to 2020-04-29\)$/m);
    expect(stdout).toMatch(/^wind: error on the test part/m);
    expect(stdout).toMatch(/^ {2}persistence +\d+\.\d+ +\d+\.\d+$/m);
    expect(stdout).toMatch(/^speed +.* ms per step, \d+ dispatches per step$/m);
    expect(stdout).toMatch(/^file +all\.npz$/m);
    const weights = await readNpz(new Uint8Array(readFileSync(place.path('all.npz'))));
    expect([...weights].map(([path, { shape }]) => [path, shape])).toEqual([
      ['lstm/kernel', [4, 16]],
      ['lstm/recurrent_kernel', [4, 16]],
      ['lstm/bias', [16]],
      ['lstm_1/kernel', [4, 16]],
      ['lstm_1/recurrent_kernel', [4, 16]],
      ['lstm_1/bias', [16]],
      ['dense/kernel', [4, 2]],
      ['dense/bias', [2]],
    ]);
  });

  it('gives the scores of several targets by name', async () => {
    const { code, stdout } = await place.run([
      ...SMALL,
      '--data',
      'days.csv',
      '--target',
      't,wind',
      '--json',
    ]);

    expect(code).toBe(0);
    const { test } = JSON.parse(stdout);
    expect(Object.keys(test)).toEqual(['targets']);
    expect(Object.keys(test.targets)).toEqual(['t', 'wind']);
    for (const scores of Object.values<Record<string, unknown>>(test.targets)) {
      expect(Object.keys(scores)).toEqual(['mae', 'rmse', 'persistence', 'climatology', 'ridge', 'skill']);
      expect(scores.climatology).toBeNull(); // no --date
    }
  });

  it('trains a file with a single column of numbers on its own past, the same for the same seed', async () => {
    const args = [...SMALL, '--data', 'one.csv', '--json'];

    const [first, second] = [await place.run(args), await place.run(args)];

    expect(first.code, first.stderr).toBe(0);
    const [one, other] = [first, second].map(({ stdout }) => JSON.parse(stdout));
    expect(one.model).toMatchObject({ inputs: ['t'], targets: ['t'] });
    expect(other.epochs).toEqual(one.epochs);
    expect(other.test).toEqual(one.test);
  });

  it.each([
    ['sgd', []],
    ['adam', ['--out', 'diverged.keras']],
  ])('stops when training with %s diverges, and keeps the last good weights', async (optimizer, out) => {
    const { code, stdout, stderr } = await place.run([
      ...['train', '--units', '4', '--json', '--optimizer', optimizer, '--learning-rate', '1e6', ...out],
    ]);

    expect(code).toBe(3);
    expect(stdout).toBe('');
    const last = stderr.trimEnd().split('\n').at(-1);
    expect(last).toMatch(/^Training diverged in epoch 1: .* Use a smaller learning rate \(now 1000000\)/);
    expect(last?.includes('"diverged.keras" holds the weights before the first epoch.')).toBe(out.length > 0);
    expect(place.files().includes('diverged.keras')).toBe(out.length > 0);
  });

  it('stops after the running batches on SIGINT and writes nothing', async () => {
    let isAsked = false;
    const { code, stdout, stderr } = await place.run(
      ['train', '--units', '4', '--epochs', '100000', '--json', '--out', 'interrupted.keras'],
      {
        onStderr(text, interrupt) {
          if (!isAsked && text.includes('Epoch')) interrupt();
          isAsked ||= text.includes('Epoch');
        },
      },
    );

    expect(code).toBe(130);
    expect(stdout).toBe('');
    expect(stderr).toMatch(
      /\nInterrupted after \d+ of 100,000 epochs\. "interrupted\.keras" was not written\.\n$/,
    );
    expect(place.files().filter((name) => name.includes('interrupted'))).toEqual([]);
  });
});

describe('without an adapter', () => {
  const noDriver = { VK_DRIVER_FILES: '/nonexistent', VK_ICD_FILENAMES: '/nonexistent' };

  it('gatewise train says so in one sentence, exit 3', async () => {
    const { code, stdout, stderr } = await place.run(SMALL, { env: { GATEWISE_ADAPTER: 'none' } });

    expect(code).toBe(3);
    expect(stdout).toBe('');
    expect(stderr).toMatch(/^No WebGPU adapter was found.*\n$/);
  });

  it('it leaves the next driver to the launcher without a word', async () => {
    const env = { ...noDriver, GATEWISE_RETRY_CODE: '86' };

    const ended = await place.run(SMALL, { env, isBare: true });

    expect(ended).toMatchObject({ code: 86, stdout: '' });
    expect(ended.stderr).not.toContain('adapter was found');
  });
});
