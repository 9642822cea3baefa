// @ts-check
/** What Vitest's JSON report says of each test file. */
import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Of a test's message, so much that one violation of axe-core with its place fits. */
const MESSAGE_LENGTH = 600;

/**
 * @typedef {{ testResults: { name: string, status: string, message: string,
 *   assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }} Report
 * @typedef {{ path: string, tests: number, passed: number, failed: number, names: string[] }} FileOutcome
 * failed: tests, and 1 for a file that failed by none of them; names: what failed, each with the head of its message
 */

/**
 * A skipped test counts as failed: a test that cannot run here is red. So does a file that could not be loaded, and one of
 * which no test ran: its process may have died.
 * @param {Report} report
 * @returns {FileOutcome[]}
 */
export function filesOf({ testResults }) {
  return testResults.map(({ name: path, status, message, assertionResults }) => {
    const file = basename(path);
    const bad = assertionResults.filter((test) => test.status !== 'passed');
    const names = bad.map(
      ({ fullName, status: outcome, failureMessages }) =>
        `${file}, ${fullName}: ${head(failureMessages[0] ?? outcome)}`,
    );
    const tests = assertionResults.length;
    const isRed = status === 'failed' || tests === 0;
    if (isRed && (message !== '' || tests === 0)) names.push(`${file}: ${head(message) || 'no test ran'}`);
    return { path, tests, passed: tests - bad.length, failed: Math.max(isRed ? 1 : 0, bad.length), names };
  });
}

/** @param {string} message */
function head(message) {
  return (stripVTControlCharacters(message).split('\n')[0] ?? '').slice(0, MESSAGE_LENGTH);
}
