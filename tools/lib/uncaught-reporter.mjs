// @ts-check
/** A reporter for Vitest that writes how many errors nobody caught into a file: its JSON report has none of them. */
import { writeFileSync } from 'node:fs';

export default class UncaughtReporter {
  /** @param {readonly unknown[]} _modules @param {readonly unknown[]} errors */
  onTestRunEnd(_modules, errors) {
    writeFileSync(/** @type {string} */ (process.env.GATEWISE_UNCAUGHT), String(errors.length));
  }
}
