// @ts-check
/**
 * Makes the figures of docs/lag-lab.md: every method of the lag lab on series with a planted truth, and the verdicts on
 * weather. What was measured lies in docs/lag-lab, so that one part can be measured again by itself.
 *
 *   node tools/lag-lab.mjs [PART ...] [--noaa FILE.csv[.gz]] [--results FOLDER]
 *
 * Parts: lag-3, lag-3-page, difference-24, noise, remember-20, seattle, noaa, time; all of them where none is named. noaa needs
 * the hourly NOAA series (Local Climatological Data, as "WTH" of the Informer paper) and is left out without it; seattle
 * and time need the series of a built page (`npm run build`).
 */
import { spawn } from 'node:child_process';
import { parseArgs } from 'node:util';
import { adapterChoice, gpuEnvironment, hasGpu, softwareEnvironment } from '../bin/lib/vulkan.mjs';
import { fromRoot } from './lib/paths.mjs';

/** Set in the second Node: Dawn reads its environment when a process starts. */
const HAS_DRIVER = 'GATEWISE_LAG_LAB_DRIVER';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { noaa: { type: 'string' }, results: { type: 'string' } },
});

if (process.env[HAS_DRIVER] === undefined) {
  const choice = adapterChoice();
  const takesGpu = choice === 'gpu' || (choice === 'auto' && hasGpu());
  const driver = (takesGpu ? null : softwareEnvironment()) ?? gpuEnvironment();
  const child = spawn(process.execPath, process.argv.slice(1), {
    stdio: 'inherit',
    env: { ...process.env, ...driver, [HAS_DRIVER]: '1' },
  });
  child.once('close', (code) => {
    process.exitCode = code ?? 1;
  });
} else {
  const { withTypeScript } = await import('./lib/with-typescript.mjs');
  /** @param {typeof import('./lag-lab/run.ts')} module */
  const work = ({ runLagLab }) =>
    runLagLab({
      parts: positionals,
      noaa: values.noaa ?? null,
      results: values.results ?? fromRoot('docs/lag-lab'),
      report: fromRoot('docs/lag-lab.md'),
    });
  process.exitCode = await withTypeScript(fromRoot('tools/lag-lab/run.ts'), work);
}
