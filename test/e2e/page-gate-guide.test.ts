/** Below the heatmaps: slices as Python with the live shapes, and the bias that gives the forget gate away. */
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import {
  applySettings,
  type BuiltPage,
  click,
  serveBuiltPage,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';

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

it('the guide names f by its ones before training, says that training moved them, and follows the units', async () => {
  const { page, complaints } = await watchedPage(browser);
  await page.goto(server.address);
  await untilReady(page);
  expect(await untilText(page, 'gate-cue', /exactly 1 throughout/)).toContain('that of f, forget gate is');
  expect(await textOf(page, 'gate-bias-f')).toMatch(/1\s?1$/);
  expect(await textOf(page, 'gate-bias-i')).toMatch(/0\s?0$/);

  await applySettings(page, { epochs: '1', units: '16' });
  await untilText(page, 'gate-python', /W_f = W\[:, 16:32\] # \(6, 16\)/);
  await click(page, 'train');
  await untilPhase(page, 'done');
  await untilText(page, 'gate-cue', /^After 1 epochs? training has moved the bias/);

  await click(page, 'reset');
  await untilText(page, 'gate-cue', /exactly 1 throughout/);
  await click(page, 'gate-copy');
  await page.waitForFunction(() =>
    /Copied|selected/.test(document.querySelector('gw-gate-guide [role=status]')?.textContent ?? ''),
  );
  await page.$eval('[data-testid=gate-guide]', (details) => {
    (details as HTMLDetailsElement).open = true;
  });
  await page.setViewport({ width: 320, height: 800 });
  await page.waitForFunction(() => document.documentElement.scrollWidth <= 320, { timeout: 5000 });
  expect(complaints).toEqual([]);
  await page.close();
});
