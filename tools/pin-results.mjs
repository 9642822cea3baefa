// @ts-check
/**
 * Pins what each preset comes to: the built page, in headless Chromium on its software adapter, trains every preset with its
 * own settings and seed 1, and error, skill and fingerprint go to src/demo/teaching/pinned.json, which the page compares a
 * class's results with. How far rounding moves a result is measured beside it: the same training twice more, each time with one
 * first weight moved by its last binary place. Needs a built page (`npm run build`).
 *
 *   node tools/pin-results.mjs [PRESET ...]
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { runnerImport } from 'vite';
import { fromRoot } from './lib/paths.mjs';
import { tellSession, trainToEnd, withBuiltPage } from './lib/trained-page.mjs';

const OUT = fromRoot('src/demo/teaching/pinned.json');
const COMMAND = 'node tools/pin-results.mjs';
const SEED = 1;
/** Rows of the kernel, column 0, that are moved by one place. */
const NUDGED_ROWS = [0, 1];

/** @typedef {import('puppeteer').Page} Page */

const { module: presets } = await runnerImport(fromRoot('src/demo/presets.ts'), {
  configFile: false,
  logLevel: 'error',
});
/** @type {readonly string[]} */
const ready = presets.PRESET_IDS.filter((/** @type {string} */ id) => id !== 'city');
const asked = process.argv.slice(2);
const unknown = asked.filter((id) => !ready.includes(id));
if (unknown.length > 0)
  throw new Error(`No preset ${unknown.join(', ')}; choose of ${ready.join(', ')}, or name none for all.`);

await withBuiltPage(async (open) => {
  for (const id of asked.length > 0 ? asked : ready) {
    const page = await open(`#teachers?preset=${id}&seed=${SEED}`);
    const { device, ...result } = await trained(page);
    let spread = 0;
    for (const row of NUDGED_ROWS) {
      await nudge(page, row);
      const { mae } = await trained(page);
      spread = Math.max(spread, Math.abs(mae - result.mae));
    }
    await page.close();
    write(id, device, { ...result, spread });
    process.stdout.write(`${id}: error ${result.mae}, spread ${spread}\n`);
  }
});

/** Trains what stands and gives what came of it. @param {Page} page */
async function trained(page) {
  await trainToEnd(page);
  return page.evaluate(() => {
    const { events } = /** @type {Window & typeof globalThis & { events: Record<string, any> }} */ (window);
    const { epoch, scores, skill } = events.forecast.forecast;
    return {
      device: events.device.device.label,
      recipe: events.recipe.recipe,
      seed: events.run.run.seed,
      epoch,
      mae: scores.mae,
      skill,
      fingerprint: events.weights.weights.fingerprint,
    };
  });
}

/** Back to the first weights, one of them moved to the next float32. @param {Page} page @param {number} row of the kernel */
async function nudge(page, row) {
  const before = await fingerprint(page);
  await tellSession(page, { type: 'reset' });
  const first = await otherThan(page, before);
  await tellSession(page, { type: 'read-weights', request: -1 });
  await page.waitForFunction('window.events.matrices !== undefined');
  const value = await page.evaluate((k) => {
    const { events } = /** @type {Window & typeof globalThis & { events: Record<string, any> }} */ (window);
    const { kernel } = events.matrices.values;
    const columns = events.recipe.recipe.units * 4;
    const bits = new Int32Array(new Float32Array([kernel[k * columns]]).buffer);
    delete events.matrices;
    return new Float32Array(new Int32Array([(bits[0] ?? 0) + 1]).buffer)[0] ?? Number.NaN;
  }, row);
  await tellSession(page, { type: 'edit-weight', matrix: 'kernel', row, column: 0, value });
  await otherThan(page, first);
}

/** @param {Page} page @returns {Promise<string>} */
function fingerprint(page) {
  return page.evaluate('window.events.weights.weights.fingerprint').then(String);
}

/** Waits for other weights. @param {Page} page @param {string} before */
async function otherThan(page, before) {
  await page.waitForFunction(
    (old) => Reflect.get(window, 'events').weights.weights.fingerprint !== old,
    {},
    before,
  );
  await page.waitForSelector('[data-testid=train][data-phase=idle], [data-testid=train][data-phase=paused]');
  return fingerprint(page);
}

/**
 * One preset's result into the file, the others as they were.
 * @param {string} id
 * @param {string} device
 * @param {Record<string, unknown>} result
 */
function write(id, device, result) {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  const file = read();
  const date = new Date().toISOString().slice(0, 10);
  const results = { ...file.results, [id]: { date, device, engine: `gatewise ${version}`, ...result } };
  const inOrder = Object.fromEntries(ready.filter((one) => one in results).map((one) => [one, results[one]]));
  writeFileSync(
    OUT,
    `${JSON.stringify({ command: COMMAND, nudges: NUDGED_ROWS.length, results: inOrder }, null, 2)}\n`,
  );
}

/** @returns {{ results: Record<string, unknown> }} */
function read() {
  try {
    return JSON.parse(readFileSync(OUT, 'utf8'));
  } catch {
    return { results: {} };
  }
}
