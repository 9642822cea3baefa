/** The yardsticks beside the comparison: ONNX Runtime Web gets the same model, Python the same configurations. */
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { CONFIG_NAMES, configOf } from '../../bench/configs.ts';
import { onnxModel } from '../../bench/ort/onnx-model.ts';
import { checkOutputs } from '../../bench/ort/ort-report.ts';
import { createWork } from '../../bench/work.ts';
import { readModelFile } from '../../src/engine/keras/index.ts';

it('the ONNX model holds the weights of the benchmark, bit by bit', async () => {
  const config = configOf('A');
  const bytes = await onnxModel(config);

  const { model } = await readModelFile(bytes, { fileName: 'bench.onnx' });

  expect(model?.weights.map(({ data }) => data)).toEqual(createWork(config).weights.map(({ data }) => data));
});

it('outputs that differ stop the benchmark, rounding does not', () => {
  expect(() => checkOutputs('ort-wasm', [1.00005, -2], [1, -2])).not.toThrow();
  expect(() => checkOutputs('ort-wasm', [1.001, -2], [1, -2])).toThrow(
    'ort-wasm: it predicts 1.001 as output 0 where gatewise has 1',
  );
  expect(() => checkOutputs('ort-wasm', [Number.NaN, -2], [1, -2])).toThrow('predicts NaN as output 0');
  expect(() => checkOutputs('ort-wasm', [1], [1, -2])).toThrow('predicts undefined as output 1');
  expect(() => checkOutputs('ort-wasm', [1, -2, 3], [1, -2])).toThrow(
    'predicts 3 numbers where gatewise has 2',
  );
});

it('bench_yardstick.py measures the shapes of bench/configs.ts', () => {
  const script = readFileSync(new URL('../../tools/keras/bench_yardstick.py', import.meta.url), 'utf8');
  const shapes = [...script.matchAll(/^ {4}"([A-Z])": \((\d+), (\d+), (\d+), (\d+)\),$/gm)].map(
    ([, name, ...sizes]) => [name, ...sizes.map(Number)],
  );

  expect(shapes).toEqual(
    CONFIG_NAMES.map((name) => {
      const { batch, steps, features, units } = configOf(name);
      return [name, batch, steps, features, units];
    }),
  );
});
