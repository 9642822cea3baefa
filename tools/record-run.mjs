// @ts-check
/**
 * Records the run that the page shows before any script runs and where there is no WebGPU: the built page itself, in headless
 * Chromium on its software adapter, trains its default recipe on the bundled series with seed 1, and what its session says is
 * written to src/demo/recorded/seattle.json. Needs a built page (`npm run build`).
 *
 *   node tools/record-run.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import puppeteer from 'puppeteer';
import { preview } from 'vite';
import { findBrowsers } from '../bin/lib/find-browser.mjs';
import { fromRoot } from './lib/paths.mjs';

const OUT = fromRoot('src/demo/recorded/seattle.json');
const COMMAND = 'node tools/record-run.mjs';
const MINUTE = 60_000;

const [executablePath] = findBrowsers();
if (executablePath === undefined) throw new Error('No Chrome or Chromium found. Install one first.');
const server = await preview({
  configFile: fromRoot('vite.config.ts'),
  preview: { port: 0, strictPort: false, open: false },
});
const address = server.resolvedUrls?.local[0];
if (address === undefined) throw new Error('The built page could not be served. Run npm run build first.');
const browser = await puppeteer.launch({
  executablePath,
  protocolTimeout: 10 * MINUTE,
  args: [
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--disable-dev-shm-usage',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
});
try {
  const text = `${JSON.stringify(storedRun(await trainedEvents(address)), null, 1)}\n`;
  writeFileSync(OUT, text);
  process.stdout.write(`${OUT}: ${text.length} bytes\n`);
} finally {
  await browser.close();
  await server.close();
}

/**
 * The latest event of each kind that the session sent until training was done, and the model as it exports it.
 * @param {string} url
 * @returns {Promise<Record<string, any>>}
 */
async function trainedEvents(url) {
  const page = await browser.newPage();
  page.setDefaultTimeout(10 * MINUTE);
  await page.evaluateOnNewDocument(() => {
    const events = Object.assign(window, { events: /** @type {Record<string, any>} */ ({}) }).events;
    window.Worker = class extends Worker {
      /** @param {string | URL} script @param {WorkerOptions} [options] */
      constructor(script, options) {
        super(script, options);
        Object.assign(window, { session: this });
        this.addEventListener('message', ({ data }) => {
          events[data.type] = data;
        });
      }
    };
  });
  await page.goto(url);
  await page.waitForSelector('[data-testid=train]:not([disabled])');
  await page.click('[data-testid=train]');
  await page.waitForSelector('[data-testid=train][data-phase=done]');
  await page.evaluate(() => {
    const { session } = /** @type {Window & typeof globalThis & { session: Worker }} */ (window);
    session.postMessage({ type: 'read-model', request: -1 });
  });
  await page.waitForFunction('window.events.exported !== undefined');
  // Weights travel as base64: puppeteer would write each of their floats out.
  return page.evaluate(() => {
    const { events } = /** @type {Window & typeof globalThis & { events: Record<string, any> }} */ (window);
    /** @param {Float32Array} floats */
    const base64 = (floats) => {
      const bytes = new Uint8Array(floats.buffer, floats.byteOffset, floats.byteLength);
      return btoa(Array.from(bytes, (byte) => String.fromCharCode(byte)).join(''));
    };
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
    losses: history.rows.map((/** @type {{ loss: number, valLoss: number }} */ { loss, valLoss }) => [
      loss,
      valLoss,
    ]),
    model,
  };
}
