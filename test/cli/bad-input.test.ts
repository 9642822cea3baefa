/** What the command refuses, run as a user runs it: one sentence on stderr, nothing on stdout, exit 2, before any device. */
import { mkdirSync, readFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import { csv, type Ended, Workplace, wave } from './support.ts';

/** The start of a user's second run, before work begins (issue: under 1 s). */
const LONGEST_START = 1000;

let place: Workplace;

beforeAll(async () => {
  place = await Workplace.create();
  const wind = (row: number): number => row % 7;
  mkdirSync(place.path('folder.csv'));
  place.write('empty.csv', '');
  place.write('noise.csv', noise());
  place.write('noise.csv.gz', gzipSync(noise()));
  place.write('text.csv', csv({ t: (row) => (row === 7 ? 'warm' : wave(row)), wind }, 60));
  place.write('large.csv', csv({ t: (row) => (row % 2 === 0 ? '-1e+38' : '1.002e+38'), wind }, 60));
  place.write('counted.csv', csv({ No: (row) => row + 1, t: wave, wind }, 60));
  place.write('constant.csv', csv({ t: () => 5, wind }, 60));
  place.write('missing.csv', csv({ t: () => 'NA', wind }, 60));
  place.write('words.csv', csv({ sky: () => 'sun', where: () => 'here' }, 60));
  place.write('flat.csv', csv({ a: () => 1, b: () => '' }, 60));
  place.write('short.csv', csv({ t: wave }, 14));
  place.write('two.csv', csv({ t: wave, wind }, 60));
  place.write('model.keras', 'precious');
});
afterAll(() => place.remove());

describe('gatewise train refuses', () => {
  it.each([
    ['a missing file', ['--data', 'no.csv'], 'There is no file "no.csv"'],
    ['a folder', ['--data', 'folder.csv'], '"folder.csv" is a folder'],
    ['an empty file', ['--data', 'empty.csv'], '"empty.csv": The file is empty'],
    ['binary noise', ['--data', 'noise.csv'], '"noise.csv": The content is binary data'],
    ['packed binary noise', ['--data', 'noise.csv.gz'], '"noise.csv.gz": The content is binary data'],
    [
      'text in the target',
      ['--data', 'text.csv', '--target', 't'],
      '"text.csv": Target column "t" can\'t be used: it holds 1 value that is no number ("warm" in line 9)',
    ],
    [
      'a constant target',
      ['--data', 'constant.csv', '--target', 't'],
      '"constant.csv": Target column "t" can\'t be learnt: it is constant (5',
    ],
    [
      'a target without values',
      ['--data', 'missing.csv', '--target', 't'],
      '"missing.csv": Target column "t" can\'t be used: it has no value',
    ],
    [
      'numbers over the bound',
      ['--data', 'large.csv', '--target', 't'],
      '"large.csv": Target column "t" can\'t be used: it holds "-1e+38" in line 2, too large: at most 1e+30 is read.',
    ],
    [
      'a target named twice',
      ['--data', 'two.csv', '--target', 't,t'],
      '"two.csv": --target is "t,t", which names column "t" twice, expected once.',
    ],
    ['a file of words', ['--data', 'words.csv'], '"words.csv": No column holds numbers'],
    ['constant and empty columns alone', ['--data', 'flat.csv'], '"flat.csv": No column holds numbers'],
    [
      'fewer rows than a window',
      ['--data', 'short.csv'],
      '"short.csv": The series has 14 rows, but one window of 14 rows and its target 1 row ahead take 15',
    ],
    [
      'a choice left open',
      ['--data', 'two.csv'],
      '"two.csv": The column to forecast is not named. Give --target with one of "t", "wind"',
    ],
    [
      'a choice left open, and does not offer the row number',
      ['--data', 'counted.csv'],
      'Give --target with one of "t", "wind"',
    ],
    [
      'an unknown target',
      ['--target', 'temp'],
      'There is no column "temp". The columns are: "date", "precipitation"',
    ],
    ['an unknown feature', ['--features', 'temp_max,wnd'], 'There is no column "wnd"'],
    ['an unknown date column', ['--date', 'Date'], 'There is no column "Date"'],
    [
      'an unknown option',
      ['--unit', '3'],
      'There is no option --unit of gatewise train. Did you mean --units?',
    ],
    ['units of 0', ['--units', '0'], '--units is "0", expected a whole number from 1'],
    ['units of many', ['--units', 'many'], '--units is "many", expected a whole number from 1'],
    [
      'a negative learning rate',
      ['--learning-rate', '-0.001'],
      '--learning-rate is "-0.001", expected a number above 0',
    ],
    [
      'a file of another format',
      ['--out', 'model.h5'],
      '--out is "model.h5", expected a name that ends in .keras',
    ],
    [
      'a file in no folder',
      ['--out', 'no/model.keras'],
      '"no/model.keras" cannot be written: there is no folder "no"',
    ],
  ])('%s', async (_, args, sentence) => {
    const ended = await place.run(['train', ...args]);

    expectRefusal(ended, sentence);
  });

  it('an existing file without --force, and leaves its bytes', async () => {
    const ended = await place.run(['train', '--out', 'model.keras']);

    expectRefusal(ended, '"model.keras" is there already');
    expect(readFileSync(place.path('model.keras'), 'utf8')).toBe('precious');
  });
});

describe('gatewise', () => {
  it('refuses an unknown verb and names the nearest', async () => {
    expectRefusal(await place.run(['trian']), 'There is no verb "trian" of gatewise. Did you mean train?');
  });

  it('shows its help on stderr when it is given nothing', async () => {
    const ended = await place.run([]);

    expect(ended).toMatchObject({ code: 2, stdout: '' });
    expect(ended.stderr).toContain('Usage: gatewise VERB');
  });

  it('prints help and version when asked', async () => {
    const help = await place.run(['help', 'train']);
    const version = await place.run(['--version']);

    expect(help).toMatchObject({ code: 0, stderr: '' });
    expect(help.stdout).toContain('--learning-rate X');
    expect(version).toMatchObject({ code: 0, stderr: '' });
    expect(version.stdout).toMatch(/^\d+\.\d+\.\d+\n$/);
  });

  it('starts within a second', async () => {
    const times: number[] = [];
    for (let i = 0; i < 3; i++) times.push((await place.run(['train', '--data', 'no.csv'])).ms);

    expect(Math.min(...times)).toBeLessThan(LONGEST_START);
  });

  it('shows where an error comes from when GATEWISE_DEBUG asks for it', async () => {
    const ended = await place.run(['train', '--data', 'no.csv'], { env: { GATEWISE_DEBUG: '1' } });

    expect(ended.code).toBe(2);
    expect(ended.stderr).toMatch(/\n\s+at /);
  });
});

/** Bytes of a seeded generator: no text by chance. */
function noise(): Uint8Array {
  const random = seededRandom(1);
  return Uint8Array.from({ length: 4000 }, () => Math.floor(256 * random.next()));
}

function expectRefusal({ code, stdout, stderr }: Ended, sentence: string): void {
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
  expect(stdout).toBe('');
}
