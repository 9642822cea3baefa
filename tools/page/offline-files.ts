/**
 * Vite plugins of the built page: its service worker, with the list of all files the build made, and a policy of what the
 * page may load and talk to.
 */
import { createHash } from 'node:crypto';
import type { Plugin } from 'vite';

const WORKER = 'sw.js';

/** Emits sw.js beside index.html, with every file of the build in it. */
export function offlineFiles(source: string): Plugin {
  return {
    name: 'gatewise-offline-files',
    apply: 'build',
    enforce: 'post',
    buildStart() {
      this.emitFile({ type: 'chunk', id: source, fileName: WORKER });
    },
    generateBundle: {
      order: 'post',
      handler(_, bundle) {
        const files = Object.keys(bundle)
          .filter((file) => file !== WORKER && !file.endsWith('.map'))
          .sort();
        const hash = createHash('sha256');
        for (const file of files) {
          const output = bundle[file];
          if (output) hash.update(file).update(output.type === 'chunk' ? output.code : output.source);
        }
        const worker = bundle[WORKER];
        if (worker?.type !== 'chunk') throw new Error(`The build made no ${WORKER} of ${source}.`);
        const build = { files, hash: hash.digest('hex').slice(0, 16) };
        worker.code = `const BUILD = ${JSON.stringify(build)};\n${worker.code}`;
      },
    },
  };
}

/** Hosts that "your city" asks; nothing else outside the page's own origin is ever talked to. */
const WEATHER = ['https://geocoding-api.open-meteo.com', 'https://archive-api.open-meteo.com'];

/** h5wasm compiles WebAssembly; Lit and D3 write style attributes; links to downloads are blobs. */
export const CONTENT_POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self' 'unsafe-inline'",
  "img-src 'self' data: blob:",
  `connect-src 'self' data: blob: ${WEATHER.join(' ')}`,
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
].join('; ');

/**
 * The policy as a meta element at the head's beginning: it holds for what stands after it in the page, but not in workers,
 * which take theirs from the header of their own script (`vite preview` sends it, as hosts should).
 */
export function contentPolicy(): Plugin {
  return {
    name: 'gatewise-content-policy',
    apply: 'build',
    transformIndexHtml: {
      order: 'post',
      handler: () => [
        {
          tag: 'meta',
          attrs: { 'http-equiv': 'Content-Security-Policy', content: CONTENT_POLICY },
          injectTo: 'head-prepend',
        },
      ],
    },
  };
}
