/**
 * How the page, the library and the command are served and built. `vite` and `vite build` are the page;
 * `vite build --mode lib` the doors of the package; `vite build --mode cli` the command for Node.
 * tools/bootstrap.mjs is the one that calls them.
 */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { defineConfig, type Plugin, type UserConfig } from 'vite';
import { recordedHtml } from './tools/lib/recorded-html.ts';
import { CONTENT_POLICY, contentPolicy, offlineFiles } from './tools/page/offline-files.ts';

const fromRoot = (path: string): string => fileURLToPath(new URL(path, import.meta.url));
const { dependencies } = JSON.parse(readFileSync(fromRoot('./package.json'), 'utf8')) as {
  dependencies: Record<string, string>;
};

/** What an installed package brings by itself, and Node's own modules: never copied into a bundle. */
const external = [/^node:/, ...Object.keys(dependencies).map((name) => new RegExp(`^${name}($|/)`))];

/** The built page downloads WGSL without the lines that are comments alone. */
function withoutComments(): Plugin {
  const suffix = '.wgsl?raw';
  return {
    name: 'wgsl-without-comments',
    apply: 'build',
    enforce: 'pre',
    load(id) {
      if (!id.endsWith(suffix)) return null;
      const lines = readFileSync(id.slice(0, -'?raw'.length), 'utf8').split('\n');
      const code = lines.filter((line) => !line.trimStart().startsWith('//')).join('\n');
      return `export default ${JSON.stringify(code)};`;
    },
  };
}

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
    recordedHtml(fromRoot),
    contentPolicy(),
    offlineFiles(fromRoot('./src/demo/offline/sw.ts')),
  ],
  worker: { format: 'es', plugins: () => [withoutComments()] },
  build: { outDir: fromRoot('./dist/page'), emptyOutDir: true, target: 'es2022' },
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
