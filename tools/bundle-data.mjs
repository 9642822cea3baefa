/**
 * Copies the weather series that come with gatewise out of the npm package vega-datasets: Seattle as it is, New York
 * as the rows of one place. Read by path from the installed folder, because the package's `exports` closes data/ and its own
 * URLs point to a CDN. Only Node built-ins; called by the build before page and command, writes only what has changed.
 *
 *   node tools/bundle-data.mjs [folder, default dist/data]
 */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const source = join(root, 'node_modules', 'vega-datasets', 'data');
const target = resolve(process.argv[2] ?? join(root, 'dist', 'data'));

const HEADER = 'date,precipitation,temp_max,temp_min,wind,weather';
const DAYS = 1461; // 2012-01-01 to 2015-12-31

try {
  mkdirSync(target, { recursive: true });
  write('seattle.csv', readLines('seattle-weather.csv'));
  write('new-york.csv', placeRows(readLines('weather.csv'), 'New York'));
} catch (error) {
  process.stderr.write(`bundle-data: ${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
}

/** @param {string} name */
function readLines(name) {
  let text;
  try {
    text = readFileSync(join(source, name), 'utf8');
  } catch (error) {
    throw new Error(
      `node_modules/vega-datasets/data/${name} can't be read (${error.code}). Run npm ci first.`,
    );
  }
  return text.split(/\r?\n/).filter((line) => line !== '');
}

/** The rows of one place, without the column `location`.
 * @param {string[]} lines @param {string} place */
function placeRows(lines, place) {
  const [header = '', ...rows] = lines;
  const prefix = `${place},`;
  return [header, ...rows.filter((line) => line.startsWith(prefix))].map((line) =>
    line.slice(line.indexOf(',') + 1),
  );
}

/** @param {string} name @param {string[]} lines */
function write(name, lines) {
  if (lines[0] !== HEADER || lines.length !== DAYS + 1) {
    throw new Error(
      `${name}: received ${lines.length - 1} rows under "${lines[0]}", expected ${DAYS} under "${HEADER}". Install the version of vega-datasets that package-lock.json names.`,
    );
  }
  const path = join(target, name);
  const text = `${lines.join('\n')}\n`;
  if (readIfThere(path) !== text) writeFileSync(path, text);
}

/** @param {string} path */
function readIfThere(path) {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
