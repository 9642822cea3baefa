/** What an element adds to the picture of the page: the pixels that are others without it, by contrast as WCAG counts it. */
import type { Page } from 'puppeteer';

/** A part of the page and the style under which it would not be seen. */
export interface Mark {
  readonly selector: string;
  /** Such as `visibility: hidden`. */
  readonly without: string;
}

/** Contrast from which on a line or a ring is seen, WCAG 1.4.11. */
const LEAST_CONTRAST = 3;
/** Room around an element for its outline, CSS pixels. */
const AROUND = 8;
/** As much of a long chart as is looked at, CSS pixels. */
const MOST = { width: 500, height: 400 };

/** Sets media features, those too that Puppeteer has no name for. */
export async function emulateMedia(page: Page, features: Readonly<Record<string, string>>): Promise<void> {
  const session = await page.createCDPSession();
  await session.send('Emulation.setEmulatedMedia', {
    features: Object.entries(features).map(([name, value]) => ({ name, value })),
  });
}

/**
 * How many pixels a mark changes by a contrast of at least 3:1.
 * @returns -1 where there is no such element
 */
export async function seenPixels(page: Page, { selector, without }: Mark): Promise<number> {
  const box = await page.evaluate(async (wanted) => {
    const element = document.querySelector(wanted);
    if (element === null || !element.checkVisibility()) return null;
    element.scrollIntoView({ block: 'center', behavior: 'instant' });
    element.setAttribute('data-looked-at', '');
    await new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve)));
    const { x, y, width, height } = element.getBoundingClientRect();
    return { x: x + scrollX, y: y + scrollY, width, height };
  }, selector);
  if (box === null) return -1;
  const clip = {
    x: Math.max(0, Math.floor(box.x - AROUND)),
    y: Math.max(0, Math.floor(box.y - AROUND)),
    width: Math.ceil(Math.min(MOST.width, box.width) + 2 * AROUND),
    height: Math.ceil(Math.min(MOST.height, box.height) + 2 * AROUND),
  };
  const picture = async (): Promise<string> =>
    page.screenshot({ clip, encoding: 'base64', captureBeyondViewport: false });
  const before = await picture();
  await page.evaluate((style) => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(`[data-looked-at] { ${style} }`);
    document.adoptedStyleSheets.push(sheet);
  }, `${without} !important`);
  const after = await picture();
  await page.evaluate(() => {
    document.adoptedStyleSheets.pop();
    document.querySelector('[data-looked-at]')?.removeAttribute('data-looked-at');
  });
  return changedPixels(page, before, after);
}

/** Pixels in which two pictures of one size differ by a contrast of at least 3:1. */
export function changedPixels(page: Page, one: string, other: string): Promise<number> {
  return page.evaluate(countChanged, one, other, LEAST_CONTRAST);
}

/** Pictures of small elements, each taken at the same place of the screen, so that they can be compared. */
export async function picturesOf(page: Page, selector: string): Promise<string[]> {
  const pictures: string[] = [];
  for (const element of await page.$$(selector)) {
    const { width, height } = await element.evaluate((one) => {
      const style = 'position: fixed; left: 0; top: 0; z-index: 100; background: var(--page)';
      (one as SVGElement).style.cssText = style;
      const box = one.getBoundingClientRect();
      return { width: Math.ceil(box.width), height: Math.ceil(box.height) };
    });
    const clip = { x: 0, y: 0, width, height };
    pictures.push(await page.screenshot({ clip, encoding: 'base64', captureBeyondViewport: false }));
    await element.evaluate((one) => (one as SVGElement).removeAttribute('style'));
  }
  return pictures;
}

/** Runs in the page, which can read a picture. */
async function countChanged(before: string, after: string, least: number): Promise<number> {
  const pixelsOf = async (text: string): Promise<Uint8ClampedArray> => {
    const bytes = Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
    const image = await createImageBitmap(new Blob([bytes], { type: 'image/png' }));
    const context = new OffscreenCanvas(image.width, image.height).getContext('2d');
    if (context === null) throw new Error('The page gives no 2D context.');
    context.drawImage(image, 0, 0);
    return context.getImageData(0, 0, image.width, image.height).data;
  };
  const [one, other] = [await pixelsOf(before), await pixelsOf(after)];
  const linear = (value: number): number =>
    value <= 10.31475 ? value / 255 / 12.92 : ((value / 255 + 0.055) / 1.055) ** 2.4;
  const luminance = (pixels: Uint8ClampedArray, at: number): number =>
    0.2126 * linear(pixels[at] ?? 0) +
    0.7152 * linear(pixels[at + 1] ?? 0) +
    0.0722 * linear(pixels[at + 2] ?? 0);
  let count = 0;
  for (let at = 0; at < one.length; at += 4) {
    const [a, b] = [luminance(one, at), luminance(other, at)];
    if ((Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05) >= least) count += 1;
  }
  return count;
}
