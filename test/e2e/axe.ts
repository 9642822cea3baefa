/** axe-core on a page. `target-size` is a rule of wcag22aa, off unless its tag is asked for. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'puppeteer';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
export const THEMES = ['light', 'dark'] as const;
export const WIDTHS = [1280, 320];

interface AxeWindow {
  readonly axe: { run(within: Document | Element, options: RunOptions): Promise<AxeResults> };
}

/** Puts axe-core on an open page. */
export async function loadAxe(page: Page): Promise<void> {
  await page.evaluate(AXE);
}

/** Each violation with the elements it was found at. @param within a selector; the whole page without */
export function violations(page: Page, within: string | null = null): Promise<string[]> {
  return page.evaluate(
    async (values, selector) => {
      const { axe } = window as Window & typeof globalThis & AxeWindow;
      const part = selector === null ? document : document.querySelector(selector);
      if (part === null) return [`${selector} is not on the page`];
      // What passes is looked at all the same, and then not written up.
      const result = await axe.run(part, { runOnly: { type: 'tag', values }, resultTypes: ['violations'] });
      return result.violations.flatMap(({ id, nodes }) =>
        nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
      );
    },
    TAGS,
    within,
  );
}
