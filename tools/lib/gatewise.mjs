// @ts-check
/** `npm run gatewise -- ...`: builds the command if its sources have changed, then runs it as bin/gatewise.mjs does. */
import { launch } from '../../bin/lib/launch.mjs';
import { ensureCommand } from './build.mjs';
import { fromRoot } from './paths.mjs';

/** @param {string[]} args of the command @returns {Promise<number>} its exit code */
export async function gatewise(args) {
  if (!(await ensureCommand())) return 1;
  return launch(fromRoot('dist/cli/main.js'), args);
}
