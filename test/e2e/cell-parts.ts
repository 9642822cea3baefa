/** The parts of a cell as they are seen: colour, letter and contrast at each kind of place, by the browser's own styles. */
import type { Page } from 'puppeteer';

interface SeenPart {
  readonly colour: string;
  /** Null where the words themselves are the part's. */
  readonly letter: string | null;
  /** Against the ground it lies on. */
  readonly contrast: number;
}

/** By part, then by kind of place. */
export function partsSeen(page: Page): Promise<Record<string, Record<string, SeenPart>>> {
  return page.evaluate(() => {
    const context = new OffscreenCanvas(1, 1).getContext('2d', { willReadFrequently: true });
    const channels = (colour: string): readonly number[] => {
      if (context === null) throw new Error('This browser has no 2D canvas.');
      context.clearRect(0, 0, 1, 1);
      context.fillStyle = colour;
      context.fillRect(0, 0, 1, 1);
      return [...context.getImageData(0, 0, 1, 1).data];
    };
    const luminance = (colour: string): number => {
      const [r = 0, g = 0, b = 0] = channels(colour).map((value) => {
        const part = value / 255;
        return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
      });
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const groundOf = (element: Element): string => {
      for (let one: Element | null = element; one !== null; one = one.parentElement) {
        const { backgroundColor } = getComputedStyle(one);
        if (channels(backgroundColor)[3] === 255) return backgroundColor;
      }
      return 'white';
    };
    const kinds = {
      legend: '[data-testid=cell-parts] .part-letter',
      formula: '.cell-formula [data-cell-part]',
      number: '.cell-numbers .part',
      row: '.cell-terms th .part-letter',
      product: '.cell-terms td[data-product]',
      weight: '.matrix-mark .part-letter',
      code: '.cell-code .part',
    };
    const found: Record<string, Record<string, SeenPart>> = {};
    for (const [kind, selector] of Object.entries(kinds)) {
      for (const element of document.querySelectorAll<HTMLElement>(selector)) {
        const part = element.dataset.cellPart ?? '';
        const { color } = getComputedStyle(element);
        const [high = 0, low = 0] = [luminance(color), luminance(groundOf(element))].sort((a, b) => b - a);
        const own = element.matches('.part-letter') ? element : element.querySelector('.part-letter');
        const places = found[part] ?? {};
        found[part] = places;
        places[kind] = {
          colour: color,
          letter: own?.textContent ?? null,
          contrast: (high + 0.05) / (low + 0.05),
        };
      }
    }
    return found;
  });
}
