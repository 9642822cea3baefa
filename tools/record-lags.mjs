// @ts-check
/**
 * Records the study with controls that the page's static HTML shows below the lag lab's bars: the built page itself, in headless
 * Chromium on its software adapter, runs the study of its first preset with eight seeds, and what its session answers is written
 * to src/demo/recorded/seattle-lags.json. Needs a built page (`npm run build`); takes some six minutes.
 *
 *   node tools/record-lags.mjs
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fromRoot } from './lib/paths.mjs';
import { tellSession, withBuiltPage } from './lib/trained-page.mjs';

const OUT = fromRoot('src/demo/recorded/seattle-lags.json');
const COMMAND = 'node tools/record-lags.mjs';
const SEEDS = 8;

const { version } = JSON.parse(readFileSync(fromRoot('package.json'), 'utf8'));
const { device, data, recipe, answer } = await withBuiltPage(studyEvents);
if (answer.type !== 'studied') throw new Error(`The page made no study: ${JSON.stringify(answer)}`);
const stored = {
  command: COMMAND,
  date: new Date().toISOString().slice(0, 10),
  engine: `gatewise ${version}`,
  device,
  data,
  recipe,
  seed: answer.seed,
  study: answer.study,
};
const text = `${JSON.stringify(stored, null, 1)}\n`;
writeFileSync(OUT, text);
process.stdout.write(`${OUT}: ${text.length} bytes\n`);

/**
 * What the session says of itself, and its answer to a study.
 * @param {() => Promise<import('puppeteer').Page>} open
 * @returns {Promise<Record<string, any>>}
 */
async function studyEvents(open) {
  const page = await open();
  await tellSession(page, { type: 'study-lags', request: -1, seeds: SEEDS });
  await page.waitForFunction("window.events['lag-study'] !== undefined", { polling: 1000 });
  return page.evaluate(() => {
    const { events } = /** @type {Window & typeof globalThis & { events: Record<string, any> }} */ (window);
    const { name, inputs, target } = events.data.data;
    return {
      device: events.device.device.label,
      data: { name, inputs, target },
      recipe: events.recipe.recipe,
      answer: events['lag-study'].answer,
    };
  });
}
