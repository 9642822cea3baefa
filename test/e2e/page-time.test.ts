/** Through time on the page: its numbers and colours are those of the float64 reference with the weights the page exports. */
import type { ElementHandle, Page } from 'puppeteer';
import { beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { niceScale, rampColour, rampStops } from '../../src/demo/draw/ramp.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import type { LstmTrace } from '../../src/engine/reference/index.ts';
import { untilStill } from './cell-marks.ts';
import { untilDrawn } from './drawn.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  setRange,
  textOf,
  untilFollows,
  untilPhase,
  untilReady,
  untilText,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';
import { seattleWindows, traceOf } from './seattle.ts';

const UNITS = 32;
const STEPS = 14;
const PANELS = {
  i: 'input gate',
  f: 'forget gate',
  candidate: 'candidate',
  o: 'output gate',
  c: 'cell state c',
  h: 'output h',
} as const;
type Key = keyof typeof PANELS;
const KEYS = Object.keys(PANELS) as Key[];
const { split, x } = seattleWindows(STEPS);

/** The day a step of a window is of. The series is daily from 1 January 2012, without a gap. */
function dateOf(window: number, step: number): string {
  const date = new Date(Date.UTC(2012, 0, 1 + (split.test.starts[window] ?? 0) + step));
  return date.toLocaleDateString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    timeZone: 'UTC',
  });
}

const numberOf = (page: Page, testId: string): Promise<number> =>
  page.$eval(`[data-testid=${testId}]`, (element) => Number((element as HTMLDataElement).value));

/** The step and the unit that the view of one cell has: another element, which draws in its turn. */
const chosenInCell = (page: Page): Promise<string[]> =>
  page.evaluate(() =>
    ['cell-step', 'cell-unit'].map(
      (id) => (document.querySelector(`[data-testid=${id}]`) as HTMLInputElement).value,
    ),
  );

/** Two frames, with which moves of the mouse come, and what is drawn of them. */
async function frames(page: Page): Promise<void> {
  await page.evaluate(
    () => new Promise<void>((done) => requestAnimationFrame(() => requestAnimationFrame(() => done()))),
  );
  await untilDrawn(page);
}

/** Clicks the middle of a cell with the mouse. */
async function clickCell(page: Page, key: Key, step: number, unit: number): Promise<void> {
  const view = (await page.$(`[data-testid=time-view-${key}]`)) as ElementHandle<HTMLElement>;
  const { width, height } = await view.evaluate((element) => element.getBoundingClientRect().toJSON());
  await view.click({ offset: { x: ((step + 0.5) * width) / STEPS, y: ((unit + 0.5) * height) / UNITS } });
  await frames(page);
}

/** The colour of a canvas in the middle of each cell, [T][H]. */
function drawnColours(page: Page, key: Key): Promise<number[][][]> {
  return page.$eval(
    `[data-testid=time-view-${key}] canvas`,
    (element, steps, units) => {
      const canvas = element as HTMLCanvasElement;
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext('2d', {
        willReadFrequently: true,
      }) as OffscreenCanvasRenderingContext2D;
      context.drawImage(canvas, 0, 0);
      return Array.from({ length: steps }, (_, t) =>
        Array.from({ length: units }, (__, u) => {
          const at = [((t + 0.5) * canvas.width) / steps, ((u + 0.5) * canvas.height) / units] as const;
          return [...context.getImageData(Math.floor(at[0]), Math.floor(at[1]), 1, 1).data];
        }),
      );
    },
    STEPS,
    UNITS,
  );
}

/** The first cell that is not drawn as ramp(value / scale), in words; null where all are. */
async function wrongColour(
  page: Page,
  key: Key,
  values: ArrayLike<number>,
  scale: number,
): Promise<string | null> {
  const colours = await drawnColours(page, key);
  for (let at = 0; at < STEPS * UNITS; at++) {
    const [t, u] = [Math.floor(at / UNITS), at % UNITS];
    const ideal = rampColour(rampStops('light'), (values[at] as number) / scale);
    const drawn = colours[t]?.[u] ?? [];
    const off = Math.max(...ideal.map((channel, k) => Math.abs(channel - (drawn[k] ?? -99))));
    if (off > 1) return `${key} at step ${t}, unit ${u}: ${drawn}, expected ${ideal}.`;
  }
  return null;
}

describe('through time', () => {
  const stage = useStage();
  let watched: WatchedPage;
  let reference: (window: number) => LstmTrace;

  beforeAll(async () => {
    watched = await watchedPage(stage.browser);
    const { page } = watched;
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await page.goto(stage.address);
    await untilReady(page);
    await applySettings(page, { epochs: '2' });
    await click(page, 'train');
    await untilPhase(page, 'done');
    const weights = await stage.weightsOf(page);
    reference = (window) => traceOf(weights, x, window);
    await untilFollows(page, 'time-whose');
    await untilFollows(page, 'cell-whose');
  });

  beforeEach(async () => {
    const { page } = watched;
    await setRange(page, 'time-window', 0);
    await setRange(page, 'cell-step', STEPS - 3);
    await setRange(page, 'cell-unit', 7);
    await click(page, 'cell-gate-f');
    await untilText(page, 'time-reading', new RegExp(`${dateOf(0, 0)}.*${dateOf(0, STEPS - 1)}`));
  });

  it('reads out the float64 reference\u2019s number, with unit, lag and date, at 20 cells clicked in six drawings', async () => {
    const { page } = watched;
    const random = seededRandom(21, 1);
    const expected = reference(0);
    for (let n = 0; n < 20; n++) {
      const key = KEYS[n % KEYS.length] as Key;
      const step = Math.floor(random.next() * STEPS);
      const unit = Math.floor(random.next() * UNITS);

      await clickCell(page, key, step, unit);

      const back = STEPS - 1 - step;
      const lag = back === 0 ? 't' : `t\u2212${back}`;
      const said = `${PANELS[key]}, unit ${unit}, ${lag} (${dateOf(0, step)}), `;
      expect((await textOf(page, 'time-readout')).startsWith(said)).toBe(true);
      expect(await numberOf(page, 'time-value')).toBeCloseTo(expected[key][step * UNITS + unit] as number, 5);
      for (const other of KEYS) {
        const place = await page.$eval(`[data-testid=time-cell-${other}]`, (cell) => [
          cell.getAttribute('aria-colindex'),
          cell.parentElement?.getAttribute('aria-rowindex'),
          cell.getAttribute('aria-label'),
        ]);
        expect(place.slice(0, 2)).toEqual([String(step + 1), String(unit + 1)]);
        expect(place[2]).toMatch(`${PANELS[other]}, unit ${unit}, ${lag} (${dateOf(0, step)}), `);
      }
    }
  });

  it('moves the view of one cell to the cell and gate clicked', async () => {
    const { page } = watched;
    const { c, h, o } = reference(0);

    await clickCell(page, 'o', 4, 19);

    const at = 4 * UNITS + 19;
    await expect.poll(() => chosenInCell(page)).toEqual(['4', '19']);
    await page.waitForSelector('[data-testid=cell-gate-o]:checked');
    await expect.poll(() => numberOf(page, 'cell-gate')).toBeCloseTo(o[at] as number, 5);
    expect(await numberOf(page, 'cell-c')).toBeCloseTo(c[at] as number, 5);
    expect(await numberOf(page, 'cell-h')).toBeCloseTo(h[at] as number, 5);
  });

  it('picks the cell under the mouse when zoomed by the wheel and moved by dragging, and chooses nothing on the way', async () => {
    const { page } = watched;
    const { h } = reference(0);
    const view = (await page.$('[data-testid=time-view-h]')) as ElementHandle<HTMLElement>;
    await untilStill(page, '[data-testid=time-view-h]');
    const box = (await view.boundingBox()) as { x: number; y: number; width: number; height: number };
    // Whole pixels of the screen: Chromium tells a wheel's place in them.
    const about = {
      x: Math.round(box.x + 0.6 * box.width) - box.x,
      y: Math.round(box.y + 0.5 * box.height) - box.y,
    };
    const zoom = Math.E;
    const moved = { x: Math.round(0.2 * box.width), y: Math.round(-0.1 * box.height) };

    await page.mouse.move(box.x + about.x, box.y + about.y);
    await page.keyboard.down('Control');
    // A wheel's 250 is one e-fold.
    await page.mouse.wheel({ deltaY: -250 });
    await page.keyboard.up('Control');
    await page.waitForSelector('[data-testid=time-view-h][data-zoomed=true]');
    await page.mouse.down();
    await page.mouse.move(box.x + about.x + moved.x, box.y + about.y + moved.y, { steps: 5 });
    await page.mouse.up();
    await frames(page);
    expect(await chosenInCell(page)).toEqual([String(STEPS - 3), '7']);

    for (const [step, unit] of [
      [6, 18],
      [8, 20],
    ] as const) {
      const x = about.x + (((step + 0.5) * box.width) / STEPS - about.x) * zoom + moved.x;
      const y = about.y + (((unit + 0.5) * box.height) / UNITS - about.y) * zoom + moved.y;
      await page.mouse.click(box.x + x, box.y + y);
      await frames(page);

      await expect.poll(() => chosenInCell(page)).toEqual([String(step), String(unit)]);
      await expect.poll(() => numberOf(page, 'time-value')).toBeCloseTo(h[step * UNITS + unit] as number, 5);
      const frame = await page.$eval('[data-testid=time-cell-h]', (cell) =>
        cell.getBoundingClientRect().toJSON(),
      );
      expect(frame.left + frame.width / 2).toBeCloseTo(box.x + x, 0);
      expect(frame.width).toBeCloseTo((zoom * box.width) / STEPS, 1);
    }
    // The six are zoomed together; the last one with the focus is read out.
    await page.focus('[data-testid=time-cell-f]');
    await page.keyboard.press('0');
    // What rests on a drawing is what is read out.
    await page.mouse.move(0, 0);
  });

  it('draws each cell in the colour of the reference\u2019s number, also of another day', async () => {
    const { page } = watched;
    for (const window of [0, 100]) {
      await setRange(page, 'time-window', window);
      await untilText(page, 'time-reading', new RegExp(dateOf(window, 0)));
      const expected = reference(window);
      for (const key of KEYS) {
        const largest = expected[key].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
        const scale = ['i', 'f', 'o'].includes(key) ? 1 : niceScale(largest);
        // The drawing comes with the next frames, by way of the worker.
        await expect.poll(() => wrongColour(page, key, expected[key], scale)).toBeNull();
        const low = scale === 1 && ['i', 'f', 'o'].includes(key) ? '0' : `\u2212${scale}`;
        expect(await textOf(page, `time-scale-${key}`)).toBe(`${low} to ${scale}`);
      }
    }
  });

  it('tells means, half-lives and what is left of the reference\u2019s forget gates', async () => {
    const { page } = watched;
    const trace = reference(0);
    for (const key of ['i', 'f', 'o'] as const) {
      const mean = trace[key].reduce((sum, value) => sum + value, 0) / trace[key].length;
      expect(await numberOf(page, `time-mean-${key}`)).toBeCloseTo(mean, 5);
    }
    const forget = (unit: number): number[] =>
      Array.from({ length: STEPS }, (_, t) => trace.f[t * UNITS + unit] as number);
    for (let unit = 0; unit < UNITS; unit++) {
      const logs = forget(unit).reduce((sum, f) => sum + Math.log(f), 0) / STEPS;
      const shown = await numberOf(page, `half-life-of-${unit}`);
      expect(shown).toBeCloseTo(Math.log(0.5) / logs, 3);
      expect(await textOf(page, `half-life-of-${unit}`)).toBe(`${shown.toPrecision(3)} days`);
    }

    await click(page, 'half-life-order-longest');
    await frames(page);
    const order = await page.$$eval('.half-lives data', (all) =>
      all.map((one) => Number((one as HTMLDataElement).value)),
    );
    expect(order).toEqual([...order].sort((a, b) => b - a));

    await click(page, 'half-life-9');
    await frames(page);
    expect(await textOf(page, 'time-readout')).toContain('unit 9, t\u22122');
    const [, ...after] = forget(9);
    const product = (values: readonly number[]): number => values.reduce((left, f) => left * f, 1);
    expect(await numberOf(page, 'survival-oldest')).toBeCloseTo(product(after), 5);
    expect(await numberOf(page, 'survival-chosen')).toBeCloseTo(product(after.slice(-2)), 5);
  });

  it('finds the days whose gates are nearest to the reference\u2019s, and shows the one clicked', async () => {
    const { page } = watched;
    const count = split.test.starts.length;
    const patterns = Array.from({ length: count }, (_, window) => {
      const { i, f, o } = reference(window);
      return [i, f, o].flatMap((values) => [...values.slice(-UNITS)]);
    });
    const distance = (window: number): number =>
      Math.hypot(...(patterns[window] ?? []).map((value, k) => value - (patterns[0]?.[k] ?? 0))) /
      Math.sqrt(3 * UNITS);
    const nearest = Array.from({ length: count - 1 }, (_, k) => k + 1)
      .sort((a, b) => distance(a) - distance(b))
      .slice(0, 5);

    await click(page, 'find-similar');
    await untilText(page, 'similar-status', new RegExp(`among ${count - 1} others`));

    const shown = await page.$$eval('[data-testid=similar-days] li', (items) =>
      items.map((item) => ({
        window: Number(item.querySelector('button')?.dataset.window),
        date: item.querySelector('button')?.textContent?.trim(),
        distance: Number(item.querySelector('data')?.value),
      })),
    );
    expect(shown.map(({ window }) => window)).toEqual(nearest);
    for (const { window, date, distance: said } of shown) {
      expect(said).toBeCloseTo(distance(window), 5);
      expect(date).toBe(dateOf(window, STEPS));
    }

    const [first = 0] = nearest;
    await click(page, 'similar-day');
    await untilText(page, 'time-reading', new RegExp(dateOf(first, 0)));
    const at = (STEPS - 3) * UNITS + 7;
    expect(await numberOf(page, 'time-value')).toBeCloseTo(reference(first).f[at] as number, 5);
    await click(page, 'similar-back');
    await untilText(page, 'time-reading', new RegExp(dateOf(0, 0)));
  });

  it('gives the same numbers as a table of the unit and as CSV of all', async () => {
    const { page } = watched;
    const trace = reference(0);
    await page.$eval('[data-testid=time-table]', (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    await page.waitForSelector('[data-testid=time-table] tbody tr');
    const rows = await page.$$eval('[data-testid=time-table] tbody tr', (all) =>
      all.map((row) =>
        [...row.children].map((cell) => (cell as HTMLElement).title || cell.textContent || ''),
      ),
    );
    expect(rows).toHaveLength(STEPS);
    rows.forEach(([lag, date, ...numbers], t) => {
      expect([lag, date]).toEqual([t === STEPS - 1 ? 't' : `t\u2212${STEPS - 1 - t}`, dateOf(0, t)]);
      KEYS.forEach((key, k) => {
        expect(Number(numbers[k])).toBeCloseTo(trace[key][t * UNITS + 7] as number, 5);
      });
    });

    await click(page, 'trace-csv');
    const { name, text } = await stage.downloads.takeText('.csv');
    expect(name).toBe('gatewise-trace-seattle-daily-weather-2012-2015-window-1.csv');
    const lines = text.trimEnd().split('\n').slice(1);
    expect(lines).toHaveLength(STEPS * UNITS);
    lines.forEach((line, at) => {
      const [before, date, unit, ...numbers] = line.split(',');
      const step = Math.floor(at / UNITS);
      expect([Number(before), Number(unit)]).toEqual([STEPS - 1 - step, at % UNITS]);
      expect(Date.parse(date ?? '')).toBe(Date.parse(`${dateOf(0, step)} UTC`));
      KEYS.forEach((key, k) => {
        expect(Number(numbers[k])).toBeCloseTo(trace[key][at] as number, 5);
      });
    });
  });

  it('is walked with the keys: one tab stop for each drawing, arrows choose, plus zooms all six, 0 fits', async () => {
    const { page } = watched;
    const stops = await page.$$eval('gw-time-panel', (panels) =>
      panels.map((panel) => panel.querySelectorAll('[tabindex="0"], button, input').length),
    );
    expect(stops).toEqual([1, 1, 1, 1, 1, 1]);

    await page.focus('[data-testid=time-cell-f]');
    for (const key of ['Home', 'ArrowRight', 'ArrowDown', 'ArrowDown'] as const)
      await page.keyboard.press(key);
    await frames(page);
    expect(await textOf(page, 'time-readout')).toContain(`forget gate, unit 9, t\u221212 (${dateOf(0, 1)})`);
    expect(await numberOf(page, 'time-value')).toBeCloseTo(reference(0).f[UNITS + 9] as number, 5);

    const width = (): Promise<number> =>
      page.$eval('[data-testid=time-cell-h]', (cell) => cell.getBoundingClientRect().width);
    const fitted = await width();
    await page.keyboard.press('+');
    await frames(page);
    // Chromium lays out in 64ths of a pixel.
    expect(Math.abs((await width()) - fitted * 1.6)).toBeLessThanOrEqual(2 / 64);
    await page.keyboard.press('0');
    await frames(page);
    expect(await width()).toBeCloseTo(fitted, 3);

    for (let n = 0; n < 40; n++) await page.keyboard.press('ArrowDown');
    await frames(page);
    expect(await textOf(page, 'time-readout')).toContain(`unit ${UNITS - 1}, t\u221212`);
  });

  it('fits 320 pixels, and complained about nothing', async () => {
    const { page, complaints } = watched;
    await page.setViewport({ width: 320, height: 800 });
    // Charts follow the width after a moment.
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 320, { polling: 50 });
    const over = await page.$$eval(
      'gw-time *',
      (all) =>
        all.filter((one) => !one.closest('.table-region') && one.getBoundingClientRect().right > 321).length,
    );
    expect(over).toBe(0);
    expect(complaints).toEqual([]);
  });
});
