// @ts-check
/** `npm run bench`: lets Vite load run.ts, since Node 20 runs no TypeScript by itself. */
import { fileURLToPath } from 'node:url';

/** @param {string[]} args @returns {Promise<number>} exit code */
export async function bench(args) {
  const { runnerImport } = await import('vite');
  const { module } = await runnerImport(fileURLToPath(new URL('./run.ts', import.meta.url)), {
    configFile: false,
    logLevel: 'error',
  });
  return /** @type {typeof import('./run.ts')} */ (module).bench(args);
}
