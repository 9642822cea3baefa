/** The trained model as a file in Keras' layout; the name's ending says which. Writers are loaded with the first. */
import { GatewiseError, recipeOf, type Sequential } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { quote } from '../text.ts';
import type { LoadedData } from './load-data.ts';
import type { TrainOptions } from './options.ts';

const ENDINGS = ['.keras', '.weights.h5', '.npz'] as const;
const FORMATS = { '.keras': 'keras', '.weights.h5': 'weights.h5', '.npz': 'npz' } as const;

/** @throws GatewiseError when the name's ending names no format */
export function checkEnding(path: string): void {
  endingOf(path);
}

/** The bytes of the file. */
export async function encodeModel(
  path: string,
  model: Sequential,
  options: TrainOptions,
  data: LoadedData,
): Promise<Uint8Array> {
  const { writeModelFile } = await import('../../engine/keras/index.ts');
  const format = FORMATS[endingOf(path)];
  const { files } = await writeModelFile(await exportModel(model, options, data), format);
  return (files[0] as (typeof files)[number]).bytes; // one file in each of these formats
}

function endingOf(path: string): (typeof ENDINGS)[number] {
  const ending = ENDINGS.find((one) => path.toLowerCase().endsWith(one));
  if (ending !== undefined) return ending;
  throw new GatewiseError(
    'bad-input',
    `--out is ${quote(path)}, expected a name that ends in .keras (model, optimizer and recipe), .weights.h5 or .npz (weights). Try ${quote(`${path.replace(/\.[^./\\]*$/, '')}.keras`)}.`,
  );
}

async function exportModel(model: Sequential, options: TrainOptions, data: LoadedData): Promise<KerasModel> {
  const { optimizer: name, learningRate, clipnorm, loss, seed, epochs, batchSize, patience } = options;
  const optimizer = { name, learningRate, ...(clipnorm === null ? {} : { clipnorm }) };
  const recipe = recipeOf(data.series, data.split, { seed, epochs, batchSize, optimizer, loss, patience });
  return { ...(await model.toExport()), recipe };
}
