/** The lag lab's plain functions: bars and their words, fills, CSV, marks, the third answer, baselines. */
import { describe, expect, it } from 'vitest';
import { lagAnswered } from '../../src/demo/lags/lag-answer.ts';
import { largestPlaces, readingOfLags, tableOf } from '../../src/demo/lags/lag-bars.ts';
import { correlationWords } from '../../src/demo/lags/lag-correlation.ts';
import { lagCsv, retrainCsv, studyCsv } from '../../src/demo/lags/lag-csv.ts';
import { fillOf, inputFills, stackedBars } from '../../src/demo/lags/lag-fills.ts';
import { gradesOf, type Planted, truthOf } from '../../src/demo/lags/lag-grades.ts';
import { noiseOf, plantedOf, studyNoise } from '../../src/demo/lags/lag-noise.ts';
import type { LagReport } from '../../src/demo/lags/lag-protocol.ts';
import { studyShare } from '../../src/demo/lags/lag-study-share.ts';
import { verdictSentence, verdictWhy } from '../../src/demo/lags/lag-verdicts.ts';
import { lagLabel } from '../../src/demo/lags/lag-words.ts';
import { presetRecipe } from '../../src/demo/presets.ts';
import { baselineRows } from '../../src/demo/session/lag-baselines.ts';
import { everySoOften, LagWork } from '../../src/demo/session/lag-work.ts';
import { prepareData } from '../../src/demo/session/loaded-data.ts';
import {
  CORRELATION_NOTE,
  type LagFinding,
  type LagStudy,
  type Retraining,
} from '../../src/engine/explain/index.ts';
import { baselines, parseCsv } from '../../src/engine/index.ts';

/** Three lags of two inputs; a as large as told, b half of it and negative. */
function report(values: readonly number[], each: LagReport['each'] = null): LagReport {
  return {
    type: 'lags',
    method: 'permutation',
    baseline: { kind: 'mean' },
    extra: 0,
    weights: 'shown',
    steps: values.length,
    features: ['a', 'b'],
    values: Float64Array.from(values.flatMap((value) => [value, -value / 2])),
    signed: Float64Array.from(values.flatMap((value) => [-value, value])),
    windows: 10,
    each,
    epoch: 1,
    fingerprint: '00000000',
  };
}

describe('a retraining as CSV', () => {
  it('has a line for each thing left out, and nothing where a seed diverged', () => {
    const findings = [
      { leftOut: { kind: 'lag', lag: 3 }, value: 0.5, perSeed: [0.5, null] },
      { leftOut: { kind: 'feature', feature: '=a,b' }, value: null, perSeed: [null, null] },
    ] as const;
    expect(retrainCsv({ findings, seeds: 2 })).toBe(
      'left_out,lag,input,value,seed_1,seed_2\nlag,3,,0.5,0.5,\ninput,,"\'=a,b",,,\n',
    );
  });
});

describe('bars', () => {
  it('are called by their row: lag 1 is t', () => {
    expect([1, 2, 6, 24].map(lagLabel)).toEqual(['t', 't\u22121', 't\u22125', 't\u221223']);
  });

  it('are what was measured, its signed means, or shares of all sizes together', () => {
    expect([...tableOf(report([2, 4]), 'size', null).values]).toEqual([2, -1, 4, -2]);
    expect([...tableOf(report([2, 4]), 'signed', null).values]).toEqual([-2, 2, -4, 4]);
    const shares = tableOf(report([2, 4]), 'share', null).values;
    expect([...shares].map((share) => Math.round(share * 900))).toEqual([200, -100, 400, -200]);
    expect([...tableOf(report([0, 0]), 'share', null).values].every((share) => share === 0)).toBe(true);
  });

  it('of one window are its own, the oldest row of the samples last', () => {
    const each = {
      indices: Uint32Array.from([3, 8]),
      samples: Float32Array.from([9, 9, 9, 9, 1, 2, 3, -4]),
      forecast: new Float64Array(2),
      changes: new Float64Array(2),
      residual: 0,
    };
    expect([...tableOf(report([2, 4], each), 'signed', 8).values]).toEqual([3, -4, 1, 2]);
    expect([...tableOf(report([2, 4], each), 'size', 8).values]).toEqual([3, 4, 1, 2]);
  });

  it('are read out: the largest, and the largest at t\u22125 with its place in the null band', () => {
    const table = tableOf(report([0.5, 2, 0, 0, 0, 0.01, 1]), 'size', null);
    expect(largestPlaces(table)[0]).toEqual({ lag: 2, feature: 0, value: 2 });
    const band = { low: -0.1, high: 0.1 };
    expect(readingOfLags(table, '°C', 'size', band).replaceAll('\u00a0', ' ')).toBe(
      'Permuting t\u22121 of a costs 2.00 °C, the most of all; at t\u22125 the largest is 0.01 °C, that of a, inside the null band.',
    );
    expect(readingOfLags(table, '', 'size', { low: 0, high: 0.001 })).toMatch(/, outside the null band\.$/);
    expect(readingOfLags(table, '', 'size', null)).toMatch(/that of a\.$/);
    expect(readingOfLags(tableOf(report([0, 0]), 'size', null), '', 'size', null)).toBe('All bars are 0.');
  });

  it('below 0 are not called the largest, and small ones have two digits in a sentence', () => {
    const table = tableOf(report([0.5, 2, 0, 0, 0, -0.012345]), 'size', null);
    const negative = { ...table, values: table.values.map((value, at) => (at === 11 ? -0.023456 : value)) };
    expect(readingOfLags(negative, '', 'size', null)).toBe(
      'Permuting t\u22121 of a costs 2.00, the most of all; at t\u22125 the largest in size is \u22120.023, that of b.',
    );
    const gain = tableOf(report([0.5, -2, 0, 0, 0, 0.012345]), 'size', null);
    expect(readingOfLags(gain, '', 'size', null)).toBe(
      'Without the true values of t\u22121 of a the error is smaller by 2.00, the most of all in size; at t\u22125 the largest is 0.012, that of a.',
    );
  });

  it('have a fill for each input up to six; of more the five that weigh most have one', () => {
    expect(inputFills(report([1, 2]))).toEqual([
      { fill: 0, feature: 0 },
      { fill: 1, feature: 1 },
    ]);
    const features = ['a', 'b', 'c', 'd', 'e', 'f', 'g'];
    const table = {
      method: 'occlusion',
      steps: 1,
      features,
      values: Float64Array.from([1, 7, 2, 6, 3, 5, 4]),
    } as const;
    const fills = inputFills(table);
    expect(fills.map(({ feature }) => feature)).toEqual([1, 3, 5, 6, 4, null]);
    expect(stackedBars(table, fills)[0]?.parts.map(({ value }) => value)).toEqual([7, 6, 5, 4, 3, 3]);
    expect([fillOf(fills, 5), fillOf(fills, 0)]).toEqual([2, 5]);
  });

  it('go into CSV in full, with names that no spreadsheet takes for a formula', () => {
    const table = tableOf({ ...report([0.1]), features: ['=1+1', 'say "b"'] }, 'size', null);
    expect(lagCsv(table)).toBe(
      'lag,steps_before_newest,input,value\n1,0,\'=1+1,0.1\n1,0,"say ""b""",-0.05\n',
    );
  });
});

function finding(lag: number, feature: string, verdict: LagFinding['verdict'], value = 0): LagFinding {
  const spread = { perSeed: [value, value], sensitivity: 0.5, sensitivityPerSeed: [0.5, 0.5] };
  return { lag, feature, value, ...spread, nullLow: -0.1, nullHigh: 0.1, verdict };
}

function studyOf(findings: readonly LagFinding[]): LagStudy {
  return {
    seeds: 2,
    window: 3,
    features: ['x', 'shadow'],
    windows: 10,
    repeats: 10,
    findings,
    shadow: [],
    shadowSensitivity: [0, 0],
    nullLow: -0.1,
    nullHigh: 0.1,
    rmse: [1, 1],
    wholeWindow: [2, 2],
    controls: { untrained: [], shuffled: [], shuffledSensitivity: [] },
    notes: [],
    rule: '',
  };
}

describe('a study', () => {
  it('goes into CSV with verdict and the value of each seed', () => {
    expect(studyCsv([finding(2, 'x', 'not used', 0.25)])).toBe(
      'lag,steps_before_newest,input,value,null_low,null_high,sensitivity,verdict,seed_1,seed_2\n2,1,x,0.25,-0.1,0.1,0.5,not used,0.25,0.25\n',
    );
  });

  it('tells why a place has its verdict', () => {
    const study = {
      ...studyOf([]),
      wholeWindow: [10, 10],
      shadowSensitivity: [0.2, 0.4],
    };
    const of = (verdict: LagFinding['verdict'], perSeed: number[], sensitivity = 0.5) =>
      verdictWhy({ ...finding(1, 'x', verdict), perSeed, sensitivity }, study, '');
    expect(of('used', [0.2, -0.3])).toBe('outside the null band for all 2 seeds');
    expect(of('cannot tell', [0.2, 0.05])).toBe(
      'outside the null band for 1 of 2 seeds, inside it or too small for 1',
    );
    expect(of('cannot tell', [0.1, 0.05])).toBe(
      'inside the null band or too small for all 2 seeds, but the forecast follows it no less than the shadow column, 0.50 against 0.30',
    );
    expect(of('not used', [0, -0.05], 0.25)).toMatch(
      /follows it less than the shadow column, 0\.25 against 0\.30$/,
    );
    const used = { ...finding(6, 'x', 'used'), perSeed: [5, 5] };
    expect(verdictSentence(used, study, { unit: '', isDone: true })).toBe(
      't\u22125 of x: used, because it is outside the null band for all 2 seeds.',
    );
    expect(verdictSentence(used, study, { unit: '', isDone: false })).toMatch(
      /^t\u22125 of x, so far: used, .* can still change it\.$/,
    );
  });

  it('says of weather that rows are alike, and of planted series that they were drawn one by one', () => {
    for (const preset of ['seattle', 'city', null] as const)
      expect(correlationWords(preset)).toBe(CORRELATION_NOTE);
    expect(correlationWords('lag-3')).toMatch(/^The inputs of this planted series were drawn row by row/);
  });

  it('has one bar that never goes back from training to permuting', () => {
    const training = (epoch: number) => studyShare({ phase: 'training', epoch, epochs: 4, secondsLeft: 1 });
    const permuting = (repeat: number) =>
      studyShare({ phase: 'permuting', repeat, repeats: 10, secondsLeft: 1, study: studyOf([]) });
    expect([studyShare({ phase: 'measuring' }), training(0), training(2), training(4)]).toEqual([
      0, 0, 0.25, 0.5,
    ]);
    expect([permuting(0), permuting(1), permuting(10)]).toEqual([0.5, 0.55, 1]);
  });

  it('and methods get marks where the truth was planted, and only in its own count of lags', () => {
    expect(truthOf('lag-3', 1)).toMatchObject({ truth: [{ feature: 'x', lags: [3] }], shadow: 'shadow' });
    expect([truthOf('lag-3', 2), truthOf('seattle', 1), truthOf(null, 1)]).toEqual([null, null, null]);

    const found = studyOf([finding(3, 'x', 'used'), finding(1, 'x', 'used'), finding(2, 'x', 'not used')]);
    expect(marksOf('lag-3', [], found)).toEqual([['Verdicts', '2 places', 0.5, 1]]);
    expect(marksOf('noise', [], studyOf([finding(1, 'x', 'not used')]))).toEqual([
      ['Verdicts', '0 places', null, null],
    ]);
  });

  /** Bars of x by lag; those of shadow reach 1, with either sign. */
  const beside = (x: readonly number[]): LagReport => ({
    ...report(x),
    features: ['x', 'shadow'],
    values: Float64Array.from(x.flatMap((value, at) => [value, at === 1 ? -1 : 0.2])),
  });
  const marksOf = (
    preset: 'lag-3' | 'noise',
    reports: readonly LagReport[],
    found: LagStudy | null = null,
    retraining: Retraining | null = null,
  ) =>
    gradesOf(truthOf(preset, 1) as Planted, reports, found, retraining).map(
      ({ name, named, precision, recall }) => [name, named, precision, recall],
    );

  it('is not all that can be wrong: a method names whatever is larger than its largest bar of pure noise', () => {
    expect(marksOf('lag-3', [beside([0.5, 0.9, 4])])).toEqual([['Permutation', '1 place', 1, 1]]);
    expect(marksOf('lag-3', [beside([-1.5, 1.2, 4])])).toEqual([['Permutation', '3 places', 1 / 3, 1]]);
    expect(marksOf('lag-3', [beside([4, 0, 0.9])])).toEqual([['Permutation', '1 place', 0, 0]]);
    expect(marksOf('noise', [beside([0, 1.1, 0])])).toEqual([['Permutation', '1 place', 0, null]]);
    expect(marksOf('noise', [beside([0, 0.9, 0])])).toEqual([['Permutation', '0 places', null, null]]);
  });

  it('says in words what the marks mean', () => {
    const meanings = (preset: 'lag-3' | 'noise', x: readonly number[]) =>
      gradesOf(truthOf(preset, 1) as Planted, [beside(x)], null, null).map(({ meaning }) => meaning);
    expect(meanings('lag-3', [0, 0, 4])).toEqual(['names what is true, and no more']);
    expect(meanings('lag-3', [-1.5, 1.2, 4])).toEqual([
      'is right in 1 of 3; the tallest wrong bar has 38\u00a0% of the tallest bar\u2019s height, yet is taller than all of the noise',
    ]);
    expect(meanings('lag-3', [1.5, 0, 400])[0]).toContain('has less than 1\u00a0% of');
    expect(meanings('lag-3', [0, 0, 0])).toEqual(['names nothing, and misses what is true']);
    expect(meanings('noise', [0, 0, 0])).toEqual(['names nothing, and there is nothing to name']);
  });

  it('names the window of a baseline, so that two of them are told apart', () => {
    const baseline = { kind: 'window', window: 9 } as const;
    const names = marksOf('lag-3', [{ ...beside([0, 0, 4]), method: 'integrated', baseline }]);
    expect(names[0]?.[0]).toBe('Integrated gradients, from window 10');
  });

  it('and retraining: the rows that are missed more than pure noise is', () => {
    const without = (costs: readonly (number | null)[], noise: number | null): Retraining => ({
      seeds: 3,
      rmse: [1, 1, 1],
      notes: [],
      findings: [
        ...costs.map((value, at) => ({
          leftOut: { kind: 'lag', lag: at + 1 } as const,
          value,
          perSeed: [value],
        })),
        { leftOut: { kind: 'feature', feature: 'x' } as const, value: 2, perSeed: [2] },
        { leftOut: { kind: 'feature', feature: 'shadow' } as const, value: noise, perSeed: [noise] },
      ],
    });
    const marks = (preset: 'lag-3' | 'noise', costs: readonly (number | null)[], noise: number | null) =>
      marksOf(preset, [], null, without(costs, noise));
    expect(marks('lag-3', [0.1, -0.9, 2], -0.2)).toEqual([['Retraining', '1 row', 1, 1]]);
    expect(marks('lag-3', [0.3, null, 0.1], 0.2)).toEqual([['Retraining', '1 row', 0, 0]]);
    expect(marks('noise', [0.3, 0, 0], 0.2)).toEqual([['Retraining', '1 row', 0, null]]);
    expect(marks('lag-3', [0, 0, 2], null)).toEqual([]);
  });

  it('says how far pure noise reaches: the input that was planted as noise, or the shadow column of its networks', () => {
    expect(noiseOf(beside([5, 5, 5]), 'shadow')).toBe(1);
    expect(noiseOf(report([5]), 'shadow')).toBeNull();
    expect([plantedOf('noise')?.shadow, plantedOf('seattle'), plantedOf(null)]).toEqual([
      'shadow',
      null,
      null,
    ]);

    const slopes = { ...beside([1]), method: 'sensitivity' } as const;
    const found = { shadowSensitivity: [0.1, 0.4, 0.3] };
    expect(studyNoise(slopes, 'size', found)).toBe(0.4);
    expect(studyNoise(slopes, 'share', found)).toBeNull();
    expect(studyNoise(slopes, 'size', null)).toBeNull();
    expect(studyNoise(beside([1]), 'size', found)).toBeNull();
  });

  it('and permutation answer the question at the top of the page', () => {
    const measured = { ...report([5, 0, 0, 0, 0, 2]), features: ['x', 'shadow'] };
    const verdicts = studyOf([finding(6, 'x', 'used'), finding(6, 'shadow', 'not used')]);
    expect(lagAnswered({ report: measured, study: verdicts }, 6)).toEqual({
      asked: { value: 2, feature: 'x' },
      most: { value: 5, feature: 'x', lag: 1 },
      verdicts: [
        { verdict: 'used', count: 1 },
        { verdict: 'not used', count: 1 },
      ],
    });
    expect(lagAnswered({ report: measured, study: null }, 7)).toBeNull();
  });
});

describe('under way', () => {
  it('is one task of a kind, which the next ends', () => {
    const work = new LagWork();
    const first = work.begin('shown');
    const study = work.begin('study');
    const second = work.begin('shown');
    expect([first.aborted, study.aborted, second.aborted]).toEqual([true, false, false]);
    work.stopAll();
    expect([study.aborted, second.aborted]).toEqual([true, true]);
  });

  it('is reported four times a second at most, and not once it was stopped', async () => {
    const seen: number[] = [];
    const work = new LagWork();
    const tell = everySoOften<number>(
      (n) => seen.push(n),
      work.begin('study'),
      (n) => n === 7,
    );
    const begun = performance.now();
    for (let n = 0; n < 8 || performance.now() - begun < 600; n++) {
      tell(n);
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    expect(seen).toContain(7);
    expect(seen.length - 1).toBeLessThanOrEqual(Math.ceil((performance.now() - begun) / 250));
    const count = seen.length;
    work.stopAll();
    tell(7);
    expect(seen).toHaveLength(count);
  });
});

/** Three years of days; temp goes with the season, rain does not. */
function days(): ReturnType<typeof prepareData> {
  const rows = Array.from({ length: 3 * 365 }, (_, day) => {
    const date = new Date(Date.UTC(2013, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},${(10 + 8 * Math.sin(day / 58)).toFixed(3)},${(day * 7919) % 13}`;
  });
  const table = parseCsv(['date,temp,rain', ...rows].join('\n'));
  const source = {
    name: 'days',
    table,
    preset: null,
    origin: { type: 'file', file: new File([], 'days.csv') },
    units: {},
  } as const;
  return prepareData(
    source,
    { target: 'temp', features: ['temp', 'rain'], date: ['date'] },
    presetRecipe('seattle'),
  );
}

describe('baselines of integrated gradients', () => {
  it('are 0 for the training mean', () => {
    const data = days();
    expect(baselineRows(data, data.split.test, { kind: 'mean' })).toBeNull();
  });

  it('are what is usual for each row\u2019s date: for the target\u2019s own column the climatology of the plain forecasts', () => {
    const data = days();
    const { test, scaling } = data.split;
    const rows = baselineRows(data, test, { kind: 'climatology' });
    const usual = baselines(data.series, data.split).test.climatology?.predictions ?? new Float64Array();
    const width = data.series.columns.length;
    const column = data.series.columns.indexOf('temp');
    expect(rows?.shape).toEqual([test.starts.length, test.window, width]);
    // The newest row of a window is the target's row of the window before.
    for (const n of [1, 50, test.starts.length - 1]) {
      const scaled = rows?.data[((n + 1) * test.window - 1) * width + column] ?? Number.NaN;
      const mean = scaling.features.mean[column] ?? Number.NaN;
      expect(scaled * (scaling.features.scale[column] ?? Number.NaN) + mean).toBeCloseTo(
        usual[n - 1] ?? Number.NaN,
        3,
      );
    }
  });

  it('are one other window for all', () => {
    const data = days();
    const { test } = data.split;
    const width = test.features;
    const rows = baselineRows(data, test, { kind: 'window', window: 4 });
    const from = (test.starts[4] ?? 0) * width;
    const own = [...test.series.subarray(from, from + test.window * width)];
    for (const n of [0, 9]) {
      expect([...(rows?.data.subarray(n * own.length, (n + 1) * own.length) ?? [])]).toEqual(own);
    }
    expect(() => baselineRows(data, test, { kind: 'window', window: 9999 })).toThrow(
      /There is no window 9999/,
    );
  });
});
