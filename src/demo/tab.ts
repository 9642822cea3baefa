/** This tab's own name, which a reload does not change, and whether it was reloaded. */

const STORED = 'gatewise.tab';

/** Null where the browser keeps nothing for the tab. */
export function tabName(): string | null {
  try {
    const known = sessionStorage.getItem(STORED);
    if (known !== null && wasReloaded()) return known;
    // A duplicated tab inherits the name of its original: it gets one of its own.
    const name = crypto.randomUUID();
    sessionStorage.setItem(STORED, name);
    return name;
  } catch {
    // Storage can be closed (private windows, policies); a reload then begins anew.
    return null;
  }
}

export function wasReloaded(): boolean {
  const [navigation] = performance.getEntriesByType('navigation') as PerformanceNavigationTiming[];
  return navigation?.type === 'reload';
}
