/**
 * Whether the tab is seen. What is drawn waits while it is not: training goes on in its worker, and what it changed is drawn once,
 * when the tab is looked at again.
 */

/** Without a page, as in tests, there is nothing to hide. */
const page = typeof document === 'undefined' ? null : document;

export function isSeen(): boolean {
  return page?.visibilityState !== 'hidden';
}

/** Calls back each time the tab comes into sight or leaves it. */
export function followSight(changed: (seen: boolean) => void): void {
  page?.addEventListener('visibilitychange', () => changed(isSeen()));
}
