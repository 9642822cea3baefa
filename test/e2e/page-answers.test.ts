/** Three answers: static text that is true without scripts, numbers that equal those of the exported weights, links that lead there. */
import type { Browser } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpz } from '../../src/engine/keras/index.ts';
import { lstmForward } from '../../src/engine/reference/index.ts';
import { launchBrowser } from '../harness/browser.ts';
import {
  applySettings,
  type BuiltPage,
  click,
  DownloadFolder,
  serveBuiltPage,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';
import { seattleWindows } from './seattle.ts';

const STEPS = 14;
const UNITS = 8;
const LAG = 5;

describe('three answers', () => {
  let server: BuiltPage;
  let browser: Browser;
  const downloads = new DownloadFolder();

  beforeAll(async () => {
    server = await serveBuiltPage();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    downloads.remove();
  });

  it('are there as text before any script runs', async () => {
    const { page } = await watchedPage(browser);
    await page.setJavaScriptEnabled(false);
    await page.goto(server.address);
    const text = await page.$eval('#answers', (section) => (section.textContent ?? '').replace(/\s+/g, ' '));
    expect(text).toMatch(/Not in the weights\..*\(6, 128\), \(32, 128\) and \(128\)/);
    expect(text).toMatch(/Columns 32 to 63 are the forget gate/);
    expect(text).toMatch(/No weight belongs to t−5\./);
    await page.close();
  });

  it('have numbers that the float64 reference gives with the exported weights', async () => {
    const { page, complaints } = await watchedPage(browser);
    await page.goto(server.address);
    await untilReady(page);
    expect(await untilText(page, 'answer-bias', /./)).toBe('1');
    await applySettings(page, { units: String(UNITS), epochs: '2' });
    await untilText(page, 'answer-columns', /8 to 15/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await downloads.use(page);
    await click(page, 'export-npz');
    const arrays = await readNpz((await downloads.take('.npz')).bytes);
    const array = (name: string): Float32Array => arrays.get(`lstm/${name}`)?.data as Float32Array;
    const [kernel, recurrentKernel, bias] = [array('kernel'), array('recurrent_kernel'), array('bias')];
    await untilText(page, 'cell-whose', new RegExp(await textOf(page, 'fingerprint')));

    expect(await textOf(page, 'answer-count')).toBe(
      String(kernel.length + recurrentKernel.length + bias.length),
    );
    const slice = [...bias.subarray(UNITS, 2 * UNITS)];
    const [least, most] = (await textOf(page, 'answer-bias')).split(' to ').map(Number);
    expect(least).toBeCloseTo(Math.min(...slice), 3);
    expect(most).toBeCloseTo(Math.max(...slice), 3);

    const { x } = seattleWindows(STEPS);
    const [, , features = 0] = x.shape;
    const first = { shape: [1, STEPS, features], data: x.data.subarray(0, STEPS * features) };
    const { f } = lstmForward(first, { kernel, recurrentKernel, bias }, { units: UNITS });
    const held = Array.from({ length: UNITS }, (_, unit) => {
      let product = 1;
      for (let t = STEPS - LAG; t < STEPS; t++) product *= f[t * UNITS + unit] as number;
      return product;
    }).sort((a, b) => a - b);
    const middle = ((held[3] as number) + (held[4] as number)) / 2;
    expect(Number((await textOf(page, 'answer-held')).replace(/\s*%/, ''))).toBeCloseTo(100 * middle, 2);

    const links = await page.$$eval('#answers a', (all) =>
      all.map((link) => link.getAttribute('href') ?? ''),
    );
    expect(links.length).toBeGreaterThanOrEqual(11);
    for (const link of links) expect(await page.$(link), link).not.toBeNull();
    expect(complaints).toEqual([]);
  });
});
