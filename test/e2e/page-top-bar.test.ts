/** The bar and the large button: one epoch at a time, the series, the time training takes, the epoch shown on the loss chart. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  acceptDialog,
  applySettings,
  click,
  lossTable,
  setRange,
  textOf,
  untilPhase,
  untilStands,
  untilText,
} from './page-support.ts';

/** Trains so many epochs and waits for the end. */
async function train(page: Page, epochs: number): Promise<void> {
  await applySettings(page, { epochs: String(epochs) });
  await untilText(page, 'undo', /settings/);
  await click(page, 'train');
  await untilPhase(page, 'done');
}

describe('the top bar', () => {
  const stage = useStage();

  it('trains one epoch and holds, and the rest of one that was begun, as the whole training does', async () => {
    const { page, complaints } = await stage.opened();
    await train(page, 3);
    const whole = await lossTable(page);
    await setRange(page, 'epoch-shown', 1);
    // The slider's words come at once, the weights after them.
    await untilText(page, 'verdict-detail', /after 1 epoch\./);
    const afterOne = await textOf(page, 'fingerprint');

    await click(page, 'reset');
    await untilText(page, 'run-state', /^Untrained/);
    await click(page, 'train-epoch');
    await untilPhase(page, 'paused');
    expect(await untilText(page, 'run-state', /^Epoch/)).toBe('Epoch 1 of 3');
    // The history is told after the run.
    await expect.poll(() => lossTable(page)).toEqual(whole.slice(0, 1));
    await click(page, 'step');
    await untilText(page, 'run-state', /^Epoch 1 of 3, step 1 of/);
    await click(page, 'train-epoch');
    await untilText(page, 'run-state', /^Epoch 2 of 3$/);
    await untilPhase(page, 'paused');
    await expect.poll(() => lossTable(page)).toEqual(whole.slice(0, 2));
    await click(page, 'train-epoch');
    await untilPhase(page, 'done');

    expect(await lossTable(page)).toEqual(whole);
    await setRange(page, 'epoch-shown', 1);
    await untilText(page, 'verdict-detail', /after 1 epoch\./);
    expect(await textOf(page, 'fingerprint')).toBe(afterOne);

    // Past the last, with a best epoch to go back to or not.
    await click(page, 'train-epoch');
    expect(await untilText(page, 'run-state', /4 of 4$/)).toBe('Epoch 4 of 4');
    await untilPhase(page, 'done');
    expect(await textOf(page, 'epoch-words')).toMatch(/^epoch 4/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('goes on to the end after an epoch that was held at, when Train is pressed', async () => {
    const { page } = await stage.opened();
    await applySettings(page, { epochs: '3' });
    await untilText(page, 'undo', /settings/);
    await click(page, 'train-epoch');
    await untilPhase(page, 'paused');

    await click(page, 'train');

    await untilPhase(page, 'done');
    expect(await textOf(page, 'run-state')).toBe('Epoch 3 of 3');
    await page.close();
  });

  it('offers the series: a pick alone opens none, and both lists have it', async () => {
    const { page, complaints } = await stage.opened();
    const before = await textOf(page, 'fingerprint');
    expect(await page.$('[data-testid=bar-open]')).toBeNull();

    await page.select('[data-testid=bar-series]', 'lag-3');
    await page.waitForSelector('[data-testid=bar-open]');
    const picked = (list: string): Promise<string> =>
      page.$eval(`[data-testid=${list}]`, (one) => (one as HTMLSelectElement).value);
    await expect.poll(() => picked('preset')).toBe('lag-3');
    expect(await textOf(page, 'fingerprint')).toBe(before);
    expect(await textOf(page, 'data-name')).toContain('Seattle');

    await click(page, 'bar-open');
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('bar-series');
    await untilText(page, 'data-name', /^Planted: y = x/);
    await page.waitForFunction(() => document.querySelector('[data-testid=bar-open]') === null);
    await expect.poll(() => picked('bar-series')).toBe('lag-3');

    await page.select('[data-testid=bar-series]', 'city');
    await click(page, 'bar-city');
    await page.waitForSelector('gw-city form');
    expect(await page.evaluate(() => document.activeElement?.id)).toBe('preset');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says how long training takes once that was measured, also after a reload, and nothing before', async () => {
    const { page, complaints } = await stage.opened();
    page.on('dialog', acceptDialog);
    // As on a first visit: pages before this one have trained.
    await page.evaluate(() => localStorage.removeItem('gatewise.pace'));
    await page.reload();
    await untilStands(page);
    expect(await textOf(page, 'begin')).toBe('Train it from zero');
    await applySettings(page, { epochs: '4' });
    await untilText(page, 'undo', /settings/);
    await page.evaluate(() => {
      const words = new Set<string>();
      Object.assign(window, { words });
      const button = (): string =>
        document.querySelector('[data-testid=begin]')?.textContent?.replace(/\s+/g, ' ').trim() ?? '';
      new MutationObserver(() => words.add(button())).observe(document.querySelector('gw-begin') as Element, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    const from = Date.now();
    await page.$eval('[data-testid=begin]', (button) => (button as HTMLElement).click());
    await page.waitForSelector('[data-testid=train][data-phase=done]');
    const wall = Date.now() - from;
    expect(await page.evaluate(() => [...(window as unknown as { words: Set<string> }).words])).toContain(
      'Pause',
    );

    const [[, perEpoch]] = (await page.evaluate(() =>
      JSON.parse(localStorage.getItem('gatewise.pace') ?? '[]'),
    )) as [[string, number]];
    expect(perEpoch).toBeGreaterThan(0);
    // From the end of the first epoch to that of the last.
    expect(3 * perEpoch).toBeLessThan(wall);
    expect(await untilText(page, 'begin', /again/)).toMatch(
      /^Train it from zero again \(about (a second|\d+ s|\d+ min)\)$/,
    );
    await click(page, 'reset');
    const [time = ''] = /\(.*\)/.exec(await untilText(page, 'begin', /^Train it from zero \(about/)) ?? [];
    await page.reload();
    await untilStands(page);
    expect(await textOf(page, 'begin')).toBe(`Train it from zero ${time}`);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('marks the epoch that is shown on the loss chart, at its place on the axis', async () => {
    const { page } = await stage.opened();
    await train(page, 4);
    const marked = (): Promise<{ mark: number[]; tick: number; name: string }> =>
      page.$eval('[data-testid=loss-chart]', (chart) => {
        const of = (selector: string, name: string): number[] =>
          [...chart.querySelectorAll(selector)].map((one) => Number(one.getAttribute(name)));
        const name = [...chart.querySelectorAll('.note-text')].find((one) =>
          /^shown/.test(one.textContent ?? ''),
        );
        const epoch = /\d+/.exec(name?.textContent ?? '')?.[0];
        const tick = [...chart.querySelectorAll('.axis text')].find(
          (one) => one.textContent === epoch && one.closest('g')?.querySelector('line') !== null,
        );
        return {
          mark: of('.line-shown', 'x1'),
          tick: Number(tick?.getAttribute('x')),
          name: name?.textContent ?? '',
        };
      });
    for (const epoch of [2, 3]) {
      await setRange(page, 'epoch-shown', epoch);
      await expect.poll(async () => (await marked()).name).toBe(`shown: epoch ${epoch}`);
      const { mark, tick } = await marked();
      expect(mark).toEqual([tick]);
    }
    await setRange(page, 'epoch-shown', 0);
    await expect.poll(async () => (await marked()).mark).toEqual([]);
    await page.close();
  });

  it('stops early where asked, says so, and goes back to the best epoch', async () => {
    const { page, complaints } = await stage.opened();
    page.on('dialog', acceptDialog);
    await stage.downloads.use(page);
    await applySettings(page, { epochs: '60', patience: '2', units: '8', learningRate: '0.05' });
    await untilText(page, 'undo', /settings/);
    await click(page, 'train');
    await untilPhase(page, 'done');

    const state = await textOf(page, 'run-state');
    expect(state).toMatch(/^Stopped early at epoch \d+ of 60$/);
    await click(page, 'loss-chart-csv');
    const losses = (await stage.downloads.takeText('.csv')).text
      .trim()
      .split('\n')
      .slice(1)
      .map((line) => Number(line.split(',')[2]));
    // Keras' rule: two epochs in a row that are no better than the best before them.
    const stops = losses.findIndex(
      (_, at) => at >= 2 && Math.min(...losses.slice(at - 1, at + 1)) >= Math.min(...losses.slice(0, at - 1)),
    );
    expect(losses).toHaveLength(stops + 1);
    expect(state).toContain(` epoch ${losses.length} `);
    expect(await textOf(page, 'news')).toMatch(
      new RegExp(
        `^Training stopped early at epoch ${losses.length}: no lower validation loss for 2 epochs, `,
      ),
    );
    expect(await textOf(page, 'epoch-words')).toBe(`epoch ${losses.length - 2}, the best`);
    await untilText(page, 'train', /^Train more$/);

    // The end of training is kept a moment after it is told.
    await page.waitForFunction(
      () =>
        new Promise<boolean>((resolve) => {
          const opening = indexedDB.open('gatewise');
          opening.onsuccess = () => {
            const all = opening.result.transaction('tabs').objectStore('tabs').getAll();
            all.onsuccess = () => {
              opening.result.close();
              resolve(
                all.result.some(
                  ({ kept }) => kept?.checkpoint?.stoppedEarly === true && kept.checkpoint.look !== null,
                ),
              );
            };
          };
        }),
      { polling: 200 },
    );
    const fingerprint = await textOf(page, 'fingerprint');
    await page.reload();
    await untilStands(page);
    await untilText(page, 'run-state', /^(?!Untrained)/);
    expect([await textOf(page, 'train'), await textOf(page, 'run-state')]).toEqual(['Train more', state]);
    await untilText(page, 'epoch-words', new RegExp(`^epoch ${losses.length - 2}, the best$`));
    expect(await textOf(page, 'fingerprint')).toBe(fingerprint);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
