/**
 * The Vite plugin that puts the recorded run into index.html, in the build and under `npm start`. What it says is made by
 * src/demo/recorded/static-html.ts, the page's own code, which Vite runs in Node.
 */
import { readFileSync } from 'node:fs';
import { type Plugin, runnerImport } from 'vite';
import type { StoredStudy } from '../../src/demo/recorded/static-lags.ts';
import type { StoredFile } from '../../src/demo/recorded/stored-run.ts';

type Maker = typeof import('../../src/demo/recorded/static-html.ts');

/** @param fromRoot a path of the repository as a path of this computer */
export function recordedHtml(fromRoot: (path: string) => string): Plugin {
  let parts: ReturnType<Maker['staticParts']> | null = null;
  const make = async () => {
    const { module } = await runnerImport<Maker>(fromRoot('./src/demo/recorded/static-html.ts'), {
      root: fromRoot('.'),
      configFile: false,
      logLevel: 'error',
    });
    const read = (path: string): string => readFileSync(fromRoot(path), 'utf8');
    return module.staticParts(
      JSON.parse(read('./src/demo/recorded/seattle.json')) as StoredFile,
      JSON.parse(read('./src/demo/recorded/seattle-lags.json')) as StoredStudy,
      read('./dist/data/seattle.csv'),
    );
  };
  return {
    name: 'recorded-html',
    transformIndexHtml: {
      order: 'pre',
      async handler(html, { filename }) {
        // The tests' own pages are served with the same settings.
        if (!filename.endsWith('/src/demo/index.html')) return html;
        parts ??= make();
        return Object.entries(await parts).reduce(fill, html);
      },
    },
  };
}

/** @throws Error where the page has no such element, or one that is not empty */
function fill(html: string, [element, content]: [string, string]): string {
  const empty = new RegExp(`(<${element}[^>]*>)\\s*(</${element}>)`);
  if (!empty.test(html)) throw new Error(`index.html has no empty <${element}> to hold the recorded run.`);
  return html.replace(empty, (_, begin: string, end: string) => `${begin}${content}${end}`);
}
