/**
 * A forecaster trained as the command trains it, in the files the command writes, for the live check: .ci/run has real
 * Keras load them and predict the same (tools/keras/check_live.py).
 */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, expect, it } from 'vitest';
import { parseOptions } from '../../src/cli/parse-options.ts';
import { fitForecaster } from '../../src/cli/train/fit.ts';
import { buildForecaster } from '../../src/cli/train/forecaster.ts';
import { loadData } from '../../src/cli/train/load-data.ts';
import { encodeModel } from '../../src/cli/train/model-file.ts';
import { TRAIN_OPTIONS } from '../../src/cli/train/options.ts';
import { requestGpu, type Tensor, type WindowDataset } from '../../src/engine/index.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';
import { emptyLiveFolder, writeLiveFiles } from '../keras/live-files.ts';
import { Workplace } from './support.ts';

const FOLDER = emptyLiveFolder('command');
const QUIET = { print() {}, say() {}, draw() {}, columns: () => null };
const DATA = fileURLToPath(new URL('../../dist/data', import.meta.url));
const WINDOWS = 64;

afterAll(releaseNodeGpu);

it.each([
  ['seattle', ['--epochs', '2', '--units', '8']],
  [
    'seattle-all-sgd',
    [
      '--epochs',
      '2',
      '--units',
      '5',
      '--layers',
      '2',
      '--target',
      'all',
      '--optimizer',
      'sgd',
      '--clipnorm',
      '1',
      '--loss',
      'mae',
    ],
  ],
])('writes the forecaster %s for Keras to check', async (name, args) => {
  (await Workplace.create()).remove(); // the bundled data are made with the command
  const options = parseOptions(TRAIN_OPTIONS, args, 'train');
  const data = loadData(options, DATA);
  const gpu = await requestGpu({ gpu: await nodeGpu() });
  try {
    const model = await buildForecaster(gpu, options, data);
    await fitForecaster(model, options, data, QUIET, new AbortController().signal);

    const x = gather(data.split.test);
    await writeLiveFiles(FOLDER, name, await model.toExport(), x, await model.predict(x));
    for (const ending of ['.keras', '.weights.h5', '.npz']) {
      const bytes = await encodeModel(`model${ending}`, model, options, data);
      writeFileSync(join(FOLDER, name + ending), bytes);
      expect(bytes.length).toBeGreaterThan(0);
    }
    model.dispose();
    expect(gpu.liveBuffers).toBe(0);
  } finally {
    gpu.dispose();
  }
});

/** The first windows of a part as Keras takes them: [N, T, D]. */
function gather({ series, features, starts, window, samplingRate }: WindowDataset): Tensor {
  const data = new Float32Array(WINDOWS * window * features);
  for (let k = 0; k < WINDOWS; k++) {
    for (let t = 0; t < window; t++) {
      const row = (starts[k] ?? 0) + t * samplingRate;
      data.set(series.subarray(row * features, (row + 1) * features), (k * window + t) * features);
    }
  }
  return { shape: [WINDOWS, window, features], data };
}
