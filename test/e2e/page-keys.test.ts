/** The whole page with the Tab key alone, forwards and back: nothing is left out, nothing holds the focus, and nothing that has it lies covered. */
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { launchBrowser } from '../harness/browser.ts';
import {
  type BuiltPage,
  click,
  serveBuiltPage,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';

const MOST_STOPS = 600;

interface Stop {
  /** Index among the elements that Tab should reach; -1 for one it should not. */
  readonly index: number;
  readonly name: string;
  /** Whether the middle of it, or of the label that stands for it, can be seen. */
  readonly isSeen: boolean;
}

/** Marks what Tab should reach, in order, and returns how many there are. */
function markStops(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isShown = (element: Element): boolean => element.checkVisibility({ visibilityProperty: true });
    const candidates = [
      ...document.querySelectorAll<HTMLElement>(
        'a[href], button, input, select, textarea, summary, iframe, [tabindex]:not([tabindex="-1"])',
      ),
    ].filter((element) => !element.matches(':disabled') && isShown(element));
    const stops = candidates.filter((element) => {
      if (!(element instanceof HTMLInputElement) || element.type !== 'radio') return true;
      const group = [...document.getElementsByName(element.name)] as HTMLInputElement[];
      // Tab goes to the checked one of a group, or to its first.
      return element.checked || (!group.some((one) => one.checked) && group[0] === element);
    });
    for (const marked of document.querySelectorAll('[data-stop]')) marked.removeAttribute('data-stop');
    stops.forEach((element, index) => {
      element.dataset.stop = String(index);
    });
    return stops.map((element) => element.dataset.testid ?? (element.textContent ?? '').trim().slice(0, 40));
  });
}

function focused(page: Page): Promise<Stop | null> {
  return page.evaluate(async () => {
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const element = document.activeElement as HTMLElement | null;
    if (element === null || element === document.body) return null;
    const isHiddenInput = element.matches('.visually-hidden, .segments input');
    const box = ((isHiddenInput ? element.closest('label') : null) ?? element).getBoundingClientRect();
    const [x, y] = [box.x + Math.min(box.width / 2, 40), box.y + Math.min(box.height / 2, 12)];
    // What stays in place while the page scrolls is all that can lie over something.
    const bar = document.elementFromPoint(x, y)?.closest('.top-bar, gw-controls') ?? null;
    const isOnScreen = x >= 0 && x <= innerWidth && y >= 0 && y <= innerHeight;
    const isSeen = isOnScreen && (bar === null || bar.contains(element));
    return {
      index: Number(element.dataset.stop ?? -1),
      name: element.dataset.testid ?? (element.textContent ?? element.tagName).trim().slice(0, 40),
      isSeen,
    };
  });
}

describe('the Tab key', () => {
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

  it.each([1280, 390])('goes through the whole page at %d pixels', async (width) => {
    const { page, complaints } = await watchedPage(browser, width);
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.goto(server.address);
    await untilReady(page);
    await click(page, 'step');
    await untilPhase(page, 'paused');
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    await untilText(page, 'gradient-of', new RegExp(await textOf(page, 'fingerprint')));
    // A chosen cell can be edited from then on; the walk itself chooses one.
    await page.focus('[data-testid=cell-kernel]');
    await page.waitForSelector('[data-testid=weight-edit]:not(:disabled)');
    await page.focus('.skip-link');
    const names = await markStops(page);
    expect(names.length).toBeGreaterThan(60);

    const reached: number[] = [];
    const covered: string[] = [];
    const unforeseen: string[] = [];
    for (let n = 0; n < MOST_STOPS; n++) {
      const stop = await focused(page);
      if (stop === null) break;
      if (stop.index < 0) unforeseen.push(stop.name);
      else reached.push(stop.index);
      if (!stop.isSeen) covered.push(stop.name);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.down('Shift');
    for (let n = 1; n < reached.length; n++) {
      await page.keyboard.press('Tab');
      const stop = await focused(page);
      if (stop === null || !stop.isSeen) covered.push(`backwards: ${stop?.name ?? 'nothing'}`);
    }
    await page.keyboard.up('Shift');
    const missed = names.filter((_, index) => !reached.includes(index));
    expect({ missed, unforeseen }).toEqual({ missed: [], unforeseen: [] });
    expect(reached).toEqual([...reached].sort((a, b) => a - b));
    expect(new Set(reached).size).toBe(reached.length);
    expect(covered).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
