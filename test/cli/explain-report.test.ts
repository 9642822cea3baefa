/** What `gatewise explain` says of numbers it was given: verdicts, bands, tables, recipes under options, progress. */
import { describe, expect, it } from 'vitest';
import type { Explanation } from '../../src/cli/explain/explanation.ts';
import { rowsOf } from '../../src/cli/explain/findings.ts';
import { EXPLAIN_GROUPS, EXPLAIN_OPTIONS, type ExplainOptions } from '../../src/cli/explain/options.ts';
import { explainProgress } from '../../src/cli/explain/progress.ts';
import { dataOfRecipe, studyRecipe } from '../../src/cli/explain/recipe.ts';
import { csvReport, jsonReport, reportLines, reportOf } from '../../src/cli/explain/report.ts';
import type { Subject } from '../../src/cli/explain/subject.ts';
import { explain } from '../../src/cli/explain.ts';
import { optionName } from '../../src/cli/option.ts';
import type { Output } from '../../src/cli/output.ts';
import { parseOptions } from '../../src/cli/parse-options.ts';
import type { LagStudy, Verdict } from '../../src/engine/explain/index.ts';
import { buildSeries, makeWindows, parseCsv, type Recipe, recipeOf } from '../../src/engine/index.ts';
import { csv, wave } from './support.ts';

const FEATURES = ['wind, "gusts"', 'rain'];
const subject = { file: 'm.keras', features: FEATURES, unit: '°C' } as unknown as Subject;

/** Two lags of two features: what the model's own permutations add, and what the seeds say. */
function found(effects: readonly number[], verdicts: readonly Verdict[]): Explanation {
  const study = {
    seeds: 2,
    nullLow: -0.1,
    nullHigh: 0.2,
    findings: verdicts.map((verdict) => ({ verdict })),
    shadow: [{ sensitivity: 0.03 }, { sensitivity: 0.01 }, { sensitivity: 0.02 }],
  } as unknown as LagStudy;
  return {
    device: 'a device',
    values: new Map([
      ['permutation', Float64Array.from(effects)],
      ['gradient', Float64Array.of(0.4, 0.3, 0.2, 0.1)],
      ['ig', Float64Array.of(1, 2, 3, 4)],
    ]),
    residual: 1e-6,
    halfLives: [2.5, Number.POSITIVE_INFINITY],
    permutation: {
      places: [],
      repeats: 2,
      windows: 9,
      rmse: Float64Array.of(1),
      effects: new Float64Array(),
      wholeWindow: Float64Array.of(90, 110),
    },
    study,
  };
}

const verdictsOf = (effects: readonly number[], ...verdicts: Verdict[]): Verdict[] =>
  rowsOf(subject, found(effects, verdicts), 'permutation').map(({ verdict }) => verdict);

describe('verdicts on a model', () => {
  it('are those of the seeds where the model itself agrees', () => {
    expect(verdictsOf([1.5, -1.5, 0.1, -0.05], 'used', 'used', 'not used', 'not used')).toEqual([
      'used',
      'used',
      'not used',
      'not used',
    ]);
  });

  it('are none where the model does otherwise than its seeds, and none where they tell nothing', () => {
    expect(verdictsOf([0.1, 1.5, 1.5, 0], 'used', 'not used', 'cannot tell', 'cannot tell')).toEqual(
      Array(4).fill('cannot tell'),
    );
  });

  it('are none where the model itself has no finite number', () => {
    expect(verdictsOf([1.5, Number.NaN, Number.POSITIVE_INFINITY], 'used', 'used', 'used')).toEqual([
      'used',
      ...Array(2).fill('cannot tell'),
    ]);
  });

  it('count under 1 % of what the whole window adds as nothing: 0.9 of 100', () => {
    expect(verdictsOf([0.9, 1.1, 0.9, 1.1], 'used', 'used', 'not used', 'not used')).toEqual([
      'cannot tell',
      'used',
      'not used',
      'cannot tell',
    ]);
  });
});

describe('what is told', () => {
  const all = found([1.5, 0.1, -0.05, 0.3], ['used', 'not used', 'not used', 'cannot tell']);

  it('holds permutations against the band of the study, gradients against the noise, and others against nothing', () => {
    const bands = (['permutation', 'gradient', 'ig'] as const).map((method) => {
      const [row] = reportOf(subject, all, method).rows;
      return [row?.value, row?.nullLow, row?.nullHigh];
    });

    expect(bands).toEqual([
      [1.5, -0.1, 0.2],
      [0.4, 0.01, 0.03],
      [1, null, null],
    ]);
  });

  it('leads with permutation and keeps the other methods in the same order', () => {
    expect(jsonReport(reportOf(subject, all, 'all'))).toMatchObject({
      unit: '°C',
      seeds: 2,
      lags: [
        { lag: 1, feature: FEATURES[0], value: 1.5 },
        { lag: 1, feature: 'rain', value: 0.1 },
        { lag: 2, feature: FEATURES[0], value: -0.05 },
        { lag: 2, feature: 'rain', value: 0.3 },
      ],
      methods: { gradient: [0.4, 0.3, 0.2, 0.1], ig: [1, 2, 3, 4] },
    });
    expect(jsonReport(reportOf(subject, all, 'gradient'))).toMatchObject({
      unit: '°C per standard deviation of the input',
    });
  });

  it('says of what the residual is a share', () => {
    const told = reportLines(reportOf(subject, all, 'ig')).join(' ');
    expect(told).toMatch(
      /but for at most 1\.0\d*e-6 of that difference, or, where it is smaller, of a tenth of the usual one \(its root mean square over the windows\)\./,
    );
  });

  it('writes no name into a CSV that a spreadsheet takes for a formula', () => {
    const hostile = { ...subject, features: ['=1+1', '-x'] };
    const lines = csvReport(reportOf(hostile, all, 'permutation')).split('\n');
    expect(lines.slice(1, 4)).toEqual([
      "1,'=1+1,1.5,-0.1,0.2,used",
      "1,'-x,0.1,-0.1,0.2,not used",
      "2,'=1+1,-0.05,-0.1,0.2,not used",
    ]);
  });

  it('quotes names in a CSV, and leaves a band that is not known empty', () => {
    const lines = csvReport(reportOf(subject, all, 'ig')).split('\n');

    expect(lines.slice(0, 3)).toEqual([
      'lag,feature,value,nullLow,nullHigh,verdict',
      '1,"wind, ""gusts""",1,,,used',
      '1,rain,2,,,not used',
    ]);
  });

  it('shows people the largest first, in words', () => {
    const lines = reportLines(reportOf(subject, all, 'all'));

    const places = lines.filter((line) => / {2}(used|not used|cannot tell)$/.test(line));
    expect(places.map((line) => line.replace(/ {2,}/g, '|'))).toEqual([
      'wind, "gusts"|1|1.500|-0.1000 to 0.2000|0.4000|1.000|used',
      'rain|2|0.3000|-0.1000 to 0.2000|0.1000|4.000|cannot tell',
      'rain|1|0.1000|-0.1000 to 0.2000|0.3000|2.000|not used',
      'wind, "gusts"|2|-0.05000|-0.1000 to 0.2000|0.2000|3.000|not used',
    ]);
    expect(lines).toContain(
      'Of 4 places 1 used, 2 not used, 1 cannot tell; largest: wind, "gusts" at lag 1 (1.500 °C).',
    );
    expect(lines.at(-1)).toBe('2.500  Infinity');
  });
});

describe('the recipe of a study', () => {
  const parse = (...args: string[]): ExplainOptions =>
    parseOptions(EXPLAIN_OPTIONS, ['m.keras', ...args], 'explain', { file: { placeholder: 'M', help: '' } });

  function recipe(): Recipe {
    const table = parseCsv(csv({ a: wave, b: (row) => row % 7 }, 60));
    const series = buildSeries(table, { target: ['a'] });
    const split = makeWindows(series, { window: 4, horizon: 2, split: [70, 15, 15] });
    const optimizer = { name: 'rmsprop', learningRate: 0.01, clipnorm: 2 };
    return recipeOf(series, split, {
      seed: 9,
      epochs: 7,
      batchSize: 16,
      optimizer,
      loss: 'mae',
      patience: 3,
    });
  }

  it('is that of the file', () => {
    const { training, data } = studyRecipe('m.keras', recipe(), 4, parse());

    expect(training).toEqual({
      epochs: 7,
      batchSize: 16,
      optimizer: 'rmsprop',
      learningRate: 0.01,
      loss: 'mae',
      clipnorm: 2,
      patience: 3,
      seed: 9,
    });
    expect(data).toMatchObject({
      window: 4,
      horizon: 2,
      split: [70, 15, 15],
      target: ['a'],
      features: ['a', 'b'],
    });
    expect(data).toMatchObject({ date: [], noTimeFeatures: true });
  });

  it('gives way to options', () => {
    const given = ['--epochs', '2', '--optimizer', 'sgd', '--horizon', '1', '--features', 'b', '--seed', '0'];

    const { training, data } = studyRecipe('m.keras', recipe(), 4, parse(...given));

    expect(training).toMatchObject({ epochs: 2, optimizer: 'sgd', learningRate: 0.01, seed: 0 });
    expect(data).toMatchObject({ horizon: 1, features: 'b', target: ['a'] });
  });

  it('of a file without one is that of gatewise train, with the window of the model', () => {
    const named = ['--data', 'd.csv', '--target', 'a', '--features', 'a,b', '--horizon', '3'];

    const { training, data } = studyRecipe('m.keras', null, 21, parse(...named));

    expect(training).toMatchObject({ epochs: 40, batchSize: 32, optimizer: 'adam', patience: null, seed: 1 });
    expect(data).toMatchObject({ window: 21, horizon: 3, samplingRate: 1, split: [60, 20, 20], date: null });
  });

  it('scales the columns it knows, in their order, and refuses others', () => {
    const own = recipe();
    const series = (features: string[]) =>
      buildSeries(parseCsv(csv({ a: wave, b: (row) => row % 7 }, 60)), { target: ['a'], features });

    const scaling = dataOfRecipe(own).scalingOf?.(series(['a', 'b']));

    expect([...(scaling?.features.mean ?? [])]).toEqual(own.mean);
    expect([...(scaling?.targets.scale ?? [])]).toEqual(own.targetScale);
    expect(() => dataOfRecipe(own).scalingOf?.(series(['b', 'a']))).toThrow(
      'The series gives the inputs "b", "a", the model was trained with "a", "b".',
    );
  });
});

describe('progress of an explanation', () => {
  function record(columns: number | null) {
    const [drawn, said]: [string[], string[]] = [[], []];
    const output: Output = {
      print: () => undefined,
      say: (line) => said.push(line),
      draw: (line) => drawn.push(line),
      columns: () => columns,
    };
    const progress = explainProgress(output, 4);
    const epoch = (at: number): void =>
      progress.study({ phase: 'training', epoch: at, epochs: 12, secondsLeft: 65 });
    const round = (repeat: number): void =>
      progress.study({
        ...{ phase: 'permuting', repeat, repeats: 10, secondsLeft: 4 },
        study: { nullLow: -0.5, nullHigh: 1.25 } as LagStudy,
      });
    return { drawn, said, progress, epoch, round };
  }

  it('is a line per epoch and round where there is no terminal, each once', () => {
    const { drawn, said, progress, epoch, round } = record(null);

    progress.methods(['occlusion'])[0]?.(0.5);
    for (const at of [0, 0, 1, 1, 2]) epoch(at);
    round(1);

    expect(drawn).toEqual([]);
    expect(said).toEqual([
      'Epoch  0/12  4 networks  1:05 left',
      'Epoch  1/12  4 networks  1:05 left',
      'Epoch  2/12  4 networks  1:05 left',
      'Round  1/10  null band -0.5000 to 1.250  0:04 left',
    ]);
  });

  it('is a bar on a terminal', () => {
    const { drawn, said, progress, epoch, round } = record(100);

    progress.methods(['occlusion'])[0]?.(0.5);
    const [gradient, permutation] = progress.methods(['gradient', 'permutation']);
    gradient?.(1);
    permutation?.(0.5);
    epoch(6);
    round(10);

    expect(said).toEqual([]);
    expect(drawn).toEqual([
      'occlusion 50 %  [============............]',
      '2 methods 50 %  [============............]',
      '2 methods 75 %  [==================......]',
      'Epoch  6/12  [============............]  4 networks  1:05 left',
      'Round 10/10  [========================]  null band -0.5000 to 1.250  0:04 left',
    ]);
  });

  it('knows how far it was when it is stopped', () => {
    const { progress, epoch, round } = record(null);

    const when = [progress.when];
    for (const go of [
      () => progress.methods(['gradient', 'occlusion'])[0]?.(0),
      () => progress.methods(['gradient', 'occlusion'])[0]?.(1),
      () => epoch(3),
      () => round(2),
    ]) {
      go();
      when.push(progress.when);
    }

    expect(when).toEqual([
      'before it began',
      'during gradient, occlusion',
      'during occlusion',
      'after 3 of 12 epochs',
      'after 2 of 10 rounds of permutations',
    ]);
  });
});

describe('the help of gatewise explain', () => {
  it('has every option once', () => {
    const help = explain.help();

    const shown = Object.values(EXPLAIN_GROUPS).flat();
    expect([...shown].sort()).toEqual(Object.keys(EXPLAIN_OPTIONS).sort());
    for (const key of shown) expect(help).toMatch(new RegExp(`\n {2}--${optionName(key)}( |\n)`));
    expect(help).toContain('Usage: gatewise explain MODEL [options]');
    expect(help.split('\n').every((line) => line.length <= 110)).toBe(true);
  });
});
