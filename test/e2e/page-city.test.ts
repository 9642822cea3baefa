/** "Your city" against a stand-in for Open-Meteo: asked only when told to, read in full, refused in one sentence, and nothing lost meanwhile. */
import type { Page } from 'puppeteer';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { lastYear } from '../../src/demo/city/years.ts';
import { loadAxe, THEMES, violations, WIDTHS } from './axe.ts';
import { type Mood, StandIn, temperatureAt } from './open-meteo.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  textOf,
  untilPhase,
  untilStands,
  untilText,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';

const SEATTLE = 'Seattle, daily weather 2012-2015';
const HOURS = 8760;

async function type(page: Page, testId: string, text: string): Promise<void> {
  await page.$eval(
    `[data-testid=${testId}]`,
    (input, value) => {
      (input as HTMLInputElement).value = value;
    },
    text,
  );
}

/** Opens the form and finds two places. */
async function findPlaces(page: Page): Promise<void> {
  await page.select('[data-testid=preset]', 'city');
  await page.waitForSelector('[data-testid=city-name]');
  await type(page, 'city-name', 'Lisbon');
  await click(page, 'city-find');
  await page.waitForSelector('[data-testid=city-load]');
}

async function askForYears(page: Page, from: string, to: string): Promise<void> {
  await type(page, 'city-from', from);
  await type(page, 'city-to', to);
  await click(page, 'city-load');
}

/** Persistence of the last fifth of 2023, an hour ahead, by hand: what was missing takes the value before it. */
function persistenceMae(): number {
  const filled: number[] = [];
  for (let hour = 0; hour < HOURS; hour++) filled.push(temperatureAt(hour) ?? filled.at(-1) ?? Number.NaN);
  let sum = 0;
  let count = 0;
  for (let hour = 0.8 * HOURS; hour < HOURS; hour++) {
    const observed = temperatureAt(hour);
    if (observed === null) continue;
    sum += Math.abs(observed - (filled[hour - 1] ?? Number.NaN));
    count += 1;
  }
  return sum / count;
}

describe('your city', () => {
  const stage = useStage();
  let watched: WatchedPage;
  const standIn = new StandIn();

  beforeAll(async () => {
    await standIn.start();
    watched = await watchedPage(stage.browser);
    await standIn.takeRequests(watched.page);
    await watched.page.goto(stage.address);
    await untilStands(watched.page);
  });

  beforeEach(() => {
    standIn.mood = 'well';
  });

  afterAll(async () => {
    standIn.close();
  });

  it('says whom it asks and what that server learns, and asks nobody before the button', async () => {
    const { page } = watched;

    await page.select('[data-testid=preset]', 'city');
    const words = await untilText(page, 'city', /archive-api\.open-meteo\.com/);
    await type(page, 'city-name', 'Lisbon');
    await page.focus('[data-testid=city-name]');
    await page.keyboard.press('Tab');

    expect(words).toContain('geocoding-api.open-meteo.com');
    expect(words).toContain(
      'They learn your IP address, the name you typed, and the place and years you choose',
    );
    expect(await textOf(page, 'preset-about')).toContain(
      'Weather data by Open-Meteo.com (CC BY 4.0), https://open-meteo.com',
    );
    expect(standIn.asked).toEqual([]);
  });

  it('finds places, asks for whole years in UTC, and forecasts the hours that come', async () => {
    const { page, complaints } = watched;
    await findPlaces(page);
    const places = await page.$$eval('.city-places label', (all) => all.map((one) => one.textContent));
    await askForYears(page, '2023', '2023');
    await untilText(page, 'data-name', /^Lisbon, Portugal, hourly weather 2023$/);
    await untilText(page, 'run-state', /^Untrained/);

    expect(places.map((place) => place?.replace(/\s+/g, ' ').trim())).toEqual([
      'Lisbon, Portugal 38.72° N, 9.13° W',
      'Lisbon, Maine, United States 44.03° N, 70.10° W',
    ]);
    expect(standIn.asked.map(({ host, pathname }) => host + pathname)).toEqual([
      'geocoding-api.open-meteo.com/v1/search',
      'archive-api.open-meteo.com/v1/archive',
    ]);
    expect(Object.fromEntries(standIn.asked[0]?.searchParams ?? [])).toEqual({
      name: 'Lisbon',
      count: '5',
      language: 'en',
      format: 'json',
    });
    expect(Object.fromEntries(standIn.asked[1]?.searchParams ?? [])).toEqual({
      latitude: '38.71667',
      longitude: '-9.13333',
      start_date: '2023-01-01',
      end_date: '2023-12-31',
      hourly: 'temperature_2m,relative_humidity_2m,surface_pressure,wind_speed_10m,precipitation',
      timezone: 'UTC',
    });
    const card = await textOf(page, 'data-card');
    expect(card).toContain(
      '8,760 hours, 1 Jan 2023 to 31 Dec 2023. The target is temperature in °C, 1 hour ahead.',
    );
    expect(card).toContain('hour-of-day sin');
    expect(await textOf(page, 'data-notes')).toContain(
      'temperature: 9 of 8,760 values missing, at most 1 in a row.',
    );
    const persistence = persistenceMae().toFixed(2).replace('.', '\\.');
    await untilText(page, 'score-persistence', new RegExp(persistence));
    expect(await textOf(page, 'score-climatology')).toMatch(/\d\.\d\d/);
    expect(await textOf(page, 'verdict-detail')).toContain('\u201csame as the hour before\u201d');
    expect(await page.$eval('#title', (title) => title.textContent)).toBe(
      'This network predicts temperature, 1 hour ahead. Open it up.',
    );
    expect(await page.$eval('#preset', (select) => (select as HTMLSelectElement).value)).toBe('city');
    await applySettings(page, { epochs: '2' });
    await untilText(page, 'run-state', /^Untrained/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    expect(await textOf(page, 'forecast-readout')).toMatch(/2023, \d\d:00 observed/);
    expect(complaints).toEqual([]);
  });

  it.each<[Mood, RegExp]>([
    [
      'refuses',
      /^Open-Meteo refuses what was asked \(400\)\. It says: Parameter 'start_date' is out of allowed range\. You can open a CSV instead\.$/,
    ],
    [
      'busy',
      /^Open-Meteo takes no more requests from here for now \(429\).*Hourly API request limit exceeded.*You can open a CSV instead\.$/,
    ],
    [
      'hangs-up',
      /^Open-Meteo could not be reached: .*archive-api\.open-meteo\.com\. You can open a CSV instead\.$/,
    ],
    ['endless', /^Open-Meteo\u2019s answer has more than 16 MiB.*You can open a CSV instead\.$/],
    [
      'silent',
      /^Open-Meteo did not answer within 20 seconds\. Try again later\. You can open a CSV instead\.$/,
    ],
  ])('%s: one sentence, and the data in use stay', async (mood, sentence) => {
    const { page } = watched;
    await findPlaces(page);
    const before = [await textOf(page, 'data-name'), await textOf(page, 'fingerprint')];
    standIn.mood = mood;

    await askForYears(page, '2022', '2023');

    expect(await untilText(page, 'city-years-error', /./)).toMatch(sentence);
    expect([await textOf(page, 'data-name'), await textOf(page, 'fingerprint')]).toEqual(before);
    expect(await page.$('[data-testid=city-cancel]')).toBeNull();
  });

  it.each<[Mood, RegExp]>([
    ['short', /^Open-Meteo\u2019s weather: hourly\.precipitation is "17,519 values", expected 17,520 values/],
    ['broken', /^Open-Meteo\u2019s weather is no JSON: received "<html>Welcome/],
  ])('an answer that is %s is refused where the data are read', async (mood, sentence) => {
    const { page } = watched;
    await findPlaces(page);
    const before = await textOf(page, 'fingerprint');
    standIn.mood = mood;

    await askForYears(page, '2022', '2023');

    expect(await untilText(page, 'problem', /Open-Meteo/)).toMatch(sentence);
    expect(await textOf(page, 'fingerprint')).toBe(before);
    await page.$eval('[data-testid=problem] button', (dismiss) => (dismiss as HTMLElement).click());
  });

  it('can be cancelled while the server is silent, and asked again', async () => {
    const { page } = watched;
    await findPlaces(page);
    standIn.mood = 'silent';
    await askForYears(page, '2022', '2022');
    await untilText(page, 'city-status', /^Asking Open-Meteo for the weather of Lisbon, Portugal, 2022$/);

    await click(page, 'city-cancel');
    await untilText(page, 'city-status', /^2 places found\.$/);
    expect(await page.$eval('[data-testid=city-years-error]', (error) => error.textContent?.trim())).toBe('');
    standIn.mood = 'well';
    await click(page, 'city-load');

    expect(await untilText(page, 'data-name', /2022$/)).toBe('Lisbon, Portugal, hourly weather 2022');
  });

  it('asks nobody with years or names it does not take, says so where they are, and knows that no place is none', async () => {
    const { page } = watched;
    await findPlaces(page);
    const asked = standIn.asked.length;

    await askForYears(page, '2015', '2023');
    expect(await untilText(page, 'city-years-error', /./)).toContain(
      'at most 5 of them, received \u201c2015\u201d to \u201c2023\u201d',
    );
    await askForYears(page, '2023', String(lastYear() + 1));
    expect(await untilText(page, 'city-years-error', /two from/)).toContain(`1940 to ${lastYear()}`);
    await type(page, 'city-name', ' x ');
    await click(page, 'city-find');
    expect(await untilText(page, 'city-name-error', /./)).toContain('at least two letters');
    expect(standIn.asked.length).toBe(asked);

    await type(page, 'city-name', 'Nowhere');
    await click(page, 'city-find');
    expect(await untilText(page, 'city-none', /./)).toContain('knows no place of that name');
  });

  it('is left for Seattle again, and complained of nothing but the errors the stand-in made', async () => {
    const { page, complaints } = watched;
    await page.select('[data-testid=preset]', 'seattle');
    await click(page, 'use-preset');

    await untilText(page, 'data-name', new RegExp(`^${SEATTLE}$`));
    await untilStands(page);

    expect(await page.$('[data-testid=city]')).toBeNull();
    expect(complaints.filter((one) => !/open-meteo\.com|Failed to load resource/.test(one))).toEqual([]);
  });

  it.each(THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const)))(
    'axe finds nothing at the open form in %s at %d pixels, with places, an error and while asking',
    async (theme, width) => {
      const { page } = await watchedPage(stage.browser, width);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      await standIn.takeRequests(page);
      await page.goto(stage.address);
      await untilStands(page);
      await loadAxe(page);
      await findPlaces(page);
      await askForYears(page, '1', '2');
      await untilText(page, 'city-years-error', /./);
      expect(await violations(page, '[data-testid=data-card]')).toEqual([]);
      standIn.mood = 'silent';
      await askForYears(page, '2022', '2022');
      await page.waitForSelector('[data-testid=city-cancel]');
      expect(await violations(page, '[data-testid=data-card]')).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.close();
    },
  );
});
