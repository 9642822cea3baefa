/** How the page is laid out: the list of sections, the rows of the bar, and that what comes late moves nothing of the first screen. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { launchWithoutAdapter } from '../harness/browser.ts';
import { loadAxe, THEMES, violations } from './axe.ts';
import { useStage } from './page-stage.ts';
import {
  asVisited,
  textOf,
  untilReady,
  untilText,
  watchedPage,
  withoutServiceWorker,
} from './page-support.ts';
import { recordShifts, shiftOf } from './shifts.ts';

/** As web.dev calls good. */
const LARGEST_SHIFT = 0.1;
const LIST = '#sections';

const isSeen = (page: Page, selector: string): Promise<boolean> =>
  page.$eval(selector, (element) => element.checkVisibility() && element.getClientRects().length > 0);

const boxOf = (
  page: Page,
  selector: string,
): Promise<{ left: number; right: number; top: number; bottom: number }> =>
  page.$eval(selector, (element) => {
    const { left, right, top, bottom } = element.getBoundingClientRect();
    return { left, right, top, bottom };
  });

const entries = (page: Page): Promise<string[]> =>
  page.$$eval(`${LIST} li`, (all) =>
    all.filter((one) => one.checkVisibility()).map((one) => one.querySelector('a')?.hash ?? ''),
  );

/** Waits until the page has scrolled to a section, below the bar. */
async function untilAt(page: Page, section: string): Promise<void> {
  await page.waitForFunction(
    (id: string) => {
      const bar = document.querySelector('.top-bar') as HTMLElement;
      const covered = Math.max(0, bar.getBoundingClientRect().bottom);
      const { top } = (document.getElementById(id) as HTMLElement).getBoundingClientRect();
      return top >= covered - 1 && top < covered + 40;
    },
    { polling: 50 },
    section,
  );
}

describe('the list of sections', () => {
  const stage = useStage();

  it('stands at the left of a wide page, stays there, has every section but those that a link hides, and marks the current one', async () => {
    const { page, complaints } = await asVisited(stage.browser, 1600);
    await withoutServiceWorker(page);
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.goto(stage.address);
    await untilReady(page);
    const ids = await page.$$eval('main > section', (all) => all.map(({ id }) => id));
    expect(await entries(page)).toEqual(ids.filter((id) => id !== 'top').map((id) => `#${id}`));
    expect(await isSeen(page, '.page-nav button')).toBe(false);
    expect(await page.$eval('.page-nav', (nav) => nav.getAttribute('aria-label'))).toBe('Sections');

    await page.click(`${LIST} a[href="#lag-lab"]`);
    await untilAt(page, 'lag-lab');
    const [list, main, bar] = await Promise.all(
      [LIST, '#lag-lab', '.top-bar'].map((one) => boxOf(page, one)),
    );
    expect(list?.top).toBeGreaterThan(bar?.bottom ?? 0);
    expect(list?.bottom).toBeLessThan(900);
    expect(list?.right).toBeLessThan(main?.left ?? 0);
    const colours = (): Promise<Record<string, string>> =>
      page.$$eval(`${LIST} a`, (all) =>
        Object.fromEntries(all.map((one) => [(one as HTMLAnchorElement).hash, getComputedStyle(one).color])),
      );
    // Where the browser has :target-current, as the Chromium of these tests.
    await expect
      .poll(async () => {
        const { '#lag-lab': current, ...others } = await colours();
        return Object.values(others).every((one) => one !== current);
      })
      .toBe(true);

    await page.evaluate(() => {
      location.hash = '#cell?hide=keras,export';
    });
    await expect.poll(() => entries(page)).not.toContain('#keras');
    expect(await entries(page)).toHaveLength(ids.length - 3);

    const embedded = `#cell?hide=${ids.filter((id) => id !== 'cell').join()}`;
    for (const width of [1600, 640]) {
      await page.setViewport({ width, height: 900 });
      await page.evaluate((hash) => {
        location.hash = hash;
      }, embedded);
      await expect.poll(() => isSeen(page, '.page-nav')).toBe(false);
      const { left } = await boxOf(page, '#cell');
      expect(left).toBe((await boxOf(page, '.wordmark')).left);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([1100, 390, 320])(
    'opens from a button at %d pixels, and closes when one is chosen or left',
    async (width) => {
      const { page, complaints } = await asVisited(stage.browser, width);
      await withoutServiceWorker(page);
      await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
      await page.goto(stage.address);
      await untilReady(page);
      expect(await isSeen(page, LIST)).toBe(false);
      await page.focus('.page-nav button');
      await page.keyboard.press('Enter');
      expect(await isSeen(page, LIST)).toBe(true);
      await page.keyboard.press('Escape');
      expect(await isSeen(page, LIST)).toBe(false);

      await page.keyboard.press('Enter');
      await page.keyboard.press('Tab');
      expect(await page.evaluate(() => (document.activeElement as HTMLAnchorElement).hash)).toBe('#answers');
      const { left, right, bottom } = await boxOf(page, LIST);
      expect(left).toBeGreaterThanOrEqual(0);
      expect(right).toBeLessThanOrEqual(width);
      expect(bottom).toBeLessThanOrEqual(900);
      await page.click(`${LIST} a[href="#through-time"]`);
      await untilAt(page, 'through-time');
      expect(await isSeen(page, LIST)).toBe(false);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('is not printed, and axe-core finds nothing in it nor in what the device is said to be, open or at the side', async () => {
    const { page } = await watchedPage(stage.browser, 1600);
    await withoutServiceWorker(page);
    await page.goto(stage.address);
    await untilReady(page);
    await loadAxe(page);
    const check = async (): Promise<void> => {
      for (const theme of THEMES) {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        expect(await violations(page, '.top-bar')).toEqual([]);
      }
    };
    await check();
    await page.emulateMediaType('print');
    expect(await isSeen(page, LIST)).toBe(false);
    const edges = await page.$eval('main', (main) => {
      const { paddingLeft, paddingRight } = getComputedStyle(main);
      return [paddingLeft, paddingRight];
    });
    expect(edges[0]).toBe(edges[1]);
    await page.emulateMediaType();

    await page.setViewport({ width: 320, height: 900 });
    await page.click('.page-nav button');
    await check();
    await page.keyboard.press('Escape');
    // Of the device only a dot has room there; its words are whole once asked for.
    await page.click('[data-testid=device-badge] button');
    expect(await isSeen(page, '#device')).toBe(true);
    expect(await page.$eval('#device', (words) => words.textContent)).toContain(
      (await textOf(page, 'device-badge')).replace(/ \(software\)$/, ''),
    );
    await check();
    await page.close();
  });
});

describe('the bar', () => {
  const stage = useStage(launchWithoutAdapter);

  // A row is at most 40 pixels high, with 8 around it.
  it.each([
    [1280, 2],
    [960, 2],
    [720, 2],
    [610, 2],
    [390, 3],
    [320, 3],
  ])('has at %d pixels %d rows, also with an epoch to choose, and in Chinese', async (width, rows) => {
    const { page } = await asVisited(stage.browser, width);
    await withoutServiceWorker(page);
    for (const language of ['en', 'zh-CN']) {
      await page.goto(`${stage.address}#?lang=${language}`);
      await page.reload();
      await page.waitForFunction((wanted) => document.documentElement.lang === wanted, {}, language);
      await page.waitForSelector('[data-testid=epoch-words]');
      await page.waitForSelector('[data-testid=no-gpu-notice]');
      await expect
        .poll(() => page.$eval('.top-bar', (bar) => bar.getBoundingClientRect().height))
        .toBeLessThanOrEqual(rows === 2 ? 100 : 130);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
    }
    await page.close();
  });

  it.each([1280, 390])('and the notice without a device move next to nothing at %d pixels', async (width) => {
    const { page } = await asVisited(stage.browser, width);
    await withoutServiceWorker(page);
    await recordShifts(page);
    await page.goto(stage.address);
    await untilText(page, 'stat-model', /^\d/);
    await page.waitForSelector('[data-testid=no-gpu-notice]');
    await page.waitForSelector('[data-testid=forecast-chart] svg');
    const { top, bottom } = await boxOf(page, '[data-testid=no-gpu-notice]');
    expect(top).toBeGreaterThan((await boxOf(page, '#title')).bottom);
    expect(bottom).toBeLessThan(900);
    expect(await shiftOf(page)).toBeLessThan(LARGEST_SHIFT);
    await page.close();
  });
});
