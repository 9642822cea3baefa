/**
 * A model out of a file of any kind that is read: Keras 1 to 3 (.h5, .keras, .weights.h5, to_json), lists of weights (.npz,
 * JSON), TF.js, PyTorch in safetensors, ONNX. What the file is called never matters, only what is in it. Each reader is
 * loaded when a file asks for it.
 */
import type { ModelFile } from './keras-model.ts';
import type { ReadModelOptions } from './raw-file.ts';

/**
 * @throws GatewiseError when the file is damaged, hostile or of a kind that is not read, when it holds a layer or setting
 *   that is not understood, or weights alone and nothing says into which architecture they belong
 */
export async function readModelFile(bytes: Uint8Array, options: ReadModelOptions): Promise<ModelFile> {
  const [{ readRaw }, { modelOf }] = await Promise.all([
    import('./read-raw.ts'),
    import('./model-of-raw.ts'),
  ]);
  const raw = await readRaw(bytes, options);
  const { architecture } = options;
  if (!architecture) return modelOf(raw, null);
  return modelOf(raw, await readRaw(architecture.bytes, { fileName: architecture.name }));
}
