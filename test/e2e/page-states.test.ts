/** The page where not all goes well: bad files, bad settings, no WebGPU, no worker, a lost device, a narrow screen. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Page } from 'puppeteer';
import { afterAll, describe, expect, it } from 'vitest';
import { launchWithoutAdapter } from '../harness/browser.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  loseDevice,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
  withDeviceAtHand,
} from './page-support.ts';

/** Days of a series in which tomorrow is today plus a little. */
function dailyCsv(days: number): string {
  const rows = Array.from({ length: days }, (_, day) => {
    const date = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10);
    return `${date},${(10 + 8 * Math.sin(day / 9)).toFixed(2)},${(5 + Math.cos(day / 4)).toFixed(2)},note`;
  });
  return ['day,warmth,wind,remark', ...rows].join('\n');
}

describe('the page when things go wrong', () => {
  const stage = useStage();
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-csv-'));
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
  });

  const give = async (page: Page, path: string): Promise<void> => {
    const input = await page.$('input[data-testid=csv-input]');
    await (input as import('puppeteer').ElementHandle<HTMLInputElement>).uploadFile(path);
  };

  it('answers a bad file with one sentence that names it, and keeps what it had', async () => {
    const { page, complaints } = await stage.opened();
    const weights = await textOf(page, 'fingerprint');
    const noise = Uint8Array.from({ length: 4000 }, (_, index) => (index * 7919) % 256);
    const cut = gzipSync(dailyCsv(200)).subarray(0, 300);

    const messages: string[] = [];
    for (const path of [
      file('empty.csv', ''),
      file('noise.csv', noise),
      file('cut.csv.gz', cut),
      file('words.csv', 'a,b\nx,y\nz,w\n'),
      file('row.csv', 'day,warmth\n2020-01-01,5\n'),
    ]) {
      const name = path.slice(folder.length + 1);
      await give(page, path);
      messages.push(await untilText(page, 'problem', new RegExp(name.replaceAll('.', '\\.'))));
      expect(await page.$('[data-testid=column-picker]')).toBeNull();
    }
    await give(page, file('good.csv', dailyCsv(60)));
    await untilText(page, 'column-picker', /good\.csv: 60 rows, 4 columns/);
    await give(page, join(folder, 'noise.csv'));
    await untilText(page, 'problem', /noise/);
    expect(await page.$('[data-testid=column-picker]')).toBeNull();

    expect(messages[0]).toMatch(/^empty\.csv: The file is empty/);
    expect(messages[1]).toMatch(/^noise\.csv: The content is binary/);
    expect(messages[2]).toMatch(/^cut\.csv\.gz is a gzip file that is cut off or damaged/);
    expect(messages[3]).toMatch(/^words\.csv: No column holds numbers/);
    expect(messages[4]).toMatch(/^row\.csv: No column holds numbers/);
    expect(messages.join(' ')).not.toMatch(/Error:|undefined|\.[tj]s:\d/);
    expect(await textOf(page, 'data-name')).toContain('Seattle');
    expect(await textOf(page, 'fingerprint')).toBe(weights);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('takes an own .csv.gz, offers its columns, and trains on it; and goes back', async () => {
    const { page, complaints } = await stage.opened();

    await give(page, file('garden.csv.gz', gzipSync(dailyCsv(300))));
    await untilText(page, 'column-picker', /garden\.csv\.gz: 300 rows, 4 columns/);
    await page.select('[data-testid=pick-target]', 'warmth');
    await click(page, 'use-columns');
    await untilText(page, 'data-name', /garden/);
    const intro = (): Promise<string> =>
      page.$eval('.intro-text', (element) => (element.textContent ?? '').replace(/\s+/g, ' '));
    expect(await intro()).toContain('This network predicts warmth, 1 day ahead.');
    expect(await intro()).toContain('reads 14 days of garden.csv.gz and says what warmth will be');
    expect(await intro()).not.toContain('Seattle');
    await applySettings(page, { epochs: '2', units: '4' });
    await untilText(page, 'model-line', /LSTM\(4\)/);
    await untilText(page, 'run-state', /^Untrained/);
    await click(page, 'train');
    await untilPhase(page, 'done');

    expect(await textOf(page, 'data-notes')).toContain('less than a year');
    expect(await textOf(page, 'data-card')).toContain('day-of-year sin');
    await click(page, 'offer-columns');
    await untilText(page, 'column-picker', /garden\.csv\.gz: 300 rows, 4 columns/);
    const chosen = (): Promise<readonly string[]> =>
      page.$$eval('[data-testid=column-picker] :is(option:checked, input:checked)', (all) =>
        all.map((one) => (one as HTMLInputElement).value),
      );
    expect(await chosen()).toEqual(['warmth', 'day', 'warmth', 'wind']);
    await page.select('[data-testid=pick-target]', 'wind');
    await page.click('[data-testid=column-picker] input[value=warmth]');
    await click(page, 'use-columns');
    await untilText(page, 'data-card', /The target is wind, 1 day ahead\. Inputs: wind, day-of-year sin/);
    await click(page, 'offer-columns');
    await untilText(page, 'column-picker', /garden/);
    expect(await chosen()).toEqual(['wind', 'day', 'wind']);
    await click(page, 'undo');
    await untilText(page, 'data-card', /The target is warmth/);
    await untilText(page, 'stat-epoch', /^2$/);
    await page.select('[data-testid=preset]', 'seattle');
    await click(page, 'use-preset');
    await page.waitForFunction(() => document.querySelector('[data-testid=offer-columns]') === null);
    await untilText(page, 'data-name', /Seattle/);
    expect(await intro()).toContain('predicts tomorrow\u2019s temperature');
    expect(await intro()).toContain('two weeks of Seattle weather');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('refuses settings with a sentence at the field, and starts nothing', async () => {
    const { page } = await stage.opened();
    const before = await textOf(page, 'model-line');

    await applySettings(page, { units: 'many', learningRate: '-0.1', window: '0' });
    const errors = await page.$$eval('[data-testid=setting-error]', (all) =>
      all.map((one) => one.textContent),
    );

    expect(errors).toEqual([
      'Units: expected a whole number from 1 to 256, received \u201cmany\u201d.',
      'Window: expected a whole number from 1 to 336, received \u201c0\u201d.',
      'Learning rate: expected a number above 0, at most 1, received \u201c-0.1\u201d.',
    ]);
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('recipe-units');
    expect(await textOf(page, 'model-line')).toBe(before);
    await page.close();
  });

  it('says why it has no GPU and what to do, and still shows data, plain forecasts and a recorded run', async () => {
    const plain = await launchWithoutAdapter(['--host-resolver-rules=MAP insecure.test 127.0.0.1']);
    try {
      const { page, complaints } = await watchedPage(plain);

      await page.goto(stage.address);
      const noAdapter = await untilText(page, 'no-gpu-notice', /training is off/);
      await page.goto(`http://insecure.test:${stage.server.port}/`);
      const insecure = await untilText(page, 'no-gpu-notice', /training is off/);

      expect(noAdapter).toMatch(/found no graphics adapter|offers no WebGPU/);
      expect(insecure).toContain('not opened over a secure connection');
      expect(insecure).toContain('http://localhost');
      expect(await textOf(page, 'score-persistence')).toContain('2.36');
      expect(await untilText(page, 'verdict', /./)).toMatch(/better than/);
      expect(await textOf(page, 'recorded-label')).toMatch(/^A recorded run: epoch \d+ of 40/);
      expect(
        await page.$eval('[data-testid=train]', (button) => (button as HTMLButtonElement).disabled),
      ).toBe(true);
      expect(complaints).toEqual([]);
    } finally {
      await plain.close();
    }
  });

  it('runs on its own thread where canvases cannot be handed over, and survives a lost device', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await withDeviceAtHand(page);
    await page.goto(stage.address);
    await untilReady(page);
    expect(
      await page.$eval('[data-testid=device-badge] [title]', (badge) => badge.getAttribute('title')),
    ).toContain('own thread');
    await applySettings(page, { epochs: '2' });
    await untilText(page, 'run-state', /^Untrained/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    const trained = await textOf(page, 'fingerprint');

    await loseDevice(page);
    const notice = await untilText(page, 'lost-notice', /./);
    // Once more without an adapter: what was trained is still promised, and still comes back.
    await page.evaluate(() => {
      const request = GPU.prototype.requestAdapter;
      Object.assign(window, {
        giveAdapterBack: () => {
          GPU.prototype.requestAdapter = request;
        },
      });
      GPU.prototype.requestAdapter = () => Promise.resolve(null);
    });
    await click(page, 'retry');
    await untilText(page, 'lost-notice', /adapter/i);
    expect(await textOf(page, 'lost-notice')).toContain('The weights of epoch 2 and the history are kept');
    await page.evaluate(() => (window as unknown as { giveAdapterBack: () => void }).giveAdapterBack());
    await click(page, 'retry');
    await page.waitForFunction(() => document.querySelector('[data-testid=lost-notice]') === null);
    await untilReady(page);

    expect(notice).toContain('The weights of epoch 2 and the history are kept');
    expect(await untilText(page, 'fingerprint', /./)).toBe(trained);
    expect(await untilText(page, 'stat-epoch', /^2$/)).toBe('2');
    await click(page, 'train');
    await untilText(page, 'stat-epoch', /^[34]$/);

    // Other data chosen meanwhile begin untrained, and undo brings the training back.
    await untilPhase(page, 'done');
    const more = await textOf(page, 'fingerprint');
    await loseDevice(page);
    await untilText(page, 'lost-notice', /./);
    await page.select('[data-testid=preset]', 'lag-3');
    await click(page, 'use-preset');
    await untilText(page, 'data-name', /Planted/);
    await click(page, 'retry');
    await untilReady(page);
    expect(await untilText(page, 'run-state', /^Untrained/)).toBe('Untrained, seed 1');
    await click(page, 'undo');
    expect(await untilText(page, 'fingerprint', new RegExp(more))).toBe(more);
    await untilText(page, 'stat-epoch', /^4$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('needs no sideways scrolling at 320 pixels', async () => {
    const { page } = await stage.opened(320);
    await page.waitForSelector('[data-testid=matrix-kernel] canvas');

    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);

    expect(widths[0]).toBe(widths[1]);
    await page.close();
  });
});
