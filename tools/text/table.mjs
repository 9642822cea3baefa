// @ts-check
/**
 * The one table of the page's words, xliff/zh-CN.xlf: what stands in the code and in index.html, beside its Chinese; and the module
 * the page downloads, src/demo/locales/zh-CN.ts. What the engine itself says is in it where src/demo/engine-*words.ts list it;
 * other errors, and notes of files, stay English.
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { RuntimeLitLocalizer } from '@lit/localize-tools/lib/modes/runtime.js';
import { staticModule } from './static-text.mjs';

/** @param {string} path */
const fromRoot = (path) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** @param outputDir where the module is to be written */
export function localizer(outputDir = 'src/demo/locales') {
  mkdirSync(fromRoot('.cache'), { recursive: true });
  const html = readFileSync(fromRoot('src/demo/index.html'), 'utf8');
  writeFileSync(fromRoot('.cache/static-words.ts'), staticModule(html));
  const [en, chinese] = /** @type {any[]} */ (['en', 'zh-CN']);
  return new RuntimeLitLocalizer({
    sourceLocale: en,
    targetLocales: [chinese],
    tsConfig: 'tsconfig.json',
    inputFiles: ['src/demo/**/*.ts', '!src/demo/locales/**', '.cache/static-words.ts'],
    output: { mode: 'runtime', outputDir, language: 'ts' },
    interchange: { format: 'xliff', xliffDir: 'xliff' },
    baseDir: fromRoot('.'),
    resolve: (path) => resolve(fromRoot('.'), path),
  });
}

/** The messages that have a translation. @param {RuntimeLitLocalizer} table */
export function namesOf(table) {
  return new Set([...table.readTranslationsSync().translations.values()].flat().map(({ name }) => name));
}
