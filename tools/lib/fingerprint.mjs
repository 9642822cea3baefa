// @ts-check
/** Whether built files are older than what they are built from: by path, size and time of every source. */
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fromRoot } from './paths.mjs';

/**
 * @param {string[]} sources files and folders, relative to the root; missing ones count as empty
 * @returns {string}
 */
export function fingerprint(sources) {
  const hash = createHash('sha256');
  for (const source of sources) addTo(hash, fromRoot(source));
  return hash.digest('hex');
}

/** @param {string} stampFile relative to the root @param {string} current */
export function isFresh(stampFile, current) {
  const path = fromRoot(stampFile);
  return existsSync(path) && readFileSync(path, 'utf8') === current;
}

/** @param {string} stampFile relative to the root @param {string} current */
export function writeStamp(stampFile, current) {
  const path = fromRoot(stampFile);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, current);
}

/** @param {import('node:crypto').Hash} hash @param {string} path */
function addTo(hash, path) {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) return;
  if (stats.isDirectory()) {
    for (const name of readdirSync(path).sort()) addTo(hash, join(path, name));
  } else {
    hash.update(`${path} ${stats.size} ${stats.mtimeMs}\n`);
  }
}
