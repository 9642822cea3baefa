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
import { requestGpu, type Sequential, type Tensor, type WindowDataset } from '../../src/engine/index.ts';
import { readNpz, writeNpy, writeNpz } from '../../src/engine/keras/index.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';
import { emptyLiveFolder } from '../keras/live-files.ts';
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
    const files = new Map<string, Uint8Array>();
    for (const ending of ['.keras', '.weights.h5', '.npz']) {
      files.set(ending, await encodeModel(`model${ending}`, model, options, data));
    }
    files.set('.x.npy', writeNpy(x));
    files.set('.y.npy', writeNpy(await model.predict(x)));
    files.set('.optimizer.npz', await optimizerNpz(model, options.learningRate));
    for (const [ending, bytes] of files) writeFileSync(join(FOLDER, name + ending), bytes);

    const weights = await readNpz(files.get('.npz') ?? new Uint8Array());
    expect([...weights.keys()]).toEqual(model.weightSpecs().map(({ path }) => path));
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

async function optimizerNpz(model: Sequential, learningRate: number): Promise<Uint8Array> {
  const { iterations, slots } = await model.getOptimizerState();
  const specs = model.weightSpecs();
  return writeNpz([
    { path: 'iterations', shape: [], data: BigInt64Array.of(BigInt(iterations)) },
    { path: 'learning_rate', shape: [], data: Float32Array.of(learningRate) },
    ...slots.flatMap(({ name, tensors }) =>
      tensors.map(({ shape, data }, i) => ({ path: `${name}/${specs[i]?.path}`, shape, data })),
    ),
  ]);
}
