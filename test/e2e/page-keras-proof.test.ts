/** The page's panel for model files against numbers that are known: outputs, orders of the gates, gates over time. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { ElementHandle, Page } from 'puppeteer';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import type { Tensor } from '../../src/engine/index.ts';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import { type KerasModel, readNpy, writeKeras, writeNpy, writeNpz } from '../../src/engine/keras/index.ts';
import { permuteBlocks } from '../../src/engine/keras/prove/change-model.ts';
import type { LstmTrace } from '../../src/engine/reference/index.ts';
import { type NamedLayer, randomModel, referencePrediction } from '../keras/support.ts';
import { loadAxe, violations } from './axe.ts';
import { useStage } from './page-stage.ts';
import { click, textOf, untilText } from './page-support.ts';
import { seattleWindows, traceOf } from './seattle.ts';

const LAYERS: readonly NamedLayer[] = [
  { kind: 'lstm', units: 4, name: 'lstm' },
  { kind: 'dense', units: 1, name: 'dense' },
];
/** What the page's Seattle data gives. */
const SEATTLE_SHAPE = [14, 6] as const;
const model = randomModel({ layers: LAYERS, inputShape: [5, 3], seed: 4 });
const random = seededRandom(8);
const x = { shape: [6, 5, 3], data: Float32Array.from({ length: 90 }, () => random.normal()) };
const y = referencePrediction(model, LAYERS, x);

/** The model with the gates of its LSTM stored in another order. */
function storedAs(order: string): KerasModel {
  const weights = model.weights.map((weight) =>
    weight.layer === 'lstm'
      ? {
          ...weight,
          data: permuteBlocks(
            weight.data,
            weight.shape.at(-1) ?? 1,
            [...order].map((gate) => 'ifco'.indexOf(gate)),
          ),
        }
      : weight,
  );
  return { ...model, weights };
}

const FIXTURES = fileURLToPath(new URL('../fixtures/keras/genuine/', import.meta.url));
/** Files as Keras wrote them; of the last the weights file and the architecture that lie in its archive. */
const GENUINE: readonly { archive: string; model: string; as: string; member?: string }[] = [
  { archive: 'keras-1.2.2', model: 'simple.h5', as: 'one.h5' },
  { archive: 'keras-2.2.4', model: 'simple.h5', as: 'two.h5' },
  { archive: 'tf.keras-2.15.1', model: 'simple.h5', as: 'tf.h5' },
  { archive: 'tf.keras-2.15.1', model: 'simple.keras', as: 'tf.keras' },
  { archive: 'keras-3.15.1', model: 'simple.keras', as: 'three.keras' },
  {
    archive: 'keras-3.15.1',
    model: 'stacked.keras',
    as: 'three.weights.h5',
    member: 'model.weights.h5',
  },
];

function unzipped(bytes: Uint8Array, fileName: string): Promise<ReadonlyMap<string, Uint8Array>> {
  return readZip(bytes, { fileName, maxBytes: 2 ** 26 });
}

const largest = (a: Float32Array, b: Float32Array): number =>
  Math.max(...a.map((value, at) => Math.abs(value - (b[at] ?? Number.NaN))));

describe('model files against known numbers', () => {
  const stage = useStage();
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-proof-'));
  const file = (name: string, content: Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };
  const give = async (page: Page, paths: readonly string[], id: string): Promise<void> => {
    const input = await page.waitForSelector(`[data-testid=${id}]`);
    await (input as ElementHandle<HTMLInputElement>).uploadFile(...paths);
  };

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('finds the order of the gates among all 24, with the error of each', async () => {
    const { page, complaints } = await stage.opened(1280);
    await give(page, [file('odd.keras', await writeKeras(storedAs('fcoi')))], 'keras-input');
    await give(page, [file('x.npy', writeNpy(x)), file('y.npy', writeNpy(y))], 'keras-pair-input');
    expect(await untilText(page, 'keras-pair', /./)).toBe('x is x.npy, (6, 5, 3); y is y.npy, (6, 1).');

    await click(page, 'keras-outputs');
    await untilText(page, 'keras-outputs-verdict', /^Fail: outputs are farther from y/);
    const asRead = referencePrediction(storedAs('fcoi'), LAYERS, x);
    const errors = await textOf(page, 'keras-outputs-errors');
    expect(Number(/^Max abs error (\S+),/.exec(errors)?.[1])).toBeCloseTo(largest(asRead.data, y.data), 3);

    // Stopped where it was begun, with the keyboard, and begun again.
    await page.focus('[data-testid=keras-orders]');
    await page.keyboard.press('Enter');
    await untilText(page, 'keras-orders', /^Stop$/);
    await page.keyboard.press('Enter');
    await untilText(page, 'keras-proof', /Stopped before it was done; nothing of it is kept\./);
    expect(await page.$('[data-testid=keras-orders-verdict]')).toBeNull();
    expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe(
      'keras-orders',
    );
    expect(await textOf(page, 'keras-orders')).toBe('Try all 24 orders of the gates');

    await click(page, 'keras-orders');
    const verdict = await untilText(page, 'keras-orders-verdict', /./);
    expect(verdict).toMatch(
      /^Exactly one of 144 combinations fits at a tolerance of 1e-5: f, c\u0303, o, i, sigmoid, max abs error \S+e-\d; not i, f, c\u0303, o/,
    );
    const rows = await page.$$eval('[data-testid=keras-orders-table] tbody tr', (all) =>
      all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').trim())),
    );
    expect(rows).toHaveLength(3 * 24);
    expect(new Set(rows.map(([order, activation]) => `${order} ${activation}`)).size).toBe(3 * 24);
    expect(rows[0]?.slice(0, 2)).toEqual(['f, c\u0303, o, i', 'sigmoid']);
    expect(rows.map((row) => row[3])).toEqual(['fits', ...Array.from({ length: 71 }, () => '')]);
    const sizes = rows.map((row) => Number(row[2]));
    expect(sizes[0]).toBeLessThan(1e-5);
    expect(sizes[1]).toBeGreaterThan(1e-3);
    expect([...sizes].sort((a, b) => a - b)).toEqual(sizes);
    const asStored = rows.find(
      ([order, activation]) => order === 'i, f, c\u0303, o' && activation === 'sigmoid',
    );
    expect(Number(asStored?.[2])).toBeCloseTo(largest(asRead.data, y.data), 3);
    expect(
      await page.$$eval('[data-testid=keras-command]', (all) => all.map((one) => one.textContent)),
    ).toEqual(
      ['verify', 'gate-order'].map(
        (verb) => `npx gatewise ${verb} odd.keras --x x.npy --y y.npy --tolerance 1e-5`,
      ),
    );
    await loadAxe(page);
    expect(await violations(page, '#keras')).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('finds where the gates of two files first part, as the float64 reference has it', async () => {
    const { page, complaints } = await stage.opened(1280);
    // Only how h reaches the forget gate of unit 2: nothing of the first step, whose h before is 0, can differ.
    const [rows, columns, unit] = [4, 16, 2];
    const one = randomModel({ layers: LAYERS, inputShape: SEATTLE_SHAPE, seed: 6 });
    const weights = one.weights.map((weight) => {
      const data = weight.data.slice();
      if (weight.path === 'lstm/recurrent_kernel') {
        for (let row = 0; row < rows; row++) data[row * columns + 4 + unit] = 0.25;
      }
      return { ...weight, data };
    });
    const other = { ...one, weights };
    const { x: windows } = seattleWindows(14);
    const [ofA, ofB] = [one, other].map(({ weights: all }) =>
      traceOf(new Map(all.map(({ path, data }) => [path, data])), windows, 0),
    );
    const forget = ({ f }: LstmTrace, t: number, u: number): number => f[t * 4 + u] ?? Number.NaN;

    await give(
      page,
      [file('one.keras', await writeKeras(one)), file('two.keras', await writeKeras(other))],
      'keras-input',
    );
    await click(page, 'keras-activations');
    const words = await untilText(page, 'keras-first', /./);

    const found =
      /^They first part at t\u221212, step 2 of 14: forget gate of unit 2 in layer lstm, (\S+) in A and (\S+) in B, more than a tolerance of 1e-5 allows\.$/.exec(
        words,
      );
    expect(found, words).not.toBe(null);
    expect(Number(found?.[1])).toBeCloseTo(forget(ofA as LstmTrace, 1, unit), 4);
    expect(Number(found?.[2])).toBeCloseTo(forget(ofB as LstmTrace, 1, unit), 4);
    const table = await page.$$eval('[data-testid=keras-over-time] tbody tr', (all) =>
      all.map((row) =>
        [...row.querySelectorAll('td')].map((cell) => ({
          part: cell.dataset.part,
          beyond: cell.dataset.beyond === 'true',
          first: cell.dataset.first === 'true',
          size: Number.parseFloat((cell.textContent ?? '').trim()),
        })),
      ),
    );
    expect(table).toHaveLength(14);
    expect(table[0]?.map(({ part }) => part)).toEqual(['i', 'f', 'candidate', 'o', 'c', 'h']);
    expect(table[0]?.every(({ beyond }) => !beyond)).toBe(true);
    expect(table[1]?.map(({ beyond }) => beyond)).toEqual([false, true, false, false, true, true]);
    expect(table.flat().filter(({ first }) => first)).toEqual([table[1]?.[1]]);
    for (const [t, row] of table.entries()) {
      const apart = Math.max(
        ...[0, 1, 2, 3].map((u) => Math.abs(forget(ofA as LstmTrace, t, u) - forget(ofB as LstmTrace, t, u))),
      );
      expect(row[1]?.size).toBeCloseTo(apart, 4);
    }

    await click(page, 'keras-drop-other');
    await page.waitForSelector('[data-testid=keras-over-time]', { hidden: true });
    await untilText(page, 'keras-differences', /units is 4 in A, 32 in B/);
    await click(page, 'keras-activations');
    expect(await untilText(page, 'keras-problem', /./)).toMatch(
      /^Layer lstm has 4 units in A and 32 in B: unit by unit they cannot be held against each other/,
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('finds that gates of one and the same network part nowhere, on an x that is given', async () => {
    const { page } = await stage.opened(1280);
    const paths = ['one.keras', 'again.keras'].map(async (name) => file(name, await writeKeras(model)));
    await give(page, await Promise.all(paths), 'keras-input');
    await click(page, 'keras-activations');
    expect(await untilText(page, 'keras-problem', /./)).toMatch(
      /^A takes samples of shape \(5, 3\) \(steps, inputs\) and B \(5, 3\); a window of the page\u2019s data has \(14, 6\)/,
    );
    await give(page, [file('x.npy', writeNpy(x)), file('y.npy', writeNpy(y))], 'keras-pair-input');
    await untilText(page, 'keras-pair', /./);
    await click(page, 'keras-activations');
    await untilText(page, 'keras-first', /^At none of 5 steps does a gate or state of any unit differ/);
    expect(await page.$eval('#keras-over-time-title', (one) => one.textContent)).toContain(
      'the first row of x',
    );
    // Of the table alone one sees the part that is scrolled to; its title is read whole.
    await page.setViewport({ width: 320, height: 800 });
    const title = await page.$eval('#keras-over-time-title', (one) => {
      let scrolled = one.parentElement;
      while (scrolled !== null && !/auto|scroll/.test(getComputedStyle(scrolled).overflowX))
        scrolled = scrolled.parentElement;
      return { right: one.getBoundingClientRect().right, scrolled: scrolled?.className ?? null };
    });
    expect(title.scrolled).toBeNull();
    expect(title.right).toBeLessThanOrEqual(320);
    await page.setViewport({ width: 1280, height: 800 });
    await loadAxe(page);
    expect(await violations(page, '#keras')).toEqual([]);
    await page.close();
  });

  it('gives what every generation of Keras gave, from its own files', async () => {
    const { page, complaints } = await stage.opened(1280);
    for (const { archive, model: name, as, member } of GENUINE) {
      const entries = await unzipped(readFileSync(`${FIXTURES}${archive}.zip`), archive);
      const bytes = entries.get(name) ?? new Uint8Array();
      const stem = name.replace(/\.[^.]+$/, '');
      const expected = readNpy(entries.get(`${stem}.y.npy`) ?? new Uint8Array());
      const inside = member === undefined ? null : await unzipped(bytes, name);
      const models =
        inside === null
          ? [file(as, bytes)]
          : [
              file(as, inside.get(member ?? '') ?? new Uint8Array()),
              file('config.json', inside.get('config.json') ?? new Uint8Array()),
            ];
      await give(page, models, 'keras-input');
      await untilText(page, 'keras-name', new RegExp(`^${as.replaceAll('.', '\\.')}$`));
      const pair = ['x', 'y'].map((letter) =>
        file(`${as}.${letter}.npy`, entries.get(`${stem}.${letter}.npy`) ?? new Uint8Array()),
      );
      await give(page, pair, 'keras-pair-input');
      await untilText(page, 'keras-pair', new RegExp(`^x is ${as.replaceAll('.', '\\.')}`));
      await click(page, 'keras-outputs');

      const verdict = await untilText(page, 'keras-outputs-verdict', /./);
      expect(verdict, as).toBe('Pass: every output agrees with y at a tolerance of 1e-5.');
      const errors = await textOf(page, 'keras-outputs-errors');
      const shown = Number(/^Max abs error (\S+),/.exec(errors)?.[1]);
      const size = Math.max(...Array.from(expected.data as Float32Array, Math.abs));
      expect(size).toBeGreaterThan(0.01);
      expect(shown, as).toBeLessThan(1e-5 * (1 + size));
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says when no order fits', async () => {
    const { page } = await stage.opened(320);
    const shifted = { shape: y.shape, data: y.data.map((value) => value + 0.5) };
    const known = writeNpz([
      { path: 'x', ...x },
      { path: 'y', ...shifted },
    ]);
    await give(page, [file('plain.keras', await writeKeras(model))], 'keras-input');
    await give(page, [file('known.npz', known)], 'keras-pair-input');
    expect(await untilText(page, 'keras-pair', /./)).toBe(
      'x is known.npz[x], (6, 5, 3); y is known.npz[y], (6, 1).',
    );

    await click(page, 'keras-orders');

    expect(await untilText(page, 'keras-orders-verdict', /./)).toMatch(
      /^None of \d+ combinations fits at a tolerance of 1e-5; the nearest, .*, is off by 0\.\d+\. It is not the order of the gates/,
    );
    expect(
      await page.$$eval('tr[data-best=true] td:last-child', (all) => all.map((one) => one.textContent)),
    ).toEqual(['nearest']);
    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(widths[0]).toBe(widths[1]);
    await page.close();
  });

  it('says in one sentence which arrays it needs, and puts the focus there', async () => {
    const { page } = await stage.opened(1280);
    await give(page, [file('plain.keras', await writeKeras(model))], 'keras-input');
    const bad = { shape: [6, 4, 3], data: new Float32Array(72) };
    const holed = { shape: x.shape, data: x.data.map((value, at) => (at === 7 ? Number.NaN : value)) };
    const messages: string[] = [];
    const arrays = (a: Tensor, b: Tensor): (readonly [string, Uint8Array])[] => [
      ['x.npy', writeNpy(a)],
      ['y.npy', writeNpy(b)],
    ];
    const short = { shape: [5, 1], data: new Float32Array(5) };
    for (const [files, pattern] of [
      [arrays(x, y).slice(0, 1), /^0 arrays are called y among x\.npy; expected one x and one y\./],
      [arrays(bad, y), /^x\.npy has shape \(6, 4, 3\); the model takes \(None, 5, 3\)/],
      [arrays(holed, y), /^x\.npy holds NaN as value 7 of 90/],
      [arrays(x, short), /^y\.npy has shape \(5, 1\); the model gives \(6, 1\)/],
      [[['note.txt', new TextEncoder().encode('x and y')] as const], /^note\.txt is no \.npy or \.npz file/],
    ] as const) {
      await give(
        page,
        files.map(([name, bytes]) => file(name, bytes)),
        'keras-pair-input',
      );
      messages.push(await untilText(page, 'keras-problem', pattern));
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid')))
        .toBe('keras-problem');
    }
    expect(messages).toHaveLength(5);
    expect(
      await page.$eval('[data-testid=keras-pair-input]', (input) => [
        input.getAttribute('aria-invalid'),
        input.getAttribute('aria-describedby'),
      ]),
    ).toEqual(['true', 'keras-pair-hint keras-problem']);
    await page.close();
  });
});
