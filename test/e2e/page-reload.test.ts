/** A reload of the page costs nothing: data, settings, epochs and weights stand again, and training goes on as if nothing had been. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, ElementHandle, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import {
  applySettings,
  type BuiltPage,
  click,
  DownloadFolder,
  lossTable,
  serveBuiltPage,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';

/** Waits until the browser's database holds an epoch, then reloads as a visitor does who says yes to leaving. */
async function reload(page: Page, epochs: number): Promise<void> {
  await page.waitForFunction(
    async (wanted) => {
      const found = await new Promise<{ kept: { checkpoint: { rows: unknown[] } | null } }[]>((resolve) => {
        const opening = indexedDB.open('gatewise');
        opening.onsuccess = () => {
          const all = opening.result.transaction('tabs').objectStore('tabs').getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result);
          };
        };
      });
      return found.some(({ kept }) => (kept.checkpoint?.rows.length ?? 0) === wanted);
    },
    { polling: 200 },
    epochs,
  );
  await page.reload();
  await untilReady(page);
}

describe('a reload', () => {
  let server: BuiltPage;
  let browser: Browser;
  const folder = new DownloadFolder();

  beforeAll(async () => {
    server = await serveBuiltPage();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    folder.remove();
  });

  const opened = async (): Promise<Awaited<ReturnType<typeof watchedPage>>> => {
    const watched = await watchedPage(browser);
    watched.page.on('dialog', (dialog) => void dialog.accept());
    await watched.page.goto(server.address);
    await untilReady(watched.page);
    return watched;
  };

  it('brings back settings, history and weights, and training ends where it would have ended', async () => {
    const { page, complaints } = await opened();
    await applySettings(page, { epochs: '4', units: '6' });
    await untilText(page, 'steps-kernel', /24\)/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    const end = await lossTable(page);
    const fingerprint = await textOf(page, 'fingerprint');

    // The same again, but reloaded in the midst of an epoch.
    await click(page, 'reset');
    await untilText(page, 'stat-epoch', /^0$/);
    await page.evaluate(() => {
      const stat = document.querySelector('[data-testid=stat-epoch]');
      new MutationObserver((_, observer) => {
        if (stat?.textContent?.trim() !== '2') return;
        observer.disconnect();
        document.querySelector<HTMLButtonElement>('[data-testid=train][data-phase=training]')?.click();
      }).observe(stat as Node, { childList: true, subtree: true, characterData: true });
      document.querySelector<HTMLButtonElement>('[data-testid=train]')?.click();
    });
    await untilPhase(page, 'paused');
    await untilText(page, 'stat-epoch', /^2$/);
    await reload(page, 2);
    expect(await untilText(page, 'resumed', /epoch 2/)).toContain('Seattle');
    expect(await textOf(page, 'steps-kernel')).toMatch(/24\)/);
    expect(await lossTable(page)).toEqual(end.slice(0, 2));
    await click(page, 'train');
    await untilPhase(page, 'done');
    expect(await lossTable(page)).toEqual(end);
    expect(await untilText(page, 'fingerprint', new RegExp(fingerprint))).toBe(fingerprint);

    await click(page, 'epoch-back');
    await untilText(page, 'epoch-words', /epoch [0-3]/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('brings back a file of one\u2019s own and its columns', async () => {
    const { page, complaints } = await opened();
    const path = join(folder.path, 'garden.csv');
    const rows = Array.from({ length: 300 }, (_, day) => {
      const date = new Date(Date.UTC(2020, 0, 1 + day)).toISOString().slice(0, 10);
      return `${date},${(10 + 8 * Math.sin(day / 9)).toFixed(2)},${day % 7}`;
    });
    writeFileSync(path, ['day,warmth,weekday', ...rows].join('\n'));
    const input = (await page.$('input[type=file][accept*=csv]')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(path);
    await untilText(page, 'column-picker', /garden/);
    await click(page, 'use-columns');
    await untilText(page, 'data-name', /garden/);
    await applySettings(page, { epochs: '1' });
    await click(page, 'train');
    await untilPhase(page, 'done');
    const fingerprint = await textOf(page, 'fingerprint');
    await reload(page, 1);
    expect(await textOf(page, 'data-name')).toContain('garden');
    expect(await untilText(page, 'fingerprint', new RegExp(fingerprint))).toBe(fingerprint);
    await page.close();
    expect(complaints).toEqual([]);
  });

  it('of a page on which nothing was done says nothing, and one with a broken store opens afresh', async () => {
    const { page, complaints } = await opened();
    const fingerprint = await textOf(page, 'fingerprint');
    await page.reload();
    await untilReady(page);
    expect(await page.$('[data-testid=resumed]')).toBeNull();
    await page.evaluate(
      () =>
        new Promise<void>((resolve) => {
          const opening = indexedDB.open('gatewise');
          opening.onsuccess = () => {
            const change = opening.result.transaction('tabs', 'readwrite');
            const name = sessionStorage.getItem('gatewise.tab') ?? '';
            change
              .objectStore('tabs')
              .put({ version: 1, savedAt: Date.now(), kept: { origin: { type: 'file', file: 5 } } }, name);
            change.oncomplete = () => {
              opening.result.close();
              resolve();
            };
          };
        }),
    );
    await page.reload();
    await untilReady(page);
    expect(await untilText(page, 'fingerprint', new RegExp(fingerprint))).toBe(fingerprint);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
