/** All orders the four gates of an LSTM can be stored in, and the weights brought from one of them to i, f, c, o. */
import { GATES } from '../../core/gates.ts';
import { type Cell, changeCells, permuteBlocks } from '../prove/change-model.ts';
import type { KerasModel } from './keras-model.ts';

/** As the blocks lie in the file, e.g. `ifco`. */
export type GateOrder = string;

/** The order of Keras 2 and 3. */
export const KERAS_ORDER: GateOrder = GATES.map(({ key }) => key).join('');

/** Who stores the gates so. */
const KNOWN: Readonly<Record<GateOrder, string>> = {
  ifco: "Keras 2 and 3; PyTorch's i, f, g, o is the same",
  icfo: 'the order of Keras 1',
  iofc: 'the order of ONNX',
};

/** The 24 orders, that of Keras first. */
export function gateOrders(): GateOrder[] {
  const permutations = (letters: string): string[] =>
    letters.length <= 1
      ? [letters]
      : [...letters].flatMap((first) => permutations(letters.replace(first, '')).map((rest) => first + rest));
  return permutations(KERAS_ORDER);
}

/** The model as it is meant if its LSTM cells store their gates in this order. */
export function fromOrder(model: KerasModel, cells: readonly Cell[], order: GateOrder): KerasModel {
  if (order === KERAS_ORDER) return model;
  const from = GATES.map(({ key }) => order.indexOf(key));
  return changeCells(model, cells, (_, { data, shape }) => permuteBlocks(data, shape.at(-1) ?? 1, from));
}

/** `gates stored as i, c, f, o: the f and c blocks are swapped (the order of Keras 1)` */
export function orderWords(order: GateOrder): string {
  const list = [...order].join(', ');
  const moved = [...KERAS_ORDER].filter((gate, place) => order[place] !== gate);
  const swap = moved.length === 2 ? `the ${moved.join(' and ')} blocks are swapped` : '';
  const known = Object.hasOwn(KNOWN, order) ? KNOWN[order] : undefined;
  const more = [swap, swap !== '' && known ? `(${known})` : (known ?? '')].filter((part) => part !== '');
  return `gates stored as ${list}${more.length > 0 ? `: ${more.join(' ')}` : ''}`;
}
