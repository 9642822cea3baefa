/** The page's panel for model files: what a file is, its gates, comparison, prediction, training on, and files out again. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import puppeteer, { type ElementHandle, type Page } from 'puppeteer';
import { afterAll, describe, expect, it } from 'vitest';
import { findBrowsers } from '../../bin/lib/find-browser.mjs';
import { fullFloat32 } from '../../src/demo/full-number.ts';
import {
  type KerasModel,
  readModelFile,
  sequentialConfig,
  sgdConfig,
  writeKeras,
  writeModelFile,
} from '../../src/engine/keras/index.ts';
import { genuineFiles } from '../keras/genuine-files.ts';
import { bits, type NamedLayer, randomModel } from '../keras/support.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  lookAtAll,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
  withoutServiceWorker,
} from './page-support.ts';
import { referenceErrors } from './seattle.ts';

const LAYERS: readonly NamedLayer[] = [
  { kind: 'lstm', units: 4, name: 'lstm' },
  { kind: 'dense', units: 1, name: 'dense' },
];
/** What the page's Seattle data gives: 14 days of 6 inputs. */
const SEATTLE_SHAPE = [14, 6] as const;

/** A model whose numbers say where they are: 1000 * tensor + 100 * row + column. */
function codedModel(): KerasModel {
  const model = randomModel({ layers: LAYERS, inputShape: [5, 3], name: 'coded' });
  const weights = model.weights.map((weight, tensor) => {
    const columns = weight.shape.at(-1) ?? 1;
    const data = weight.data.map(
      (_, at) => 1000 * (tensor + 1) + 100 * Math.floor(at / columns) + (at % columns),
    );
    return { ...weight, data };
  });
  return { ...model, weights };
}

/** The same model with two column blocks of every LSTM tensor exchanged. */
function swapGates(model: KerasModel, first: number, second: number): KerasModel {
  const weights = model.weights.map((weight) => {
    if (weight.layer !== 'lstm') return weight;
    const columns = weight.shape.at(-1) ?? 1;
    const units = columns / 4;
    const data = weight.data.slice();
    for (let at = 0; at < data.length; at++) {
      const column = at % columns;
      const gate = Math.floor(column / units);
      const from = gate === first ? second : gate === second ? first : gate;
      data[at] = weight.data[at - column + from * units + (column % units)] ?? Number.NaN;
    }
    return { ...weight, data };
  });
  return { ...model, weights };
}

describe('the panel for model files', () => {
  const stage = useStage();
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-models-'));
  const file = (name: string, content: string | Uint8Array): string => {
    const path = join(folder, name);
    writeFileSync(path, content);
    return path;
  };

  afterAll(async () => {
    rmSync(folder, { recursive: true, force: true });
  });

  const opened = async (width = 1280) => {
    const watched = await stage.opened(width);
    return watched;
  };
  const give = async (page: Page, paths: readonly string[], id = 'keras-input'): Promise<void> => {
    const input = await page.$(`[data-testid=${id}]`);
    await (input as ElementHandle<HTMLInputElement>).uploadFile(...paths);
  };
  const cells = (page: Page): Promise<string[][]> =>
    page.$$eval('[data-testid=keras-values] tbody tr', (rows) =>
      rows.map((row) => [...row.querySelectorAll('td')].map((cell) => (cell.textContent ?? '').trim())),
    );
  const differing = (page: Page): Promise<string[]> =>
    page.$$eval('[data-testid=keras-tensors] tr[data-differs=true]', (rows) =>
      rows.map((row) => `${row.getAttribute('data-path')} ${row.getAttribute('data-gate')}`.trim()),
    );

  it('downloads nothing for model files before the first one is opened', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await withoutServiceWorker(page);
    stage.server.requests.length = 0;
    await page.goto(stage.address);
    await untilReady(page);
    await page.waitForSelector('[data-testid=matrix-kernel] canvas');
    const scripts = (): string[] => [
      ...new Set(stage.server.requests.filter((path) => /\.(js|wasm)$/.test(path))),
    ];
    const before = scripts();
    const textOfAll = (paths: readonly string[]): string =>
      paths.map((path) => readFileSync(join(stage.server.folder, path), 'utf8')).join('\n');

    await give(page, [file('first.keras', await writeKeras(randomModel({ layers: LAYERS })))]);
    await untilText(page, 'keras-name', /^first\.keras$/);
    const after = scripts().filter((path) => !before.includes(path));

    // Sentences of the readers of HDF5, zip, safetensors and ONNX, and of the writer of zip.
    const ofReaders =
      /without zip64|is damaged or cut short|no \.keras, \.npz or TF\.js model|central directory|protobuf/;
    expect(textOfAll(before)).not.toMatch(ofReaders);
    expect(textOfAll(before)).not.toContain('HDF5_VERSION');
    expect(textOfAll(after)).toMatch(ofReaders);
    const size = before.reduce(
      (sum, path) => sum + gzipSync(readFileSync(join(stage.server.folder, path))).length,
      0,
    );
    console.log(`Scripts before the first model file: ${before.length}, ${size} bytes gzipped`);
    expect(size).toBeLessThan(230_000);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('cuts every tensor by gate: the slice as code, and each number in its cell', async () => {
    const { page, complaints } = await opened();
    await give(page, [file('coded.keras', await writeKeras(codedModel()))]);

    expect(await untilText(page, 'keras-what', /./)).toMatch(
      /^A \.keras archive with a whole model, of Keras 3, version 3\.15\.1.* 2 layers, 133 parameters\./,
    );
    const slices = await page.$$eval('.keras-slice', (all) =>
      all.map((one) => (one.textContent ?? '').replace(/\s+/g, ' ').trim()),
    );
    expect(slices[1]).toMatch(/^f ?forget kernel\[:, 4:8\] norm \S+, 1004 to 1207$/);
    expect(slices[4 + 2]).toMatch(/^c ?candidate recurrent_kernel\[:, 8:12\] norm \S+, 2008 to 2311$/);
    expect(slices[8 + 3]).toMatch(/^o ?output bias\[12:16\] norm \S+, 3012 to 3015$/);
    await page.$eval('[data-testid=keras-numbers]', (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    await page.waitForSelector('[data-testid=keras-values]');
    for (const [tensor, path, rows] of [
      [1, 'lstm/kernel', 3],
      [2, 'lstm/recurrent_kernel', 4],
      [3, 'lstm/bias', 1],
    ] as const) {
      await page.select('[data-testid=keras-numbers-tensor]', path);
      for (const gate of [0, 1, 2, 3]) {
        await page.select('[data-testid=keras-numbers-gate]', String(gate));
        const expected = Array.from({ length: rows }, (_, row) =>
          Array.from({ length: 4 }, (_, unit) => String(1000 * tensor + 100 * row + 4 * gate + unit)),
        );
        await expect.poll(() => cells(page)).toEqual(expected);
      }
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows, copies and downloads every number in full: the float32 of the file, to the bit', async () => {
    const { page, complaints } = await opened();
    const model = randomModel({ layers: LAYERS, name: 'full' });
    await give(page, [file('full.keras', await writeKeras(model))]);
    await untilText(page, 'keras-name', /^full\.keras$/);
    await page.$eval('[data-testid=keras-numbers]', (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    await page.waitForSelector('[data-testid=keras-values]');
    const kernel = model.weights.find(({ path }) => path.endsWith('/kernel'));
    const data = kernel?.data as Float32Array;
    const columns = kernel?.shape[1] ?? Number.NaN;
    await page.select('[data-testid=keras-numbers-tensor]', kernel?.path ?? '');
    await page.select('[data-testid=keras-numbers-gate]', '1');
    await page.waitForFunction(
      (first) => document.querySelector<HTMLElement>('[data-testid=keras-values] td')?.dataset.full === first,
      {},
      String(fullFloat32(data[columns / 4] as number)),
    );

    await page.focus('[data-testid=keras-values] td[tabindex="0"]');
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const said = await untilText(page, 'keras-number', /^Row 1, column 1 in full: /);
    const wanted = data[columns + columns / 4 + 1] as number;
    expect(Math.fround(Number(said.split(': ')[1]))).toBe(wanted);
    expect(await page.$$eval('[data-testid=keras-values] td[tabindex="0"]', (all) => all.length)).toBe(1);

    const copied = (isAll: boolean): Promise<string> =>
      page.$eval(
        '[data-testid=keras-values]',
        (region, all) => {
          const selection = getSelection();
          selection?.removeAllRanges();
          if (all) selection?.selectAllChildren(region.querySelector('tbody') as Element);
          const clipboardData = new DataTransfer();
          const event = new ClipboardEvent('copy', { clipboardData, bubbles: true, cancelable: true });
          (document.activeElement ?? region).dispatchEvent(event);
          return event.defaultPrevented ? clipboardData.getData('text/plain') : 'not taken';
        },
        isAll,
      );
    expect(Math.fround(Number(await copied(false)))).toBe(wanted);
    const own = (at: number): boolean => Math.floor((at % columns) / (columns / 4)) === 1;
    const slice = [...data].filter((_, at) => own(at));
    expect((await copied(true)).split(/[\t\n]/).map((text) => Math.fround(Number(text)))).toEqual(slice);

    await stage.downloads.use(page);
    await click(page, 'keras-numbers-csv');
    const { text } = await stage.downloads.takeText('.csv');
    const inFile = text
      .trimEnd()
      .split('\n')
      .slice(1)
      .flatMap((line) => line.split(',').slice(1));
    expect(inFile.map((number) => Math.fround(Number(number)))).toEqual(slice);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says in one sentence what a file is not, puts the focus there, and keeps what was open', async () => {
    const { page, complaints } = await opened();
    const whole = await writeKeras(randomModel({ layers: LAYERS, name: 'kept' }));
    await give(page, [file('kept.keras', whole)]);
    await untilText(page, 'keras-name', /^kept\.keras$/);

    const messages: string[] = [];
    for (const path of [
      file('notes.keras', 'Dear diary, this is no model.'),
      file('cut.keras', whole.subarray(0, whole.length / 2)),
      file('empty.h5', new Uint8Array()),
      file(
        'noise.h5',
        Uint8Array.from({ length: 3000 }, (_, at) => (at * 7919) % 256),
      ),
    ]) {
      await give(page, [path]);
      const name = path.slice(folder.length + 1);
      messages.push(await untilText(page, 'keras-problem', new RegExp(name.replace('.', '\\.'))));
      await expect
        .poll(() => page.evaluate(() => document.activeElement?.getAttribute('data-testid')))
        .toBe('keras-problem');
    }
    await give(
      page,
      [1, 2, 3].map((n) => file(`${n}.keras`, whole)),
    );
    messages.push(await untilText(page, 'keras-problem', /3 model files/));

    expect(messages.join(' ')).not.toMatch(/Error:|undefined|should not|\.[tj]s:\d/);
    expect(await page.$eval('[data-testid=keras-problem]', (one) => one.getAttribute('role'))).toBe('alert');
    expect(await textOf(page, 'keras-name')).toBe('kept.keras');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('compares two files, and f and c exchanged differ in exactly those slices', async () => {
    const { page, complaints } = await opened();
    const model = randomModel({ layers: LAYERS, name: 'one' });
    const paths = [
      file('one.keras', await writeKeras(model)),
      file('swapped.keras', await writeKeras(swapGates(model, 1, 2))),
    ];

    await give(page, paths);

    expect(await untilText(page, 'keras-verdict', /./)).toMatch(/^3 of 5 tensors differ, by at most \d/);
    const tensors = ['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias'];
    expect(await differing(page)).toEqual(tensors.flatMap((path) => [path, `${path} f`, `${path} c`]));
    await click(page, 'keras-drop-other');
    await untilText(page, 'keras-differences', /B is the current model|units is 4 in A, 32 in B/);
    await give(page, [paths[0] ?? ''], 'keras-other-input');
    expect(await untilText(page, 'keras-verdict', /Equal/)).toMatch(/^Equal: the same architecture/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('passes or fails every tensor and slice by a tolerance that is set, and refuses what is none', async () => {
    const { page, complaints } = await opened();
    const model = randomModel({ layers: LAYERS, name: 'exact' });
    const failing = (): Promise<string[]> =>
      page.$$eval('[data-testid=keras-tensors] tr[data-passes=false]', (rows) =>
        rows.map((row) =>
          [row.getAttribute('data-path'), row.getAttribute('data-gate'), row.querySelector('td')?.textContent]
            .filter(Boolean)
            .join(' '),
        ),
      );
    const setTolerance = async (text: string): Promise<void> => {
      await page.$eval('[data-testid=keras-tolerance]', (input) => (input as HTMLInputElement).select());
      await page.type('[data-testid=keras-tolerance]', text);
      await page.keyboard.press('Enter');
    };
    // One cell of the output gate's recurrent kernel, row 2, unit 1, a thousandth off.
    const [place, columns] = [2 * 16 + 3 * 4 + 1, 16];
    const before = model.weights[1]?.data[place] ?? Number.NaN;
    const weights = model.weights.map((weight, tensor) =>
      tensor === 1
        ? { ...weight, data: weight.data.map((value, at) => (at === place ? value + 1e-3 : value)) }
        : weight,
    );

    await give(page, [
      file('swapped.keras', await writeKeras(swapGates(model, 1, 2))),
      file('exact.keras', await writeKeras(model)),
    ]);
    await untilText(
      page,
      'keras-result',
      /^6 of 14 fail at a tolerance of 1e-5: lstm\/kernel f, lstm\/kernel c/,
    );
    const tensors = ['lstm/kernel', 'lstm/recurrent_kernel', 'lstm/bias'];
    expect(await failing()).toEqual(
      tensors.flatMap((path) => [`${path} fail`, `${path} f fail`, `${path} c fail`]),
    );

    await give(page, [
      file('near.keras', await writeKeras({ ...model, weights })),
      file('exact.keras', await writeKeras(model)),
    ]);
    await untilText(
      page,
      'keras-result',
      /^1 of 14 fails at a tolerance of 1e-5: lstm\/recurrent_kernel o\.$/,
    );
    const cellsOfRow = await page.$eval(
      '[data-testid=keras-tensors] tr[data-path="lstm/recurrent_kernel"][data-gate=o]',
      (row) => [...row.querySelectorAll('td')].map((cell) => (cell.textContent ?? '').replace('\u2212', '-')),
    );
    const size = Math.fround(before + 1e-3) - before;
    expect(cellsOfRow[0]).toBe('fail');
    expect(Number(cellsOfRow[1])).toBeCloseTo(size, 6);
    expect(Number(cellsOfRow[2])).toBeCloseTo(size / Math.abs(before), 4);
    expect(cellsOfRow[3]).toBe(`[2, ${place % columns}]`);
    expect(Number(cellsOfRow[5])).toBeCloseTo(before, 4);

    await setTolerance('0,001');
    await untilText(page, 'keras-result', /^All pass at a tolerance of 0\.001\.$/);
    expect(await failing()).toEqual([]);
    await setTolerance('-1');
    expect(await untilText(page, 'keras-tolerance-fault', /./)).toMatch(
      /^A tolerance is a number from 0 to 1,000,000,000, such as 1e-5; received \u201c-1\u201d\./,
    );
    expect(
      await page.$eval('[data-testid=keras-tolerance]', (input) => [
        input.getAttribute('aria-invalid'),
        input.getAttribute('aria-describedby'),
        document.activeElement?.id,
      ]),
    ).toEqual(['true', 'keras-tolerance-hint keras-tolerance-fault', 'keras-tolerance-fault']);
    expect(await textOf(page, 'keras-result')).toBe('All pass at a tolerance of 0.001.');
    await setTolerance('1e-4');
    await untilText(page, 'keras-result', /^1 of 14 fails at a tolerance of 1e-4/);
    expect(await page.$eval('[data-testid=keras-tolerance]', (one) => one.getAttribute('aria-invalid'))).toBe(
      'false',
    );
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('opens what it exported as equal, forecasts the same, and trains on from it, optimizer and all', async () => {
    const { page, complaints } = await opened();
    await stage.downloads.use(page);
    await applySettings(page, { epochs: '1', units: '8' });
    await untilText(page, 'model-line', /LSTM\(8\)/);
    await untilText(page, 'stat-epoch', /^0$/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    const trained = await textOf(page, 'fingerprint');
    await click(page, 'export-keras');
    const exported = await stage.downloads.take('.keras');

    await give(page, [join(stage.downloads.path, exported.name)]);
    expect(await untilText(page, 'keras-verdict', /./)).toMatch(/^Equal/);
    await click(page, 'keras-predict');
    const ofFile = await untilText(page, 'keras-score-file', /\d/);
    const errors = (text: string): string[] => text.match(/\d+\.\d+/g)?.slice(-2) ?? [];
    expect(errors(ofFile)).toEqual(errors(await textOf(page, 'keras-score-current')));
    expect(await textOf(page, 'keras-forecast')).toContain('names the same inputs, scaling and horizon');

    await click(page, 'new-seed');
    await untilText(page, 'fingerprint', new RegExp(`^(?!${trained}$)`));
    await untilText(page, 'keras-verdict', /^5 of 5 tensors/);
    await click(page, 'keras-continue');
    await untilText(page, 'fingerprint', new RegExp(`^${trained}$`));
    expect(await untilText(page, 'run-state', /^From/)).toBe(`From ${exported.name}`);
    expect(await textOf(page, 'model-line')).toContain('LSTM(8)');
    await untilText(page, 'keras-verdict', /^Equal/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    const further = await textOf(page, 'fingerprint');
    rmSync(join(stage.downloads.path, exported.name));
    await click(page, 'export-keras');
    const second = await stage.downloads.take('.keras');

    expect(further).not.toBe(trained);
    const [start, end] = await Promise.all(
      [exported, second].map(({ name, bytes }) => readModelFile(bytes, { fileName: name })),
    );
    const steps = start?.model.optimizerState?.iterations ?? 0;
    expect(steps).toBeGreaterThan(10);
    expect(end?.model.optimizerState?.iterations).toBe(2 * steps);
    await click(page, 'reset');
    await untilText(page, 'fingerprint', new RegExp(`^${trained}$`));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('predicts what the float64 reference predicts, and says when the data do not fit', async () => {
    const { page, complaints } = await opened();
    const model = randomModel({ layers: LAYERS, inputShape: SEATTLE_SHAPE, seed: 3 });
    const expected = referenceErrors(
      LAYERS,
      model.weights.map(({ data }) => data),
      14,
    );

    await give(page, [file('random.keras', await writeKeras(model))]);
    await untilText(page, 'keras-name', /^random/);
    await click(page, 'keras-predict');
    const shown = (await untilText(page, 'keras-score-file', /\d/)).match(/\d+\.\d+/g)?.map(Number) ?? [];
    expect(shown[0]).toBeCloseTo(expected.mae, 2);
    expect(shown[1]).toBeCloseTo(expected.rmse, 2);
    expect(await textOf(page, 'keras-forecast')).toMatch(/Assumed: its inputs are precipitation, temp_max/);

    await give(page, [
      file('other.keras', await writeKeras(randomModel({ layers: LAYERS, inputShape: [9, 3] }))),
    ]);
    await untilText(page, 'keras-name', /^other/);
    await click(page, 'keras-predict');
    expect(await untilText(page, 'keras-no-forecast', /./)).toMatch(/takes samples of shape .*9, 3.*14, 6/);
    await click(page, 'keras-continue');
    expect(await untilText(page, 'keras-problem', /./)).toMatch(/^other\.keras takes 3 inputs per step/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('trains on with the layers and the optimizer of the file, and says which they are', async () => {
    const { page, complaints } = await opened();
    const layers: readonly NamedLayer[] = [
      { kind: 'lstm', units: 4, name: 'memory' },
      { kind: 'dropout', name: 'drop' },
      { kind: 'dense', units: 1, name: 'out' },
    ];
    const optimizer = sgdConfig({ learningRate: 0.05, momentum: 0.9 });
    const compile = { optimizer, loss: 'mean_absolute_error', metrics: ['mae'] };
    const model = randomModel({ layers, inputShape: [7, 6], compile, iterations: 12 });
    await give(page, [file('sgd.keras', await writeKeras(model))]);
    await untilText(page, 'keras-name', /^sgd/);

    await click(page, 'keras-continue');
    await untilText(page, 'run-state', /^From sgd\.keras$/);

    expect(await textOf(page, 'model-line')).toBe('LSTM(4) \u2192 Dropout \u2192 Dense(1)');
    expect(await page.$eval('gw-recipe', (card) => card.textContent?.replace(/\s+/g, ' '))).toContain(
      'Looks back over 7 days. SGD at 0.05',
    );
    await untilText(page, 'keras-continued', /Its loss is mean_absolute_error/);
    await untilText(page, 'keras-verdict', /^Equal/);
    await applySettings(page, { epochs: '1' });
    await untilText(page, 'run-state', /^From sgd\.keras$/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await untilText(page, 'keras-verdict', /^5 of 5 tensors differ/);
    await click(page, 'new-seed');
    await untilText(page, 'run-state', /^Untrained, seed/);
    await untilText(page, 'keras-continued', /^$/);
    await applySettings(page, { units: '5' });
    await untilText(page, 'model-line', /^LSTM\(5\) \u2192 Dense\(1\) \u2192 linear$/);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('takes no cell of the network before for one of the file, and says what it needs', async () => {
    const { page, complaints } = await opened();
    const layers: readonly NamedLayer[] = [{ kind: 'dropout', name: 'drop' }, ...LAYERS];
    await page.waitForSelector('[data-testid=cell-z]');
    await give(page, [
      file('drop.keras', await writeKeras(randomModel({ layers, inputShape: SEATTLE_SHAPE }))),
    ]);
    await untilText(page, 'keras-name', /^drop/);

    await click(page, 'keras-continue');

    await untilText(page, 'run-state', /^From drop/);
    await page.waitForSelector('gw-cell .placeholder');
    expect(await page.$('[data-testid=cell-z]')).toBe(null);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('names the layer that this page cannot train, and keeps its own network', async () => {
    const { page } = await opened();
    const layers: readonly NamedLayer[] = [
      { kind: 'lstm', units: 3, name: 'low', returnSequences: true },
      { kind: 'lstm', units: 2, name: 'high' },
      { kind: 'dense', units: 1, name: 'dense' },
    ];
    const before = await textOf(page, 'fingerprint');
    await give(page, [
      file('deep.keras', await writeKeras(randomModel({ layers, inputShape: SEATTLE_SHAPE }))),
    ]);
    await untilText(page, 'keras-name', /^deep/);

    await click(page, 'keras-continue');

    expect(await untilText(page, 'keras-problem', /./)).toContain('2 recurrent layers (low, high)');
    expect(await textOf(page, 'fingerprint')).toBe(before);
    await click(page, 'keras-predict');
    expect(await untilText(page, 'keras-score-file', /\d/)).toMatch(/\d/);
    await page.close();
  });

  it('hands out the file in other formats, bit equal', async () => {
    const { page, complaints } = await opened();
    await stage.downloads.use(page);
    const model = randomModel({ layers: LAYERS, name: 'given' });
    await give(page, [file('given.keras', await writeKeras(model))]);
    await untilText(page, 'keras-name', /^given/);

    for (const [format, ending] of [
      ['npz', 'given.npz'],
      ['h5', 'given.h5'],
    ] as const) {
      await page.select('[data-testid=keras-format]', format);
      await click(page, 'keras-download');
      const { name, bytes } = await stage.downloads.take(ending);
      const architecture = { name: 'given.keras', bytes: await writeKeras(model) };
      const read = await readModelFile(bytes, {
        fileName: name,
        ...(format === 'npz' ? { architecture } : {}),
      });
      expect(read.model.weights.map(({ data }) => bits(data))).toEqual(
        model.weights.map(({ data }) => bits(data)),
      );
      await untilText(page, 'keras-written', new RegExp(`Written: ${ending.replace('.', '\\.')}`));
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('says what was converted in an old file, and what it took to write it for Keras 3', async () => {
    const { page, complaints } = await opened();
    await stage.downloads.use(page);
    const old = (await genuineFiles()).find(
      ({ name }) => name.includes('1.2.2') && name.endsWith('/stacked.h5'),
    );
    await give(page, [file('old.h5', old?.bytes ?? '')]);

    expect(await untilText(page, 'keras-what', /./)).toMatch(
      /^An HDF5 file with a whole model, of Keras 1, version 1\.2\.2/,
    );
    const notes = await textOf(page, 'keras-notes');
    expect(notes).toContain('12 arrays of Keras 1 (i, c, f, o)');
    expect(notes).toContain('clip(0.2x + 0.5, 0, 1)');
    await click(page, 'keras-download');

    expect(await untilText(page, 'keras-written', /^Written: old\.keras\./)).toMatch(/1\.2/);
    const { bytes } = await stage.downloads.take('old.keras');
    const lstm = (await readModelFile(bytes, { fileName: 'old.keras' })).model.config.layers.find(
      ({ class_name: className }) => className === 'LSTM',
    );
    expect(lstm?.config.recurrent_activation).toBe('hard_sigmoid');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('names the layer of a model that is not understood', async () => {
    const { page } = await opened();
    const layer = { class_name: 'ConvLSTM2D', config: { name: 'sky', filters: 4, kernel_size: [3, 3] } };
    const architecture = { class_name: 'Sequential', config: { name: 'm', layers: [layer] } };

    await give(page, [file('radar.json', JSON.stringify({ ...architecture, keras_version: '2.15.0' }))]);

    expect(await untilText(page, 'keras-problem', /./)).toMatch(/ConvLSTM2D/);
    await page.close();
  });

  it('is worked with the keyboard alone', async () => {
    const { page } = await opened();
    const model = randomModel({ layers: LAYERS, inputShape: SEATTLE_SHAPE });
    await page.bringToFront();
    // From what stands right before the panel.
    await page.focus('#keras gw-predict summary');
    await page.keyboard.press('Tab');
    const ring = await page.$eval('label:has([data-testid=keras-input])', (label) => [
      document.activeElement?.getAttribute('data-testid'),
      getComputedStyle(label).outlineStyle,
    ]);
    expect(ring).toEqual(['keras-input', 'solid']);
    // The file chooser itself is the browser's.
    await give(page, [file('keys.keras', await writeKeras(model))]);
    await untilText(page, 'keras-name', /^keys/);

    const stops: string[] = [];
    for (let tab = 0; tab < 14; tab++) {
      await page.keyboard.press('Tab');
      stops.push(
        await page.evaluate(() => {
          const focused = document.activeElement as HTMLElement;
          const { width, height } = focused.getBoundingClientRect();
          const name =
            focused.dataset.testid ?? focused.getAttribute('aria-label') ?? focused.textContent ?? '';
          return width > 0 && height > 0 ? name.trim() : `${name} is not to be seen`;
        }),
      );
      if (stops.at(-1) === 'keras-predict') await page.keyboard.press('Enter');
    }

    expect(stops.slice(0, 9)).toEqual([
      'keras-close',
      'Layers of the file',
      expect.stringMatching(/^What lies in the file: \d+ arrays$/),
      'keras-predict',
      'keras-continue',
      'keras-format',
      'keras-download',
      'Show the numbers as a table',
      'keras-other-input',
    ]);
    expect(await untilText(page, 'keras-score-file', /\d/)).toMatch(/\d/);
    await page.close();
  });

  it('takes files dropped anywhere: models to the panel, tables to the data', async () => {
    const { page, complaints } = await opened();
    const bytes = await writeKeras(randomModel({ layers: LAYERS, name: 'dropped' }));
    const dropOn = (selector: string, name: string, content: string): Promise<void> =>
      page.$eval(
        selector,
        (element, fileName, base64) => {
          const transfer = new DataTransfer();
          const data = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          transfer.items.add(new File([data], fileName));
          element.dispatchEvent(
            new DragEvent('drop', { dataTransfer: transfer, bubbles: true, cancelable: true }),
          );
        },
        name,
        content,
      );
    const csv = ['day,warmth', ...Array.from({ length: 90 }, (_, day) => `${day},${(day % 7) + 0.5}`)].join(
      '\n',
    );

    await dropOn('h1', 'a.h5', Buffer.from(bytes).toString('base64'));
    await untilText(page, 'keras-name', /^a\.h5$/);
    await dropOn('[data-testid=data-card]', 'b.h5', Buffer.from(bytes).toString('base64'));
    await untilText(page, 'keras-name', /^b\.h5$/);
    await dropOn('footer', 'week.csv', Buffer.from(csv).toString('base64'));
    await untilText(page, 'column-picker', /week\.csv: 90 rows/);
    await dropOn('[data-testid=keras-zone]', 'week.csv', Buffer.from(csv).toString('base64'));

    expect(await untilText(page, 'keras-problem', /./)).toContain('week.csv');
    expect(page.url()).toBe(stage.address);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('gives a file up that hangs its reader, and goes on', async () => {
    const { page } = await watchedPage(stage.browser);
    // The stand-in that hangs is a blob, and the page runs workers of its own origin alone.
    await page.setBypassCSP(true);
    await page.evaluateOnNewDocument(() => {
      const Real = Worker;
      let hung = false;
      window.Worker = class extends Real {
        constructor(address: string | URL, options?: WorkerOptions) {
          const hangs = options?.name === 'gatewise-keras' && !hung;
          hung ||= hangs;
          super(hangs ? URL.createObjectURL(new Blob(['for(;;);'])) : address, hangs ? {} : options);
        }
      };
    });
    await page.goto(stage.address);
    await untilReady(page);
    const path = file('slow.keras', await writeKeras(randomModel({ layers: LAYERS })));

    await give(page, [path]);

    expect(await untilText(page, 'keras-problem', /./)).toMatch(/^slow\.keras was given up after 20 seconds/);
    await give(page, [path]);
    await untilText(page, 'keras-name', /^slow\.keras$/);
    await page.close();
  });

  it('shows names from files as text only', async () => {
    const { page } = await opened();
    const model = randomModel({ layers: LAYERS, inputShape: [5, 3] });
    const evil = '<img src=x onerror="document.title=1">';
    const config = {
      class_name: 'Sequential',
      config: {
        ...sequentialConfig(
          evil,
          [5, 3],
          model.config.layers
            .slice(1)
            .map((layer) => ({ ...layer, config: { ...layer.config, name: `${evil}${layer.class_name}` } })),
        ),
      },
    };
    const weights =
      (await writeModelFile(model, 'npz', { baseName: 'w' })).files[0]?.bytes ?? new Uint8Array();

    await give(page, [file('a.json', JSON.stringify(config)), file('w.npz', weights)]);
    await page.waitForSelector('[data-testid=keras-name], [data-testid=keras-problem]');

    expect(await page.$eval('#keras', (panel) => panel.querySelectorAll('img').length)).toBe(0);
    expect(await page.title()).toContain('gatewise');
    await page.close();
  });

  it('works without WebGPU but for training on, and says why', async () => {
    const [executablePath = ''] = findBrowsers();
    const args = ['--disable-dev-shm-usage', ...(process.getuid?.() === 0 ? ['--no-sandbox'] : [])];
    const plain = await puppeteer.launch({ executablePath, headless: true, args });
    try {
      const { page, complaints } = await watchedPage(plain);
      await page.goto(stage.address);
      await untilText(page, 'no-gpu-notice', /training is off/);
      await lookAtAll(page);
      const model = randomModel({ layers: LAYERS, inputShape: SEATTLE_SHAPE });
      const path = file('plain.keras', await writeKeras(model));

      await give(page, [path, file('again.keras', await writeKeras(model))]);

      expect(await untilText(page, 'keras-verdict', /./)).toMatch(/^Equal/);
      await click(page, 'keras-predict');
      const { mae, rmse } = referenceErrors(
        LAYERS,
        model.weights.map(({ data }) => data),
        14,
      );
      expect(await untilText(page, 'keras-score-file', /\d/)).toContain(
        `${mae.toFixed(2)} ${rmse.toFixed(2)}`,
      );
      await click(page, 'keras-continue');
      expect(await untilText(page, 'keras-problem', /./)).toMatch(/graphics device/);
      expect(complaints).toEqual([]);
    } finally {
      await plain.close();
    }
  });

  it('needs no sideways scrolling at 320 pixels with a file open', async () => {
    const { page } = await opened(320);
    const model = randomModel({ layers: LAYERS, inputShape: SEATTLE_SHAPE });
    await give(page, [file('narrow.keras', await writeKeras(model))]);
    await untilText(page, 'keras-verdict', /./);
    await click(page, 'keras-predict');
    await untilText(page, 'keras-score-file', /\d/);

    const widths = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);

    expect(widths[0]).toBe(widths[1]);
    await page.close();
  });
});
