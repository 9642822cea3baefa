/** What the reader and the writer of PyTorch weights share: gate order and names. */

/** Keras' block k is PyTorch's block order[k]: LSTM i f g o and i f c o are one order, GRU r z n is z r h in Keras. */
export const TORCH_BLOCKS = { lstm: [0, 1, 2, 3], gru: [1, 0, 2], simple_rnn: [0] } as const;

/** An attribute of a module has no dots in its name. */
export function moduleName(layerName: string): string {
  return layerName.replaceAll('.', '_');
}
