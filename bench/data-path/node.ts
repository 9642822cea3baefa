/**
 * The same file through the engine's data functions alone, in this process of Node: no page, no device. Each stage with
 * its time; the memory is what the process holds at most over what it held before the file was read.
 */
import { readFileSync } from 'node:fs';
import { buildSeries, makeWindows, parseCsvBytes, suggestDate } from '../../src/engine/index.ts';
import { resetPeak, residentOf } from './memory.ts';

export interface NodeRun {
  readonly stages: readonly { readonly name: string; readonly ms: number }[];
  readonly peakBytes: number;
  readonly windows: number;
  /** Bytes of the arrays that training is given: the series once, targets, first and target rows. */
  readonly trainingBytes: number;
  /** Bytes the same windows would take written out. */
  readonly materialisedBytes: number;
}

/** @param window steps of a window, every `samplingRate`-th row; the target lies `horizon` rows behind the last */
export function measureNode(
  path: string,
  target: string,
  options: { readonly window: number; readonly samplingRate: number; readonly horizon: number },
): NodeRun {
  const stages: { name: string; ms: number }[] = [];
  const stage = <T>(name: string, work: () => T): T => {
    const started = performance.now();
    const result = work();
    stages.push({ name, ms: performance.now() - started });
    return result;
  };
  resetPeak(process.pid);
  const before = residentOf(process.pid).now;
  const table = stage('file to columns', () => parseCsvBytes(readFileSync(path)));
  const date = stage('kinds of the columns', () => suggestDate(table));
  const series = stage('dates, gaps, wind, season', () => buildSeries(table, { target: [target], date }));
  const { train, validation, test } = stage('scaling and windows', () => makeWindows(series, options));
  const peakBytes = residentOf(process.pid).peak - before;
  const windows = train.starts.length + validation.starts.length + test.starts.length;
  const rows = [train, validation, test].flatMap(({ starts, targetRows }) => [starts, targetRows]);
  return {
    stages,
    peakBytes,
    windows,
    trainingBytes: [train.series, train.targets, ...rows].reduce((sum, array) => sum + array.byteLength, 0),
    materialisedBytes: windows * options.window * train.features * Float32Array.BYTES_PER_ELEMENT,
  };
}
