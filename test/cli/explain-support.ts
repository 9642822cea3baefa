/** Shared by the tests of `gatewise explain`: the planted series y[t] = x[t-3] in windows of 5, and models of random weights. */
import { readFileSync } from 'node:fs';
import { expect } from 'vitest';
import { seededRandom } from '../../src/engine/core/random.ts';
import { sizeOf, type Tensor } from '../../src/engine/core/tensor.ts';
import {
  buildSeries,
  makeWindows,
  PLANTED,
  parseCsvBytes,
  plantSeries,
  type Recipe,
  recipeOf,
  type Series,
  type TrainingRecipe,
  type WindowSplit,
} from '../../src/engine/index.ts';
import {
  type KerasModel,
  type KerasObject,
  kerasLayer,
  placeLayers,
  sequentialConfig,
  writeModelFile,
} from '../../src/engine/keras/index.ts';
import { csv, type Ended, type Workplace } from './support.ts';

/** Windows of the planted series, [T, D]. */
export const [T, D] = [5, 2];
const ROWS = 900;

/** What is refused is refused before a device is asked for: there is none. */
export const NO_GPU = { env: { GATEWISE_ADAPTER: 'none' } };

const TRAINING: TrainingRecipe = {
  ...{ seed: 1, epochs: 2, batchSize: 32, loss: 'mse', patience: null },
  optimizer: { name: 'adam', learningRate: 0.01 },
};

export const lstm = (units: number): KerasObject => kerasLayer('LSTM', { name: 'lstm', units });
export const dense = (units: number): KerasObject => kerasLayer('Dense', { name: 'dense', units });

/** The planted series as a file, every value changed. */
export function plantedCsv(change: (value: number) => number): string {
  const table = plantSeries('lag-3', 7);
  const columns = [...PLANTED['lag-3'].features, 'y'].map(
    (name) => [name, table.column(name).numbers] as const,
  );
  return csv(
    Object.fromEntries(columns.map(([name, values]) => [name, (row: number) => change(values[row] ?? 0)])),
    ROWS,
  );
}

/** A model of random weights without a recipe. */
export function filled(layers: readonly KerasObject[], steps: number | null = T, width = D): KerasModel {
  const config = sequentialConfig('plain', [steps, width], layers);
  const random = seededRandom(3);
  const weights = placeLayers(config).flatMap(({ name: layer, variables }) =>
    variables.map(({ name, shape }) => ({
      path: `${layer}/${name}`,
      layer,
      name,
      shape,
      data: Float32Array.from({ length: sizeOf(shape) }, () => 0.3 * random.normal()),
    })),
  );
  return { config, weights };
}

/** The same with the recipe of a bundled series. */
export function weatherModel(file: string): KerasModel {
  const bytes = readFileSync(new URL(`../../dist/data/${file}`, import.meta.url));
  const series = buildSeries(parseCsvBytes(new Uint8Array(bytes)), { target: ['temp_max'], date: ['date'] });
  const recipe = recipeOf(series, makeWindows(series, { window: T }), TRAINING);
  return { ...filled([lstm(2), dense(1)], T, series.columns.length), recipe };
}

/** What training on the planted series writes beside the weights. */
export function plantedRecipe(text: string): Recipe {
  const { series, split } = planted(text);
  return recipeOf(series, split, TRAINING);
}

export async function save(place: Workplace, name: string, one: KerasModel): Promise<void> {
  const { files } = await writeModelFile(one, 'keras');
  place.write(name, files[0]?.bytes ?? '');
}

function planted(text: string): { readonly series: Series; readonly split: WindowSplit } {
  const table = parseCsvBytes(new TextEncoder().encode(text));
  const series = buildSeries(table, { target: ['y'], features: ['x', 'shadow'] });
  return { series, split: makeWindows(series, { window: T }) };
}

/** The test part of a file, inputs and targets scaled by the recipe's own formula. */
export function scaledTest(text: string, recipe: Recipe): { readonly x: Tensor; readonly y: Tensor } {
  const { series, split } = planted(text);
  const { starts, targetRows } = split.test;
  const { mean, scale, targetMean, targetScale } = recipe;
  const [center = 0, spread = 1] = [targetMean[0], targetScale[0]];
  const x = Float32Array.from({ length: starts.length * T * D }, (_, at) => {
    const row = (starts[Math.floor(at / (T * D))] ?? 0) + (Math.floor(at / D) % T);
    return ((series.inputs[at % D]?.[row] ?? 0) - (mean[at % D] ?? 0)) / (scale[at % D] ?? 1);
  });
  return {
    x: { shape: [starts.length, T, D], data: x },
    y: {
      shape: [targetRows.length, 1],
      data: Float32Array.from(targetRows, (row) => ((series.targetValues[row] ?? 0) - center) / spread),
    },
  };
}

/** One sentence on stderr, nothing on stdout, exit 2. */
export function expectRefusal({ code, stdout, stderr }: Ended, sentence: string): void {
  expect(stderr).toContain(sentence);
  expect(stderr.trimEnd().split('\n')).toHaveLength(1);
  expect(code).toBe(2);
  expect(stdout).toBe('');
}
