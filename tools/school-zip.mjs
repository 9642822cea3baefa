// @ts-check
/**
 * One zip for schools: the built page, a small server and a HOWTO, in a folder of its own. Needs a built page (`npm run build`).
 *
 *   node tools/school-zip.mjs [--page FOLDER, default dist/page] [--out FILE, default dist/gatewise-school.zip]
 */
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, relative, resolve, sep } from 'node:path';
import { parseArgs } from 'node:util';
import { zipSync } from 'fflate';
import { fromRoot } from './lib/paths.mjs';

const FOLDER = 'gatewise';
/** Of every file, so that the same page gives the same zip. The oldest date a zip can hold. */
const MODIFIED = '1980-01-01T12:00:00';

const { values } = parseArgs({
  options: {
    page: { type: 'string', default: fromRoot('dist/page') },
    out: { type: 'string', default: fromRoot('dist/gatewise-school.zip') },
  },
});
const [page, out] = [resolve(values.page), resolve(values.out)];

if (existsSync(join(page, 'index.html'))) {
  /** @type {import('fflate').Zippable} */
  const files = {};
  const put = (/** @type {string} */ name, /** @type {string} */ path) => {
    files[`${FOLDER}/${name}`] = [readFileSync(path), { mtime: MODIFIED, level: 9 }];
  };
  for (const name of ['HOWTO.txt', 'serve.mjs']) put(name, fromRoot(`tools/school/${name}`));
  put('LICENSE', fromRoot('LICENSE'));
  for (const path of filesIn(page)) put(`page/${relative(page, path).split(sep).join('/')}`, path);
  const bytes = zipSync(files);
  writeFileSync(out, bytes);
  const size = (bytes.length / 1e6).toFixed(1);
  process.stdout.write(`${out}: ${Object.keys(files).length} files, ${size} MB\n`);
} else {
  process.stderr.write(
    `There is no page in ${page}. Run npm run build first, or name its folder with --page.\n`,
  );
  process.exitCode = 1;
}

/** @param {string} folder @returns {string[]} */
function filesIn(folder) {
  return readdirSync(folder, { withFileTypes: true })
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      return entry.isDirectory() ? filesIn(path) : [path];
    });
}
