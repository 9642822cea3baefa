/** Whether everything a page says has room: nothing wider than the page, cut off, or lying over other text. */
import type { Page } from 'puppeteer';

/** What WCAG 1.4.12 lets a visitor set, with room for a paragraph's end. */
export const TEXT_SPACING = `
  * { line-height: 1.5 !important; letter-spacing: .12em !important; word-spacing: .16em !important; }
  p { margin-bottom: 2em !important; }`;

/** Puts a style over the page's own. */
export function restyle(page: Page, style: string): Promise<void> {
  return page.evaluate((text) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(text);
    document.adoptedStyleSheets.push(sheet);
  }, style);
}

/** Opens every part that can be opened once the views are filled, and waits until what is in them has been drawn. */
export async function openAll(page: Page): Promise<void> {
  for (const filled of ['gw-time-table summary', '.lag-chart svg', '[data-testid=gradient-chart] svg']) {
    await page.waitForSelector(filled);
  }
  await page.$$eval('details', (all) => {
    for (const details of all) details.open = true;
  });
  await page.waitForSelector('gw-time-table table');
  await page.waitForFunction(async () => {
    const height = document.body.scrollHeight;
    await new Promise((resolve) => setTimeout(resolve, 300));
    return height === document.body.scrollHeight;
  });
}

/** Every place without room, in words. */
export function withoutRoom(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const { clientWidth, scrollWidth } = document.documentElement;
    const found = scrollWidth > clientWidth ? [`the page is ${scrollWidth} wide, of ${clientWidth}`] : [];
    const named = (element: Element): string =>
      `${element.localName}.${element.getAttribute('class') ?? ''} \u201c${(element.textContent ?? '').replace(/\s+/g, ' ').trim().slice(0, 40)}\u201d`;
    const ancestors = (element: Element): Element[] => {
      const all: Element[] = [];
      for (let one: Element | null = element; one !== null && one !== document.body; one = one.parentElement)
        all.push(one);
      return all;
    };
    const isScroller = (element: Element): boolean => {
      const { overflowX, overflowY } = getComputedStyle(element);
      return /auto|scroll/.test(overflowX + overflowY);
    };

    for (const element of document.querySelectorAll('body *')) {
      if (element.closest('svg, math, script, style, .visually-hidden') !== null) continue;
      if (!element.checkVisibility({ visibilityProperty: true })) continue;
      const { right, width, height } = element.getBoundingClientRect();
      if (width === 0 || height === 0) continue;
      const { overflowX, overflowY, display, textOverflow, clipPath } = getComputedStyle(element);
      // Out of sight on purpose where there is no room for it, as `.visually-hidden` is anywhere.
      if (clipPath === 'inset(50%)') continue;
      const isInScroller = ancestors(element).some(isScroller);
      if (right > clientWidth + 1 && !isInScroller) found.push(`beyond the page: ${named(element)}`);
      const [wide, high] = [
        element.scrollWidth > element.clientWidth + 1,
        element.scrollHeight > element.clientHeight + 1,
      ];
      // What ends in dots on purpose says all of it in its title.
      const isShortened = textOverflow === 'ellipsis' && element.hasAttribute('title');
      const isClipped = /hidden|clip/.test(overflowX + overflowY) && element.querySelector('canvas') === null;
      const isBox =
        display !== 'inline' && element.matches('button, summary, label, select, a, h1, h2, h3, legend');
      if (isClipped && !isShortened && (wide || high)) found.push(`cut off: ${named(element)}`);
      else if (isBox && !isInScroller && (wide || element.scrollHeight > element.clientHeight + 2))
        found.push(`out of its box: ${named(element)}`);
    }

    interface Line {
      readonly parent: Element;
      readonly left: number;
      readonly right: number;
      readonly top: number;
      readonly bottom: number;
    }
    const lines: Line[] = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    // What lies over the page on purpose, and what is drawn.
    const leftOut =
      '.visually-hidden, svg, math, script, style, noscript, select, .top-bar, gw-controls, .matrix-view';
    for (let node = walk.nextNode(); node !== null; node = walk.nextNode()) {
      const parent = node.parentElement;
      if (parent === null || node.textContent?.trim() === '' || parent.closest(leftOut) !== null) continue;
      if (!parent.checkVisibility({ visibilityProperty: true, opacityProperty: true })) continue;
      const scrollers = ancestors(parent).filter(isScroller);
      const range = document.createRange();
      range.selectNodeContents(node);
      for (const box of range.getClientRects()) {
        let { left, right, top, bottom } = box;
        for (const scroller of scrollers) {
          const port = scroller.getBoundingClientRect();
          left = Math.max(left, port.left);
          right = Math.min(right, port.right);
          top = Math.max(top, port.top);
          bottom = Math.min(bottom, port.bottom);
        }
        const isHeadCell = parent.closest('.table-region th') !== null;
        if (right - left > 1 && bottom - top > 1 && !isHeadCell)
          lines.push({ parent, left, right, top, bottom });
      }
    }
    lines.sort((a, b) => a.top - b.top);
    lines.forEach((one, index) => {
      for (let n = index + 1; n < lines.length; n++) {
        const other = lines[n] as Line;
        if (other.top >= one.bottom) break;
        if (one.parent.contains(other.parent) || other.parent.contains(one.parent)) continue;
        const across = Math.min(one.right, other.right) - Math.max(one.left, other.left);
        const down = Math.min(one.bottom, other.bottom) - other.top;
        // Boxes of lines are higher than letters.
        if (across > 2 && down > 0.5 * Math.min(one.bottom - one.top, other.bottom - other.top))
          found.push(`one over the other: ${named(one.parent)} and ${named(other.parent)}`);
      }
    });
    return [...new Set(found)];
  });
}

/** Every control that cannot be pressed where the page scrolls to when it gets the focus, in words. */
export function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(async () => {
    const bars = [...document.querySelectorAll('.top-bar, gw-controls, gw-progress')].filter((bar) =>
      /sticky|fixed/.test(getComputedStyle(bar).position),
    );
    const found: string[] = [];
    const controls = document.querySelectorAll<HTMLElement>(
      'a[href], button:not(:disabled), input:not(:disabled), select:not(:disabled), summary',
    );
    for (const control of controls) {
      if (!control.checkVisibility({ visibilityProperty: true })) continue;
      control.focus();
      await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
      const label = control.matches('.visually-hidden, .segments input') ? control.closest('label') : null;
      const { left, right, top, bottom } = (label ?? control).getBoundingClientRect();
      const isOutside = left < -1 || top < -1 || right > innerWidth + 1 || bottom > innerHeight + 1;
      const isCovered = bars.some((bar) => {
        const box = bar.getBoundingClientRect();
        return (
          !bar.contains(control) &&
          Math.min(box.bottom, bottom) - Math.max(box.top, top) > 1 &&
          Math.min(box.right, right) - Math.max(box.left, left) > 1
        );
      });
      if (isOutside || isCovered) {
        const name = control.dataset.testid ?? control.textContent?.trim().slice(0, 30);
        found.push(
          `${isCovered ? 'covered' : 'outside'}: ${control.localName} ${name} at ${[left, top, right, bottom].map(Math.round)}`,
        );
      }
    }
    return found;
  });
}
