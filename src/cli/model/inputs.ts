/** The numbers that a model is given and held against: read, brought into the shape the model takes, or refused by name. */
import { GatewiseError, type Tensor } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { readTensorFile, type TensorFile } from '../tensor-file.ts';
import { quote } from '../text.ts';

/**
 * x of --x for a model, [N, ...shape of a sample]. Of a table each row is one sample, its steps one after the other.
 * @throws GatewiseError when the shape is not the model's or a value is NaN or infinite
 */
export async function readInputs(path: string, key: string | null, model: KerasModel): Promise<Tensor> {
  const file = await readTensorFile(path, key);
  const open = model.config.build_input_shape.slice(1);
  const shape = (file.isTable ? tableShape(file, open) : null) ?? file.shape;
  const fits =
    shape.length === open.length + 1 && open.every((size, k) => size === null || size === shape[k + 1]);
  if (!fits) throw wrongShape('--x', path, file.shape, ['rows', ...open.map(axisWord)], shape);
  checkCounts(path, { shape, data: file.data });
  checkFinite(path, { shape, data: file.data });
  return { shape, data: file.data };
}

/**
 * y of --y.
 * @param shape of the model's outputs for the inputs, [N, ...]
 * @returns the array in that shape, or as it is where it has another number of values per row
 * @throws GatewiseError when it has another number of rows
 */
export async function readExpected(
  path: string,
  key: string | null,
  shape: readonly number[],
): Promise<Tensor> {
  const file = await readTensorFile(path, key);
  const count = shape.reduce((product, size) => product * size, 1);
  const isSame = file.data.length === count && file.shape[0] === shape[0];
  // A table, and a list of one value per row, can only be meant in the model's own shape.
  const isList = file.shape.length === 1 && shape.length === 2;
  if (isSame && (file.isTable || isList)) return { shape, data: file.data };
  if (file.shape[0] !== shape[0]) throw wrongShape('--y', path, file.shape, shape);
  return { shape: file.shape, data: file.data };
}

/** @throws GatewiseError for y of another shape than the outputs */
export function wrongShape(
  option: string,
  path: string,
  received: readonly number[],
  expected: readonly (number | string)[],
  asSeen: readonly number[] = received,
): Error {
  const advice =
    asSeen.length === expected.length - 1
      ? ' The first axis is that of the rows; for one row reshape the array to have 1 there.'
      : '';
  return new GatewiseError(
    'bad-input',
    `${option}: ${quote(path)} has shape [${received.join(', ')}], expected [${expected.join(', ')}], which is what the model ${option === '--x' ? 'takes' : 'gives for these inputs'}.${advice}`,
  );
}

function axisWord(size: number | null, axis: number): number | string {
  return size ?? (axis === 0 ? 'time' : 'any');
}

/** [N, T * D] as [N, T, D]; null where the columns do not fit. */
function tableShape({ shape }: TensorFile, open: readonly (number | null)[]): number[] | null {
  const [rows = 0, columns = 0] = shape;
  const [steps = null, features = null] = open;
  if (open.length !== 2 || features === null || columns % features !== 0) return null;
  const found = columns / features;
  return steps === null || steps === found ? [rows, found, features] : null;
}

function checkCounts(path: string, { shape, data }: Tensor): void {
  if (data.length > 0) return;
  throw new GatewiseError(
    'bad-input',
    `--x: ${quote(path)} has shape [${shape.join(', ')}] and so no values, expected at least one row.`,
  );
}

function checkFinite(path: string, { shape, data }: Tensor): void {
  const at = data.findIndex((value) => !Number.isFinite(value));
  if (at < 0) return;
  const index: number[] = [];
  let rest = at;
  for (const size of [...shape].reverse()) {
    index.unshift(rest % size);
    rest = Math.floor(rest / size);
  }
  throw new GatewiseError(
    'bad-input',
    `--x: ${quote(path)} holds ${data[at]} at [${index.join(', ')}], expected finite numbers. Fill or leave out such rows.`,
  );
}
