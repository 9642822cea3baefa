/**
 * The matrices as a visitor reads them after a few training steps, held against the float64 reference, which trains from
 * the same first weights on the same batches: what each gate of each matrix has become depends on every gate of the kernels.
 */
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import type { MatrixName } from '../../src/demo/draw/heatmap-layout.ts';
import { copyTargets, copyWindows } from '../../src/demo/session/window-rows.ts';
import { seededRandom } from '../../src/engine/core/random.ts';
import type { WindowDataset } from '../../src/engine/index.ts';
import { createOptimizerState, ReferenceModel } from '../../src/engine/reference/index.ts';
import { assertClose } from '../harness/assert-close.ts';
import { useStage } from './page-stage.ts';
import { applySettings, click, textOf, untilText, type WatchedPage } from './page-support.ts';
import { seattleWindows } from './seattle.ts';

const [UNITS, WINDOW, BATCH, RATE, SEED, STEPS] = [8, 7, 64, 0.01, 1, 3];
const GATES = ['input', 'forget', 'candidate', 'output'];
const MATRICES: readonly MatrixName[] = ['kernel', 'recurrent_kernel', 'bias'];
/** The page shows four digits; float32 sums and Adam's division add about a millionth. */
const SHOWN = { rtol: 5.1e-4, atol: 3e-6 };

/** As Keras stores it, [rows, 4 units]. */
type Matrices = Readonly<Record<MatrixName, ArrayLike<number>>>;

/** Stream 0 of a seed gives the first weights, stream 1 the order of the first epoch. */
function firstBatches({ starts, targetRows, ...rest }: WindowDataset): WindowDataset[] {
  const order = seededRandom(SEED, 1).permutation(starts.length);
  return Array.from({ length: STEPS }, (_, step) => {
    const chosen = order.subarray(step * BATCH, (step + 1) * BATCH);
    return {
      ...rest,
      starts: chosen.map((one) => starts[one] ?? 0),
      targetRows: chosen.map((one) => targetRows[one] ?? 0),
    };
  });
}

/** The weights after the first steps, by the reference. */
function trained(first: readonly Float32Array[]): Matrices {
  const { train } = seattleWindows(WINDOW).split;
  const reference = new ReferenceModel(
    [
      { kind: 'lstm', units: UNITS },
      { kind: 'dense', units: 1 },
    ],
    train.features,
    first,
  );
  const adam = createOptimizerState(
    { kind: 'adam', learningRate: RATE, float32Settings: true },
    reference.weights,
  );
  for (const batch of firstBatches(train)) {
    reference.trainStep(copyWindows(batch, 0, BATCH), copyTargets(batch, 0, BATCH), 'mse', adam);
  }
  const [kernel = [], recurrent = [], bias = []] = reference.weights;
  return { kernel, recurrent_kernel: recurrent, bias };
}

const numberOf = (text: string): number => Number(text.replace('\u2212', '-'));

/** One gate of one matrix as its table shows it, row by row. */
async function tableOf(page: Page, matrix: MatrixName, gate: number): Promise<number[]> {
  await page.select('[data-testid=table-matrix]', matrix);
  await page.select('[data-testid=table-gate]', String(gate));
  await page.waitForFunction(
    (name: string, rows: number) => {
      const table = document.querySelector('[data-testid=weights-values] table');
      const head = table?.querySelector('thead th')?.textContent ?? '';
      return head.startsWith(name) && table?.querySelectorAll('tbody tr').length === rows;
    },
    {},
    GATES[gate] ?? '',
    await page.$eval(`[data-testid=matrix-${matrix}] [role=grid]`, (grid) => Number(grid.ariaRowCount)),
  );
  const cells = await page.$$eval('[data-testid=weights-values] tbody td', (all) =>
    all.map((cell) => cell.textContent ?? ''),
  );
  return cells.map(numberOf);
}

/** The same of the whole matrix. */
function gateOf(matrix: ArrayLike<number>, gate: number): number[] {
  return Array.from(matrix).filter((_, at) => Math.floor(at / UNITS) % GATES.length === gate);
}

describe('the matrices', () => {
  const stage = useStage();
  let watched: WatchedPage;
  let first: readonly Float32Array[];
  let expected: Matrices;

  beforeAll(async () => {
    watched = await stage.opened();
    const { page } = watched;
    const settings = { units: UNITS, window: WINDOW, batchSize: BATCH, learningRate: RATE };
    await applySettings(
      page,
      Object.fromEntries(Object.entries(settings).map(([name, value]) => [name, String(value)])),
    );
    await page.waitForFunction(
      (shape: string) => document.querySelector('gw-matrix h3')?.textContent?.includes(shape) === true,
      {},
      `${4 * UNITS})`,
    );
    expect(await textOf(page, 'seed')).toBe(String(SEED));
    first = [...(await stage.weightsOf(page)).values()];
    expected = trained(first);
    for (let step = 1; step <= STEPS; step++) {
      await click(page, 'step');
      await untilText(page, 'run-state', new RegExp(`step ${step} of`));
    }
    await untilText(page, 'stat-note', new RegExp(`^after ${STEPS} steps$`));
    await page.$eval('[data-testid=weights-table]', (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    await page.waitForSelector('[data-testid=weights-values]');
  });

  it.each(MATRICES)(
    'show in the table of %s what the reference has learned, gate by gate',
    async (matrix) => {
      const before = first[MATRICES.indexOf(matrix)] ?? [];
      for (const [gate, name] of GATES.entries()) {
        const wanted = gateOf(expected[matrix], gate);
        const moved = gateOf(before, gate).map((value, at) => Math.abs(value - (wanted[at] ?? Number.NaN)));

        const shown = await tableOf(watched.page, matrix, gate);

        // Adam moves a weight by about its rate: far more than what the page rounds away.
        expect(Math.max(...moved)).toBeGreaterThan(RATE);
        assertClose(shown, wanted, { ...SHOWN, label: `${matrix}, ${name} gate` });
      }
    },
  );

  it.each(MATRICES)(
    'say in the cells of %s what the reference has learned, walked with the keys',
    async (matrix) => {
      const { page } = watched;
      await page.focus(`[data-testid=cell-${matrix}]`);
      await page.keyboard.press('Home');
      const values = expected[matrix];
      for (const [gate, name] of GATES.entries()) {
        const said = await untilText(
          page,
          'cell-readout',
          new RegExp(`^${matrix}, ${name}.* unit 0, \\S*\\d `),
        );
        const [, value = ''] = said.match(/unit 0, (\S+) /) ?? [];

        assertClose([numberOf(value)], [values[gate * UNITS] ?? Number.NaN], { ...SHOWN, label: said });
        await page.keyboard.down('Control');
        await page.keyboard.press('ArrowRight');
        await page.keyboard.up('Control');
      }
    },
  );

  it('complained about nothing all the while', () => {
    expect(watched.complaints).toEqual([]);
  });
});
