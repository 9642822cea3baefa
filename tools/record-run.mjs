// @ts-check
/**
 * Records the run that the page shows before any script runs and where there is no WebGPU: the built page itself, in headless
 * Chromium on its software adapter, trains its default recipe on the bundled series with seed 1, and what its session says is
 * written to src/demo/recorded/seattle.json, and the weights of more of its epochs to seattle-epochs.json beside it. Needs a built page (`npm run build`).
 *
 *   node tools/record-run.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fromRoot } from './lib/paths.mjs';
import { tellSession, trainToEnd, withBuiltPage } from './lib/trained-page.mjs';

const OUT = fromRoot('src/demo/recorded/seattle.json');
const EPOCHS_OUT = fromRoot('src/demo/recorded/seattle-epochs.json');
/** The first change most; the last is where training ends. */
const EPOCHS = [1, 2, 4, 8, 16, 24, 32, 40];
const COMMAND = 'node tools/record-run.mjs';

const { epochs, ...events } = await withBuiltPage(trainedEvents);
write(OUT, storedRun(events));
write(EPOCHS_OUT, { fingerprint: events.weights.fingerprint, epochs });

/** @param {string} path @param {unknown} content */
function write(path, content) {
  const text = `${JSON.stringify(content, null, 1)}\n`;
  writeFileSync(path, text);
  process.stdout.write(`${path}: ${text.length} bytes\n`);
}

/**
 * The latest event of each kind that the session sent until training was done, and the model as it exports it.
 * @param {() => Promise<import('puppeteer').Page>} open
 * @returns {Promise<Record<string, any>>}
 */
async function trainedEvents(open) {
  const page = await open();
  await trainToEnd(page);
  await tellSession(page, { type: 'read-model', request: -1 });
  await page.waitForFunction('window.events.exported !== undefined');
  // Weights travel as base64: puppeteer would write each of their floats out.
  await page.evaluate(() => {
    /** @param {Float32Array} floats */
    const base64 = (floats) => {
      const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    };
    Object.assign(window, { base64 });
  });
  const run = await page.evaluate(() => {
    const { events, base64 } =
      /** @type {Window & typeof globalThis & { events: Record<string, any>, base64: (floats: Float32Array) => string }} */ (
        window
      );
    const { config, compile, weights } = events.exported.model;
    const stored = weights.map((/** @type {{ data: Float32Array }} */ weight) => ({
      ...weight,
      data: base64(weight.data),
    }));
    const { predicted: _, ...forecast } = events.forecast.forecast;
    const { name, inputs, target } = events.data.data;
    return {
      device: events.device.device,
      data: { name, inputs, target },
      recipe: events.recipe.recipe,
      run: events.run.run,
      history: events.history.history,
      forecast,
      weights: events.weights.weights,
      report: events.model.model,
      model: { config, compile, weights: stored },
    };
  });
  const epochs = [];
  for (const epoch of EPOCHS) epochs.push(await weightsAt(page, epoch));
  return { ...run, epochs };
}

/**
 * The weights of another epoch, as the page looks back at it.
 * @param {import('puppeteer').Page} page
 * @param {number} epoch
 */
async function weightsAt(page, epoch) {
  await tellSession(page, { type: 'look-at', epoch });
  await page.waitForFunction(`window.events.run.run.shownEpoch === ${epoch}`);
  const request = -2 - epoch;
  await tellSession(page, { type: 'read-model', request });
  await page.waitForFunction(`window.events.exported.request === ${request}`);
  return page.evaluate((shown) => {
    const { events, base64 } =
      /** @type {Window & typeof globalThis & { events: Record<string, any>, base64: (floats: Float32Array) => string }} */ (
        window
      );
    const { weights } = events.exported.model;
    return {
      epoch: shown,
      fingerprint: events.weights.weights.fingerprint,
      weights: weights.map((/** @type {{ data: Float32Array }} */ { data }) => base64(data)),
    };
  }, epoch);
}

/**
 * The file: what it is first, then what was learned.
 * @param {Record<string, any>} events
 */
function storedRun({ device, data, recipe, run, history, forecast, weights, report, model }) {
  const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
  return {
    command: COMMAND,
    date: new Date().toISOString().slice(0, 10),
    engine: `gatewise ${version}`,
    device: device.label,
    data,
    recipe,
    run,
    forecast,
    fingerprint: weights.fingerprint,
    optimizer: report.optimizer,
    dispatchesPerStep: report.dispatchesPerStep,
    bestEpoch: history.bestEpoch,
    epochs: EPOCHS,
    losses: history.rows.map((/** @type {{ loss: number, valLoss: number }} */ { loss, valLoss }) => [
      loss,
      valLoss,
    ]),
    model,
  };
}
