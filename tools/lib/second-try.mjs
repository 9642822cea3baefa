// @ts-check
/**
 * A second try for page tests. A whole browser shares two cores with a software adapter there, and a machine that is
 * slow for a moment can turn one of hundreds of tests red. Such a file is run once more, whole, in a new browser: its
 * tests build on each other. What was red first is always told by name, and more than a few such files are no bad
 * moment but a fault: then nothing is tried again. Tests of numbers in Node (units, kernels, command) have no second try.
 */

/** So many files of one run. */
export const MOST_FILES = 2;

/**
 * @typedef {import('./vitest-report.mjs').FileOutcome} FileOutcome
 */

/**
 * @param {FileOutcome[]} first of a whole run
 * @returns {string[]} paths of the files to run once more; none where nothing is red, or too much
 */
export function filesToTryAgain(first) {
  const red = first.filter(({ failed }) => failed > 0);
  return red.length <= MOST_FILES ? red.map(({ path }) => path) : [];
}

/**
 * @param {FileOutcome[]} first of a whole run
 * @param {FileOutcome[]} second of the files that were run again; one that is missing here keeps its first outcome
 * @returns {{ files: FileOutcome[], told: string[] }} what counts, and what was red at first where it counts as passed
 */
export function settled(first, second) {
  const told = [];
  const files = [];
  for (const file of first) {
    const again = second.find(({ path }) => path === file.path);
    // A second try that ran fewer tests has proved nothing of the others.
    const isComplete = again !== undefined && again.passed + again.failed >= file.passed + file.failed;
    if (again?.failed === 0 && isComplete) told.push(...file.names);
    files.push(again && isComplete ? again : file);
  }
  return { files, told };
}
