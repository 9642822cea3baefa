/** Builds the page with the project's own settings, once for all files of a project of page tests: what visitors get, with nothing left of older builds. */
import { fileURLToPath } from 'node:url';
import { build } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));

/** Where the built page lies. Tests read it alone: what changes it takes a copy. */
export const BUILT_PAGE = `${ROOT}test-output/page`;

/** What the page is built and served with. */
export const PAGE_SETTINGS = { configFile: `${ROOT}vite.config.ts`, logLevel: 'error' } as const;

/** Vitest calls it before the first file. */
export async function setup(): Promise<void> {
  const mode = process.env.NODE_ENV;
  // Vitest says "test", and libraries would come in their development form, warnings and all.
  process.env.NODE_ENV = 'production';
  try {
    await build({ ...PAGE_SETTINGS, build: { outDir: BUILT_PAGE, emptyOutDir: true } });
  } finally {
    process.env.NODE_ENV = mode ?? 'test';
  }
}
