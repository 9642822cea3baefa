/** What the page has marked of one cell: formulas, terms, weights and lines of code, and what it should have by the declarations. */
import type { Page } from 'puppeteer';
import { CELL_CODE, computes } from '../../src/demo/cell-code.ts';
import {
  backwardQuantities,
  type Direction,
  forwardQuantities,
  type Quantity,
} from '../../src/demo/cell-quantities.ts';
import type { GateKey } from '../../src/engine/index.ts';
import { untilDrawn } from './drawn.ts';

const UNITS = 32;
/** What is marked: formulas by key, terms and weights by their place, lines of code by their text. */
export interface Marks {
  readonly formulas: readonly string[];
  readonly terms: readonly string[];
  readonly lines: readonly string[];
  /** `kernel ROW COLUMN ROWSxCOLUMNS` of each frame, in Keras' rows and columns. */
  readonly weights: readonly string[];
}

const MATRICES = ['kernel', 'recurrent_kernel', 'bias'] as const;
const ROWS = { kernel: 6, recurrent_kernel: UNITS, bias: 1 };

export const quantitiesOf = (way: Direction, gate: GateKey): readonly Quantity[] =>
  way === 'forward' ? forwardQuantities(gate) : backwardQuantities(gate);

/** What a formula has to mark, from the declarations. */
export function declaredMarks(way: Direction, quantity: Quantity, gate: number, unit: number): Marks {
  const weights = MATRICES.flatMap((name) => {
    const use = quantity.weights?.[name];
    if (use === 'into-gate') return [`${name} 0 ${gate * UNITS + unit} ${ROWS[name]}x1`];
    if (use === 'from-unit') return [0, 1, 2, 3].map((one) => `${name} ${unit} ${one * UNITS} 1x${UNITS}`);
    return [];
  });
  const lines = CELL_CODE[way].flat().filter((line) => computes(line, quantity));
  return { formulas: [quantity.key], terms: [], lines: lines.map(({ text }) => text.trim()), weights };
}

/** What the page has marked, once it has drawn. */
export async function markedNow(page: Page): Promise<Marks> {
  await untilDrawn(page);
  return page.evaluate(
    async (names, units, rowsOf) => {
      for (let n = 0; n < 6; n++) await new Promise((resolve) => requestAnimationFrame(resolve));
      const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];
      const weights = names.flatMap((name) => {
        // Where cells lie is read off the one that has the focus of its matrix, and off the gates' names.
        const cell = document.querySelector(`[data-testid=cell-${name}]`) as HTMLElement;
        // Left and width in hundredths of the drawing, top and height in pixels, as they are written.
        const placeOf = ({ style }: HTMLElement): { x: number; y: number; width: number; height: number } => {
          const [x = 0, y = 0, width = 0, height = 0] = [
            style.left,
            style.top,
            style.width,
            style.height,
          ].map(Number.parseFloat);
          return { x, y, width, height };
        };
        const size = placeOf(cell);
        const column = Number(cell.ariaColIndex) - 1;
        const row = Number(cell.parentElement?.getAttribute('aria-rowindex')) - 1;
        const blocks = all(`[data-testid=matrix-${name}] .gate-name`).map((one) => placeOf(one).x);
        const top = size.y - row * size.height;
        const left = blocks[Math.floor(column / units)] as number;
        // The two ways to a block's left must agree.
        if (!(Math.abs(size.x - left - (column % units) * size.width) <= 0.1)) return ['?'];
        return all(`[data-testid=mark-${name}]`).map((mark) => {
          const { x, y, width, height } = placeOf(mark);
          const gate = blocks.findLastIndex((start) => start <= x + 0.1);
          const first = gate * units + Math.round((x - (blocks[gate] as number)) / size.width);
          const rows = Math.round(height / size.height);
          return `${name} ${Math.round((y - top) / size.height)} ${first} ${Math.min(rows, rowsOf[name])}x${Math.round(width / size.width)}`;
        });
      });
      return {
        formulas: all('gw-cell .cell-formula[aria-pressed=true]').map((one) =>
          (one.dataset.testid ?? '').replace('cell-formula-', ''),
        ),
        terms: all('gw-cell .cell-terms tr[data-marked=true]').map(
          ({ dataset }) => `${dataset.operand} ${dataset.row}`,
        ),
        lines: all('[data-testid=cell-code] [data-lit=true]').map((line) => line.textContent?.trim() ?? ''),
        weights,
      };
    },
    MATRICES,
    UNITS,
    ROWS,
  );
}

/** Brings the first element of a selector into sight and waits until it stands still: an earlier focus may still scroll the page. */
export function untilStill(page: Page, selector: string): Promise<void> {
  return page.$eval(selector, async (element) => {
    let before = Number.NaN;
    for (let still = 0; still < 6; ) {
      element.scrollIntoView({ block: 'center', behavior: 'instant' });
      await new Promise((resolve) => requestAnimationFrame(resolve));
      const { top } = element.getBoundingClientRect();
      still = top === before ? still + 1 : 0;
      before = top;
    }
  });
}

/** Moves the mouse over the first element of a selector. */
export async function pointAt(page: Page, selector: string): Promise<void> {
  await untilStill(page, selector);
  const place = await page.$eval(selector, (element) => {
    const { left, top, width, height } = element.getBoundingClientRect();
    return [left + Math.min(width, 60) / 2, top + height / 2] as const;
  });
  await page.mouse.move(...place);
}

/** Moves the mouse to the middle of a weight, by Keras' row and column. */
export async function pointAtWeight(
  page: Page,
  name: (typeof MATRICES)[number],
  { row, column }: { row: number; column: number },
): Promise<void> {
  const selector = `[data-testid=matrix-${name}] .matrix-view`;
  await untilStill(page, selector);
  const view = await page.$(selector);
  const place = await view?.evaluate(
    (element, [wantedRow, wantedColumn, units]) => {
      const box = element.getBoundingClientRect();
      const name = element.querySelectorAll<HTMLElement>('.gate-name')[Math.floor(wantedColumn / units)];
      const cell = element.querySelector('.matrix-cell') as HTMLElement;
      // Left and width are written in hundredths of the drawing, top and height in pixels.
      const [start = 0, width = 0] = [name?.style.left ?? '', cell.style.width].map(
        (text) => (Number.parseFloat(text) / 100) * box.width,
      );
      const [top = 0, height = 0] = [cell.style.top, cell.style.height].map(Number.parseFloat);
      const own = Number(cell.parentElement?.getAttribute('aria-rowindex')) - 1;
      return [
        box.left + start + ((wantedColumn % units) + 0.5) * width,
        box.top + top + (wantedRow - own + 0.5) * height,
      ] as const;
    },
    [row, column, UNITS] as const,
  );
  const [x = 0, y = 0] = place ?? [];
  await page.mouse.move(x, y);
}
