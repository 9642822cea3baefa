/** When the page has drawn what it knows. */
import type { Page } from 'puppeteer';

/** What is read of a view. */
interface View {
  readonly isUpdatePending?: boolean;
  readonly updateComplete: Promise<unknown>;
}

/**
 * Waits until no view waits for its turn: views that change together draw in several tasks (draw-turns.ts), so that one
 * may have its new numbers before another. What has not reached the page yet, such as a worker's answer, it can't wait for.
 * @throws Error naming a view whose turn does not come
 */
export async function untilDrawn(page: Page): Promise<void> {
  const stuck = await page.evaluate(async () => {
    /** Where each message brings new numbers at once, some view may always be waiting: then what stands now must do, ms. */
    const LONGEST = 5000;
    const waiting = (): (Element & View)[] =>
      ([...document.querySelectorAll('*')] as (Element & View)[]).filter((one) => one.isUpdatePending);
    const first = new Set<Element & View>();
    for (const view of waiting()) {
      first.add(view);
      const isOver = (): void => void first.delete(view);
      view.updateComplete.then(isOver, isOver);
    }
    const end = performance.now() + LONGEST;
    while (performance.now() < end) {
      // A hidden tab draws nothing.
      if (document.visibilityState === 'hidden' || waiting().length === 0) return [];
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    return [...first].map((view) => view.localName);
  });
  if (stuck.length > 0) throw new Error(`Views that wait to be drawn for seconds: ${stuck.join(', ')}.`);
}
