/** The trained model as a file in Keras' layout. The writers come with the first export. */
import { recipeOf, type Sequential } from '../../engine/index.ts';
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
  const exported = await input.model.toExport();
  const name = `${fileStem(input)}.${format}`;
  switch (format) {
    case 'npz':
      return { name, bytes: keras.writeNpz(exported.weights) };
    case 'weights.h5':
      return { name, bytes: await keras.writeWeightsH5(exported) };
    case 'keras':
      return { name, bytes: await keras.writeKeras({ ...exported, recipe: trainingRecipe(input) }) };
  }
}

function fileStem({ data, recipe, seed, epoch }: ExportInput): string {
  const { source, choice } = data;
  const series = slug(source.bundled?.title ?? source.name);
  return `${series}-${slug(choice.target)}-lstm${recipe.units}-seed${seed}-epoch${epoch}`;
}

function trainingRecipe({ data, recipe, seed, epoch }: ExportInput): object {
  return recipeOf(data.series, data.split, {
    seed,
    epochs: epoch,
    batchSize: recipe.batchSize,
    optimizer: { name: 'adam', learningRate: recipe.learningRate },
    loss: 'mse',
    patience: null,
  });
}
