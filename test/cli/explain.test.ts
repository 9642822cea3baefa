/**
 * `gatewise explain`, run as a user runs it: a forecaster of the planted series y[t] = x[t-3], by every method, with verdicts;
 * its numbers against the float64 reference.
 */
import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import type { Tensor } from '../../src/engine/core/tensor.ts';
import { parseRecipe, type Recipe } from '../../src/engine/index.ts';
import { type KerasModel, kerasLayer, readModelFile, writeNpy } from '../../src/engine/keras/index.ts';
import { assertClose } from '../harness/assert-close.ts';
import {
  changed,
  integrated,
  meanDerivative,
  PLACES,
  placeInWindow,
  referenceHalfLives,
  rmse,
} from './explain-float64.ts';
import {
  D,
  dense,
  expectRefusal,
  filled,
  lstm,
  NO_GPU,
  plantedCsv,
  save,
  scaledTest,
  T,
  weatherModel,
} from './explain-support.ts';
import { type Ended, Workplace } from './support.ts';

const LAG3 = ['explain', 'lag3.keras', '--data', 'lag3.csv', '--seeds', '2'];
const KEYS = ['device', 'model', 'method', 'seeds', 'unit', 'lags', 'residual', 'halfLife', 'rule'];
const SERIES = plantedCsv((value) => value);
const OTHER = plantedCsv((value) => 3 * value + 1);

interface LagRow {
  readonly lag: number;
  readonly feature: string;
  readonly value: number;
  readonly nullLow: number | null;
  readonly nullHigh: number | null;
  readonly verdict: string;
}

let place: Workplace;
let model: KerasModel;
let recipe: Recipe;
/** Windows of the test part as the recipe scales them, and their targets. */
let x: Tensor;
let y: Tensor;

beforeAll(async () => {
  place = await Workplace.create();
  place.write('lag3.csv', SERIES);
  place.write('other.csv', OTHER);
  const trained = await place.run([
    ...['train', '--data', 'lag3.csv', '--target', 'y', '--features', 'x,shadow', '--window', String(T)],
    ...['--units', '6', '--epochs', '30', '--learning-rate', '0.02', '--out', 'lag3.keras'],
  ]);
  if (trained.code !== 0) throw new Error(trained.stderr);
  const bytes = new Uint8Array(readFileSync(place.path('lag3.keras')));
  model = (await readModelFile(bytes, { fileName: 'lag3.keras' })).model;
  recipe = parseRecipe(model.recipe);
  ({ x, y } = scaledTest(SERIES, recipe));
  place.write('x.npy', writeNpy(x));
  place.write('y.npy', writeNpy(y));
  await save(place, 'plain.keras', filled([lstm(3), dense(1)]));
  await save(place, 'gru.keras', filled([kerasLayer('GRU', { name: 'gru', units: 3 }), dense(1)]));
}, 180_000);
afterAll(() => place.remove());

const json = ({ stdout }: Ended) => JSON.parse(stdout);
const valuesOf = (rows: readonly LagRow[]): number[] => rows.map(({ value }) => value);
const largest = (values: readonly number[]): number => values.indexOf(Math.max(...values));

describe('gatewise explain of a series', () => {
  let ended: Ended;
  beforeAll(async () => {
    ended = await place.run([...LAG3, '--json', '--csv', 'lags.csv']);
  }, 300_000);

  it('prints one object with the keys that are promised, and every place once, the newest row first', () => {
    expect(ended.code, ended.stderr).toBe(0);
    const report = json(ended);
    expect(Object.keys(report).filter((key) => key !== 'methods')).toEqual(KEYS);
    expect(report).toMatchObject({ model: 'lag3.keras', method: 'all', seeds: 2, unit: 'units of y' });
    expect(Object.keys(report.methods)).toEqual(['gradient', 'ig', 'occlusion']);
    const places = report.lags.map(({ lag, feature }: LagRow) => `${feature} ${lag}`);
    expect(places).toEqual([1, 2, 3, 4, 5].flatMap((lag) => [`x ${lag}`, `shadow ${lag}`]));
    for (const row of report.lags) {
      expect(Object.keys(row)).toEqual(['lag', 'feature', 'value', 'nullLow', 'nullHigh', 'verdict']);
      expect(row.nullLow).toBeLessThan(row.nullHigh);
    }
    expect(report.rule).toMatch(/"not used" if for every seed.*counts as one more seed/);
    expect(ended.stderr).toContain(
      'Trains 2 networks like it and 2 on shuffled targets, all with a column of noise, for 30 epochs.',
    );
    expect(ended.stderr).toMatch(/^Epoch 30\/30 {2}4 networks {2}\d+:\d\d left$/m);
    expect(ended.stderr).toMatch(/^Round 10\/10 {2}null band .* to .* {2}0:00 left$/m);
  });

  it('finds the planted lag by every method, and nothing else used', () => {
    const { lags, methods, residual } = json(ended);

    const lag3 = 4; // x, lag 3
    expect(largest(valuesOf(lags))).toBe(lag3);
    for (const [name, values] of Object.entries(methods)) {
      expect([name, largest(values as number[])]).toEqual([name, lag3]);
    }
    const used = lags.filter(({ verdict }: LagRow) => verdict === 'used');
    expect(used.map(({ lag, feature }: LagRow) => `${feature} ${lag}`)).toEqual(['x 3']);
    expect(lags.filter(({ verdict }: LagRow) => verdict === 'not used').length).toBeGreaterThanOrEqual(5);
    expect(residual).toBeLessThan(1e-3);
  });

  it('writes the same rows to a CSV file', () => {
    const { lags, methods } = json(ended);
    const { gradient, ig, occlusion } = methods;

    const [head, ...lines] = readFileSync(place.path('lags.csv'), 'utf8').trimEnd().split('\n');

    expect(head).toBe('lag,feature,value,nullLow,nullHigh,verdict,gradient,ig,occlusion');
    expect(lines.map((line) => line.split(','))).toEqual(
      lags.map((row: LagRow, k: number) =>
        [...Object.values(row), gradient[k], ig[k], occlusion[k]].map(String),
      ),
    );
  });

  it('gives the numbers of the windows scaled by hand, in units of the target, without training anything for those', async () => {
    const own = json(ended);

    const arrays = await place.run(['explain', 'lag3.keras', '--x', 'x.npy', '--y', 'y.npy', '--json']);

    expect(arrays.code, arrays.stderr).toBe(0);
    const report = json(arrays);
    const [scale = 1] = recipe.targetScale;
    const close = { rtol: 1e-4, atol: 1e-6 };
    assertClose(
      valuesOf(own.lags),
      valuesOf(report.lags).map((value) => value * scale),
      { ...close, label: 'permutation' },
    );
    for (const name of ['gradient', 'ig', 'occlusion']) {
      const scaled = report.methods[name].map((value: number) => value * scale);
      assertClose(own.methods[name], scaled, { ...close, label: name });
    }
    expect(report).toMatchObject({ seeds: 0, unit: 'scaled units' });
    for (const { verdict, nullLow, nullHigh } of report.lags) {
      expect([verdict, nullLow, nullHigh]).toEqual(['cannot tell', null, null]);
    }
    expect(report.lags.map(({ feature }: LagRow) => feature).slice(0, D)).toEqual(['x', 'shadow']);
    expect(report.rule).toMatch(/^Cannot tell what is used: of arrays no models are trained/);
    expect(arrays.stderr).toMatch(/^Cannot tell what is used: .*--data for verdicts\.$/m);
    expect(arrays.stderr).not.toContain('Epoch');
  });

  it('scales other data as the recipe does, not by their own mean, and says that they are others', async () => {
    const other = await place.run([
      ...['explain', 'lag3.keras', '--data', 'other.csv', '--method', 'half-life', '--json'],
    ]);

    expect(other.code, other.stderr).toBe(0);
    assertClose(json(other).halfLife, referenceHalfLives(model, scaledTest(OTHER, recipe).x), {
      rtol: 1e-4,
      label: 'half-lives',
    });
    expect(json(other)).toMatchObject({ lags: [], residual: null, seeds: 0 });
    expect(other.stderr).toContain('the test part of other.csv');
    expect(other.stderr).toContain('other.csv is not what the model was trained on: the recipe scales "x"');
    expect(other.stderr).not.toContain('Epoch');
  });

  it('stops on SIGINT at once and writes nothing', async () => {
    let isAsked = false;
    const stopped = await place.run(
      [...LAG3, '--method', 'gradient', '--epochs', '100000', '--csv', 'stopped.csv'],
      {
        onStderr(text, interrupt) {
          if (!isAsked && text.includes('Epoch')) interrupt();
          isAsked ||= text.includes('Epoch');
        },
      },
    );

    expect(stopped).toMatchObject({ code: 130, stdout: '' });
    expect(stopped.stderr).toMatch(
      /\nInterrupted after \d+ of 100,000 epochs\. "stopped\.csv" was not written\.\n$/,
    );
    expect(place.files()).not.toContain('stopped.csv');
  }, 300_000);

  it('takes the bundled weather for a model of it, and for no other, though the columns are the same', async () => {
    await save(place, 'seattle.keras', weatherModel('seattle.csv'));
    await save(place, 'ny.keras', weatherModel('new-york.csv'));

    const own = await place.run(['explain', 'seattle.keras', '--method', 'half-life']);
    const others = await place.run(['explain', 'ny.keras', '--method', 'half-life'], NO_GPU);

    expect(own.code, own.stderr).toBe(0);
    expect(own.stderr).toContain('293 windows of the test part of Seattle, daily weather 2012-2015');
    expect(own.stdout).toMatch(/^Half-life of each unit .*direct path only.*\n.*\n\d+\.\d+ {2}\d+\.\d+\n$/);
    expectRefusal(others, '"ny.keras" was not trained on the bundled weather of Seattle');
  });
});

describe('gatewise explain of arrays agrees with the float64 reference', () => {
  it('in sensitivity and integrated gradients, without targets', async () => {
    const few = { shape: [40, T, D], data: x.data.slice(0, 40 * T * D) };
    place.write('few.npy', writeNpy(few));
    const ended = await place.run(['explain', 'lag3.keras', '--x', 'few.npy', '--json']);

    expect(ended.code, ended.stderr).toBe(0);
    const { lags, methods, residual, method } = json(ended);
    expect([method, Object.keys(methods)]).toEqual(['all', ['ig']]);
    assertClose(
      valuesOf(lags),
      PLACES.map((row) => meanDerivative(model, few.data, row)),
      { rtol: 1e-4, atol: 1e-6, label: 'sensitivity' },
    );
    assertClose(
      methods.ig,
      PLACES.map((row) => integrated(model, few.data, row)),
      { rtol: 1e-3, atol: 1e-5, label: 'integrated gradients' },
    );
    expect(residual).toBeLessThan(1e-3);
  });

  it('in half-lives, over more windows than are traced at once', async () => {
    const random = seededRandom(8);
    const many = {
      shape: [900, T, D],
      data: Float32Array.from({ length: 900 * T * D }, (_, at) => (at < 5000 ? 2 : 0.5) * random.normal()),
    };
    place.write('many.npy', writeNpy(many));
    const ended = await place.run([
      ...['explain', 'lag3.keras', '--x', 'many.npy', '--method', 'half-life', '--json'],
    ]);

    expect(ended.code, ended.stderr).toBe(0);
    assertClose(json(ended).halfLife, referenceHalfLives(model, many), { rtol: 1e-4, label: 'half-lives' });
  });

  it('in occlusion, told in a table with the rule and the sentence on correlated hours', async () => {
    const args = ['explain', 'lag3.keras', '--x', 'x.npy', '--y', 'y.npy', '--method', 'occlusion'];
    const [ended, told] = [await place.run([...args, '--json']), await place.run(args)];

    expect(ended.code, ended.stderr).toBe(0);
    const before = rmse(model, x.data, y.data);
    const expected = PLACES.map(
      (row) =>
        rmse(
          model,
          changed(x.data, row, () => 0),
          y.data,
        ) - before,
    );
    assertClose(valuesOf(json(ended).lags), expected, { rtol: 1e-4, atol: 1e-6, label: 'occlusion' });
    expect(told.code, told.stderr).toBe(0);
    expect(told.stdout).toMatch(/^feature +lag +value +verdict\nx +3 +\d\.\d+ +cannot tell$/m);
    expect(told.stdout).toMatch(/^Of 10 places the largest: x at lag 3 \(\d\.\d+ scaled units\)\.$/m);
    const text = told.stdout.replaceAll('\n', ' ');
    expect(text).toContain('Rule: Cannot tell what is used: of arrays no models are trained');
    expect(text).toContain('A place (one feature, one lag) is "not used" if');
    expect(text).toContain('is not "t−5 carries no information"');
  });

  it('in permutation: two windows can only be exchanged', async () => {
    const pair = x.data.slice(0, 2 * T * D);
    place.write('pair.npy', writeNpy({ shape: [2, T, D], data: pair }));
    place.write('pair-y.npy', writeNpy({ shape: [2, 1], data: y.data.slice(0, 2) }));
    const ended = await place.run([
      ...[
        'explain',
        'lag3.keras',
        '--x',
        'pair.npy',
        '--y',
        'pair-y.npy',
        '--method',
        'permutation',
        '--json',
      ],
    ]);

    expect(ended.code, ended.stderr).toBe(0);
    const before = rmse(model, pair, y.data.slice(0, 2));
    const expected = PLACES.map((row) => {
      const at = placeInWindow(row);
      const swapped = Float64Array.from(pair);
      swapped[at] = pair[T * D + at] ?? 0;
      swapped[T * D + at] = pair[at] ?? 0;
      return rmse(model, swapped, y.data.slice(0, 2)) - before;
    });
    assertClose(valuesOf(json(ended).lags), expected, { rtol: 1e-4, atol: 1e-6, label: 'permutation' });
  });

  it('and names the features of a plain Keras file x0, x1', async () => {
    const ended = await place.run([
      'explain',
      'plain.keras',
      '--x',
      'x.npy',
      '--method',
      'gradient',
      '--json',
    ]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(json(ended).lags.slice(0, D)).toMatchObject([
      { lag: 1, feature: 'x0' },
      { lag: 1, feature: 'x1' },
    ]);
  });

  it('and leaves out of all what a GRU and a single window have not, with a note for each', async () => {
    place.write('one.npy', writeNpy({ shape: [1, T, D], data: x.data.slice(0, T * D) }));
    place.write('one-y.npy', writeNpy({ shape: [1, 1], data: y.data.slice(0, 1) }));
    const [gru, one] = [
      await place.run(['explain', 'gru.keras', '--x', 'x.npy', '--y', 'y.npy', '--json']),
      await place.run(['explain', 'lag3.keras', '--x', 'one.npy', '--y', 'one-y.npy', '--json']),
    ];

    expect(gru.code, gru.stderr).toBe(0);
    expect(Object.keys(json(gru).methods)).toEqual(['occlusion']);
    expect(json(gru)).toMatchObject({ halfLife: [], residual: null });
    for (const name of ['gradient', 'ig'])
      expect(gru.stderr).toContain(`Without ${name}: Layer "gru" (GRU) only predicts here;`);
    expect(gru.stderr).toContain('Without half-life: half-lives are read from the forget gates of an LSTM');
    expect(one.code, one.stderr).toBe(0);
    expect(Object.keys(json(one).methods)).toEqual(['ig', 'occlusion']);
    expect(json(one).halfLife).toHaveLength(6);
    expect(one.stderr).toMatch(/^Without permutation: there is only one window,/m);
  });

  it('and tells of a GRU only what needs no LSTM', async () => {
    const ended = await place.run([
      'explain',
      'gru.keras',
      '--x',
      'x.npy',
      '--y',
      'y.npy',
      '--method',
      'occlusion',
      '--json',
    ]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(json(ended)).toMatchObject({ halfLife: [], method: 'occlusion', residual: null });
  });
});

describe('gatewise explain of a plain Keras file', () => {
  it('takes what the recipe would say from options, and says how it scales', async () => {
    const ended = await place.run([
      ...[
        'explain',
        'plain.keras',
        '--data',
        'lag3.csv',
        '--target',
        'y',
        '--features',
        'x,shadow',
        '--horizon',
        '1',
      ],
      ...['--method', 'half-life', '--json'],
    ]);

    expect(ended.code, ended.stderr).toBe(0);
    expect(json(ended).halfLife).toHaveLength(3);
    expect(ended.stderr).toContain('carries no recipe: inputs are scaled by the training rows of the data.');
  });
});
