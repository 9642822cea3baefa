/** What a visitor decides about the page's looks: the theme, which is kept, and that nothing moves. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { token } from '../harness/colours.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  untilFollows,
  untilPhase,
  untilReady,
  untilStands,
  untilText,
  watchedPage,
} from './page-support.ts';
import { emulateMedia } from './pixels.ts';

const ground = (page: Page): Promise<string> =>
  page.evaluate(() => getComputedStyle(document.body).backgroundColor);
const colour = (theme: 'light' | 'dark'): string => `rgb(${token('page', theme).join(', ')})`;

describe('the looks of the page', () => {
  const stage = useStage();

  it('follow the system until a theme is chosen, which goes before it and is kept over a reload', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await emulateMedia(page, { 'prefers-color-scheme': 'dark' });
    await page.goto(stage.address);
    await page.waitForSelector('[data-testid=theme]');
    expect(await ground(page)).toBe(colour('dark'));
    await emulateMedia(page, { 'prefers-color-scheme': 'light' });
    expect(await ground(page)).toBe(colour('light'));
    await page.select('[data-testid=theme]', 'dark');
    await expect.poll(() => ground(page)).toBe(colour('dark'));

    await untilStands(page);
    await page.reload();
    await page.waitForSelector('[data-testid=theme]');
    expect(await page.$eval('[data-testid=theme]', (select) => (select as HTMLSelectElement).value)).toBe(
      'dark',
    );
    expect(await ground(page)).toBe(colour('dark'));
    await page.select('[data-testid=theme]', 'light');
    await emulateMedia(page, { 'prefers-color-scheme': 'dark' });
    await expect.poll(() => ground(page)).toBe(colour('light'));
    await page.select('[data-testid=theme]', 'system');
    await expect.poll(() => ground(page)).toBe(colour('dark'));
    await untilStands(page);
    await page.reload();
    await page.waitForSelector('[data-testid=theme]');
    expect(await page.$eval('[data-testid=theme]', (select) => (select as HTMLSelectElement).value)).toBe(
      'system',
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(['reduce', 'no-preference'])(
    'move nothing by themselves with motion set to %s: no animation, no change of an idle page, no scrolling',
    async (motion) => {
      const { page, complaints } = await watchedPage(stage.browser);
      await emulateMedia(page, { 'prefers-reduced-motion': motion });
      await page.goto(stage.address);
      await untilReady(page);
      await page.waitForSelector('gw-cell [data-testid=cell-z]');
      await page.waitForSelector('gw-lag-lab .lag-chart svg');
      await untilText(page, 'lag-of', /fingerprint/);
      await untilFollows(page, 'gradient-of');
      // What comes once: the files for offline use are kept, and the scrolling of untilReady() ends with a frame.
      await untilText(page, 'offline-state', /^Ready/);
      await page.evaluate(
        () => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))),
      );
      expect(await page.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior)).toBe(
        motion === 'reduce' ? 'auto' : 'smooth',
      );
      await page.evaluate(() => {
        const seen = {
          animations: new Set<string>(),
          changes: new Set<string>(),
          scrolls: 0,
          changedAt: performance.now(),
        };
        Object.assign(window, { seen });
        for (const kind of ['animationstart', 'transitionrun'])
          addEventListener(kind, (event) => seen.animations.add((event.target as Element).localName), true);
        addEventListener('scroll', () => {
          seen.scrolls += 1;
        });
        const look = (): void => {
          for (const animation of document.getAnimations())
            seen.animations.add(animation.id || 'one without a name');
          requestAnimationFrame(look);
        };
        look();
        new MutationObserver((all) => {
          seen.changedAt = performance.now();
          for (const { target } of all) seen.changes.add((target.parentElement ?? document.body).localName);
        }).observe(document.body, { subtree: true, childList: true, attributes: true, characterData: true });
      });
      const seen = (): Promise<{ animations: string[]; changes: string[]; scrolls: number }> =>
        page.evaluate(() => {
          const { seen: all } = window as unknown as {
            seen: { animations: Set<string>; changes: Set<string>; scrolls: number };
          };
          return { animations: [...all.animations], changes: [...all.changes], scrolls: all.scrolls };
        });
      // Views still fill with what is worked out for them; only then is the page idle.
      await page.waitForFunction(
        () => {
          const { seen: all } = window as unknown as { seen: { changes: Set<string>; changedAt: number } };
          const isIdle = performance.now() - all.changedAt > 1000;
          if (isIdle) all.changes.clear();
          return isIdle;
        },
        { polling: 50 },
      );
      await new Promise((resolve) => setTimeout(resolve, 2000));
      expect(await seen()).toEqual({ animations: [], changes: [], scrolls: 0 });

      await applySettings(page, { epochs: '3' });
      await untilText(page, 'stat-epoch', /^0$/);
      await click(page, 'train');
      await untilPhase(page, 'done');
      const { animations, changes, scrolls } = await seen();
      expect({ animations, scrolls }).toEqual({ animations: [], scrolls: 0 });
      expect(changes.length).toBeGreaterThan(3);
      expect(complaints).toEqual([]);
      await page.close();
    },
  );
});
