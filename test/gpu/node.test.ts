/** Every GPU case in Node through Dawn; test/browser/numerics.test.ts runs the same in Chromium. */
import { afterAll, describe, it } from 'vitest';
import { allCases } from '../harness/gpu-case.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';
import { releaseDevice } from './support.ts';

describe('GPU numerics in Node', () => {
  afterAll(() => {
    releaseDevice();
    releaseNodeGpu();
  });

  for (const { key, run } of allCases()) {
    it(key, async () => run(await nodeGpu()));
  }
});
