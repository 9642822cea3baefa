/**
 * `--data-path`: a CSV of the Jena series' shape from the file to the first training step, in the page as a visitor
 * uses it and through the engine alone.
 */
import { closeSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stage } from '../progress.ts';
import type { Report, Section } from '../sections.ts';
import { JENA_ROWS, makeJenaLikeCsv } from './make-csv.ts';
import { measureNode, type NodeRun } from './node.ts';
import { measurePage, type PageRun, withBuiltPage } from './page.ts';

/** keras.io's Jena example looks back 720 rows at every sixth, and 72 rows ahead. */
const JENA_WINDOWS = { window: 120, samplingRate: 6, horizon: 72 };
const TARGET = 'T (degC)';
const MIB = 1024 * 1024;

/** Runs of the page; the median of the times and the worst of the rest are told. */
const PAGE_RUNS = 3;

/**
 * @param usesPage false: the engine alone, on a machine without a browser
 * @param suffix of the section's id
 */
export async function dataPathReport(usesPage: boolean, suffix: string): Promise<Report> {
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-data-path-'));
  const path = join(folder, 'jena-like.csv');
  try {
    stage('writing the CSV');
    const size = writeCsv(path);
    stage('the engine alone');
    const node = measureNode(path, TARGET, JENA_WINDOWS);
    const pages: PageRun[] = [];
    if (usesPage) {
      stage('building the page');
      await withBuiltPage(async (address) => {
        for (let run = 1; run <= PAGE_RUNS; run++) {
          stage(`the page, run ${run} of ${PAGE_RUNS}`);
          pages.push(await measurePage(address, path));
        }
      });
    }
    const sections = [engineSection(size, node, suffix)];
    if (pages.length > 0) sections.unshift(pageSection(size, pages, suffix));
    return { sections, data: { fileBytes: size, node, pages } };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function writeCsv(path: string): number {
  const file = openSync(path, 'w');
  try {
    return makeJenaLikeCsv((piece) => writeSync(file, piece));
  } finally {
    closeSync(file);
  }
}

const ABOUT = `A file of ${JENA_ROWS.toLocaleString('en-US')} rows x 15 columns, made of a seed with the names, dates and decimals of the Jena climate archive (bench/data-path/make-csv.ts).`;

function pageSection(size: number, pages: readonly PageRun[], suffix: string): Section {
  const middle = (of: (run: PageRun) => number): string => seconds(median(pages.map(of)));
  const most = (of: (run: PageRun) => number): number => Math.max(...pages.map(of));
  return {
    id: `data-path-page${suffix}`,
    title: 'Data path: from a CSV to the first training step of the page',
    about: ABOUT,
    blocks: [
      `The built page in headless Chromium with its default recipe, ${pages.length} runs of a fresh browser: the file (${mib(size)}) is given to its input, the columns it offers are taken and Train is pressed without delay. Times are medians, all else the worst of the runs. The page's process holds the page and its worker; memory is the peak of what is resident over what was before the file (VmHWM), for all processes together the sum of their shares (Pss) every 100 ms.`,
      [
        ['page', 'value'],
        ['columns offered', middle(({ times: { columnsOffered } }) => columnsOffered)],
        ['windows cut, kernels built', middle(({ times: { dataReady } }) => dataReady)],
        ['first training step told', middle(({ times: { firstStep } }) => firstStep)],
        ['longest stall of the main thread', `${most((run) => run.longestStallMs).toFixed(0)} ms`],
        ['the same before the file, over a second', `${most((run) => run.restingStallMs).toFixed(0)} ms`],
        ['tasks over 50 ms on the main thread', `${most((run) => run.longTasks.length)}`],
        [
          "peak memory, the page's process",
          inFiles(
            most((run) => run.rendererPeakBytes),
            size,
          ),
        ],
        [
          'peak memory, GPU process (it stands for the GPU)',
          inFiles(
            most((run) => run.gpuPeakBytes),
            size,
          ),
        ],
        [
          'peak memory, all processes',
          inFiles(
            most((run) => run.browserPeakBytes),
            size,
          ),
        ],
      ],
    ],
  };
}

function engineSection(size: number, node: NodeRun, suffix: string): Section {
  const total = node.stages.reduce((sum, { ms }) => sum + ms, 0);
  return {
    id: `data-path-engine${suffix}`,
    title: 'Data path: from a CSV to windows, the engine alone',
    about: ABOUT,
    blocks: [
      `The engine's data functions in Node, windows as in keras.io's Jena example (${JENA_WINDOWS.window} steps, every ${JENA_WINDOWS.samplingRate}th row, ${JENA_WINDOWS.horizon} rows ahead). Written out, the ${node.windows.toLocaleString('en-US')} windows would take ${mib(node.materialisedBytes)}; the arrays that training is given have ${mib(node.trainingBytes)}: the series once, and two rows for each window.`,
      [
        ['engine', 'value'],
        ...node.stages.map(({ name, ms }): [string, string] => [name, seconds(ms)]),
        ['all of it', seconds(total)],
        ['peak memory over what was before (VmHWM)', inFiles(node.peakBytes, size)],
      ],
    ],
  };
}

function mib(bytes: number): string {
  return `${(bytes / MIB).toFixed(0)} MiB`;
}

function inFiles(bytes: number, size: number): string {
  return `${mib(bytes)}, ${(bytes / size).toFixed(1)} times the file`;
}

function seconds(ms: number): string {
  return `${(ms / 1000).toFixed(2)} s`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}
