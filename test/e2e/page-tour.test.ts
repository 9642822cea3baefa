/**
 * "Show me around": walked with keys alone, its numbers are those of the views, nothing it talks about lies covered, it leaves
 * the page as it was, and it goes without a device, too.
 */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { TOUR, type TourStopId } from '../../src/demo/teaching/tour.ts';
import { launchWithoutAdapter } from '../harness/browser.ts';
import { loadAxe, THEMES, violations, WIDTHS } from './axe.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  asVisited,
  click,
  setRange,
  textOf,
  untilPhase,
  untilReady,
  untilStands,
  untilText,
  withoutServiceWorker,
} from './page-support.ts';

/** Where each view shows the number that its stop names; null for a stop without one. */
const SHOWN_AT: Readonly<Record<TourStopId, string | null>> = {
  forecast: '[data-testid=verdict]',
  training: '[data-testid=val-loss]',
  gates: '[data-testid=cell-readout] b',
  cell: '[data-testid=cell-terms] [data-product]',
  'through-time': '[data-testid=time-value]',
  'time-steps': '[data-testid=steps-count]',
  gradient: '[data-testid=gradient-reading]',
  'lag-lab': '[data-testid=lag-reading]',
  keras: null,
  teachers: null,
};

/** Presses Tab until the element with this test id has the focus, then Enter. */
async function pressWithKeys(page: Page, testId: string): Promise<void> {
  for (let n = 0; n < 6; n++) {
    const at = await page.evaluate(() => (document.activeElement as HTMLElement).dataset.testid);
    if (at === testId) {
      await page.keyboard.press('Enter');
      return;
    }
    await page.keyboard.press('Tab');
  }
  throw new Error(`Tab does not lead from the heading of the tour to ${testId}.`);
}

/** Waits until a stop stands: its heading has the focus, what it looks at is outlined. */
async function untilStop(page: Page, k: number): Promise<TourStopId> {
  const id = TOUR[k]?.id;
  if (id === undefined) throw new Error(`There is no stop ${k}.`);
  await page.waitForSelector(`[data-testid=tour][data-stop-id=${id}]`);
  await page.waitForFunction(
    () => document.activeElement?.id === 'tour-title' && document.querySelector('[data-toured]') !== null,
  );
  expect(await textOf(page, 'tour-title')).toMatch(new RegExp(`^Stop ${k + 1} of ${TOUR.length} `));
  return id;
}

/** The stop's number, and what the view shows, with single spaces; the latter for a number that ends a longer text. */
async function numberAndView(page: Page, selector: string): Promise<readonly [string, string]> {
  await page.waitForSelector('[data-testid=tour-value]');
  await page.waitForSelector(selector);
  return page.evaluate((at) => {
    const text = (one: string): string =>
      (document.querySelector(one)?.textContent ?? '').replace(/\s+/g, ' ').trim();
    return [text('[data-testid=tour-value]'), text(at).replace(/^.* = /, '')] as const;
  }, selector);
}

/** How far the panel, or what else stays in place, lies over the first thing that is looked at; 0 for not at all. */
function coveredPixels(page: Page, testIds: readonly string[]): Promise<number> {
  return page.evaluate(async (ids) => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const first = ids
      .map((id) => document.querySelector(`[data-testid="${id}"]`)?.closest('[data-toured]'))
      .find((one) => one);
    const looked = first ?? document.querySelector('[data-toured]');
    if (looked === null || looked === undefined) return Number.NaN;
    const box = looked.getBoundingClientRect();
    const bars = [...document.querySelectorAll('.tour, .top-bar, gw-controls')].filter((bar) =>
      ['fixed', 'sticky'].includes(getComputedStyle(bar).position),
    );
    const overlaps = bars.map((bar) => {
      const other = bar.getBoundingClientRect();
      return Math.min(box.bottom, other.bottom) - Math.max(box.top, other.top);
    });
    return Math.max(0, -box.top, box.bottom - innerHeight, ...overlaps);
  }, testIds);
}

async function beginWithKeys(page: Page): Promise<void> {
  await page.focus('[data-testid=tour-begin]');
  await page.keyboard.press('Enter');
}

/** Walks on in the cell, and ends the walk: the first Escape is the walk's alone. */
async function walkAndEscape(page: Page): Promise<void> {
  await page.focus('[data-testid=cell-next-sub-step]');
  await page.keyboard.press('Enter');
  await untilText(page, 'cell-sub-step', /Escape ends the walk/);
  await page.keyboard.press('Escape');
  await untilText(page, 'cell-sub-step', /^Walk through it/);
  expect(await page.$('[data-testid=tour][data-stop-id=cell]')).not.toBeNull();
}

const hasTour = async (page: Page): Promise<boolean> => (await page.$('gw-tour, [data-toured]')) !== null;
const focusedTestId = (page: Page): Promise<string | undefined> =>
  page.evaluate(() => (document.activeElement as HTMLElement | null)?.dataset.testid);

describe('the guided tour', () => {
  const stage = useStage();

  it.each([1280, 390, 320])(
    'is walked with keys through all stops at %d pixels: numbers are the views\u2019, nothing lies covered',
    async (width) => {
      const { page, complaints } = await asVisited(stage.browser, width);
      await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
      await page.goto(stage.address);
      await untilStands(page);
      await applySettings(page, { epochs: '1', units: '4' });
      await untilText(page, 'model-line', /^LSTM\(4\)/);
      for (const epochs of [1, 2]) {
        await click(page, 'train');
        await untilText(page, 'run-state', new RegExp(`^Epoch ${epochs} of`));
        await untilPhase(page, 'done');
      }
      await untilText(page, 'stat-note', /^mean over/);
      const trained = await textOf(page, 'fingerprint');
      await beginWithKeys(page);

      const values: Partial<Record<TourStopId, string>> = {};
      for (const [k, { targets }] of TOUR.entries()) {
        const id = await untilStop(page, k);
        if (id === 'training') {
          await pressWithKeys(page, 'tour-train');
          await untilText(page, 'tour-number', /after 1 epoch /);
          await untilPhase(page, 'done');
          await page.waitForSelector('[data-testid=loss-chart] svg');
          await untilText(page, 'fingerprint', new RegExp(`^(?!${trained})`));
        }
        const selector = SHOWN_AT[id];
        if (selector === null) {
          expect(await page.$('[data-testid=tour-number]')).toBeNull();
        } else {
          await expect
            .poll(
              async () => {
                const [number, view] = await numberAndView(page, selector);
                return number === view ? 'the same' : `${number} is not ${view}`;
              },
              { message: id },
            )
            .toBe('the same');
          values[id] = await textOf(page, 'tour-value');
        }
        await expect.poll(() => coveredPixels(page, targets), { message: id }).toBe(0);
        expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(width);
        if (id === 'cell') {
          const line = await textOf(page, 'tour-code');
          const lit = await page.$$eval('[data-testid=cell-code] [data-lit=true]', (all) =>
            all.map((one) => one.textContent?.trim()),
          );
          expect(lit).toContain(line);
        }
        if (k < TOUR.length - 1) await pressWithKeys(page, 'tour-next');
      }
      expect(values['time-steps']).toBe(String(4 * (4 * (6 + 4) + 4)));
      expect(values.gradient).toMatch(/of 14: /);

      await pressWithKeys(page, 'tour-back');
      await untilStop(page, TOUR.length - 2);
      await pressWithKeys(page, 'tour-end');
      expect(await focusedTestId(page)).toBe('tour-begin');
      expect(await hasTour(page)).toBe(false);
      await click(page, 'undo');
      await untilText(page, 'fingerprint', new RegExp(trained));
      expect(complaints).toEqual([]);
      await page.close();
    },
  );

  it('loads with the first press, ends with an Escape that ends nothing else, gives the focus back, and leaves what was chosen as it was', async () => {
    const { page, complaints } = await asVisited(stage.browser);
    await withoutServiceWorker(page);
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(stage.address);
    await untilReady(page);
    await page.waitForSelector('[data-testid=cell-step]');
    await setRange(page, 'cell-step', 3);
    await setRange(page, 'cell-unit', 5);
    await click(page, 'cell-gate-o');
    await click(page, 'arrange-stored');
    const chosen = (): Promise<unknown[]> =>
      page.$$eval(
        '[data-testid=cell-step], [data-testid=cell-unit], [data-testid=cell-gate-o], [data-testid=arrange-stored]',
        (all) =>
          all.map((one) => {
            const { type, value, checked } = one as HTMLInputElement;
            return type === 'radio' ? checked : value;
          }),
      );
    const before = await chosen();
    expect(before).toEqual(expect.arrayContaining(['3', '5', true]));
    const isTour = (url: string): boolean => /tour-view/.test(url);
    expect(asked.filter(isTour)).toEqual([]);

    await beginWithKeys(page);
    await untilStop(page, 0);
    expect(asked.filter(isTour)).toHaveLength(1);
    for (let k = 1; k < 5; k++) {
      await click(page, 'tour-next');
      if ((await untilStop(page, k)) === 'cell') await walkAndEscape(page);
    }
    expect(await chosen()).not.toEqual(before);
    await page.keyboard.press('Escape');
    expect(await focusedTestId(page)).toBe('tour-begin');
    expect(await hasTour(page)).toBe(false);
    await expect.poll(chosen).toEqual(before);
    expect(
      await page.evaluate(() => [...document.documentElement.style].filter((name) => name.includes('tour'))),
    ).toEqual([]);

    await page.keyboard.press('Enter');
    await untilStop(page, 0);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each(THEMES.flatMap((theme) => WIDTHS.map((width) => [theme, width] as const)))(
    'has nothing that axe-core finds, in %s at %d pixels',
    async (theme, width) => {
      const { page } = await asVisited(stage.browser, width);
      await page.emulateMediaFeatures([
        { name: 'prefers-color-scheme', value: theme },
        { name: 'prefers-reduced-motion', value: 'reduce' },
      ]);
      await page.goto(stage.address);
      await loadAxe(page);
      await untilReady(page);
      await beginWithKeys(page);
      for (let k = 0; k < 4; k++) {
        await untilStop(page, k);
        expect(await violations(page, '.tour')).toEqual([]);
        if (k < 3) await click(page, 'tour-next');
      }
      await page.waitForSelector('[data-testid=tour-code]');
      expect(await violations(page)).toEqual([]);
      await page.close();
    },
  );

  it('goes without a device: the stop that needs one says so, the others name the recorded run\u2019s numbers', async () => {
    const without = await launchWithoutAdapter();
    try {
      const { page, complaints } = await asVisited(without);
      await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
      await page.goto(stage.address);
      await untilText(page, 'stat-model', /^\d/);
      await beginWithKeys(page);
      for (const [k, { targets, without: sentence }] of TOUR.entries()) {
        const id = await untilStop(page, k);
        const selector = SHOWN_AT[id];
        if (selector !== null) {
          await expect
            .poll(
              async () => {
                const [number, view] = await numberAndView(page, selector);
                return number === view ? 'the same' : `${number} is not ${view}`;
              },
              { message: id },
            )
            .toBe('the same');
        }
        // Gradients and bars are worked out of the recorded weights.
        if (sentence === null || id === 'gradient' || id === 'lag-lab')
          expect(await page.$('[data-testid=tour-without]')).toBeNull();
        else
          expect(await textOf(page, 'tour-without')).toContain(
            `${sentence} What you see of it is a recorded run`,
          );
        expect(await page.$('[data-testid=tour-train]')).toBeNull();
        await expect.poll(() => coveredPixels(page, targets), { message: id }).toBe(0);
        if (k < TOUR.length - 1) await click(page, 'tour-next');
      }
      expect(complaints).toEqual([]);
    } finally {
      await without.close();
    }
  });

  it('is not offered with scripts off', async () => {
    const { page } = await asVisited(stage.browser);
    await page.setJavaScriptEnabled(false);
    await page.goto(stage.address);
    const button = await page.$('[data-testid=tour-begin]');
    expect(button).not.toBeNull();
    expect(await button?.isVisible()).toBe(false);
    await page.close();
  });
});
