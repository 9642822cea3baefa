/**
 * How the page, the library and the command are served and built. `vite` and `vite build` are the page;
 * `vite build --mode lib` the doors of the package; `vite build --mode cli` the command for Node.
 * tools/bootstrap.mjs is the one that calls them.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { recordedHtml } from './tools/lib/recorded-html.ts';
import { matrixModules } from './tools/page/matrix-parts.ts';
import { CONTENT_POLICY, contentPolicy, offlineFiles } from './tools/page/offline-files.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { dependencies } = JSON.parse(readFileSync(fromRoot('./package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};

/** What an installed package brings by itself, and Node's own modules: never copied into a bundle. */
const external = [/^node:/, ...Object.keys(dependencies).map((name) => new RegExp(`^${name}($|/)`))];

/** The built page downloads WGSL without its comments. */
function withoutComments(): Plugin {
  const suffix = '.wgsl?raw';
  return {
    name: 'wgsl-without-comments',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith(suffix)) return null;
      const lines = readFileSync(id.slice(0, -'?raw'.length), 'utf8').split('\n');
      // WGSL has no strings that could hold the two strokes.
      const code = lines
        .filter((line) => !line.trimStart().startsWith('//'))
        .map((line) => line.replace(/\s*\/\/.*$/, ''))
        .join('\n');
      return `export default ${JSON.stringify(code)};`;
    },
  };
}

/** What of the engine the session needs from its start: all that trains, but not what only models out of files are made of. */
const SESSION_ENGINE =
  /src\/(engine\/(core|gpu|kernels(?!\/(inference|recurrent))|layers(?!\/(inference|recurrent|dropout))|losses|models(?!\/(from-keras|keras-|export|profile))|optimizers(?!\/(rmsprop|sgd))|data(?!\/(interval|open-meteo)))|shaders(?!\/(element|masking|merge|normalization|recurrent|repeat|softmax)_))\//;

const page: UserConfig = {
  root: fromRoot('./src/demo'),
  // Relative addresses, so that the built page also works below a path such as /gatewise/.
  base: './',
  server: { port: 5173, strictPort: true, host: 'localhost', fs: { allow: [fromRoot('.')] } },
  // The built page alone: the development server's own scripts stand in the page itself.
  preview: { headers: { 'Content-Security-Policy': CONTENT_POLICY } },
  // Every source of the page is scanned, so that no package is found late and the page never reloads itself.
  optimizeDeps: { entries: ['**/*.html', '**/*.ts'] },
  // Libraries in their production form also under `npm start`: Lit's other one warns about itself in the console.
  resolve: { conditions: ['module', 'browser', 'production'] },
  plugins: [
    withoutComments(),
    matrixModules(),
    recordedHtml(fromRoot),
    contentPolicy(),
    offlineFiles(fromRoot('./src/demo/offline/sw.ts')),
  ],
  worker: {
    format: 'es',
    plugins: () => [withoutComments()],
    // One chunk, which compresses better than the many that the session's later parts would cut it into.
    rolldownOptions: { output: { codeSplitting: { groups: [{ name: 'engine', test: SESSION_ENGINE }] } } },
  },
  build: {
    outDir: fromRoot('./dist/page'),
    emptyOutDir: true,
    target: 'es2022',
    // Every browser with WebGPU preloads by itself. What views import is found as they come, from files kept since the first
    // visit: the names of all of it, in each script that loads a view, are more to download than they save.
    modulePreload: {
      polyfill: false,
      resolveDependencies: (_file, dependencies, { hostType }) => (hostType === 'html' ? dependencies : []),
    },
  },
};

const library: UserConfig = {
  root: fromRoot('.'),
  publicDir: false,
  build: {
    outDir: fromRoot('./dist/lib'),
    target: 'es2022',
    sourcemap: true,
    minify: false,
    lib: {
      entry: {
        index: fromRoot('./src/engine/index.ts'),
        keras: fromRoot('./src/engine/keras/index.ts'),
        explain: fromRoot('./src/engine/explain/index.ts'),
      },
      formats: ['es'],
    },
    rolldownOptions: { external },
  },
};

const command: UserConfig = {
  root: fromRoot('.'),
  publicDir: false,
  build: {
    outDir: fromRoot('./dist/cli'),
    target: 'node20',
    sourcemap: true,
    minify: false,
    ssr: fromRoot('./src/cli/main.ts'),
    rolldownOptions: { external, output: { entryFileNames: 'main.js' } },
  },
};

export default defineConfig(({ mode }) => {
  if (mode === 'lib') return library;
  if (mode === 'cli') return command;
  return page;
});
