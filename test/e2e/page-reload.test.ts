/** A reload of the page costs nothing: data, settings, epochs and weights stand again, and training goes on as if nothing had been. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementHandle, Page } from 'puppeteer';
import { afterAll, describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  acceptDialog,
  applySettings,
  click,
  DownloadFolder,
  lossTable,
  textOf,
  untilPhase,
  untilReady,
  untilStands,
  untilText,
  watchedPage,
} from './page-support.ts';

/** Polls that find the same epoch on the page and in the browser's database: one that was under way may end after a pause. */
const SAME_FOR = 5;

/** Waits until the browser's database holds the epoch that the page shows, for a second, then reloads as a visitor does who says yes to leaving. */
async function reload(page: Page): Promise<number> {
  const kept = await page.waitForFunction(
    async (times) => {
      const found = await new Promise<{ kept?: { checkpoint: { rows: unknown[] } | null } }[]>((resolve) => {
        const opening = indexedDB.open('gatewise');
        opening.onsuccess = () => {
          const all = opening.result.transaction('tabs').objectStore('tabs').getAll();
          all.onsuccess = () => {
            opening.result.close();
            resolve(all.result);
          };
        };
      });
      const shown = Number(document.querySelector('[data-testid=stat-epoch]')?.textContent);
      const isKept = found.some(({ kept }) => (kept?.checkpoint?.rows.length ?? 0) === shown);
      const own = window as unknown as { seen?: { epoch: number; times: number } };
      const before = own.seen?.epoch === shown && isKept ? own.seen.times : 0;
      own.seen = { epoch: shown, times: before + 1 };
      return own.seen.times > times ? { epoch: shown } : null;
    },
    { polling: 200 },
    SAME_FOR,
  );
  const { epoch = Number.NaN } = (await kept.jsonValue()) ?? {};
  await page.reload();
  await untilReady(page);
  return epoch;
}

describe('a reload', () => {
  const stage = useStage();
  const folder = new DownloadFolder();

  afterAll(async () => {
    folder.remove();
  });

  const opened = async (): Promise<Awaited<ReturnType<typeof watchedPage>>> => {
    const watched = await watchedPage(stage.browser);
    watched.page.on('dialog', acceptDialog);
    await watched.page.goto(stage.address);
    await untilReady(watched.page);
    return watched;
  };

  it('brings back settings, history and weights, and training ends where it would have ended', async () => {
    const { page, complaints } = await opened();
    await click(page, 'keep-best');
    await applySettings(page, { epochs: '30', units: '6' });
    await untilText(page, 'steps-kernel', /24\)/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    const end = await lossTable(page);
    const fingerprint = await textOf(page, 'fingerprint');

    // The same again, but reloaded in the midst of an epoch.
    await click(page, 'reset');
    await untilText(page, 'stat-epoch', /^0$/);
    await page.waitForSelector('[data-testid=train][data-phase=idle]:not(:disabled)');
    await page.evaluate(() => {
      const stat = document.querySelector('[data-testid=stat-epoch]');
      new MutationObserver((_, observer) => {
        // A busy page draws not each epoch, and not all of its views at once.
        const button = document.querySelector<HTMLButtonElement>('[data-testid=train][data-phase=training]');
        if (button === null || Number(stat?.textContent) < 2) return;
        observer.disconnect();
        button.click();
      }).observe(stat as Node, { childList: true, subtree: true, characterData: true });
      document.querySelector<HTMLButtonElement>('[data-testid=train]')?.click();
    });
    await untilPhase(page, 'paused');
    const paused = await reload(page);
    expect(paused).toBeGreaterThan(1);
    expect(paused).toBeLessThan(30);
    expect(await untilText(page, 'resumed', new RegExp(`epoch ${paused}`))).toContain('Seattle');
    expect(await textOf(page, 'steps-kernel')).toMatch(/24\)/);
    expect(await page.$eval('[data-testid=keep-best]', (box) => (box as HTMLInputElement).checked)).toBe(
      false,
    );
    expect(await lossTable(page)).toEqual(end.slice(0, paused));
    await click(page, 'train');
    await untilPhase(page, 'done');
    expect(await lossTable(page)).toEqual(end);
    expect(await untilText(page, 'fingerprint', new RegExp(fingerprint))).toBe(fingerprint);

    await click(page, 'epoch-back');
    await untilText(page, 'epoch-words', /epoch (?!30)\d/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('in the moment of new settings or of Reset finds what the page shows', async () => {
    const { page, complaints } = await opened();
    await applySettings(page, { epochs: '2' });
    // The undo button tells of it before it is kept.
    await untilText(page, 'stat-epochs', /of 2 epochs/);
    await page.reload();
    await untilStands(page);
    const epochs = (): Promise<string> =>
      page.$eval('[data-testid=setting-epochs]', (input) => (input as HTMLInputElement).value);
    expect(await epochs()).toBe('2');

    await click(page, 'train');
    await untilPhase(page, 'done');
    await click(page, 'reset');
    await untilText(page, 'run-state', /^Untrained/);
    await page.reload();
    await untilStands(page);
    expect(await textOf(page, 'run-state')).toBe('Untrained, seed 1');
    expect(await epochs()).toBe('2');
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
    expect(await reload(page)).toBe(1);
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
            const tabs = change.objectStore('tabs');
            const kept = { choice: {}, recipe: {}, seed: 1, keepBest: true, start: null, checkpoint: null };
            tabs.put({ version: 2, savedAt: Date.now(), kept }, name);
            tabs.put({ type: 'file', file: 5 }, `${name} origin`);
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
