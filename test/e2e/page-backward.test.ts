/**
 * The backward half of the cell and the gradient by time step: their numbers are those of the float64 reference with the
 * weights the page exports; and the ways from a term to its line of WGSL and to its cell of a matrix.
 */
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { copyTargets, copyWindows } from '../../src/demo/session/window-rows.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import { GATES, type WindowDataset } from '../../src/engine/index.ts';
import { lstmBackward, lstmForward, ReferenceModel } from '../../src/engine/reference/index.ts';
import { untilDrawn } from './drawn.ts';
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
import { seattleWindows } from './seattle.ts';

const [UNITS, STEPS, COLUMNS] = [32, 14, 128];

/** What the reference says of some windows as one batch: the LSTM forward and backward, with x and h. */
function gradientsOf(part: WindowDataset, first: number, count: number, arrays: readonly Float32Array[]) {
  const x = copyWindows(part, first, count);
  const y = copyTargets(part, first, count);
  const [kernel = [], recurrentKernel = [], bias = [], ...head] = arrays;
  const weights = { kernel, recurrentKernel, bias };
  const forward = lstmForward(x, weights, { units: UNITS });
  const last = Float64Array.from(
    { length: count * UNITS },
    (_, n) => forward.h[(Math.floor(n / UNITS) * STEPS + STEPS - 1) * UNITS + (n % UNITS)] as number,
  );
  const dense = new ReferenceModel([{ kind: 'dense', units: 1 }], UNITS, head);
  const { dx } = dense.lossAndGradients({ shape: [count, UNITS], data: last }, y, 'mse');
  const above = new Float64Array(count * STEPS * UNITS);
  for (let b = 0; b < count; b++) {
    above.set(dx.subarray(b * UNITS, (b + 1) * UNITS), (b * STEPS + STEPS - 1) * UNITS);
  }
  return { x, forward, backward: lstmBackward(forward, x, weights, above) };
}

/** Norm of each step's share, per gate, for all three arrays together. */
function sharesOf({ x, forward, backward }: ReturnType<typeof gradientsOf>, count: number): number[][] {
  const features = x.shape[2] ?? 0;
  return Array.from({ length: STEPS }, (_, t) => {
    const squares = [0, 0, 0, 0];
    for (let k = 0; k < features + 1 + UNITS; k++) {
      for (let column = 0; column < COLUMNS; column++) {
        let sum = 0;
        for (let b = 0; b < count; b++) {
          const row = b * STEPS + t;
          const h = t > 0 ? (forward.h[(row - 1) * UNITS + k - features - 1] as number) : 0;
          const operand = k < features ? (x.data[row * features + k] as number) : k === features ? 1 : h;
          sum += operand * (backward.dz[row * COLUMNS + column] as number);
        }
        squares[Math.floor(column / UNITS)] = (squares[Math.floor(column / UNITS)] as number) + sum * sum;
      }
    }
    return squares.map(Math.sqrt);
  });
}

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

/** The numbers of the table of shares, the newest step first and the norm of the sum last: gates i, f, c, o, ..., all. */
function shownShares(page: Page): Promise<number[][]> {
  return page.$$eval('[data-testid=gradient-table] tbody tr', (rows) =>
    rows.map((row) => [...row.querySelectorAll('td')].map((cell) => Number(cell.title))),
  );
}

async function litLines(page: Page): Promise<string[]> {
  await untilDrawn(page);
  return page.$$eval('[data-testid=cell-code] [data-lit=true]', (lines) =>
    lines.map((line) => line.textContent?.trim() ?? ''),
  );
}

/** Relative to the largest of a kind: gradients of single units are small beside those of others. */
function expectNear(shown: number | undefined, expected: number, scale: number, what: string): void {
  expect(Math.abs((shown ?? Number.NaN) - expected) / scale, what).toBeLessThan(1e-5);
}

const largest = (values: ArrayLike<number>): number => Math.max(...Array.from(values, Math.abs));

describe('backward', () => {
  const stage = useStage();
  let watched: WatchedPage;
  let arrays: Float32Array[];
  const { split } = seattleWindows(STEPS);

  beforeAll(async () => {
    watched = await stage.opened();
    const { page } = watched;
    await applySettings(page, { epochs: '2' });
    await click(page, 'train');
    await untilPhase(page, 'done');
    arrays = [...(await stage.weightsOf(page)).values()];
    const print = new RegExp(`fingerprint ${await textOf(page, 'fingerprint')}`);
    await untilText(page, 'cell-whose', print);
    await untilText(page, 'gradient-of', print);
    await click(page, 'cell-backward');
    await page.waitForSelector('[data-testid=cell-dh]');
  });

  it('shows dh, dc and dz of the float64 reference at 20 steps of 20 units, for each gate in turn', async () => {
    const { page } = watched;
    const { forward, backward } = gradientsOf(split.test, 0, 1, arrays);
    const random = seededRandom(21, 1);
    for (let n = 0; n < 20; n++) {
      const t = n === 0 ? STEPS - 1 : Math.floor(random.next() * STEPS);
      const u = Math.floor(random.next() * UNITS);
      const gate = GATES[n % 4] as (typeof GATES)[number];
      await setRange(page, 'cell-step', t);
      await setRange(page, 'cell-unit', u);
      await click(page, `cell-gate-${gate.key}`);
      const shown = await shownNumbers(page);
      const at = t * UNITS + u;
      const place = `at t ${t}, unit ${u}`;
      expectNear(shown.dh, backward.dh[at] as number, largest(backward.dh), `dh ${place}`);
      expectNear(shown.dc, backward.dc[at] as number, largest(backward.dc), `dc ${place}`);
      GATES.forEach(({ key }, index) => {
        const dz = backward.dz[(t * 4 + index) * UNITS + u] as number;
        for (const name of [`dz-${key}`, `dz-${key}-exact`])
          expectNear(shown[name], dz, largest(backward.dz), `${name} ${place}`);
      });
      const features = split.test.features;
      const operands = [
        ...copyWindows(split.test, 0, 1).data.subarray(t * features, (t + 1) * features),
        1,
        ...(t > 0 ? forward.h.subarray(at - u - UNITS, at - u) : new Float64Array(UNITS)),
      ];
      const dz = backward.dz[(t * 4 + (n % 4)) * UNITS + u] as number;
      const most = largest(operands.map((operand) => operand * dz));
      expectNear(Math.abs(shown.share ?? Number.NaN), most, largest(backward.dz), `share ${place}`);
    }
  });

  it('shows this step\u2019s shares beside the whole gradients of those weights', async () => {
    const { page } = watched;
    const { backward } = gradientsOf(split.test, 0, 1, arrays);
    await setRange(page, 'cell-step', STEPS - 1);
    await setRange(page, 'cell-unit', 5);
    await click(page, 'cell-gate-f');
    await shownNumbers(page);
    const rows = await page.$$eval('[data-testid=cell-shares] tbody tr', (all) =>
      all.map((row) => ({
        operand: (row as HTMLElement).dataset.operand,
        row: Number((row as HTMLElement).dataset.row),
        whole: Number((row.querySelector('[data-whole]') as HTMLElement).title),
      })),
    );
    expect(rows).toHaveLength(6);
    for (const { operand, row, whole } of rows) {
      const source = { x: backward.dKernel, h: backward.dRecurrentKernel, b: backward.dBias }[operand ?? ''];
      const expected = source?.[row * COLUMNS + UNITS + 5] ?? Number.NaN;
      expectNear(whole, expected, largest(source ?? []), `${operand} ${row}`);
    }
  });

  it('marks the lines of WGSL of the formula that has the focus', async () => {
    const { page } = watched;
    await page.focus('[data-testid=cell-formula-dz-f]');
    expect(await litLines(page)).toEqual([
      'let dz_f = dc * c_prev * activation_slope(RECURRENT_ACTIVATION, f);',
    ]);
    const button = await page.$('[data-testid=cell-formula-dz-f]');
    const said = await page.accessibility.snapshot(button === null ? {} : { root: button });
    expect(said?.name).toBe('d z of f is d c times c of the step before times f times (1 minus f)');
  });

  it('is walked sub-step by sub-step, and Escape ends it', async () => {
    const { page } = watched;
    await page.focus('[data-testid=cell-next-sub-step]');
    await page.keyboard.press('Escape');
    const seen: string[] = [];
    for (let n = 0; n < 5; n++) {
      await page.keyboard.press('Enter');
      seen.push((await textOf(page, 'cell-sub-step')).split(' is ')[0] ?? '');
      expect((await litLines(page)).length).toBeGreaterThan(0);
      expect(await page.$$('.cell-walk [aria-current=step]')).toHaveLength(1);
    }
    expect(seen).toEqual([
      '1 of 5: d h from the next step',
      '2 of 5: d h',
      '3 of 5: d c',
      '4 of 5: d z of f',
      '5 of 5: this step\u2019s share of d W',
    ]);
    await page.keyboard.press('Escape');
    expect(await litLines(page)).toEqual([]);
  });

  it('goes to the neighbouring step and unit by buttons, and stays at the ends', async () => {
    const { page } = watched;
    const value = (id: string): Promise<number> =>
      page.$eval(`[data-testid=${id}]`, (input) => Number((input as HTMLInputElement).value));
    await setRange(page, 'cell-step', 3);
    await setRange(page, 'cell-unit', UNITS - 1);
    await click(page, 'cell-step-next');
    await click(page, 'cell-unit-next');
    await shownNumbers(page);
    expect([await value('cell-step'), await value('cell-unit')]).toEqual([4, UNITS - 1]);
    await click(page, 'cell-step-previous');
    await click(page, 'cell-step-previous');
    await click(page, 'cell-unit-previous');
    await shownNumbers(page);
    expect([await value('cell-step'), await value('cell-unit')]).toEqual([2, UNITS - 2]);
    const sizes = await page.$$eval('.cell-choices button, .cell-show', (all) =>
      all.map((one) => Math.min(one.getBoundingClientRect().width, one.getBoundingClientRect().height)),
    );
    expect(Math.min(...sizes)).toBeGreaterThanOrEqual(24);
  });

  it('leads from a term to its cell of the matrix, and from a cell of the matrix to its unit and gate', async () => {
    const { page } = watched;
    await setRange(page, 'cell-unit', 9);
    await click(page, 'cell-gate-o');
    await shownNumbers(page);
    const row = '[data-testid=cell-shares] tbody tr[data-operand=x]';
    const feature = await page.$eval(`${row} th`, (head) => {
      const letter = head.querySelector('.part-letter')?.textContent ?? '';
      return head.textContent?.replace(letter, '').trim();
    });
    await page.focus(`${row} .cell-show`);
    await untilText(page, 'cell-readout', new RegExp(`^kernel, output gate, ${feature} to unit 9,`));
    await page.$eval(`${row} .cell-show`, (button) => (button as HTMLElement).click());
    const focused = await page.evaluate(() => (document.activeElement as HTMLElement).dataset.testid);
    expect(focused).toBe('cell-kernel');

    await page.keyboard.press('ArrowRight');
    await shownNumbers(page);
    const chosen = await page.$eval('[data-testid=cell-unit]', (input) => (input as HTMLInputElement).value);
    expect(chosen).toBe('10');
    await page.keyboard.press('Home');
    await shownNumbers(page);
    expect(
      await page.$eval('[data-testid=cell-gate-i]', (input) => (input as HTMLInputElement).checked),
    ).toBe(true);
  });

  it('shows each step\u2019s share as the reference has it, and their sum as the whole gradient', async () => {
    const { page } = watched;
    for (const [source, part, count] of [
      ['window', split.test, 1],
      ['training', split.train, 32],
    ] as const) {
      await click(page, `gradient-${source}`);
      await untilText(
        page,
        'gradient-of',
        source === 'window' ? /^The window of the test/ : /^Mean loss of the first 32/,
      );
      const reference = gradientsOf(part, 0, count, arrays);
      const shares = sharesOf(reference, count);
      const scale = largest(shares.flat());
      const shown = (await shownShares(page)).slice(0, STEPS).reverse();
      expect(shown).toHaveLength(STEPS);
      shares.forEach((gates, t) => {
        gates.forEach((norm, gate) => {
          expectNear(shown[t]?.[gate], norm, scale, `${source} t ${t} gate ${gate}`);
        });
        expectNear(shown[t]?.at(-1), Math.hypot(...gates), scale, `${source} t ${t}`);
      });
      const { dKernel, dRecurrentKernel, dBias } = reference.backward;
      const whole = Math.hypot(...dKernel, ...dRecurrentKernel, ...(dBias ?? []));
      const [total, difference] = await page.evaluate(() =>
        ['gradient-total', 'gradient-difference'].map((id) =>
          Number((document.querySelector(`[data-testid=${id}]`) as HTMLDataElement).value),
        ),
      );
      expectNear(total, whole, whole, `${source} total`);
      expect(difference).toBeLessThan(1e-5);
      expect(difference).toBeGreaterThan(0);

      const norms = shares.map((gates) => Math.hypot(...gates)).reverse();
      const added = norms.reduce((sum, norm) => sum + norm, 0);
      const most = norms.findIndex((_, n) => norms.slice(0, n + 1).reduce((a, b) => a + b) > added / 2) + 1;
      const percent = Math.round((norms.slice(0, most).reduce((a, b) => a + b) / added) * 100);
      const last = most === 1 ? 'the last day' : `the last ${most} days`;
      expect((await textOf(page, 'gradient-reading')).replaceAll('\u00a0', ' ')).toBe(
        `Most of the gradient comes from ${last} of 14: ${percent} %.`,
      );
    }
  });

  it('fits 320 pixels, and complained about nothing', async () => {
    const { page, complaints } = watched;
    await page.setViewport({ width: 320, height: 800 });
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 320, { polling: 50 });
    expect(complaints).toEqual([]);
  });
});
