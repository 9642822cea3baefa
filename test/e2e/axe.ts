/** axe-core in a page of the end-to-end tests. `target-size` is a rule of wcag22aa, off unless its tag is asked for. */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { AxeResults, RunOptions } from 'axe-core';
import type { Page } from 'puppeteer';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];

interface AxeWindow {
  readonly axe: { run(options: RunOptions): Promise<AxeResults> };
}

/** Brings axe-core into an opened page. */
export async function loadAxe(page: Page): Promise<void> {
  await page.evaluate(AXE);
}

/** Each violation with the elements it was found at. */
export function violations(page: Page): Promise<string[]> {
  return page.evaluate(async (values) => {
    const { axe } = window as Window & typeof globalThis & AxeWindow;
    const result = await axe.run({ runOnly: { type: 'tag', values } });
    return result.violations.flatMap(({ id, nodes }) =>
      nodes.map(({ target, failureSummary }) => `${id}: ${target.join(' ')}: ${failureSummary ?? ''}`),
    );
  }, TAGS);
}
