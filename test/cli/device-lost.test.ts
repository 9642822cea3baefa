/** What the command says when the device goes away while it trains. */
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { exitCodeOf } from '../../src/cli/exit-codes.ts';
import { parseOptions } from '../../src/cli/parse-options.ts';
import { fitForecaster } from '../../src/cli/train/fit.ts';
import { buildForecaster } from '../../src/cli/train/forecaster.ts';
import { loadData } from '../../src/cli/train/load-data.ts';
import { TRAIN_OPTIONS } from '../../src/cli/train/options.ts';
import { requestGpu } from '../../src/engine/index.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';
import { Workplace } from './support.ts';

const DATA = fileURLToPath(new URL('../../dist/data', import.meta.url));

afterAll(releaseNodeGpu);

it('a lost device ends the training with one sentence and exit code 3', async () => {
  (await Workplace.create()).remove(); // the bundled data are made with the command
  const options = parseOptions(TRAIN_OPTIONS, ['--units', '4', '--epochs', '1000'], 'train');
  const data = loadData(options, DATA);
  const gpu = await requestGpu({ gpu: await nodeGpu() });
  const output = {
    print() {},
    say: () => gpu.device.destroy(), // at the end of the first epoch
    draw() {},
    columns: () => null,
  };

  try {
    const model = await buildForecaster(gpu, options, data);
    const training = fitForecaster(model, options, data, output, new AbortController().signal);

    await expect(training).rejects.toMatchObject({
      code: 'device-lost',
      message: expect.stringMatching(/^The GPU device was lost after \d+ epochs?, .*nothing was written\./),
    });
    expect(exitCodeOf('device-lost')).toBe(3);
  } finally {
    gpu.dispose();
  }
});
