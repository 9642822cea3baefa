/**
 * NumPy's .npy files, one array each (numpy/lib/format.py): magic, version, a Python dict as text, raw values. Written as
 * version 1.0, little-endian, C order; read in versions 1.0 to 3.0, C or Fortran order, little-endian. Big-endian values
 * are refused by name.
 */
import { badInput, formatShape, type GatewiseError, type Sentence, sentence } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';

/** Values of a .npy file: f4, f8, i4, i8. */
export type NpyData = Float32Array | Float64Array | Int32Array | BigInt64Array;

export interface NpyArray {
  /** [] is a scalar with one value. */
  readonly shape: readonly number[];
  /** Row-major. */
  readonly data: NpyData;
}

const MAGIC = [0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59]; // \x93NUMPY
/** NumPy pads the header so that the values start at a multiple of this. */
const ALIGNMENT = 64;
const MAX_HEADER_BYTES = 10_000; // NumPy's own limit (max_header_size)
const MAX_DIMENSIONS = 32;
/** Also bounds dimensions of arrays without values, such as [2^31, 0]. */
const MAX_DIMENSION = 2 ** 28;

/** Kinds of value that are read; the small ones become int32, uint32 and float16 what holds them exactly. */
const ITEM_BYTES: Readonly<Record<string, number>> = {
  '<f2': 2,
  '<f4': 4,
  '<f8': 8,
  '|b1': 1,
  '|i1': 1,
  '|u1': 1,
  '<i2': 2,
  '<u2': 2,
  '<i4': 4,
  '<u4': 4,
  '<i8': 8,
};

/**
 * One array as a .npy file.
 * @throws GatewiseError when the number of values does not fit the shape
 */
export function writeNpy(array: NpyArray): Uint8Array<ArrayBuffer> {
  const { shape, data } = array;
  if (data.length !== sizeOf(shape)) {
    throw badInput(
      `An array of shape ${formatShape(shape)} needs ${sizeOf(shape)} values, received ${data.length}. Check the shape or the data.`,
    );
  }
  const tuple = shape.length === 1 ? `(${shape[0]},)` : `(${shape.join(', ')})`;
  const dictionary = `{'descr': '${typeCode(data)}', 'fortran_order': False, 'shape': ${tuple}, }`;
  const start = Math.ceil((MAGIC.length + 4 + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT;
  const header = `${dictionary.padEnd(start - MAGIC.length - 5)}\n`;

  const out = new Uint8Array(start + data.byteLength);
  out.set(MAGIC);
  out[6] = 1;
  new DataView(out.buffer).setUint16(8, header.length, true);
  out.set(new TextEncoder().encode(header), 10);
  out.set(new Uint8Array(data.buffer, data.byteOffset, data.byteLength), start);
  return out;
}

/**
 * The array of a .npy file, its values copied.
 * @param fileName how error messages call the file
 * @throws GatewiseError when the bytes are no .npy file, are cut short, are longer than the shape says, or hold a kind
 *   of value that is not read
 */
export function readNpy(bytes: Uint8Array, fileName = 'The .npy file'): NpyArray {
  const { shape, descr, order, start } = npyHeader(bytes, fileName);
  // A copy, because the values may start at an odd address; slice() would not copy a Buffer of Node.
  const values = new Uint8Array(bytes.subarray(start)).buffer;
  const data = typedValues(descr, values);
  return { shape, data: order === 'True' && shape.length > 1 ? rowMajor(data, shape) : data };
}

/**
 * What a .npy file says of its array, found to be true of its length.
 * @throws GatewiseError as readNpy does
 */
export function npyHeader(
  bytes: Uint8Array,
  fileName: string,
): {
  readonly shape: readonly number[];
  readonly descr: string;
  readonly order: string;
  readonly start: number;
} {
  const fail: Fail = (problem, advice = sentence`Save the array again with numpy.save.`) =>
    badInput(sentence`${fileName}: ${problem} ${advice}`);
  const { header, start } = splitHeader(bytes, fail);
  // Exactly what NumPy writes; a dict in any other form is no file of NumPy's.
  const match = /^\{'descr': '([^']*)', 'fortran_order': (True|False), 'shape': \(([0-9, ]*)\), \}\s*$/.exec(
    header,
  );
  if (!match) throw fail(sentence`its header is not one that NumPy writes for an array of numbers.`);
  const [, descr = '', order = '', dimensions = ''] = match;

  const itemBytes = Object.hasOwn(ITEM_BYTES, descr) ? ITEM_BYTES[descr] : undefined;
  if (itemBytes === undefined) {
    throw fail(
      sentence`it holds values of type ${JSON.stringify(descr.slice(0, 20))}; ${Object.keys(ITEM_BYTES).join(', ')} are read.`,
      sentence`Convert it with array.astype('float32').`,
    );
  }
  const shape = parseShape(dimensions, fail);
  const count = sizeOf(shape);
  if (count * itemBytes !== bytes.length - start) {
    throw fail(
      sentence`shape ${formatShape(shape)} needs ${count * itemBytes} bytes of values, the file has ${bytes.length - start}.`,
    );
  }
  return { shape, descr, order, start };
}

/** Values of Fortran order, the first index running fastest, in C order. */
function rowMajor(data: NpyData, shape: readonly number[]): NpyData {
  const strides = shape.map((_, axis) => sizeOf(shape.slice(0, axis)));
  const index = shape.map(() => 0);
  const out = data.slice();
  for (let at = 0; at < out.length; at++) {
    out[at] = data[index.reduce((sum, i, axis) => sum + i * (strides[axis] ?? 0), 0)] as number & bigint;
    for (let axis = shape.length - 1; axis >= 0; axis--) {
      const next = (index[axis] ?? 0) + 1;
      index[axis] = next < (shape[axis] ?? 0) ? next : 0;
      if (index[axis] !== 0) break;
    }
  }
  return out;
}

type Fail = (problem: Sentence, advice?: Sentence) => GatewiseError;

function splitHeader(bytes: Uint8Array, fail: Fail): { header: string; start: number } {
  if (bytes.length < 12 || MAGIC.some((byte, i) => bytes[i] !== byte))
    throw fail(sentence`this is no .npy file.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const version = bytes[6] as number;
  if (version < 1 || version > 3 || bytes[7] !== 0)
    throw fail(sentence`.npy version ${version}.${bytes[7] ?? 0} is not read.`);
  const lengthBytes = version === 1 ? 2 : 4;
  const length = version === 1 ? view.getUint16(8, true) : view.getUint32(8, true);
  const start = 8 + lengthBytes + length;
  if (length > MAX_HEADER_BYTES)
    throw fail(sentence`its header says it has ${length} bytes; at most ${MAX_HEADER_BYTES} are read.`);
  if (start > bytes.length) throw fail(sentence`the file is cut short inside its header.`);
  return { header: new TextDecoder().decode(bytes.subarray(8 + lengthBytes, start)), start };
}

function parseShape(text: string, fail: Fail): number[] {
  const parts = text.split(',').map((part) => part.trim());
  if (parts.at(-1) === '') parts.pop(); // "3," and "" have nothing after their last comma
  if (parts.some((part) => !/^\d{1,15}$/.test(part)))
    throw fail(sentence`its shape (${text.slice(0, 80)}) cannot be read.`);
  const shape = parts.map(Number);
  if (
    shape.length > MAX_DIMENSIONS ||
    shape.some((size) => size > MAX_DIMENSION) ||
    !Number.isSafeInteger(sizeOf(shape) * 8)
  ) {
    throw fail(sentence`shape (${text.slice(0, 80)}) is larger than is read.`);
  }
  return shape;
}

function typeCode(data: NpyData): string {
  if (data instanceof Float32Array) return '<f4';
  if (data instanceof Float64Array) return '<f8';
  return data instanceof Int32Array ? '<i4' : '<i8';
}

function typedValues(descr: string, values: ArrayBuffer): NpyData {
  switch (descr) {
    case '<f4':
      return new Float32Array(values);
    case '<f8':
      return new Float64Array(values);
    case '<i4':
      return new Int32Array(values);
    case '<i8':
      return new BigInt64Array(values);
    case '<f2':
      return Float32Array.from(new Uint16Array(values), halfValue);
    case '<u4':
      return new Float64Array(new Uint32Array(values));
    case '<i2':
      return new Int32Array(new Int16Array(values));
    case '<u2':
      return new Int32Array(new Uint16Array(values));
    case '|i1':
      return new Int32Array(new Int8Array(values));
    default:
      return new Int32Array(new Uint8Array(values));
  }
}

/** IEEE 754 binary16: 1 bit of sign, 5 of exponent, 10 of fraction. */
function halfValue(bits: number): number {
  const sign = bits >> 15 === 0 ? 1 : -1;
  const exponent = (bits >> 10) & 31;
  const fraction = bits & 1023;
  if (exponent === 31) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (exponent === 0 ? fraction * 2 ** -24 : (1024 + fraction) * 2 ** (exponent - 25));
}
