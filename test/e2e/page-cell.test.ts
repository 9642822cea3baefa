/** One step of one cell on the page: its numbers are those of the float64 reference with the weights the page exports. */
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { CELL_CODE, type CodeLine, computes } from '../../src/demo/cell-code.ts';
import type { Quantity } from '../../src/demo/cell-quantities.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { GATES } from '../../src/engine/index.ts';
import type { LstmTrace } from '../../src/engine/reference/index.ts';
import { declaredMarks, markedNow, pointAt, pointAtWeight, quantitiesOf, untilStill } from './cell-marks.ts';
import { partsSeen } from './cell-parts.ts';
import { untilDrawn } from './drawn.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  setRange,
  untilFollows,
  untilPhase,
  untilText,
  type WatchedPage,
} from './page-support.ts';
import { seattleWindows, traceOf } from './seattle.ts';

const UNITS = 32;
const STEPS = 14;

/** The numbers of the view in full. */
async function shownNumbers(page: Page): Promise<Record<string, number>> {
  await untilDrawn(page);
  return page.evaluate(() => {
    const entries = [...document.querySelectorAll('gw-cell data')].map((element) => [
      (element as HTMLElement).dataset.testid?.replace('cell-', '') ?? '',
      Number((element as HTMLDataElement).value),
    ]);
    return Object.fromEntries(entries) as Record<string, number>;
  });
}

const inputValue = (page: Page, testId: string): Promise<string> =>
  page.$eval(`[data-testid=${testId}]`, (input) => (input as HTMLInputElement).value);

const isChecked = (page: Page, testId: string): Promise<boolean> =>
  page.$eval(`[data-testid=${testId}]`, (input) => (input as HTMLInputElement).checked);

describe('one step of one cell', () => {
  const stage = useStage();
  let watched: WatchedPage;
  let reference: (window: number) => LstmTrace;
  const windows = seattleWindows(STEPS);

  beforeAll(async () => {
    watched = await stage.opened();
    const { page } = watched;
    await applySettings(page, { epochs: '2' });
    await click(page, 'train');
    await untilPhase(page, 'done');
    const weights = await stage.weightsOf(page);
    reference = (window) => traceOf(weights, windows.x, window);
    await untilFollows(page, 'cell-whose');
  });

  it('agrees with the float64 reference at 20 steps of 20 units, for each gate in turn', async () => {
    const { page } = watched;
    const random = seededRandom(20, 1);
    for (let n = 0; n < 20; n++) {
      const t = Math.floor(random.next() * STEPS);
      const u = Math.floor(random.next() * UNITS);
      const gate = GATES[n % 4] as (typeof GATES)[number];
      await setRange(page, 'cell-step', t);
      await setRange(page, 'cell-unit', u);
      await click(page, `cell-gate-${gate.key}`);
      const shown = await shownNumbers(page);
      const { z, i, f, candidate, o, c, h } = reference(0);
      const at = t * UNITS + u;
      const gates = { i, f, c: candidate, o };
      expect(shown.z).toBeCloseTo(z[(t * 4 + (n % 4)) * UNITS + u] as number, 5);
      for (const name of ['gate', 'gate-exact'])
        expect(shown[name]).toBeCloseTo(gates[gate.key][at] as number, 5);
      for (const { key } of GATES) expect(shown[`gate-${key}`]).toBeCloseTo(gates[key][at] as number, 5);
      expect(shown['c-prev']).toBeCloseTo(t > 0 ? (c[at - UNITS] as number) : 0, 5);
      for (const name of ['c', 'c-exact']) expect(shown[name]).toBeCloseTo(c[at] as number, 5);
      for (const name of ['h', 'h-exact']) expect(shown[name]).toBeCloseTo(h[at] as number, 5);
    }
  });

  it('shows products that add up to z: the largest and the rest, or all of them', async () => {
    const { page } = watched;
    const products = (): Promise<number[]> =>
      page.$$eval('[data-testid=cell-terms] tbody td[data-product]', (cells) =>
        cells.map((cell) => Number((cell as HTMLElement).title)),
      );
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const { z = Number.NaN, rest = Number.NaN } = await shownNumbers(page);

    const largest = await products();
    expect(largest).toHaveLength(6);
    expect(sum(largest) + rest).toBeCloseTo(z, 9);

    await click(page, 'cell-all-terms');
    await page.waitForFunction(
      () => document.querySelectorAll('[data-testid=cell-terms] tbody tr').length === 6 + 1 + 32,
    );
    expect(sum(await products())).toBeCloseTo(z, 9);
  });

  it('follows another day', async () => {
    const { page } = watched;
    await setRange(page, 'cell-window', 100);
    await setRange(page, 'cell-step', STEPS - 1);
    const expected = reference(100).h[
      (STEPS - 1) * UNITS +
        Number(await page.$eval('[data-testid=cell-unit]', (input) => (input as HTMLInputElement).value))
    ] as number;

    await page.waitForFunction(
      (value) => {
        const shown = document.querySelector('[data-testid=cell-h]') as HTMLDataElement | null;
        return Math.abs(Number(shown?.value) - value) < 1e-5;
      },
      { polling: 50 },
      expected,
    );
  });

  it('keeps the memory where f is set to 1 and i to 0', async () => {
    const { page } = watched;
    await setRange(page, 'what-if-f', 1);
    await setRange(page, 'what-if-i', 0);
    const shown = await shownNumbers(page);
    expect(shown['what-if-c']).toBe(shown['c-prev']);
    await click(page, 'what-if-reset');
    expect((await shownNumbers(page))['what-if-c']).toBeCloseTo(shown.c as number, 6);
  });

  it('marks the line of WGSL of the formula that has the focus', async () => {
    const { page } = watched;
    await page.focus('[data-testid=cell-formula-c]');
    await page.waitForSelector('[data-testid=cell-code] [data-lit=true]');
    const lit = await page.$$eval('[data-testid=cell-code] [data-lit=true]', (lines) =>
      lines.map((line) => line.textContent?.trim()),
    );
    expect(lit).toEqual(['let c = f * c_prev + i * candidate;']);
  });

  it.each(['forward', 'backward'] as const)(
    'marks from each formula, %s, exactly the declared lines and weights, by focus and by the mouse',
    async (way) => {
      const { page } = watched;
      await click(page, `cell-${way}`);
      for (const { key: gate } of GATES) {
        await click(page, `cell-gate-${gate}`);
        await setRange(page, 'cell-unit', 5);
        await page.waitForSelector('[data-testid=cell-code] [aria-pressed]');
        for (const quantity of quantitiesOf(way, gate)) {
          const formula = `[data-testid=cell-formula-${quantity.key}]`;
          await page.waitForSelector(formula);
          await page.focus(formula);
          expect(await markedNow(page), `${way} ${gate} ${quantity.key}`).toEqual(
            declaredMarks(
              way,
              quantity,
              GATES.findIndex(({ key }) => key === gate),
              5,
            ),
          );
        }
      }
      const last = quantitiesOf(way, 'o').at(-1) as Quantity;
      await page.focus(`[data-testid=cell-formula-${quantitiesOf(way, 'o')[0]?.key}]`);
      await pointAt(page, `[data-testid=cell-formula-${last.key}]`);
      expect(await markedNow(page)).toEqual(declaredMarks(way, last, 3, 5));
      await page.keyboard.press('Escape');
      expect(await markedNow(page)).toEqual({ formulas: [], terms: [], lines: [], weights: [] });
    },
  );

  it.each(['forward', 'backward'] as const)(
    'goes from each line of WGSL, %s, to all that it computes, with the arrow keys and with the mouse',
    async (way) => {
      const { page } = watched;
      await click(page, `cell-${way}`);
      await click(page, 'cell-gate-f');
      await page.waitForSelector(`[data-testid=cell-formula-${quantitiesOf(way, 'f')[0]?.key}]`);
      const lines = CELL_CODE[way].flat();
      const computing = lines.filter((line) => quantitiesOf(way, 'f').some((one) => computes(line, one)));
      const keysOf = (line: CodeLine): string[] =>
        quantitiesOf(way, 'f').flatMap((one) => (computes(line, one) ? [one.key] : []));

      await page.focus('[data-testid=cell-code] [tabindex="0"]');
      await page.keyboard.press('Home');
      for (const line of computing) {
        const { formulas, lines: lit } = await markedNow(page);
        expect(lit).toEqual([line.text.trim()]);
        expect(formulas).toEqual(keysOf(line));
        await page.keyboard.press('ArrowDown');
      }
      expect(await page.$$('[data-testid=cell-code] [tabindex="0"]')).toHaveLength(1);
      const last = computing.at(-1) as CodeLine;
      for (const key of ['Enter', 'Space'] as const) {
        await page.keyboard.press('Escape');
        await page.waitForFunction(
          () => document.querySelector('[data-testid=cell-code] [data-lit=true]') === null,
        );
        await page.keyboard.press(key);
        expect((await markedNow(page)).lines).toEqual([last.text.trim()]);
      }

      const [first] = computing as [CodeLine];
      await pointAt(page, '[data-testid=cell-code] .code-line');
      expect((await markedNow(page)).lines).toEqual([first.text.trim()]);
      expect((await markedNow(page)).formulas).toEqual(keysOf(first));
      const heights = await page.$$eval('.code-line', (all) =>
        all.map((one) => one.getBoundingClientRect().height),
      );
      expect(Math.min(...heights)).toBeGreaterThanOrEqual(24);
    },
  );

  it('goes from a weight to its term, formula and lines: with the keys, under the mouse, and by a click', async () => {
    const { page } = watched;
    await click(page, 'cell-forward');
    await setRange(page, 'cell-unit', 5);
    await click(page, 'cell-gate-i');
    await setRange(page, 'cell-step', 6);
    const z = quantitiesOf('forward', 'i')[0] as Quantity;
    const linesOfZ = declaredMarks('forward', z, 0, 5).lines;

    for (const [matrix, operand, rows] of [
      ['kernel', 'x', 6],
      ['recurrent_kernel', 'h', UNITS],
      ['bias', 'b', 1],
    ] as const) {
      await page.focus(`[data-testid=cell-${matrix}]`);
      await page.keyboard.press('ArrowDown');
      const row = Math.min(1, rows - 1);
      const marks = await markedNow(page);
      expect(marks).toEqual({
        formulas: ['z'],
        terms: [`${operand} ${row}`],
        lines: linesOfZ,
        weights: [`${matrix} ${row} 5 1x1`],
      });
      const product = await page.$eval(
        '[data-testid=cell-terms] tr[data-marked=true] [data-product]',
        (cell) => cell.textContent?.trim(),
      );
      await untilText(
        page,
        'weight-term',
        new RegExp(`z of the input gate of unit 5 at t−7 .* = ${product}$`),
      );
    }

    // Under the mouse: a weight of this unit and gate marks its term, one of another marks nothing until it is clicked.
    await pointAtWeight(page, 'recurrent_kernel', { column: 5, row: 20 });
    expect(await markedNow(page)).toMatchObject({ formulas: ['z'], terms: ['h 20'], lines: linesOfZ });
    await pointAtWeight(page, 'recurrent_kernel', { column: 3 * UNITS + 9, row: 20 });
    expect(await markedNow(page)).toEqual({ formulas: [], terms: [], lines: [], weights: [] });
    await page.mouse.down();
    await page.mouse.up();
    expect(await markedNow(page)).toMatchObject({
      formulas: ['z'],
      terms: ['h 20'],
      weights: [`recurrent_kernel 20 ${3 * UNITS + 9} 1x1`],
    });
    expect(await isChecked(page, 'cell-gate-o')).toBe(true);
    expect(await inputValue(page, 'cell-unit')).toBe('9');

    // And from the term to its weight.
    await click(page, 'cell-gate-f');
    await pointAt(page, '[data-testid=cell-terms] tr[data-operand=x]');
    const term = await page.$eval('[data-testid=cell-terms] tr[data-operand=x]', (one) =>
      Number((one as HTMLElement).dataset.row),
    );
    expect(await markedNow(page)).toMatchObject({
      terms: [`x ${term}`],
      weights: [`kernel ${term} ${UNITS + 9} 1x1`],
    });
  });

  it('shares the chosen input with the matrices and the lag lab, whichever of them chose it', async () => {
    const { page } = watched;
    const rowOfKernel = (): Promise<string | null | undefined> =>
      page.$eval('[data-testid=cell-kernel]', (cell) => cell.parentElement?.getAttribute('aria-rowindex'));
    const chosenTerms = (): Promise<(string | undefined)[]> =>
      page.$$eval('[data-testid=cell-terms] tr[data-operand=x][aria-current=true]', (all) =>
        all.map((one) => (one as HTMLElement).dataset.row),
      );
    await page.focus('[data-testid=cell-kernel]');
    await page.keyboard.press('Home');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowDown');
    await shownNumbers(page);
    expect([await rowOfKernel(), await inputValue(page, 'lag-input'), await chosenTerms()]).toEqual([
      '2',
      '1',
      ['1'],
    ]);

    await page.select('[data-testid=lag-input]', '4');
    await shownNumbers(page);
    expect([await rowOfKernel(), await chosenTerms()]).toEqual(['5', ['4']]);

    await page.$eval(
      '[data-testid=cell-terms] tr[data-operand=x]:not([aria-current=true]) .cell-show',
      (button) => (button as HTMLElement).click(),
    );
    await shownNumbers(page);
    const [row] = await chosenTerms();
    expect(row).not.toBe('4');
    expect([await rowOfKernel(), await inputValue(page, 'lag-input')]).toEqual([
      String(Number(row) + 1),
      row,
    ]);

    await page.select('[data-testid=lag-input]', '');
    await shownNumbers(page);
    expect(await chosenTerms()).toEqual([]);
  });

  it('looks into the forecast that is chosen in its chart, by click, by Enter and by its link, and the chart marks it', async () => {
    const { page } = watched;
    await click(page, 'span-all');
    await page.waitForSelector('[data-testid=forecast-cursor]');
    const count =
      (await page.$eval('[data-testid=cell-window]', (input) => Number((input as HTMLInputElement).max))) + 1;
    const marks = (): Promise<number> =>
      page.evaluate(() => {
        const layer = document.querySelector('[data-testid=forecast-cursor]')?.getBoundingClientRect();
        const mark = document.querySelector('[data-testid=forecast-chosen]')?.getBoundingClientRect();
        return (
          ((mark?.left ?? Number.NaN) + (mark?.width ?? 0) / 2 - (layer?.left ?? 0)) / (layer?.width ?? 1)
        );
      });
    const isMarked = async (window: number): Promise<void> => {
      await expect.poll(marks).toBeCloseTo(window / (count - 1), 2);
      await expect.poll(() => inputValue(page, 'cell-window')).toBe(String(window));
    };
    // Drawn a moment later than chosen: the last day is at the right edge only where all days are drawn.
    await setRange(page, 'cell-window', count - 1);
    await isMarked(count - 1);
    await untilStill(page, '[data-testid=forecast-cursor]');
    const chart = await page.$('[data-testid=forecast-cursor]');
    const { width = 0 } = (await chart?.boundingBox()) ?? {};
    const wanted = Math.round(0.25 * (count - 1));
    await chart?.click({ offset: { x: (wanted / (count - 1)) * width, y: 40 } });
    await isMarked(wanted);

    // On its way to the link the mouse crosses other days; the link still says the chosen one.
    await page.mouse.move(5, 5, { steps: 4 });
    const date = new Date(
      Date.UTC(2012, 0, 1 + (windows.split.test.targetRows[wanted] ?? 0)),
    ).toLocaleDateString('en-GB', {
      ...{ day: 'numeric', month: 'short', year: 'numeric', timeZone: 'UTC' },
    } as const);
    await untilText(page, 'look-inside', new RegExp(`^Look inside ${date}$`));

    await page.focus('[data-testid=forecast-cursor]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    expect(await inputValue(page, 'cell-window')).toBe(String(wanted));
    await page.keyboard.press('Enter');
    await isMarked(wanted + 2);
    const said = await page.$eval('[data-testid=forecast-cursor]', (cursor) =>
      cursor.getAttribute('aria-valuetext'),
    );
    expect(said).toMatch(/, chosen for all views$/);
    await page.keyboard.press('ArrowLeft');
    await page.focus('[data-testid=look-inside]');
    await page.keyboard.press('Enter');
    await isMarked(wanted + 1);
    expect(new URL(page.url()).hash).toBe('#cell');
    await setRange(page, 'cell-window', 7);
    await isMarked(7);
  });

  it('has for each part one colour and one letter in formula, numbers, table, matrix and code, read well in light and dark', async () => {
    const { page } = watched;
    await click(page, 'cell-forward');
    for (const theme of ['light', 'dark']) {
      await page.select('[data-testid=theme]', theme);
      for (const { key: gate } of GATES) {
        await click(page, `cell-gate-${gate}`);
        await setRange(page, 'cell-unit', 3);
        await page.focus('[data-testid=cell-formula-z]');
        await markedNow(page);
        const seen = await partsSeen(page);
        for (const part of ['x', 'h', 'b', gate]) {
          const where = part === gate ? ['formula', 'code'] : ['formula', 'number', 'row', 'weight'];
          for (const one of where) expect(Object.keys(seen[part] ?? {}), `${part} ${theme}`).toContain(one);
        }
        for (const [part, places] of Object.entries(seen)) {
          const letter = part === 'c' ? 'c\u0303' : part;
          const colours = Object.values(places).map(({ colour }) => colour);
          const letters = Object.values(places).flatMap((one) => one.letter ?? []);
          const contrasts = Object.values(places).map((one) => one.contrast);
          expect(new Set(colours).size, `${part} in ${theme}: ${colours}`).toBe(1);
          expect(new Set(letters), `${part} in ${theme}`).toEqual(new Set([letter]));
          expect(Math.min(...contrasts), `${part} in ${theme}`).toBeGreaterThanOrEqual(4.5);
        }
        const own = ['x', 'h', 'b', gate].map((part) => seen[part]?.legend?.colour);
        expect(new Set(own).size).toBe(4);
      }
    }
    await page.focus('[data-testid=cell-terms] tr[data-operand=h] .cell-show');
    await page.waitForFunction(
      () => document.querySelector('.cell-code [data-lit=true] .part-several[data-cell-part]') !== null,
    );
    const narrowed = await page.$$eval('.cell-code [data-lit=true] .part-several[data-cell-part]', (all) =>
      all.map((one) => [
        one.textContent,
        (one as HTMLElement).dataset.cellPart,
        one.getAttribute('data-letters'),
      ]),
    );
    expect(narrowed).toEqual(Array.from({ length: 4 }, () => ['a', 'h', 'h']));
    await page.keyboard.press('Escape');
  });

  it('fits 320 pixels, and complained about nothing', async () => {
    const { page, complaints } = watched;
    await page.setViewport({ width: 320, height: 800 });
    // Charts follow the width after a moment.
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 320, { polling: 50 });
    expect(complaints).toEqual([]);
  });
});
