/**
 * What axe-core finds on the page: nothing, in light and dark, wide and narrow, before, during and after training, and with
 * an error shown.
 */
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import { loadAxe, THEMES, violations, WIDTHS } from './axe.ts';
import {
  applySettings,
  type BuiltPage,
  click,
  runSelfTest,
  serveBuiltPage,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';

describe('axe-core', () => {
  let server: BuiltPage;
  let browser: Browser;

  beforeAll(async () => {
    server = await serveBuiltPage();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it.each(THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const)))(
    'finds nothing in %s at %d pixels: untrained, training, paused, done, with an error, all details open',
    async (theme, width) => {
      const { page } = await watchedPage(browser, width);
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: theme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      await page.goto(server.address);
      await loadAxe(page);
      await untilReady(page);
      await page.waitForSelector('gw-cell [data-testid=cell-z]');
      expect(await violations(page)).toEqual([]);

      await applySettings(page, { epochs: '400' });
      await click(page, 'train');
      await untilText(page, 'stat-epoch', /^[1-9]/);
      expect(await violations(page)).toEqual([]);
      await click(page, 'train');
      await untilPhase(page, 'paused');
      expect(await violations(page)).toEqual([]);

      await applySettings(page, { epochs: '1' });
      await untilText(page, 'stat-epoch', /^0$/);
      await click(page, 'train');
      await untilPhase(page, 'done');
      await page.$$eval('details', (all) => {
        for (const details of all) details.open = true;
      });
      await page.$eval('[data-testid=setting-units]', (input) => {
        (input as HTMLInputElement).value = 'many';
      });
      await click(page, 'apply');
      await click(page, 'cell-all-terms');
      await click(page, 'find-similar');
      await page.waitForSelector('[data-testid=similar-days]');
      await click(page, 'bonnet-time');
      await untilText(page, 'bonnet-whole', /^One step/);
      await page.$eval('[data-testid=question-count] input', (input) => (input as HTMLInputElement).click());
      await page.waitForSelector('[data-testid=question-count] button:not([disabled])');
      await page.$eval('[data-testid=question-count] button', (button) => button.click());
      await page.waitForSelector('[data-testid=question-count] .teachers-answer p');
      expect(await runSelfTest(page)).toContain('passed');
      await click(page, 'cell-next-sub-step');
      expect(await violations(page)).toEqual([]);
      await click(page, 'cell-backward');
      await page.waitForSelector('[data-testid=cell-shares]');
      await click(page, 'cell-next-sub-step');
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
  );
});
