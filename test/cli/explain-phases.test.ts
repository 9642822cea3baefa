/** What `gatewise explain` says it was at when it is stopped: each method by its name, also those that train nothing. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { explainOn } from '../../src/cli/explain/explanation.ts';
import { EXPLAIN_OPTIONS, type ExplainOptions, type PlaceMethod } from '../../src/cli/explain/options.ts';
import { explainProgress } from '../../src/cli/explain/progress.ts';
import type { Subject } from '../../src/cli/explain/subject.ts';
import type { Wanted } from '../../src/cli/explain/wanted.ts';
import type { Output } from '../../src/cli/output.ts';
import { parseOptions } from '../../src/cli/parse-options.ts';
import { type GpuDevice, requestGpu } from '../../src/engine/index.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';
import { D, dense, filled, lstm, T } from './explain-support.ts';

const OUTPUT: Output = {
  print: () => undefined,
  say: () => undefined,
  draw: () => undefined,
  columns: () => null,
};
const SUBJECT: Subject = {
  ...{ file: 'm.keras', title: 'x.npy', model: filled([lstm(3), dense(1)]), window: T, features: ['a', 'b'] },
  windows: {
    x: { shape: [6, T, D], data: Float32Array.from({ length: 6 * T * D }, (_, at) => Math.sin(at)) },
    y: { shape: [6, 1], data: new Float32Array(6) },
  },
  ...{ targetScale: 1, unit: '', seed: 1, study: null, notes: [] },
};
const OPTIONS: ExplainOptions = parseOptions(EXPLAIN_OPTIONS, ['m.keras'], 'explain', {
  file: { placeholder: 'M', help: '' },
});

let gpu: GpuDevice;
beforeAll(async () => {
  gpu = await requestGpu({ gpu: await nodeGpu() });
});
afterAll(() => {
  gpu.dispose();
  releaseNodeGpu();
});

const wanted = (...places: PlaceMethod[]): Wanted => ({ places, halfLives: places.length === 0, notes: [] });

describe('an explanation that is stopped', () => {
  it.each([
    ['gradient', wanted('gradient'), 'gradient'],
    ['integrated gradients', wanted('ig'), 'integrated gradients'],
    ['occlusion', wanted('occlusion'), 'occlusion'],
    ['permutation', wanted('permutation'), 'permutation'],
    ['half-lives', wanted(), 'half-lives'],
  ] as const)('was at %s', async (_, one, name) => {
    const progress = explainProgress(OUTPUT, 4);
    const stopped = explainOn(gpu, SUBJECT, one, OPTIONS, progress, AbortSignal.abort());
    await expect(stopped).rejects.toThrow(`Interrupted during ${name}.`);
  });
});
