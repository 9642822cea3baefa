/** Errors that bad input really brings are said in Chinese by the page, every part of them. */
import { describe, expect, it } from 'vitest';
import { doJob } from '../../src/demo/keras/do-job.ts';
import { named, problemOf } from '../../src/demo/session/describe.ts';
import { english, say, type Told } from '../../src/demo/words.ts';
import {
  buildSeries,
  makeWindows,
  parseCsv,
  parseCsvBytes,
  parseHourly,
  parsePlaces,
} from '../../src/engine/index.ts';
import {
  kerasLayer,
  type ModelFormat,
  sequentialConfig,
  writeModelFile,
  writeNpz,
} from '../../src/engine/keras/index.ts';
import { randomModel } from '../keras/support.ts';
import { csvOf, seriesOf } from './data-fixtures.ts';
import { inChinese } from './in-chinese.ts';

const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);
const rowsOf = (count: number): number[][] => Array.from({ length: count }, (_, i) => [i % 7]);
const table = (...rows: readonly (readonly (string | number)[])[]) =>
  parseCsv(csvOf(['day', 'a', 'b'], rows));

/** With nothing in the gaps: what is received may be in any language. */
function without(words: Told): Told {
  return typeof words === 'string' ? words : { ...words, values: words.values.map(emptied) };
}
const emptied = (value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'strTag' in value ? without(value as Told) : '';

function expectChinese(words: Told, message: string): void {
  expect(english(words)).toBe(message);
  const said = say(without(words));
  expect(said, message).toMatch(/\p{Script=Han}.*[\u3002\uff1f]$/u);
  expect(said, message).not.toMatch(/[a-z]{2,} [a-z]{2,}/);
}

async function failure(files: readonly { name: string; bytes: Uint8Array }[]): Promise<Told> {
  const answer = await doJob({ type: 'read', files });
  if (answer.type !== 'failed') throw new Error('The files were read.');
  return answer.message;
}

async function written(format: ModelFormat): Promise<Uint8Array> {
  const { files } = await writeModelFile(randomModel(), format, { baseName: 'm' });
  return files[0]?.bytes ?? new Uint8Array();
}

const oneArray = (shape: readonly number[]): Uint8Array =>
  writeNpz([
    { path: 'arr_0', shape, data: new Float32Array(shape.reduce((product, size) => product * size, 1)) },
  ]);

/** An architecture alone, as model.to_json() gives it. */
const architecture = (className: string): Uint8Array => {
  const layer = kerasLayer(className, { name: 'first', units: 2 });
  return bytesOf(
    JSON.stringify({ class_name: 'Sequential', config: sequentialConfig('m', [4, 3], [layer]) }),
  );
};

const DATA: readonly (readonly [start: string, run: () => unknown])[] = [
  ['The file is empty', () => parseCsv('')],
  ['The content is a zip', () => parseCsvBytes(Uint8Array.of(0x50, 0x4b, 3, 4, 0))],
  ['The content is binary', () => parseCsv('a\0bcdefg,h')],
  ['The text is encoded', () => parseCsvBytes(Uint8Array.of(0xff, 0xfe, 65, 0))],
  ['Line 1 begins with "1, 2"', () => parseCsv('1,2\n3,4')],
  ['The file has column names', () => parseCsv('a,b')],
  ['2 of 2 lines have more', () => parseCsv('a,b\n1,2,3\n1,2,3')],
  ['A quote (")', () => parseCsv('a,b\n"1,2\n3,4')],
  ['Text follows', () => parseCsv('a,b\n"1"x,2\n3,4')],
  ['Column "a" mixes', () => parseCsv('a;b\n1,5;2\n1.5;3')],
  ['There is no column "A"', () => table([1, 2, 3]).column('A')],
  ['There is no column "x"', () => table([1, 2, 3]).column('x')],
  ['No column holds', () => buildSeries(parseCsv('a,b,c\nx,1,\ny,1,'), { target: 'all' })],
  ['Target column "a" can\'t be used', () => buildSeries(table([1, 'x', 2], [2, 3, 3]), { target: ['a'] })],
  ['Target column "a" can\'t be learnt', () => buildSeries(table([1, 5, 2], [2, 5, 3]), { target: ['a'] })],
  [
    'None of the feature columns "a"',
    () => buildSeries(table([1, 'x', 2], [2, 'y', 3]), { target: ['b'], features: ['a'] }),
  ],
  [
    'Column "day", line 3: received',
    () => buildSeries(table(['2020-01-01', 1, 2], ['no', 2, 3]), { target: 'all', date: ['day'] }),
  ],
  [
    'Column "day", line 3: the date is missing',
    () => buildSeries(table(['2020-01-01', 1, 2], ['', 2, 3]), { target: 'all', date: ['day'] }),
  ],
  [
    '2 of 3 rows repeat',
    () =>
      buildSeries(table(['2020-01-01', 1, 2], ['2020-01-01', 2, 3], ['2020-01-01', 4, 5]), {
        target: 'all',
        date: ['day'],
      }),
  ],
  ['The series has 5 rows', () => makeWindows(seriesOf(rowsOf(5)), { window: 14 })],
  ['The series has 5 rows', () => makeWindows(seriesOf(rowsOf(5)), { window: 14, samplingRate: 2 })],
  ['The training part has no window', () => makeWindows(seriesOf(rowsOf(20)), { window: 17 })],
  ['The split is', () => makeWindows(seriesOf(rowsOf(20)), { window: 2, split: [1, 0, 1] })],
  ['The horizon is 0', () => makeWindows(seriesOf(rowsOf(20)), { window: 2, horizon: 0 })],
  [
    'Target "a" is constant',
    () => makeWindows(seriesOf([...Array.from({ length: 15 }, () => [1]), ...rowsOf(5)]), { window: 2 }),
  ],
  ['Open-Meteo\u2019s list of places is no JSON', () => parsePlaces('<html>')],
  ['Open-Meteo\u2019s list of places: results', () => parsePlaces('{"results": 1}')],
  ['Open-Meteo\u2019s weather: hourly_units', () => parseHourly('{}')],
];

const FILES: readonly (readonly [
  start: string,
  name: string,
  bytes: () => Uint8Array | Promise<Uint8Array>,
])[] = [
  ['m.h5 is of no kind known here', 'm.h5', () => bytesOf('hello, world')],
  ['m.h5 is a web page', 'm.h5', () => bytesOf('<!doctype html>')],
  ['m.h5 is an empty file', 'm.h5', () => new Uint8Array()],
  ['m.json is no whole JSON', 'm.json', () => bytesOf('{"class_name": ')],
  ['m.json is JSON, but no model', 'm.json', () => bytesOf('{"a": 1}')],
  [
    'm.json: the weights in "s.bin" are missing',
    'm.json',
    () =>
      bytesOf(
        JSON.stringify({
          modelTopology: { class_name: 'Sequential', config: [] },
          weightsManifest: [{ paths: ['s.bin'], weights: [{ name: 'a', shape: [1], dtype: 'float32' }] }],
        }),
      ),
  ],
  ['m.keras: this is no whole zip', 'm.keras', async () => (await written('keras')).slice(0, -9)],
  ['m.npz: this is no whole zip', 'm.npz', async () => (await written('npz')).slice(0, 500)],
  ['m.h5: this HDF5 file is damaged or cut short', 'm.h5', async () => (await written('h5')).slice(0, -100)],
  ['m.npz holds weights without an architecture', 'm.npz', () => oneArray([3, 1, 2])],
];

describe('what the engine says of bad input', () => {
  inChinese();

  it.each(DATA)('is said in Chinese: %s', (start, run) => {
    let error: unknown;
    try {
      run();
    } catch (thrown) {
      error = thrown;
    }
    const words = problemOf(error, 'data').message;

    expect(english(words).slice(0, start.length)).toBe(start);
    expectChinese(words, (error as Error).message);
    expectChinese(problemOf(named(error, 'my.csv'), 'data').message, `my.csv: ${(error as Error).message}`);
  });

  it.each(FILES)('is said in Chinese: %s', async (start, name, bytes) => {
    const words = await failure([{ name, bytes: await bytes() }]);

    expect(english(words).slice(0, start.length)).toBe(start);
    expectChinese(words, english(words));
  });

  it('is said in Chinese of weights that are not those of the architecture beside them', async () => {
    const weights = { name: 'm.npz', bytes: oneArray([3, 2]) };
    const unknown = await failure([weights, { name: 'a.json', bytes: architecture('Mystery') }]);
    const other = await failure([weights, { name: 'a.json', bytes: architecture('LSTM') }]);

    expect(english(unknown)).toMatch(
      /^Layer "first" \(Mystery\) of a file of Keras 3 is of the class Mystery/,
    );
    expect(english(other)).toMatch(/^The arrays of m\.npz do not fit the architecture/);
    for (const words of [unknown, other]) expectChinese(words, english(words));
  });

  it('asks in the page\u2019s words for the architecture, not for an option of the command', async () => {
    const words = await failure([{ name: 'm.npz', bytes: oneArray([3, 1, 2]) }]);

    expect(english(words)).toMatch(/Open it together with its architecture: the JSON of model\.to_json\(\)/);
    expect(english(words)).not.toContain('--architecture');
  });
});
