/** What the reader and the writer of PyTorch weights share: gate order, names, and our own entry in the metadata. */
import { encodeFloat32 } from './number-formats.ts';
import { sha256Of } from './sha256.ts';

/** Keras' block k is PyTorch's block order[k]: LSTM i f g o and i f c o are one order, GRU r z n is z r h in Keras. */
export const TORCH_BLOCKS = { lstm: [0, 1, 2, 3], gru: [1, 0, 2], simple_rnn: [0] } as const;

/** Key of our own entry in __metadata__, JSON: {config, sha256}. */
export const OWN_METADATA = 'gatewise';

/** An attribute of a module has no dots in its name. */
export function moduleName(layerName: string): string {
  return layerName.replaceAll('.', '_');
}

/** Sum of a config and the tensors in the file. */
export function sumOfModel(
  config: unknown,
  tensors: readonly {
    readonly path: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[],
): Promise<string> {
  const names = tensors.map(({ path, shape }) => [path, shape]);
  return sha256Of(JSON.stringify([config, names]), ...tensors.map(({ data }) => encodeFloat32(data)));
}
