import { expect, test } from 'vitest';
import { filesToTryAgain, MOST_FILES, settled } from '../../tools/lib/second-try.mjs';
import { filesOf } from '../../tools/lib/vitest-report.mjs';

/** A file's outcome with so many tests. */
function file(path: string, passed: number, failed = 0) {
  return {
    path,
    tests: passed + failed,
    passed,
    failed,
    names: Array.from({ length: failed }, (_, i) => `${path}, test ${i}: why`),
  };
}

test('a skipped test, a failed one, and a file that could not be loaded or ran none are red, each by name', () => {
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
      { name: '/x/c.test.ts', status: 'passed', message: '', assertionResults: [] },
    ],
  });
  expect(files).toEqual([
    {
      path: '/x/a.test.ts',
      tests: 3,
      passed: 1,
      failed: 2,
      names: ['a.test.ts, bad: expected 1, got 2', 'a.test.ts, left out: skipped'],
    },
    { path: '/x/b.test.ts', tests: 0, passed: 0, failed: 1, names: ['b.test.ts: no such import'] },
    { path: '/x/c.test.ts', tests: 0, passed: 0, failed: 1, names: ['c.test.ts: no test ran'] },
  ]);
});

test('a few red files of page tests are tried again, more than a few and numerics are not', () => {
  const red = Array.from({ length: MOST_FILES + 1 }, (_, i) => file(`/x/test/e2e/red${i}.test.ts`, 3, 1));
  expect(filesToTryAgain([file('/x/test/e2e/green.test.ts', 5), ...red.slice(1)])).toEqual([
    '/x/test/e2e/red1.test.ts',
    '/x/test/e2e/red2.test.ts',
  ]);
  expect(filesToTryAgain(red)).toEqual([]);
  expect(filesToTryAgain([file('/x/test/e2e/green.test.ts', 5)])).toEqual([]);
  expect(filesToTryAgain([...red.slice(2), file('/x/test/browser/numerics.test.ts', 3, 1)])).toEqual([]);
});

test('what passes on its second try counts as passed and is told by name', () => {
  const { files, told } = settled([file('a', 5), file('b', 3, 1)], [file('b', 4)]);
  expect(files).toEqual([file('a', 5), file('b', 4)]);
  expect(told).toEqual(['b, test 0: why']);
});

test('a file that failed by none of its tests can pass on its second try', () => {
  const first = { path: 'b', tests: 3, passed: 3, failed: 1, names: ['b: a hook'] };
  expect(settled([first], [file('b', 3)])).toEqual({ files: [file('b', 3)], told: ['b: a hook'] });
});

test('what is red again stays red, with what was red at first; so does what did not run again or ran in part', () => {
  const names = ['b, test 0: why', 'b, test 1: why', 'red at first: b, test 0: why'];
  expect(settled([file('b', 3, 1)], [file('b', 2, 2)])).toEqual({
    files: [{ ...file('b', 2, 2), names }],
    told: [],
  });
  expect(settled([file('b', 3, 1)], [])).toEqual({ files: [file('b', 3, 1)], told: [] });
  expect(settled([file('b', 3, 1)], [file('b', 1)])).toEqual({ files: [file('b', 3, 1)], told: [] });
});
