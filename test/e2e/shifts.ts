/** How far a page moves under its reader, as Chromium sums it: the layout shifts since it was opened. */
import type { Page } from 'puppeteer';

type ShiftWindow = Window & { shift: number };

/** Has a page sum up its layout shifts from its opening on; before it is opened. */
export async function recordShifts(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    Object.assign(window, { shift: 0 });
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) {
        const { value } = entry as PerformanceEntry & { value: number };
        (window as unknown as ShiftWindow).shift += value;
      }
    }).observe({ type: 'layout-shift', buffered: true });
  });
}

/** The sum so far. */
export function shiftOf(page: Page): Promise<number> {
  return page.evaluate(() => (window as unknown as ShiftWindow).shift);
}
