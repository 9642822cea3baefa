/**
 * What axe-core finds on the page: nothing, in light and dark, wide and narrow, before, during and after training, and with
 * an error shown. `target-size` is a rule of wcag22aa, off unless its tag is asked for.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
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

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
const THEMES = ['light', 'dark'] as const;
const WIDTHS = [1280, 320];

interface AxeWindow {
  readonly axe: { run(options: RunOptions): Promise<AxeResults> };
}

/** Each violation with the elements it was found at. */
function violations(page: Page): Promise<string[]> {
  return page.evaluate(async (values) => {
    const { axe } = window as Window & typeof globalThis & AxeWindow;
    const result = await axe.run({ runOnly: { type: 'tag', values } });
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
    );
  }, TAGS);
}

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
      await page.evaluate(AXE);
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
      await click(page, 'bonnet-time');
      await untilText(page, 'bonnet-whole', /^One step/);
      await page.$eval('[data-testid=question-count] input', (input) => (input as HTMLInputElement).click());
      expect(await runSelfTest(page)).toContain('passed');
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
  );
});
