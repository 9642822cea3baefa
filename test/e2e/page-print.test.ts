/** The page on paper: nothing is cut at its edge. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { token } from '../harness/colours.ts';
import { useStage } from './page-stage.ts';
import { lookAtAll, untilReady, watchedPage } from './page-support.ts';
import { openAll } from './reflow.ts';

/** A4 between Chromium's margins, CSS pixels. */
const PAPER = { width: 717, height: 1046 };

/** The page as it is laid out for paper: at its width, with no script that draws anew, as browsers do it. */
async function onPaper(page: Page): Promise<void> {
  await page.evaluate(() => Object.assign(window, { isPrinting: true }));
  await page.emulateMediaType('print');
  await page.setViewport(PAPER);
}

/** What is cut at the paper's edge, or by a box that would scroll on the screen. */
function cutOff(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const found = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide, of ${clientWidth}`] : [];
    const parts =
      'main :is(svg.plot, canvas, .gate-name, .matrix-cell, .time-axis span, figure, img, h2, h3, p, pre, table)';
    for (const element of document.querySelectorAll(parts)) {
      if (!element.checkVisibility() || element.closest('.visually-hidden') !== null) continue;
      const { left, right, width } = element.getBoundingClientRect();
      if (width === 0) continue;
      const name = `${element.closest('section')?.id} ${element.localName}.${element.getAttribute('class')} \u201c${(element.textContent ?? '').trim().slice(0, 30)}\u201d`;
      if (left < -4 || right > clientWidth + 4)
        found.push(`over the edge: ${name} ends at ${right.toFixed(0)}`);
      const box = element.closest('.matrix-view, .chart');
      const port = box?.getBoundingClientRect();
      if (port !== undefined && right > port.right + 30) found.push(`out of its drawing: ${name}`);
      const isTooLarge =
        element.scrollWidth > element.clientWidth + 1 || element.scrollHeight > element.clientHeight + 1;
      if (/auto|scroll|hidden/.test(getComputedStyle(element).overflowX) && isTooLarge)
        found.push(`cut off: ${name}`);
    }
    return found;
  });
}

describe('the page on paper', () => {
  const stage = useStage();

  it('cuts no chart, matrix, table or code off, with all parts open, and leaves its bars out', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await page.evaluateOnNewDocument(() => {
      const Observer = window.ResizeObserver;
      window.ResizeObserver = class extends Observer {
        constructor(callback: ResizeObserverCallback) {
          super((...heard) => {
            if (!('isPrinting' in window)) callback(...heard);
          });
        }
      };
    });
    await page.goto(stage.address);
    await untilReady(page);
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    await page.waitForSelector('[data-testid=gradient-chart] svg');
    await page.waitForSelector('gw-lag-lab .lag-chart svg');
    await lookAtAll(page);
    await openAll(page);

    await page.select('[data-testid=theme]', 'dark');
    await onPaper(page);
    const [ink, ground] = await page.$eval('#forecast h2', (title) => [
      getComputedStyle(title).color,
      getComputedStyle(document.body).backgroundColor,
    ]);
    expect([ink, ground]).toEqual(['ink', 'page'].map((name) => `rgb(${token(name, 'light').join(', ')})`));
    expect(await cutOff(page)).toEqual([]);
    const bars = await page.$$eval('.top-bar, .skip-link, gw-controls, gw-notice', (all) =>
      all.filter((bar) => bar.checkVisibility()).map((bar) => bar.localName),
    );
    expect(bars).toEqual([]);
    const sticky = await page.$$eval('main *', (all) =>
      all.filter((one) => getComputedStyle(one).position === 'sticky').map((one) => one.className),
    );
    expect(sticky).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
