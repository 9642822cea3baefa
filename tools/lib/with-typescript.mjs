// @ts-check
/**
 * Work by TypeScript of this repository in Node. Vite loads it as long as the work lasts: parts of the engine are loaded
 * by the code itself when it first needs them, which Vite's runnerImport() no longer does once it has answered.
 */
import { createServer } from 'vite';
import { ROOT } from './paths.mjs';

/**
 * @template M, R
 * @param {string} file
 * @param {(module: M) => Promise<R>} work
 * @returns {Promise<R>}
 */
export async function withTypeScript(file, work) {
  const server = await createServer({
    root: ROOT,
    configFile: false,
    logLevel: 'error',
    appType: 'custom',
    optimizeDeps: { noDiscovery: true },
    server: { middlewareMode: true, watch: null, hmr: false, ws: false },
  });
  try {
    return await work(/** @type {M} */ (await server.ssrLoadModule(file)));
  } finally {
    await server.close();
  }
}
