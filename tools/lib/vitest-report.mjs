// @ts-check
/** What Vitest's JSON report says of each test file. */
import { basename } from 'node:path';
import { stripVTControlCharacters } from 'node:util';

/** Of a test's message, so much that one violation of axe-core with its place fits. */
const MESSAGE_LENGTH = 600;

/**
 * @typedef {{ testResults: { name: string, status: string, message: string,
 *   assertionResults: { status: string, fullName: string, failureMessages: string[] }[] }[] }} Report
 * @typedef {{ path: string, passed: number, failed: number, names: string[] }} FileOutcome
 * names: what failed in it, each with the head of its message
 */

/**
 * A skipped test counts as failed: a test that cannot run here is red. So does a file that could not be loaded.
 * @param {Report} report
 * @returns {FileOutcome[]}
 */
export function filesOf({ testResults }) {
  return testResults.map(({ name: path, status, message, assertionResults }) => {
    const bad = assertionResults.filter((test) => test.status !== 'passed');
    const names = bad.map(
      ({ fullName, status: outcome, failureMessages }) =>
        `${basename(path)}, ${fullName}: ${head(failureMessages[0] ?? outcome)}`,
    );
    if (status === 'failed' && message !== '') names.push(`${basename(path)}: ${head(message)}`);
    const failed = status === 'failed' ? Math.max(1, bad.length) : bad.length;
    return { path, passed: assertionResults.length - bad.length, failed, names };
  });
}

/** @param {string} message */
function head(message) {
  return (stripVTControlCharacters(message).split('\n')[0] ?? '').slice(0, MESSAGE_LENGTH);
}
