import { expect, test } from 'vitest';
import { filesToTryAgain, MOST_FILES, settled } from '../../tools/lib/second-try.mjs';
import { filesOf } from '../../tools/lib/vitest-report.mjs';

/** A file's outcome with so many tests. */
function file(path: string, passed: number, failed = 0) {
  return { path, passed, failed, names: Array.from({ length: failed }, (_, i) => `${path}, test ${i}: why`) };
}

test('a skipped test, a failed one and a file that could not be loaded are red, each by name', () => {
  const files = filesOf({
    testResults: [
      {
        name: '/x/a.test.ts',
        status: 'failed',
        message: '',
        assertionResults: [
          { status: 'passed', fullName: 'good', failureMessages: [] },
          {
            status: 'failed',
            fullName: 'bad',
            failureMessages: ['\u001b[31mexpected 1, got 2\u001b[39m\n at x'],
          },
          { status: 'skipped', fullName: 'left out', failureMessages: [] },
        ],
      },
      { name: '/x/b.test.ts', status: 'failed', message: 'no such import', assertionResults: [] },
    ],
  });
  expect(files).toEqual([
    {
      path: '/x/a.test.ts',
      passed: 1,
      failed: 2,
      names: ['a.test.ts, bad: expected 1, got 2', 'a.test.ts, left out: skipped'],
    },
    { path: '/x/b.test.ts', passed: 0, failed: 1, names: ['b.test.ts: no such import'] },
  ]);
});

test('a few red files are tried again, more than a few are not', () => {
  const red = Array.from({ length: MOST_FILES + 1 }, (_, i) => file(`red${i}`, 3, 1));
  expect(filesToTryAgain([file('green', 5), ...red.slice(1)])).toEqual(['red1', 'red2']);
  expect(filesToTryAgain(red)).toEqual([]);
  expect(filesToTryAgain([file('green', 5)])).toEqual([]);
});

test('what passes on its second try counts as passed and is told by name', () => {
  const { files, told } = settled([file('a', 5), file('b', 3, 1)], [file('b', 4)]);
  expect(files).toEqual([file('a', 5), file('b', 4)]);
  expect(told).toEqual(['b, test 0: why']);
});

test('what is red again stays red, and so does what did not run again or ran in part', () => {
  expect(settled([file('b', 3, 1)], [file('b', 2, 2)])).toEqual({ files: [file('b', 2, 2)], told: [] });
  expect(settled([file('b', 3, 1)], [])).toEqual({ files: [file('b', 3, 1)], told: [] });
  expect(settled([file('b', 3, 1)], [file('b', 1)])).toEqual({ files: [file('b', 3, 1)], told: [] });
});
