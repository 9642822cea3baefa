/** When the page has drawn what it knows. */
import type { Page } from 'puppeteer';

/**
 * Waits until no view waits for its turn: views that change together draw in several tasks (draw-turns.ts), so that one
 * may have its new numbers before another. What has not reached the page yet, such as a worker's answer, it can't wait for.
 */
export async function untilDrawn(page: Page): Promise<void> {
  await page.evaluate(async () => {
    /** Where each message brings new numbers at once, some view may always be waiting: then what stands now must do, ms. */
    const LONGEST = 5000;
    const isWaiting = (element: Element): boolean =>
      (element as { isUpdatePending?: boolean }).isUpdatePending === true;
    const end = performance.now() + LONGEST;
    // A hidden tab draws nothing.
    while (document.visibilityState !== 'hidden' && performance.now() < end) {
      if (![...document.querySelectorAll('*')].some(isWaiting)) return;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
  });
}
