// @ts-check
/** `npm run bench`: lets Vite load run.ts, since Node 20 runs no TypeScript by itself. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { adapterChoice, gpuEnvironment, hasGpu, softwareEnvironment } from '../bin/lib/vulkan.mjs';
import { fromRoot } from '../tools/lib/paths.mjs';

/** Set in the second Node, which `--node` needs because Dawn reads its environment when a process starts. */
const HAS_DRIVER = 'GATEWISE_BENCH_DRIVER';

/** @param {string[]} args @returns {Promise<number>} exit code */
export async function bench(args) {
  if (args.includes('--node') && process.env[HAS_DRIVER] === undefined) return startWithDriver(args);
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(fileURLToPath(new URL('./run.ts', import.meta.url)), {
    configFile: false,
    logLevel: 'error',
  });
  return /** @type {typeof import('./run.ts')} */ (module).bench(args);
}

/** The machine's GPU, else the software driver of a browser; GATEWISE_ADAPTER decides as for the command. */
/** @param {string[]} args @returns {Promise<number>} */
function startWithDriver(args) {
  const choice = adapterChoice();
  const takesGpu = choice === 'gpu' || (choice === 'auto' && hasGpu());
  const driver = (takesGpu ? null : softwareEnvironment()) ?? gpuEnvironment();
  const child = spawn(process.execPath, [fromRoot('tools/bootstrap.mjs'), 'bench', ...args], {
    stdio: 'inherit',
    env: { ...process.env, ...driver, [HAS_DRIVER]: '1' },
  });
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}
