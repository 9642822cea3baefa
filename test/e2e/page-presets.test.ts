/** The series the page offers: each opens with its own words and settings, is learnt or not as it should be, and can be left again. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { ALL_PRESETS, type PresetId, presetOf, presetRecipe } from '../../src/demo/presets.ts';
import { english } from '../../src/demo/words.ts';
import { PLANTED_IDS, plantSeries } from '../../src/engine/index.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  lookAtAll,
  textOf,
  untilPhase,
  untilStands,
  untilText,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';

/** Opens a preset and waits for its model, untrained. */
async function open(page: Page, id: PresetId): Promise<void> {
  const title = english(presetOf(id).title);
  await page.select('[data-testid=preset]', id);
  await click(page, 'use-preset');
  await untilText(page, 'data-name', new RegExp(`^${title.replace(/[[\]().]/g, '\\$&')}$`));
  await untilText(page, 'model-line', new RegExp(`^LSTM\\(${presetRecipe(id).units}\\)`));
  await untilText(page, 'run-state', /^Untrained/);
  await untilStands(page);
}

async function train(page: Page): Promise<void> {
  await click(page, 'train');
  await untilPhase(page, 'done');
}

/** The numbers of one line of the table of errors: MAE, RMSE, skill in percent. */
async function scoresOf(page: Page, key: string): Promise<string[]> {
  await page.waitForSelector(`[data-testid=score-${key}]`);
  return page.$$eval(`[data-testid=score-${key}] td`, (cells) =>
    cells.slice(0, 3).map((cell) => (cell.textContent ?? '').replace('\u2212', '-').replace('\u00a0%', '')),
  );
}

const maeOf = async (page: Page, key: string): Promise<number> => Number((await scoresOf(page, key))[0]);

/** A column of a bundled file, as it is written there. */
function fileColumn(file: string, name: string): number[] {
  const path = fileURLToPath(new URL(`../../dist/data/${file}`, import.meta.url));
  const [header = '', ...lines] = readFileSync(path, 'utf8').trim().split('\n');
  const at = header.split(',').indexOf(name);
  return lines.map((line) => Number(line.split(',')[at]));
}

interface Errors {
  readonly mae: number;
  readonly rmse: number;
}

function errorsOf(predicted: readonly number[], observed: readonly number[]): Errors {
  const errors = predicted.map((value, index) => value - (observed[index] ?? Number.NaN));
  const mean = (values: number[]): number => values.reduce((sum, one) => sum + one, 0) / values.length;
  return { mae: mean(errors.map(Math.abs)), rmse: Math.sqrt(mean(errors.map((one) => one * one))) };
}

/** Of saying the mean of the first 60 % of a planted series over the last 20 %. */
function meanErrors(id: (typeof PLANTED_IDS)[number]): Errors {
  const y = [...plantSeries(id, 1).column('y').numbers];
  const told = y.slice(0, 0.6 * y.length);
  const mean = told.reduce((sum, one) => sum + one, 0) / told.length;
  const observed = y.slice(0.8 * y.length);
  return errorsOf(
    observed.map(() => mean),
    observed,
  );
}

describe('presets', () => {
  const stage = useStage();
  let watched: WatchedPage;
  let first = { fingerprint: '', card: '' };

  beforeAll(async () => {
    watched = await watchedPage(stage.browser);
    await watched.page.goto(stage.address);
    await untilStands(watched.page);
    first = {
      fingerprint: await untilText(watched.page, 'fingerprint', /^[0-9a-f]{8}$/),
      card: await textOf(watched.page, 'data-card'),
    };
  });

  it('are offered by name, and what one is is told before it is opened', async () => {
    const { page } = watched;

    const offered = await page.$$eval('[data-testid=preset] option', (all) =>
      all.map((one) => one.textContent),
    );
    await page.select('[data-testid=preset]', 'remember-20');

    expect(offered.map((one) => one?.trim()).toSorted()).toEqual(
      ALL_PRESETS.map(({ title }) => english(title)).toSorted(),
    );
    expect(await untilText(page, 'preset-about', /cue/)).toContain('shadow is pure noise');
    expect(await textOf(page, 'data-name')).toBe('Seattle, daily weather 2012-2015');
  });

  it.each([
    ['new-york', 'tomorrow\u2019s temperature in New York', '1,461 days', 'same as yesterday'],
    ['lag-3', 'has to find y = x[t\u22123]', '2,000 rows', 'same as the row before'],
    [
      'difference-24',
      'has to find y = x[t\u22121] \u2212 x[t\u221224]',
      '2,000 rows',
      'same as the row before',
    ],
    ['noise', 'nothing here to predict', '2,000 rows', 'same as the row before'],
    ['remember-20', 'remember a cue for 20 rows', '20,000 rows', 'same as the y told before'],
  ] as const)('%s opens with words that fit, and trains a step', async (id, title, rows, persistence) => {
    const { page } = watched;
    const { window, learningRate, epochs } = presetRecipe(id);
    const isPlanted = PLANTED_IDS.some((one) => one === id);

    await open(page, id);
    await click(page, 'step');
    await untilText(page, 'run-state', /step 1 of/);
    await lookAtAll(page);

    const intro = await page.$eval('.intro-text', (one) => (one.textContent ?? '').replace(/\s+/g, ' '));
    expect(intro).toContain(title);
    expect(intro).not.toContain('Seattle');
    expect(await textOf(page, 'data-card')).toContain(rows);
    expect(await textOf(page, 'verdict-detail')).toContain(`\u201c${persistence}\u201d`);
    expect(await textOf(page, 'stat-persistence')).toMatch(isPlanted ? /^[\d.]+$/ : /°C$/);
    const recipe = await page.$eval('gw-recipe', (one) => (one.textContent ?? '').replace(/\s+/g, ' '));
    expect(recipe).toContain(`back over ${window} ${isPlanted ? 'rows' : 'days'}. Adam at ${learningRate}`);
    expect(recipe).toContain(`${epochs} epochs`);
    expect(await page.$eval('#preset', (select) => (select as HTMLSelectElement).value)).toBe(id);
    const words = await page.$$eval('#top, #forecast', (all) => all.map((one) => one.textContent).join(' '));
    if (isPlanted) expect(words).not.toMatch(/°C|yesterday|\bdays\b/);
  });

  it('New York has the persistence error that its file gives by hand', async () => {
    const { page } = watched;
    await open(page, 'new-york');

    const warmest = fileColumn('new-york.csv', 'temp_max');
    const test = warmest.slice(1168);
    const { mae, rmse } = errorsOf(warmest.slice(1167, -1), test);

    expect(await scoresOf(page, 'persistence')).toEqual([mae.toFixed(2), rmse.toFixed(2), '0.0']);
    expect(mae.toFixed(2)).toBe('2.70');
  });

  it('lag-3 is learnt in a few epochs; the mean is held against it', async () => {
    const { page } = watched;
    await open(page, 'lag-3');
    await applySettings(page, { epochs: '4' });
    await untilText(page, 'run-state', /^Untrained/);

    await train(page);

    const [mae = '', , skill = ''] = await scoresOf(page, 'model');
    expect(Number(skill)).toBeGreaterThan(50);
    expect(Number(mae)).toBeLessThan(0.5 * (await maeOf(page, 'persistence')));
    const { mae: meanMae, rmse } = meanErrors('lag-3');
    expect((await scoresOf(page, 'mean')).slice(0, 2)).toEqual([meanMae.toFixed(2), rmse.toFixed(2)]);
  });

  it('noise is not learnt: no better than the mean, which itself beats persistence', async () => {
    const { page } = watched;
    await open(page, 'noise');
    await applySettings(page, { epochs: '6' });
    await untilText(page, 'run-state', /^Untrained/);

    await train(page);

    const { mae: mean } = meanErrors('noise');
    const skillAgainstMean = 1 - (await maeOf(page, 'model')) / mean;
    expect(skillAgainstMean).toBeLessThan(0.03);
    expect(skillAgainstMean).toBeGreaterThan(-0.15);
    expect(await textOf(page, 'verdict-detail')).toContain(
      `always saying the mean of the training part by ${mean.toFixed(2)}`,
    );
    expect(mean).toBeLessThan(await maeOf(page, 'persistence'));
  });

  it('the way back to Seattle gives the first weights again, and the page\u2019s own words', async () => {
    const { page } = watched;
    await open(page, 'seattle');

    expect(await untilText(page, 'fingerprint', /^[0-9a-f]{8}$/)).toBe(first.fingerprint);
    expect(await textOf(page, 'data-card')).toBe(first.card);
    expect(await page.$eval('#title', (title) => title.textContent)).toContain(
      'tomorrow\u2019s temperature.',
    );
  });

  it('errors and skill are those of the CSV that is handed out, and its climatology is the line drawn', async () => {
    const { page } = watched;
    await applySettings(page, { epochs: '2' });
    await untilText(page, 'run-state', /^Untrained/);
    await train(page);
    expect(await page.$('.chart .line-climatology')).toBeNull();
    await click(page, 'show-climatology');
    await page.waitForSelector('.chart .line-climatology');
    await stage.downloads.use(page);

    await click(page, 'forecast-csv');
    const { name, text } = await stage.downloads.takeText('.csv');

    expect(name).toMatch(/^seattle-daily-weather-2012-2015-forecast-epoch\d\.csv$/);
    const [header, ...lines] = text.trim().split('\n');
    expect(header).toBe('date,observed,forecast,persistence,climatology');
    const cells = lines.map((line) => line.split(','));
    const column = (at: number): number[] => cells.map((row) => Number(row[at]));
    const observed = column(1);
    const warmest = fileColumn('seattle.csv', 'temp_max');
    expect([cells[0]?.[0], cells.at(-1)?.[0]]).toEqual(['2015-03-14', '2015-12-31']);
    expect(observed).toEqual(warmest.slice(1168));
    expect(column(3)).toEqual(warmest.slice(1167, -1));
    const plain = errorsOf(column(3), observed).mae;
    for (const [key, at] of [
      ['model', 2],
      ['persistence', 3],
      ['climatology', 4],
    ] as const) {
      const { mae, rmse } = errorsOf(column(at), observed);
      const skill = (100 * (1 - mae / plain)).toFixed(1);
      expect(await scoresOf(page, key), key).toEqual([mae.toFixed(2), rmse.toFixed(2), skill]);
    }
    const shown = cells.findIndex((row) => row[0] === '2015-07-11');
    expect(await textOf(page, 'forecast-readout')).toContain(
      `11 Jul 2015 observed ${observed[shown]?.toFixed(1)} °C forecast ${column(2)[shown]?.toFixed(1)} °C`,
    );
    expect(await textOf(page, 'forecast-readout')).toContain(
      `usual for the date ${column(4)[shown]?.toFixed(1)} °C`,
    );
  });

  it('complained about nothing all the while', () => {
    expect(watched.complaints).toEqual([]);
  });
});
