/** Under the bonnet: words for every kernel, what readings say together, the self-test's report, and the licences as packages name them. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { kernelWords } from '../../src/demo/kernel-words.ts';
import { commonStep, formatBytes, formatTime, summarizeReadings } from '../../src/demo/readings.ts';
import { reportJson, reportText, selfTestReport } from '../../src/demo/self-test-report.ts';
import { foldDispatches } from '../../src/engine/index.ts';
import { KERNELS } from '../../src/engine/kernels/all-kernels.ts';
import { differingBits, largestError, relativeError } from '../../src/engine/self-test/errors.ts';

const root = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

describe('kernels in words', () => {
  it('has a sentence of its own for each kernel of the engine', () => {
    const sentences = KERNELS.map(({ name }) => kernelWords(name));
    expect(KERNELS.filter(({ name }) => !/^[A-Z].*\.$/.test(kernelWords(name)))).toEqual([]);
    expect(new Set(sentences).size).toBe(KERNELS.length);
  });

  it('takes the dispatches of one kernel together where they follow each other', () => {
    const dispatch = (kernel: string) => ({ label: kernel, kernel, workgroups: [2, 1, 1] as const });
    const plan = ['step', 'step', 'step', 'head', 'step'].map(dispatch);
    expect(foldDispatches(plan).map(({ kernel, first, dispatches }) => [kernel, first, dispatches])).toEqual([
      ['step', 0, 3],
      ['head', 3, 1],
      ['step', 4, 1],
    ]);
  });
});

describe('readings', () => {
  it('have median, quartiles and mean', () => {
    expect(summarizeReadings([4, 1, 3, 2])).toEqual({ median: 2.5, low: 1.75, high: 3.25, mean: 2.5 });
    expect(summarizeReadings([7])).toEqual({ median: 7, low: 7, high: 7, mean: 7 });
    expect(summarizeReadings([])).toBeNull();
  });

  it('show the step of a clock that rounds, and none of one that does not', () => {
    expect(commonStep([0, 131_072, 65_536, 196_608])).toBe(65_536);
    expect(commonStep([1001, 2003])).toBe(1);
    expect(commonStep([0, 0])).toBe(1);
  });

  it('are written with three digits and a unit', () => {
    expect([980, 12_345, 999_000, 1_234_567, 250_000_000].map(formatTime)).toEqual([
      '0.98\u00a0\u00b5s',
      '12.3\u00a0\u00b5s',
      '999\u00a0\u00b5s',
      '1.23\u00a0ms',
      '250\u00a0ms',
    ]);
    expect([0, 16, 1536, 2 ** 30].map(formatBytes)).toEqual([
      '0\u00a0B',
      '16\u00a0B',
      '1.5\u00a0KiB',
      '1\u00a0GiB',
    ]);
  });
});

describe('errors of the self-test', () => {
  it('are never good where a value is not a number, or where some are missing', () => {
    for (const measure of [largestError, relativeError]) {
      expect(measure([1, Number.NaN], [1, 2])).toBe(Number.POSITIVE_INFINITY);
      expect(measure([], [1])).toBe(Number.POSITIVE_INFINITY);
      expect(measure([1, 2], [1, 2])).toBe(0);
    }
    expect(relativeError([0, 1e-9], [0, 0])).toBe(Number.POSITIVE_INFINITY);
  });

  it('are what their names say', () => {
    expect(largestError([1.5, 103], [1, 99])).toBeCloseTo(0.25, 12);
    expect(relativeError([3, 4.5], [3, 4])).toBeCloseTo(0.1, 12);
    expect(differingBits(Float32Array.of(0, 1, 2), Float32Array.of(-0, 1, 2))).toBe(1);
  });
});

describe('the report of the self-test', () => {
  const report = selfTestReport({
    version: '1.2.3',
    date: new Date('2026-03-04T05:06:07Z'),
    userAgent: 'Browser/9',
    device: { label: 'A card', isSoftware: false, thread: 'worker' },
    bonnet: {
      batchSize: 32,
      plan: [],
      kernels: [],
      memory: [],
      vendor: 'maker',
      architecture: '',
      features: ['timestamp-query'],
      limits: [{ name: 'maxBufferSize', value: 1024 }],
    },
    results: [
      {
        name: 'first',
        measure: 'largest error',
        error: 2e-7,
        limit: 1e-5,
        passed: true,
        ms: 12,
        problem: null,
      },
      {
        name: 'second',
        measure: 'largest error',
        error: Number.POSITIVE_INFINITY,
        limit: 1e-5,
        passed: false,
        ms: 3,
        problem: 'It did not compile.',
      },
    ],
  });

  it('says in text what was found, where and with what', () => {
    expect(reportText(report).split('\n')).toEqual([
      'gatewise 1.2.3 self-test, 2026-03-04T05:06:07.000Z',
      '1 of 2 checks passed',
      'Adapter: A card; vendor maker, architecture not told; ran in the worker',
      'Browser: Browser/9',
      'Features: timestamp-query',
      'Limits: maxBufferSize 1024',
      '',
      'passed  first: largest error 2e-7, limit 0.00001 (12 ms)',
      'FAILED  second: largest error \u221e, limit 0.00001 (3 ms)',
      '        It did not compile.',
    ]);
  });

  it('is JSON too, where an error that could not be measured is null', () => {
    const read = JSON.parse(reportJson(report)) as typeof report;
    expect(read).toMatchObject({
      engine: 'gatewise 1.2.3',
      passed: 1,
      failed: 1,
      limits: { maxBufferSize: 1024 },
    });
    expect(read.results.map(({ error }) => error)).toEqual([2e-7, null]);
  });
});

it('the page names every package it carries with the licence the package gives itself', () => {
  const html = readFileSync(root('src/demo/index.html'), 'utf8');
  const list = html.slice(html.indexOf('data-testid="licences"'));
  const items = list.slice(0, list.indexOf('</ul>')).match(/<li>[\s\S]*?<\/li>/g) ?? [];
  const { dependencies, devDependencies } = JSON.parse(readFileSync(root('package.json'), 'utf8')) as Record<
    'dependencies' | 'devDependencies',
    Record<string, string>
  >;
  const sources = import.meta.glob<string>('../../src/{demo,engine}/**/*.ts', {
    eager: true,
    query: '?raw',
    import: 'default',
  });
  const code = Object.values(sources).join('\n');
  const carried = Object.keys({ ...dependencies, ...devDependencies }).filter((name) =>
    new RegExp(`(from|import\\()\\s*'${name}('|/)`).test(code),
  );

  expect(carried).toContain('lit');
  for (const name of carried) {
    const item = items.find((one) => one.includes(`<code>${name}</code>`)) ?? '';
    const { license } = JSON.parse(readFileSync(root(`node_modules/${name}/package.json`), 'utf8')) as {
      license: string;
    };
    const expected = license.startsWith('SEE LICENSE') ? 'under its own terms' : `: ${license},`;
    expect(item, name).toContain(expected);
  }
});
