/**
 * Arrays of numbers in files a user names: .npy, .npz (one array, or the one of a key) and .csv (rows of numbers). What a
 * file is, is decided by its content; what is written, by the ending of the name.
 */
import { GatewiseError, type Tensor } from '../engine/index.ts';
import { readFile } from './read-file.ts';
import { quote } from './text.ts';
import { checkDestination, writeFile } from './write-file.ts';

/** An array and whether its file can only tell rows and columns. */
export interface TensorFile extends Tensor {
  readonly isTable: boolean;
}

/** Keys that a sentence lists. */
const MOST_KEYS = 10;
/** What the array is called in an .npz that is written, and the columns' stem in a .csv. */
const WRITTEN_KEY = 'y';
const ENDINGS = ['.npy', '.npz', '.csv'] as const;

/**
 * The array of a file as float32.
 * @param key of an array in an .npz; null where the file has one
 * @throws GatewiseError in one sentence that names the file
 */
export async function readTensorFile(path: string, key: string | null): Promise<TensorFile> {
  const bytes = readFile(path);
  const name = quote(path);
  if (startsWith(bytes, 'PK')) return pick(await readArrays(path), name, key);
  if (key !== null) {
    throw refusal(`--key is ${quote(key)}, but ${name} is no .npz archive. Leave --key out.`);
  }
  if (startsWith(bytes, '\x93NUMPY')) {
    const { readNpy } = await import('../engine/keras/index.ts');
    return asTensor(readNpy(bytes, name), name);
  }
  return readTable(bytes, name);
}

/**
 * The arrays of an .npz by key, as float32.
 * @throws GatewiseError when the file is no .npz archive or one of its arrays cannot be read
 */
export async function readArrays(path: string): Promise<Map<string, TensorFile>> {
  const bytes = readFile(path);
  const name = quote(path);
  if (!startsWith(bytes, 'PK')) {
    throw refusal(`${name} is no .npz archive. Save the arrays with numpy.savez.`);
  }
  const { readNpz } = await import('../engine/keras/index.ts');
  const arrays = await readNpz(bytes, { fileName: name });
  return new Map([...arrays].map(([key, array]) => [key, asTensor(array, `${name}, "${key}"`)]));
}

/**
 * Whether an array can be written there.
 * @throws GatewiseError for an ending that names no format, a file that is there, or a folder that is not
 */
export function checkTensorDestination(path: string, mayReplace: boolean): void {
  endingOf(path);
  checkDestination(path, mayReplace);
}

/** @throws GatewiseError when the file cannot be written; nothing is left behind then */
export async function writeTensorFile(
  path: string,
  { shape, data }: Tensor,
  mayReplace: boolean,
): Promise<void> {
  const { writeNpy, writeNpz } = await import('../engine/keras/index.ts');
  const bytes = {
    '.npy': () => writeNpy({ shape, data }),
    '.npz': () => writeNpz([{ path: WRITTEN_KEY, shape, data }]),
    '.csv': () => new TextEncoder().encode(tableText({ shape, data })),
  }[endingOf(path)]();
  writeFile(path, bytes, mayReplace);
}

function endingOf(path: string): (typeof ENDINGS)[number] {
  const ending = ENDINGS.find((one) => path.toLowerCase().endsWith(one));
  if (ending !== undefined) return ending;
  throw refusal(
    `--out is ${quote(path)}, expected a name that ends in ${ENDINGS.join(', ').replace(/, (?=[^,]*$)/, ' or ')}.`,
  );
}

function pick(arrays: ReadonlyMap<string, TensorFile>, name: string, key: string | null): TensorFile {
  const keys = [...arrays.keys()];
  const more = keys.length > MOST_KEYS ? ` and ${keys.length - MOST_KEYS} more` : '';
  const list = `${keys.slice(0, MOST_KEYS).map(quote).join(', ')}${more}`;
  if (key === null) {
    const [only] = arrays.values();
    if (only === undefined) throw refusal(`${name} holds no array. Save one in it with numpy.savez.`);
    if (arrays.size === 1) return only;
    throw refusal(`${name} holds ${arrays.size} arrays (${list}). Name one with --key.`);
  }
  const found = arrays.get(key);
  if (found !== undefined) return found;
  throw refusal(`--key is ${quote(key)}, but ${name} holds ${list === '' ? 'no array' : list}.`);
}

function asTensor(
  { shape, data }: { shape: readonly number[]; data: Float32Array | ArrayLike<number> | BigInt64Array },
  name: string,
): TensorFile {
  const values = data instanceof Float32Array ? data : Float32Array.from(data as ArrayLike<number>, Number);
  for (let at = 0; at < values.length; at++) {
    const isLost =
      Math.abs(values[at] ?? 0) === Number.POSITIVE_INFINITY && Number.isFinite(Number(data[at]));
    if (isLost) throw refusal(`${name} holds ${String(data[at])}, which is beyond float32. Scale the data.`);
  }
  return { shape, data: values, isTable: false };
}

/** Lines of numbers, separated by commas, semicolons or tabs; a first line of names is left out. */
function readTable(bytes: Uint8Array, name: string): TensorFile {
  if (bytes.includes(0)) {
    throw refusal(`${name} is no .npy, .npz or .csv file. Save the array with numpy.save.`);
  }
  const lines = new TextDecoder()
    .decode(bytes)
    .split(/\r\n?|\n/)
    .map((text, i) => ({ text, number: i + 1 }))
    .filter(({ text }) => text.trim() !== '');
  const [first] = lines;
  if (first === undefined) throw refusal(`${name} is empty, expected an array of numbers.`);
  const isHeader = cells(first.text).every((cell) => Number.isNaN(numberOf(cell)) && !isNan(cell));
  const rows = isHeader ? lines.slice(1) : lines;
  const columns = cells(first.text).length;
  const data = new Float32Array(rows.length * columns);
  for (const [row, { text, number }] of rows.entries()) {
    const found = cells(text);
    if (found.length !== columns) {
      throw refusal(
        `${name}: line ${number} has ${found.length} values, the first has ${columns}. Give every row the same number.`,
      );
    }
    for (const [column, cell] of found.entries()) {
      const value = numberOf(cell);
      if (Number.isNaN(value) && !isNan(cell)) {
        throw refusal(`${name}: line ${number} holds ${quote(cell)}, expected rows of numbers only.`);
      }
      data[row * columns + column] = value;
    }
  }
  if (rows.length === 0) throw refusal(`${name} holds a line of names and no numbers.`);
  return { shape: [rows.length, columns], data, isTable: true };
}

function cells(line: string): string[] {
  return line.split(/[,;\t]/).map((cell) => cell.trim());
}

function numberOf(cell: string): number {
  return /^[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?$/i.test(cell) ? Number(cell) : Number.NaN;
}

function isNan(cell: string): boolean {
  return /^[+-]?nan$/i.test(cell);
}

/** One line per row of the first axis; nine digits give each float32 back. */
function tableText({ shape, data }: Tensor): string {
  const rows = shape[0] ?? 1;
  const columns = rows === 0 ? 0 : data.length / rows;
  const lines = Array.from({ length: rows }, (_, row) =>
    Array.from(data.subarray(row * columns, (row + 1) * columns), (value) =>
      String(Number(value.toPrecision(9))),
    ).join(','),
  );
  return `${lines.join('\n')}\n`;
}

function startsWith(bytes: Uint8Array, magic: string): boolean {
  return [...magic].every((letter, i) => bytes[i] === letter.charCodeAt(0));
}

function refusal(sentence: string): Error {
  return new GatewiseError('bad-input', sentence);
}
