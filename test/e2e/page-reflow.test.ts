/** The page where it gets narrow: text spaced out by the visitor, 400 % zoom, and what the bars then leave free. */
import { describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import { asVisited, click, untilReady, watchedPage, withoutServiceWorker } from './page-support.ts';
import { openAll, outOfReach, restyle, TEXT_SPACING, withoutRoom } from './reflow.ts';

describe('the page that gets narrow', () => {
  const stage = useStage();

  it.each([1280, 320])('has room at %d pixels for text that is spaced out', async (width) => {
    const { page, complaints } = await watchedPage(stage.browser, width);
    await page.goto(stage.address);
    await untilReady(page);
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    await openAll(page);
    expect(await withoutRoom(page)).toEqual([]);

    await restyle(page, TEXT_SPACING);
    await expect.poll(() => withoutRoom(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(['en', 'zh-CN'])(
    'has room at 320 pixels for the cell, forward and backward, in %s',
    async (language) => {
      const { page, complaints } = await watchedPage(stage.browser, 320);
      await withoutServiceWorker(page);
      await page.goto(`${stage.address}#?lang=${language}`);
      await untilReady(page);
      await page.waitForFunction((wanted) => document.documentElement.lang === wanted, {}, language);
      await page.waitForSelector('gw-cell [data-testid=cell-z]');
      for (const gate of ['i', 'c', 'o']) {
        for (const way of ['forward', 'backward']) {
          await click(page, `cell-${way}`);
          await click(page, `cell-gate-${gate}`);
          await page.waitForSelector(`[data-testid=cell-formula-${way === 'forward' ? 'z' : 'share'}]`);
          await expect.poll(() => withoutRoom(page)).toEqual([]);
        }
      }
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('reads at 400 %: no scrolling sideways, half of the screen free, everything that can be pressed in reach', async () => {
    const { page, complaints } = await asVisited(stage.browser);
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.setViewport({ width: 320, height: 256, deviceScaleFactor: 4 });
    await page.goto(stage.address);
    await untilReady(page);
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    const free = await page.evaluate(() => {
      scrollTo({ top: 2000, behavior: 'instant' });
      const bars = [...document.querySelectorAll('.top-bar, gw-controls')].map((bar) =>
        bar.getBoundingClientRect(),
      );
      const seen = bars.map(({ top, bottom }) =>
        Math.max(0, Math.min(bottom, innerHeight) - Math.max(top, 0)),
      );
      return innerHeight - seen.reduce((sum, height) => sum + height, 0);
    });
    expect(free).toBeGreaterThan(128);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(320);
    expect(await outOfReach(page)).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
