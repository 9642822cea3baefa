// @ts-check
/** Folders of the clone, wherever it lies. */
import { fileURLToPath } from 'node:url';

/** @param {string} path relative to the root of the clone, with slashes */
export function fromRoot(path) {
  return fileURLToPath(new URL(`../../${path}`, import.meta.url));
}

export const ROOT = fromRoot('');
