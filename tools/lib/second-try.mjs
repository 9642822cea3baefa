// @ts-check
/**
 * A second try for page tests. A whole browser shares two cores with a software adapter there, and a machine that is
 * slow for a moment can turn one of hundreds of tests red. Such a file is run once more, whole, in a new browser: its
 * tests build on each other. What was red at first is always told by name. More than a few such files are no bad moment
 * but a fault: then nothing is tried again. Numerics have no second try, in Node or in the browser.
 */

/** So many files of one run. */
export const MOST_FILES = 2;

/** Where page tests lie. */
const PAGE_TESTS = '/test/e2e/';

/**
 * @typedef {import('./vitest-report.mjs').FileOutcome} FileOutcome
 */

/**
 * @param {FileOutcome[]} first of a whole run
 * @returns {string[]} paths of the files to run once more; none where nothing is red, too much, or what no moment excuses
 */
export function filesToTryAgain(first) {
  const red = first.filter(({ failed }) => failed > 0).map(({ path }) => path);
  const isExcusable = red.length <= MOST_FILES && red.every((path) => path.includes(PAGE_TESTS));
  return isExcusable ? red : [];
}

/**
 * @param {FileOutcome[]} first of a whole run
 * @param {FileOutcome[]} second of the files that were run again; one that is missing here keeps its first outcome
 * @returns {{ files: FileOutcome[], told: string[] }} what counts, and what was red at first where it counts as passed
 */
export function settled(first, second) {
  /** @type {string[]} */
  const told = [];
  const files = first.map((file) => {
    const again = second.find(({ path }) => path === file.path);
    // A second try that ran fewer tests has proved nothing of the others.
    if (again === undefined || again.tests < file.tests) return file;
    if (again.failed > 0) {
      return { ...again, names: [...again.names, ...file.names.map((name) => `red at first: ${name}`)] };
    }
    told.push(...file.names);
    return again;
  });
  return { files, told };
}
