/**
 * A model as files of any format that is written: what a download button or `gatewise convert` calls. Each writer is loaded
 * when it is asked for.
 */
import type { KerasModel } from './model/keras-model.ts';
import type { NamedFile } from './raw-file.ts';

/** Formats by what people call them; `h5` is Keras' older single file, `keras1` the list of 12 arrays per LSTM. */
export type ModelFormat =
  | 'keras'
  | 'weights.h5'
  | 'h5'
  | 'npz'
  | 'json'
  | 'keras1'
  | 'tfjs'
  | 'safetensors'
  | 'onnx';

export interface WriteModelOptions {
  /** Names of the files without their ending; the model's name unless told. */
  readonly baseName?: string;
  /** When it was saved; now unless told. Only `.keras` has it. */
  readonly dateSaved?: Date;
}

export interface WrittenModel {
  /** One file, but for TF.js: model.json and its shards, which lie beside each other. */
  readonly files: readonly NamedFile[];
  /** Sentences: what was changed so that the format can hold it, and what is left out. */
  readonly notes: readonly string[];
}

/** What a file of each format is called. */
const ENDINGS: readonly (readonly [ending: string, format: ModelFormat])[] = [
  ['.keras', 'keras'],
  ['.weights.h5', 'weights.h5'],
  ['.h5', 'h5'],
  ['.hdf5', 'h5'],
  ['.keras1.npz', 'keras1'],
  ['.npz', 'npz'],
  ['model.json', 'tfjs'],
  ['.json', 'json'],
  ['.safetensors', 'safetensors'],
  ['.onnx', 'onnx'],
];

/** The format that a file's name asks for, null when its ending says nothing. For writing only: readers look inside. */
export function formatOf(fileName: string): ModelFormat | null {
  const name = fileName.toLowerCase();
  return ENDINGS.find(([ending]) => name.endsWith(ending))?.[1] ?? null;
}

/**
 * The files of a model.
 * @throws GatewiseError when the model's parts do not fit each other, or when the format cannot hold the model
 */
export async function writeModelFile(
  model: KerasModel,
  format: ModelFormat,
  options: WriteModelOptions = {},
): Promise<WrittenModel> {
  const { baseName = model.config.name } = options;
  const one = (ending: string, bytes: Uint8Array, notes: readonly string[] = []): WrittenModel => ({
    files: [{ name: `${baseName}${ending}`, bytes }],
    notes,
  });
  // Nothing in a file of bare weights says an activation, so the weights stay what they are.
  const hasOldHardSigmoid = JSON.stringify(model.config).includes('"hard_sigmoid_keras2"');
  const bareNotes = hasOldHardSigmoid ? [OLD_HARD_SIGMOID_NOTE] : [];
  switch (format) {
    case 'keras': {
      const { writeKeras } = await import('./keras3/keras-archive.ts');
      const { model: fitting, notes } = await keras3(model);
      const isFresh = fitting.compile !== undefined && fitting.optimizerState === undefined;
      const more = isFresh ? [...notes, FRESH_OPTIMIZER_NOTE] : notes;
      return one('.keras', await writeKeras(fitting, options.dateSaved), more);
    }
    case 'h5': {
      const { writeLegacyH5 } = await import('./keras3/legacy-h5.ts');
      const { model: fitting, notes } = await keras3(model);
      const more = fitting.optimizerState ? [...notes, H5_STATE_NOTE] : notes;
      return one('.h5', await writeLegacyH5(fitting), more);
    }
    case 'weights.h5': {
      const { writeWeightsH5 } = await import('./keras3/weights-h5.ts');
      return one('.weights.h5', await writeWeightsH5(model), bareNotes);
    }
    case 'npz': {
      const { writeWeightsNpz } = await import('./lists/npz-weights.ts');
      return one('.npz', await writeWeightsNpz(model), bareNotes);
    }
    case 'keras1': {
      const { writeKeras1 } = await import('./lists/npz-weights.ts');
      return one('.keras1.npz', await writeKeras1(model), bareNotes);
    }
    case 'json': {
      const [{ writeWeightsJson }, { sealJson }] = await Promise.all([
        import('./lists/weights-json.ts'),
        import('./bytes/content-digest.ts'),
      ]);
      return one('.json', await sealJson(writeWeightsJson(model)), bareNotes);
    }
    case 'tfjs': {
      const { writeTfjs } = await import('./tfjs/tfjs-write.ts');
      // TF.js finds the shard by the name that model.json has for it.
      return { files: await writeTfjs(model), notes: [] };
    }
    case 'safetensors': {
      const { writeSafetensors } = await import('./pytorch/pytorch-write.ts');
      return one('.safetensors', await writeSafetensors(model), bareNotes);
    }
    case 'onnx': {
      const { writeOnnx } = await import('./onnx/onnx-write.ts');
      return one('.onnx', await writeOnnx(model));
    }
  }
}

/** Keras v3.15.1 legacy_h5_format.py builds the optimizer for the model's own variables, of which a Sequential has none. */
const H5_STATE_NOTE =
  "The optimizer's state is in the file, but Keras 3 starts with a fresh optimizer whenever it loads an .h5. Write a .keras file to go on with the training there.";

const FRESH_OPTIMIZER_NOTE =
  "The file holds no optimizer state: Keras will warn that it skips the optimizer's variables when it loads the file. This is expected; training starts with a fresh optimizer.";

const OLD_HARD_SIGMOID_NOTE =
  'The file holds weights only, for gates with clip(0.2x + 0.5, 0, 1), the hard_sigmoid of Keras 1 and 2. Keras 3 means clip(x/6 + 0.5, 0, 1) by hard_sigmoid and would predict other numbers with these weights: give its layers that function as a custom activation, or write a .keras or .h5 file, which is rewritten to fit.';

async function keras3(model: KerasModel) {
  const { forKeras3 } = await import('./keras3/for-keras3.ts');
  return forKeras3(model);
}
