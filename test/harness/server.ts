/**
 * Serves pages to the browser tests over http://localhost (WebGPU needs a secure page; about:blank has no
 * navigator.gpu), from the sources, with the settings of `npm start` but a free port and no watching.
 */
import { fileURLToPath } from 'node:url';
import { createServer, type InlineConfig, mergeConfig } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

export interface PageServer {
  /** Such as `http://localhost:41234`, without a slash at the end. */
  readonly origin: string;
  close(): Promise<void>;
}

/** The whole tree, for test pages: `/test/browser/numerics.html`. */
export function serveTests(): Promise<PageServer> {
  return serve({
    root: ROOT,
    cacheDir: `${ROOT}node_modules/.vite-test-cases`,
    optimizeDeps: { entries: ['test/browser/*.html', 'test/gpu/cases/*.ts'] },
  });
}

/** Whatever `config` says on top of the settings of `npm start`. */
export async function serve(config: InlineConfig): Promise<PageServer> {
  const quiet: InlineConfig = {
    configFile: `${ROOT}vite.config.ts`,
    logLevel: 'error',
    clearScreen: false,
    server: { port: 0, strictPort: false, host: 'localhost', hmr: false, ws: false, watch: null },
  };
  const server = await createServer(mergeConfig(quiet, config));
  await server.listen();
  const address = server.httpServer?.address();
  if (address === null || address === undefined || typeof address === 'string') {
    throw new Error('The test server did not get a port on localhost.');
  }
  return { origin: `http://localhost:${address.port}`, close: () => server.close() };
}
