/** The trained model as a file in Keras' layout. The writers come with the first export. */
import { recipeOf, type Sequential } from '../../engine/index.ts';
import type { ExportModel } from '../../engine/keras/index.ts';
import { slug } from '../format.ts';
import type { ExportFormat } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import type { LoadedData } from './loaded-data.ts';

export interface ExportInput {
  readonly model: Sequential;
  readonly data: LoadedData;
  readonly recipe: Recipe;
  readonly seed: number;
  /** Epochs behind the weights. */
  readonly epoch: number;
}

export interface ExportedFile {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/**
 * Writes one file.
 * @throws GatewiseError when the HDF5 library cannot be loaded (for .keras and .weights.h5)
 */
export async function exportFile(format: ExportFormat, input: ExportInput): Promise<ExportedFile> {
  const keras = await import('../../engine/keras/index.ts');
  const { data, recipe, seed, epoch } = input;
  const name = `${slug(data.source.bundled?.title ?? data.source.name)}-${slug(data.choice.target)}-lstm${recipe.units}-seed${seed}-epoch${epoch}`;
  const model = await exportModel(input);
  if (format === 'npz') return { name: `${name}.npz`, bytes: keras.writeNpz(model.weights) };
  return format === 'keras'
    ? { name: `${name}.keras`, bytes: await keras.writeKeras(model) }
    : { name: `${name}.weights.h5`, bytes: await keras.writeWeightsH5(model) };
}

async function exportModel({ model, data, recipe, seed, epoch }: ExportInput): Promise<ExportModel> {
  return {
    ...(await model.toExport()),
    recipe: recipeOf(data.series, data.split, {
      seed,
      epochs: epoch,
      batchSize: recipe.batchSize,
      optimizer: { name: 'adam', learningRate: recipe.learningRate },
      loss: 'mse',
      patience: null,
    }),
  };
}
