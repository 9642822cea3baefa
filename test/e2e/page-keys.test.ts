/** The whole page with the Tab key alone, forwards and back: nothing is left out, nothing holds the focus, and nothing that has it lies covered. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import { asVisited, click, untilFollows, untilReady, untilText } from './page-support.ts';

const MOST_STOPS = 600;

interface Stop {
  /** Index among the elements that Tab should reach; -1 for one it should not. */
  readonly index: number;
  readonly name: string;
  /**
   * Whether it, or the label that stands for it, begins on the screen and no bar lies over any of it; of what is higher than
   * the room between the bars, whether a strip of it is seen.
   */
  readonly isSeen: boolean;
}

/** Marks what Tab should reach, in order, and returns how many there are. */
function markStops(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const isShown = (element: Element): boolean => {
      // Right after a change Chromium tells of a style it has not worked out yet; asked for a place, it works it out.
      element.getBoundingClientRect();
      return element.checkVisibility({ visibilityProperty: true });
    };
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
    // What stays in place while the page scrolls is all that can lie over something.
    const bars = [...document.querySelectorAll('.top-bar, gw-controls, gw-notice')].filter(
      (bar) => /sticky|fixed/.test(getComputedStyle(bar).position) && !bar.contains(element),
    );
    const free = innerHeight - bars.reduce((sum, bar) => sum + bar.getBoundingClientRect().height, 0);
    const isCovered = bars.some((bar) => {
      const other = bar.getBoundingClientRect();
      const [left, right] = [Math.max(other.left, box.left), Math.min(other.right, box.right)];
      const [top, bottom] = [Math.max(other.top, box.top), Math.min(other.bottom, box.bottom)];
      // The link that skips the bar lies over it.
      const above = document.elementFromPoint((left + right) / 2, (top + bottom) / 2);
      return right - left > 1 && bottom - top > 1 && bar.contains(above);
    });
    const LEAST = 24;
    const [across, down] = [Math.min(LEAST, box.width), Math.min(LEAST, box.height)];
    const beginsAcross = box.left > -1 && box.left + across < innerWidth + 1;
    const isBegun = beginsAcross && box.top > -1 && box.top + down < innerHeight + 1;
    // What is higher than the room there is cannot be seen whole.
    let [seenTo, widest] = [Math.max(0, box.top), 0];
    const over = bars.map((bar) => bar.getBoundingClientRect()).sort((a, b) => a.top - b.top);
    for (const bar of [
      ...over,
      { left: box.left, right: box.right, top: innerHeight, bottom: innerHeight },
    ]) {
      if (Math.min(bar.right, box.right) <= Math.max(bar.left, box.left)) continue;
      widest = Math.max(widest, Math.min(bar.top, box.bottom) - seenTo);
      seenTo = Math.max(seenTo, bar.bottom);
    }
    const isSeen = box.height > free ? beginsAcross && widest >= LEAST : isBegun && !isCovered;
    return {
      index: Number(element.dataset.stop ?? -1),
      name: element.dataset.testid ?? (element.textContent ?? element.tagName).trim().slice(0, 40),
      isSeen,
    };
  });
}

describe('the Tab key', () => {
  const stage = useStage();

  // At 1100 the top bar has one line more than at 1280.
  it.each([1100, 320])('goes through the whole page at %d pixels', async (width) => {
    const { page, complaints } = await asVisited(stage.browser, width);
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.goto(stage.address);
    await untilReady(page);
    await click(page, 'step');
    // Paused is said at once, before the batch has changed the weights.
    await untilText(page, 'stat-note', /^after 1 step$/);
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    await untilFollows(page, 'gradient-of');
    await untilFollows(page, 'lag-of');
    // A chosen cell can be edited from then on; the walk itself chooses one.
    await page.focus('[data-testid=cell-kernel]');
    await page.waitForSelector('[data-testid=weight-edit]:not(:disabled)');
    // Nor does a weight stay marked, whose term would have a line of its own until the walk marks a formula.
    await page.focus('gw-cell .cell-formula');
    await page.waitForFunction(() => document.querySelector('gw-cell tr[data-marked=true]') === null);
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
