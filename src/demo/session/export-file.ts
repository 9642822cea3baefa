/** The trained model as files of any format that is written. The writers come with the first export. */
import { recipeOf } from '../../engine/index.ts';
import type { KerasModel, ModelFormat, WrittenModel } from '../../engine/keras/index.ts';
import { slug } from '../format.ts';
import type { Recipe } from '../recipe.ts';
import type { LoadedData } from './loaded-data.ts';

export interface ExportInput {
  readonly model: { toExport(): Promise<KerasModel> };
  readonly data: LoadedData;
  readonly recipe: Recipe;
  readonly seed: number;
  /** The file training began from; null for the seed. */
  readonly start: string | null;
  /** Epochs behind the weights. */
  readonly epoch: number;
}

/**
 * Writes the file or, for TF.js, the files.
 * @throws GatewiseError when the format cannot hold the model, or its library cannot be loaded
 */
export async function exportFiles(format: ModelFormat, input: ExportInput): Promise<WrittenModel> {
  const { writeModelFile } = await import('../../engine/keras/index.ts');
  const exported = await input.model.toExport();
  const model = { ...exported, recipe: trainingRecipe(input, exported) };
  return writeModelFile(model, format, { baseName: fileStem(input) });
}

function fileStem({ data, recipe, seed, start, epoch }: ExportInput): string {
  const { source, choice } = data;
  const series = slug(source.name);
  const origin = start === null ? `seed${seed}` : `from-${slug(start)}`;
  return `${series}-${slug(choice.target)}-lstm${recipe.units}-${origin}-epoch${epoch}`;
}

function trainingRecipe({ data, recipe, seed, epoch }: ExportInput, { compile }: KerasModel): object {
  return recipeOf(data.series, data.split, {
    seed,
    epochs: epoch,
    batchSize: recipe.batchSize,
    optimizer: {
      name: compile?.optimizer.class_name.toLowerCase() ?? 'adam',
      learningRate: recipe.learningRate,
    },
    loss: typeof compile?.loss === 'string' ? compile.loss : (compile?.loss.class_name ?? 'mse'),
    patience: null,
  });
}
