/**
 * What axe-core finds on the page: nothing, in light and dark, wide and narrow, before, during and after training, and with
 * an error shown.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer';
import { afterAll, describe, expect, it } from 'vitest';
import { writeKeras } from '../../src/engine/keras/index.ts';
import { randomModel } from '../keras/support.ts';
import { loadAxe, THEMES, violations, WIDTHS } from './axe.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  loseDevice,
  runSelfTest,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
  withDeviceAtHand,
} from './page-support.ts';

const OWN_CSV = [
  'day,warmth,wind',
  ...Array.from({ length: 60 }, (_, n) => `${2000 + n},${n % 9},${n % 4}`),
].join('\n');

const FOLDER = mkdtempSync(join(tmpdir(), 'gatewise-axe-'));

function modelFile(seed: number): Promise<Uint8Array> {
  const layers = [
    { kind: 'lstm', units: 4, name: 'lstm' },
    { kind: 'dense', units: 1, name: 'dense' },
  ] as const;
  return writeKeras(randomModel({ layers, inputShape: [14, 6], seed }));
}

/** Chooses a file as a visitor does. */
async function give(page: Page, input: string, name: string, content: string | Uint8Array): Promise<void> {
  writeFileSync(join(FOLDER, name), content);
  const element = (await page.$(`[data-testid=${input}]`)) as ElementHandle<HTMLInputElement>;
  await element.uploadFile(join(FOLDER, name));
}

describe('axe-core', () => {
  const stage = useStage();

  afterAll(() => rmSync(FOLDER, { recursive: true }));

  it.each(THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const)))(
    'finds nothing in %s at %d pixels: untrained, training, paused, done, with an error, all details open',
    { timeout: 600_000 },
    async (theme, width) => {
      const { page } = await watchedPage(stage.browser, width);
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: theme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      await page.goto(stage.address);
      await loadAxe(page);
      await untilReady(page);
      await page.waitForSelector('gw-cell [data-testid=cell-z]');
      expect(await violations(page)).toEqual([]);

      await applySettings(page, { epochs: '1000' });
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
      await click(page, 'all-questions-open');
      await page.waitForSelector('[data-testid=question-count] input');
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

  it.each([
    ['light', 1280],
    ['dark', 320],
  ] as const)(
    'finds nothing in %s at %d pixels with motion: own columns, a model file with its results and with a fault, a lost device',
    async (theme, width) => {
      const { page } = await watchedPage(stage.browser, width);
      await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
      await withDeviceAtHand(page);
      await page.goto(stage.address);
      await loadAxe(page);
      await untilReady(page);

      await give(page, 'csv-input', 'own.csv', OWN_CSV);
      await page.waitForSelector('[data-testid=column-picker]');
      expect(await violations(page, '[data-testid=data-card]')).toEqual([]);

      await give(page, 'keras-input', 'cut.keras', (await modelFile(1)).subarray(0, 400));
      await page.waitForSelector('[data-testid=keras-problem]');
      expect(await violations(page, '#keras')).toEqual([]);
      await give(page, 'keras-input', 'first.keras', await modelFile(1));
      await page.waitForSelector('[data-testid=keras-tensors], [data-testid=keras-numbers]');
      await page.$$eval('#keras details', (all) => {
        for (const details of all) details.open = true;
      });
      await page.waitForSelector('[data-testid=keras-values]');
      expect(await violations(page, '#keras')).toEqual([]);

      await loseDevice(page);
      await page.waitForSelector('[data-testid=lost-notice]');
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
  );

  it.each(WIDTHS)('finds nothing in Chinese at %d pixels, all details open', async (width) => {
    const { page } = await watchedPage(stage.browser, width);
    await page.emulateMediaFeatures([
      { name: 'prefers-color-scheme', value: 'light' },
      { name: 'prefers-reduced-motion', value: 'reduce' },
    ]);
    await page.goto(`${stage.address}#?lang=zh-CN`);
    await loadAxe(page);
    await untilReady(page);
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    await page.$$eval('details', (all) => {
      for (const details of all) details.open = true;
    });
    expect(await violations(page)).toEqual([]);
    await page.close();
  });
});
