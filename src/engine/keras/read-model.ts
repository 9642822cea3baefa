/**
 * A model out of a file of any kind that is read: Keras 1 to 3 (.h5, .keras, .weights.h5, to_json), lists of weights (.npz,
 * JSON), TF.js, PyTorch in safetensors, ONNX. What the file is called never matters, only what is in it. Each reader is
 * loaded when a file asks for it.
 */
import { badInput, GatewiseError } from '../core/errors.ts';
import type { ModelFile } from './model/keras-model.ts';
import type { NamedFile, RawFile, ReadModelOptions } from './raw-file.ts';

/**
 * @throws GatewiseError when the file is damaged, hostile or of a kind that is not read, when it holds a layer or setting
 *   that is not understood, or weights alone and nothing says into which architecture they belong
 */
export async function readModelFile(bytes: Uint8Array, options: ReadModelOptions): Promise<ModelFile> {
  const [{ readRaw }, { modelOf }] = await Promise.all([
    import('./read-raw.ts'),
    import('./upgrade/model-of-raw.ts'),
  ]);
  const raw = await readRaw(bytes, options);
  const { architecture } = options;
  if (!architecture) return modelOf(raw, null);
  return modelOf(raw, await readRaw(architecture.bytes, { fileName: architecture.name }));
}

/** A file of two that are read to be compared. */
export interface PairedFile extends Omit<ReadModelOptions, 'architecture'> {
  readonly bytes: Uint8Array;
}

/**
 * Two models that are to be compared. Where one holds weights only and no architecture is given, that of the other is taken,
 * if the weights fit it, and a note says so: what could only be assumed is then no difference.
 * @param architecture for those of the two that hold weights only
 * @throws GatewiseError as readModelFile does, or when an architecture is given that neither needs
 */
export async function readModelPair(
  a: PairedFile,
  b: PairedFile,
  architecture: NamedFile | null,
): Promise<[ModelFile, ModelFile]> {
  const [{ readRaw }, { modelOf }] = await Promise.all([
    import('./read-raw.ts'),
    import('./upgrade/model-of-raw.ts'),
  ]);
  const [one, other] = [await readRaw(a.bytes, a), await readRaw(b.bytes, b)];
  if (architecture !== null) {
    if (one.architecture != null && other.architecture != null) {
      throw badInput(
        `${a.fileName} and ${b.fileName} hold their own architectures, so that of ${architecture.name} has no place. Leave --architecture out.`,
      );
    }
    const given = await readRaw(architecture.bytes, { fileName: architecture.name });
    const read = (raw: RawFile): ModelFile => modelOf(raw, raw.architecture == null ? given : null);
    return [read(one), read(other)];
  }
  const read = (raw: RawFile, beside: RawFile): ModelFile => {
    if (raw.architecture != null || beside.architecture == null) return modelOf(raw, null);
    try {
      const file = modelOf(raw, beside);
      const note = `${raw.source.fileName} holds weights only; its architecture is that of ${beside.source.fileName}.`;
      return { ...file, notes: [...file.notes, note] };
    } catch (error) {
      if (error instanceof GatewiseError) return modelOf(raw, null); // of another model
      throw error;
    }
  };
  return [read(one, other), read(other, one)];
}
