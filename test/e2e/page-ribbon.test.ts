/** Through time in 3D: downloaded when opened, drawn from the float64 reference's numbers, turned, and chosen on. */
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { niceScale, type Rgb, rampColour, rampStops } from '../../src/demo/draw/ramp.ts';
import type { LstmTrace } from '../../src/engine/reference/index.ts';
import { seenAt } from '../gpu/own-camera.ts';
import { launchWithoutAdapter } from '../harness/browser.ts';
import { loadAxe, THEMES, violations, WIDTHS } from './axe.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  lookAtAll,
  setRange,
  textOf,
  untilFollows,
  untilPhase,
  untilReady,
  untilText,
  type WatchedPage,
  watchedPage,
  withoutServiceWorker,
} from './page-support.ts';
import { seattleWindows, traceOf } from './seattle.ts';

const [UNITS, STEPS] = [32, 14];
/** Where the field lies, as ribbon-layout.ts has it: height of the scale's value, and the height looked at. */
const FROM_ZERO = { rise: 0.8, aim: 0.14 };
const BOTH_WAYS = { rise: 0.45, aim: -0.14625 };
const { x: windows } = seattleWindows(STEPS);

type Field = typeof FROM_ZERO;

const open = (page: Page): Promise<void> =>
  page.$eval('[data-testid=ribbon]', (details) => {
    (details as HTMLDetailsElement).open = true;
  });

const numberOf = (page: Page, testId: string): Promise<number> =>
  page.$eval(`[data-testid=${testId}]`, (element) =>
    Number((element as HTMLDataElement | HTMLInputElement).value),
  );

/** Where the top of a bar is seen, as parts of the drawing, with the sliders as they stand. */
async function topSeen(page: Page, field: Field, step: number, unit: number, share: number) {
  const turn = await numberOf(page, 'ribbon-turn');
  const tilt = await numberOf(page, 'ribbon-tilt');
  const distance = await numberOf(page, 'ribbon-distance');
  const aspect = await page.$eval('[data-testid=ribbon-view] canvas', (canvas) => {
    const { width, height } = canvas.getBoundingClientRect();
    return width / height;
  });
  const top = [(2 * (step + 0.5)) / STEPS - 1, share * field.rise, (2 * (unit + 0.5)) / UNITS - 1] as const;
  return seenAt({ turn, tilt, distance }, field.aim, aspect, top);
}

/** Where the drawing, or another part, lies on the screen, once it has come to rest in the middle of it. */
async function boxInSight(page: Page, selector = '[data-testid=ribbon-view]') {
  return page.$eval(selector, async (view) => {
    view.scrollIntoView({ block: 'center', behavior: 'instant' });
    let before = Number.NaN;
    let box = view.getBoundingClientRect();
    while (box.y !== before) {
      before = box.y;
      await new Promise((resolve) => setTimeout(resolve, 100));
      box = view.getBoundingClientRect();
    }
    return { x: box.x, y: box.y, width: box.width, height: box.height };
  });
}

/** The drawing's colours at places given as parts of it. */
function coloursAt(page: Page, places: readonly { x: number; y: number }[]): Promise<number[][]> {
  return page.$eval(
    '[data-testid=ribbon-view] canvas',
    (element, wanted) => {
      const canvas = element as HTMLCanvasElement;
      const copy = new OffscreenCanvas(canvas.width, canvas.height);
      const context = copy.getContext('2d', {
        willReadFrequently: true,
      }) as OffscreenCanvasRenderingContext2D;
      context.drawImage(canvas, 0, 0);
      return wanted.map(({ x, y }) => [
        ...context.getImageData(Math.floor(x * canvas.width), Math.floor(y * canvas.height), 1, 1).data,
      ]);
    },
    [...places],
  );
}

/** The first bar of the field's middle whose top has not the ramp's colour, in words; null where all have it. */
async function wrongBar(
  page: Page,
  field: Field,
  values: ArrayLike<number>,
  scale: number,
): Promise<string | null> {
  const bars = Array.from({ length: 4 * 8 }, (_, at) => ({
    step: 5 + (at % 4),
    unit: 12 + Math.floor(at / 4),
  }));
  const shares = bars.map(({ step, unit }) => (values[step * UNITS + unit] ?? 9) / scale);
  // The top face of a bar that hangs is at zero.
  const tops = shares.map((share) => Math.max(0, share));
  const seen = await Promise.all(
    bars.map(({ step, unit }, at) => topSeen(page, field, step, unit, tops[at] ?? 0)),
  );
  const drawn = await coloursAt(page, seen);
  for (const [at, { step, unit }] of bars.entries()) {
    const ideal: Rgb = rampColour(rampStops('light'), shares[at] ?? 0);
    const off = Math.max(...ideal.map((channel, k) => Math.abs(channel - (drawn[at]?.[k] ?? -99))));
    if (off > 1) return `step ${step}, unit ${unit}: ${drawn[at]}, expected ${ideal}.`;
  }
  return null;
}

describe('through time in 3D', () => {
  const stage = useStage();
  let watched: WatchedPage;
  let reference: LstmTrace;

  beforeAll(async () => {
    watched = await watchedPage(stage.browser);
    const { page } = watched;
    await withoutServiceWorker(page);
    await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: 'light' }]);
    await page.goto(stage.address);
    await untilReady(page);
    await applySettings(page, { epochs: '2' });
    await click(page, 'train');
    await untilPhase(page, 'done');
    reference = traceOf(await stage.weightsOf(page), windows);
    await untilFollows(page, 'time-whose');
  });

  it('downloads its script and its shader when it is opened, not before', async () => {
    const { page } = watched;
    const ribbon = (): string[] => stage.server.requests.filter((path) => path.includes('ribbon-')).sort();
    expect(ribbon()).toEqual([]);

    await open(page);
    await page.waitForSelector('gw-ribbon canvas');

    await expect
      .poll(() => ribbon().map((path) => /ribbon-[a-z]+/.exec(path)?.[0]))
      .toEqual(expect.arrayContaining(['ribbon-renderer', 'ribbon-view']));
  });

  it('draws bars as high and in the colour of the reference\u2019s numbers, of the quantity chosen', async () => {
    const { page } = watched;
    await setRange(page, 'ribbon-turn', 0);
    await setRange(page, 'ribbon-tilt', 85);
    await setRange(page, 'ribbon-distance', 4);
    for (const key of ['f', 'o', 'c', 'h'] as const) {
      await page.select('[data-testid=ribbon-quantity]', key);
      const largest = reference[key].reduce((most, value) => Math.max(most, Math.abs(value)), 0);
      const [field, scale] = key === 'f' || key === 'o' ? [FROM_ZERO, 1] : [BOTH_WAYS, niceScale(largest)];
      // The drawing comes with the next frames, by way of the worker.
      await expect.poll(() => wrongBar(page, field, reference[key], scale)).toBeNull();
    }
  });

  it('follows the unit and time step chosen elsewhere, says their number, and marks their bar', async () => {
    const { page } = watched;
    await click(page, 'cell-gate-f');
    for (const [step, unit] of [
      [7, 15],
      [6, 17],
    ] as const) {
      await setRange(page, 'cell-step', step);
      await setRange(page, 'cell-unit', unit);
      const said = await untilText(
        page,
        'ribbon-reading',
        new RegExp(`unit ${unit}, t\u2212${STEPS - 1 - step} `),
      );

      const values = Array.from({ length: STEPS }, (_, t) => reference.f[t * UNITS + unit] as number);
      expect(said).toContain('forget gate');
      expect(await numberOf(page, 'ribbon-value')).toBeCloseTo(values[step] as number, 5);
      expect(await numberOf(page, 'ribbon-lowest')).toBeCloseTo(Math.min(...values), 5);
      expect(await numberOf(page, 'ribbon-highest')).toBeCloseTo(Math.max(...values), 5);
      expect(said).toContain(`highest with ${await textOf(page, 'ribbon-highest')} at t`);
      const inked = async (): Promise<boolean> => {
        const height = values[step] as number;
        const middle = await topSeen(page, FROM_ZERO, step, unit, height);
        // A little before the edge that looks to the next step, which lies 0.4 of a cell from the middle.
        const edge = await topSeen(page, FROM_ZERO, step + 0.35, unit, height);
        const [inside, rim] = await coloursAt(page, [middle, edge]);
        return (rim?.[0] ?? 255) < 60 && (inside?.[0] ?? 0) > 100;
      };
      await expect.poll(inked).toBe(true);
    }
  });

  it('is turned by keys and by dragging, goes back to the first view, and a click chooses the bar under it', async () => {
    const { page } = watched;
    await click(page, 'ribbon-first');
    const camera = async (): Promise<number[]> =>
      Promise.all(['turn', 'tilt', 'distance'].map((part) => numberOf(page, `ribbon-${part}`)));
    const first = await camera();
    await page.focus('[data-testid=ribbon-view]');
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('-');
    const [turn = 0, tilt = 0, distance = 0] = first;
    await expect.poll(camera).toEqual([turn + 5, tilt + 5, Number((distance * 1.1).toFixed(1))]);
    await page.keyboard.press('0');
    await expect.poll(camera).toEqual(first);

    const box = await boxInSight(page);
    const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
    await page.mouse.move(x, y);
    await page.mouse.down();
    await page.mouse.move(x + 50, y + 25, { steps: 5 });
    await page.mouse.up();
    await expect.poll(camera).toEqual([turn - 20, tilt + 10, distance]);

    await setRange(page, 'ribbon-tilt', 85);
    const [step, unit] = [5, 18];
    const at = await topSeen(page, FROM_ZERO, step, unit, reference.f[step * UNITS + unit] as number);
    const { x: left, y: top, width, height } = await boxInSight(page);
    await page.mouse.click(left + at.x * width, top + at.y * height);
    await untilText(page, 'ribbon-reading', new RegExp(`unit ${unit}, t\u2212${STEPS - 1 - step} `));
    expect(await numberOf(page, 'cell-unit')).toBe(unit);
  });

  it('is tilted out of the flat map at once, and back: the same numbers, the same cell under the pointer, by button and by keys', async () => {
    const { page } = watched;
    await page.$eval('[data-testid=ribbon]', (details) => {
      (details as HTMLDetailsElement).open = false;
    });
    await page.select('[data-testid=theme]', 'light');
    await click(page, 'time-tilt');
    await page.waitForSelector('gw-ribbon canvas');
    expect(await page.evaluate(() => document.activeElement?.closest('details')?.dataset.testid)).toBe(
      'ribbon',
    );
    expect(await numberOf(page, 'ribbon-lift')).toBe(4);
    await page.focus('[data-testid=ribbon-lift]');
    await page.keyboard.press('Home');
    expect(await numberOf(page, 'ribbon-lift')).toBe(0);
    const place = (step: number, unit: number) => ({
      x: 0.5 + ((2 * (step + 0.5)) / STEPS - 1) / 2.7,
      y: 0.5 + ((2 * (unit + 0.5)) / UNITS - 1) / 2.7,
    });
    const cells = [
      [2, 3],
      [3, 28],
      [12, 4],
      [11, 30],
    ] as const;
    const wrong = async (): Promise<string[]> => {
      const drawn = await coloursAt(
        page,
        cells.map(([step, unit]) => place(step, unit)),
      );
      return cells.flatMap(([step, unit], at) => {
        const ideal: Rgb = rampColour(rampStops('light'), reference.f[step * UNITS + unit] as number);
        const off = Math.max(...ideal.map((channel, k) => Math.abs(channel - (drawn[at]?.[k] ?? -99))));
        return off > 1 ? [`${step} ${unit}: ${drawn[at]}, expected ${ideal}`] : [];
      });
    };
    await expect.poll(wrong).toEqual([]);
    const { x: left, y: top, width, height } = await boxInSight(page);
    const at = place(9, 7);
    await page.mouse.click(left + at.x * width, top + at.y * height);
    await untilText(page, 'ribbon-reading', /unit 7, t\u22124 /);

    // Nothing is turned unseen, and 0 gives the first view of what is seen.
    const camera = async (): Promise<number[]> =>
      Promise.all(['turn', 'tilt', 'distance'].map((part) => numberOf(page, `ribbon-${part}`)));
    const before = await camera();
    for (const part of ['turn', 'tilt', 'distance']) {
      const [isOff, why] = await page.$eval(`[data-testid=ribbon-${part}]`, (input) => [
        (input as HTMLInputElement).disabled,
        input.closest('label')?.title,
      ]);
      expect([part, isOff, why]).toEqual([part, true, expect.stringContaining('Flat to 3D raises it')]);
    }
    expect(await textOf(page, 'ribbon-hint')).toMatch(/nothing to turn/);
    await page.focus('[data-testid=ribbon-view]');
    for (const key of ['ArrowLeft', 'ArrowUp', '+'] as const) await page.keyboard.press(key);
    expect(await camera()).toEqual(before);
    await page.keyboard.press('0');
    await expect.poll(() => numberOf(page, 'ribbon-lift')).toBe(4);
    await page.focus('[data-testid=ribbon-lift]');
    await page.keyboard.press('Home');

    await page.focus('[data-testid=ribbon-lift]');
    await page.keyboard.press('ArrowRight');
    expect(await numberOf(page, 'ribbon-lift')).toBe(1);
    await page.keyboard.press('End');
    expect(await numberOf(page, 'ribbon-lift')).toBe(4);
    await setRange(page, 'ribbon-turn', 0);
    await setRange(page, 'ribbon-tilt', 85);
    await setRange(page, 'ribbon-distance', 4);
    await click(page, 'cell-gate-f');
    await setRange(page, 'cell-step', 0);
    await setRange(page, 'cell-unit', 0);
    await expect.poll(() => wrongBar(page, FROM_ZERO, reference.f, 1)).toBeNull();
    await page.focus('[data-testid=ribbon-lift]');
    await page.keyboard.press('Home');
    await expect.poll(wrong).toEqual([]);
    await click(page, 'ribbon-first');
  });

  it('fits 320 pixels and 1280, with nothing that axe-core finds, and complained about nothing', async () => {
    const { page, complaints } = watched;
    await page.waitForSelector('gw-ribbon canvas');
    await loadAxe(page);
    for (const width of WIDTHS) {
      await page.setViewport({ width, height: 900 });
      // Drawings follow the width after a moment.
      await page.waitForFunction((most) => document.documentElement.scrollWidth <= most, {}, width);
      const over = await page.$$eval(
        'gw-ribbon *',
        (all, most) => all.filter((one) => one.getBoundingClientRect().right > most + 1).length,
        width,
      );
      expect(over).toBe(0);
      // The bar at the top covers whatever lies under it; axe-core would take that for a small target.
      await boxInSight(page, 'gw-time-ribbon summary');
      for (const theme of THEMES) {
        await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: theme }]);
        expect(await violations(page, 'gw-time-ribbon')).toEqual([]);
      }
    }
    expect(complaints).toEqual([]);
  });

  it('is a sentence where no device draws', async () => {
    const without = await launchWithoutAdapter();
    try {
      const { page } = await watchedPage(without);
      await page.goto(stage.address);
      await untilText(page, 'stat-model', /^\d/);
      await lookAtAll(page);
      await page.waitForSelector('[data-testid=ribbon]');
      await open(page);
      expect(await textOf(page, 'ribbon-without')).toMatch(/none at work here.*six drawings and the table/);
      expect(await page.$('gw-ribbon')).toBeNull();
    } finally {
      await without.close();
    }
  });
});
