/** Where is time_steps: x changes its shape with T, the weights neither shape nor bytes; applied and begun anew. */

import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  setRange,
  textOf,
  untilPhase,
  untilText,
  type WatchedPage,
} from './page-support.ts';
import { referenceErrors } from './seattle.ts';

const LAYERS = [
  { kind: 'lstm', units: 32 },
  { kind: 'dense', units: 1 },
] as const;
const SHAPES = ['steps-kernel', 'steps-recurrent', 'steps-bias', 'steps-count', 'steps-fingerprint'];

async function setSteps(page: Page, steps: number): Promise<void> {
  await setRange(page, 'steps-slider', steps);
  await untilText(page, 'steps-x', new RegExp(`, ${steps}, `));
}

const standing = (page: Page): Promise<string[]> => Promise.all(SHAPES.map((id) => textOf(page, id)));

/** The error shown for this T, in full. */
async function appliedError(page: Page, steps: number): Promise<number> {
  await setSteps(page, steps);
  await click(page, 'steps-apply');
  return shownError(page, steps);
}

async function shownError(page: Page, steps: number): Promise<number> {
  const handle = await page.waitForFunction(
    (wanted) => {
      const rows = [...document.querySelectorAll('[data-testid=steps-results] tbody tr')];
      const row = rows.find((one) => one.querySelector('th')?.textContent === wanted);
      return row?.querySelector('td')?.title;
    },
    {},
    String(steps),
  );
  return Number(await handle.jsonValue());
}

describe('where time_steps is', () => {
  const stage = useStage();
  let watched: WatchedPage;

  beforeAll(async () => {
    watched = await stage.opened();
    const { page } = watched;
    await applySettings(page, { epochs: '2' });
    await click(page, 'train');
    await untilPhase(page, 'done');
  });

  it('is in the shape of x alone', async () => {
    const { page } = watched;
    const before = await standing(page);
    expect(before.slice(0, 4)).toEqual([
      '(6, 128)',
      '(32, 128)',
      '(128,)',
      '4 · (32 · (6 + 32) + 32) = 4,992',
    ]);
    for (const steps of [1, 24, 48]) {
      await setSteps(page, steps);
      expect(await textOf(page, 'steps-x')).toBe(`(32, ${steps}, 6)`);
      expect(await standing(page)).toEqual(before);
    }
  });

  it('can be another for the same weights: the errors are the float64 reference\u2019s, the bytes stay', async () => {
    const { page } = watched;
    const weights = [...(await stage.weightsOf(page)).values()];
    const [own, other] = [14, 30].map((steps) => referenceErrors(LAYERS, weights, steps).mae);
    expect(await appliedError(page, 30)).toBeCloseTo(other ?? Number.NaN, 4);
    // Beside it stands that of the model's own window, unasked; asked for, it takes that one's place.
    expect(await shownError(page, 14)).toBeCloseTo(own ?? Number.NaN, 4);
    expect(await appliedError(page, 14)).toBeCloseTo(own ?? Number.NaN, 4);
    const shown = await textOf(page, 'steps-fingerprint');
    const prints = await page.$$eval('[data-testid=steps-results] code', (all) =>
      all.map((one) => one.textContent),
    );
    expect(prints).toEqual([shown, shown]);
  });

  it('gives other weights in the same shapes when training begins anew', async () => {
    const { page, complaints } = watched;
    const before = await standing(page);
    await setSteps(page, 20);
    await click(page, 'steps-retrain');
    await untilText(page, 'stat-epoch', /^0$/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    const after = await standing(page);
    expect(after.slice(0, 4)).toEqual(before.slice(0, 4));
    expect(after[4]).not.toBe(before[4]);
    await page.setViewport({ width: 320, height: 800 });
    // Charts follow the width after a moment.
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 320, { polling: 50 });
    expect(complaints).toEqual([]);
  });
});
