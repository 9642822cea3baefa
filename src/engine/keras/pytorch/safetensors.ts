/**
 * The safetensors container (keras-reference 7.4): eight bytes of length, a JSON header, raw little-endian values without
 * holes or overlaps. Knows tensors, not layers; pytorch.ts does.
 */
import { badInput, type GatewiseError } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import { checkedShape, parseJson } from '../bytes/json-text.ts';
import type { NamedArray } from '../bytes/npz.ts';
import { decodeNumbers, encodeFloat32, itemBytes, type NumberFormat } from '../bytes/number-formats.ts';
import { own } from '../bytes/untrusted-json.ts';
import type { RawArray } from '../raw-file.ts';

const LENGTH_BYTES = 8;
const MAX_HEADER_BYTES = 2 ** 24;
const METADATA = '__metadata__';

const FORMATS: Readonly<Record<string, NumberFormat>> = {
  F64: 'float64',
  F32: 'float32',
  F16: 'float16',
  BF16: 'bfloat16',
  I64: 'int64',
  I32: 'int32',
  I16: 'int16',
  I8: 'int8',
  U64: 'uint64',
  U32: 'uint32',
  U16: 'uint16',
  U8: 'uint8',
  BOOL: 'bool',
};

export interface Safetensors {
  readonly metadata: ReadonlyMap<string, string>;
  /** In the order of their values in the file; dtype as the file has it. */
  readonly tensors: readonly RawArray[];
}

type Fail = (problem: string) => GatewiseError;

/**
 * @throws GatewiseError when the file is none, is cut short, lists a tensor twice, leaves holes or overlaps, or holds a
 *   kind of value that is not read
 */
export function readSafetensorsFile(bytes: Uint8Array, fileName: string): Safetensors {
  const fail: Fail = (problem) => badInput(`${fileName}: ${problem} Save or download the file again.`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const length = bytes.length < LENGTH_BYTES ? 0n : view.getBigUint64(0, true);
  if (length < 2n || length > BigInt(bytes.length - LENGTH_BYTES) || length > BigInt(MAX_HEADER_BYTES)) {
    throw fail(`this is no whole safetensors file: its header would have ${length} bytes.`);
  }
  const start = LENGTH_BYTES + Number(length);
  const headerBytes = bytes.subarray(LENGTH_BYTES, start);
  const header = parseJson(headerBytes, `${fileName}, its header`, MAX_HEADER_BYTES);
  if (typeof header !== 'object' || header === null || Array.isArray(header)) {
    throw fail('its header is no JSON object.');
  }
  // JSON.parse keeps the last of two equal keys: which one counts must not depend on the reader.
  if (countKeys(headerBytes) !== Object.keys(header).length) throw fail('its header names a tensor twice.');

  const entries = Object.entries(header)
    .filter(([name]) => name !== METADATA)
    .map(([name, entry]) => checkedEntry(name, entry, fail))
    .sort((a, b) => a.begin - b.begin || a.end - b.end);
  let at = 0;
  for (const { name, begin, end } of entries) {
    if (begin !== at) throw fail(`the values of "${name}" begin at ${begin}, expected ${at}.`);
    at = end;
  }
  if (at !== bytes.length - start) {
    throw fail(`its tensors have ${at} bytes of values, the file has ${bytes.length - start}.`);
  }
  return {
    metadata: checkedMetadata(own(header, METADATA), fail),
    tensors: entries.map(({ name, dtype, format, shape, begin, end }) => ({
      path: name,
      dtype,
      shape,
      data: decodeNumbers(format, bytes.subarray(start + begin, start + end)),
    })),
  };
}

function checkedEntry(name: string, entry: unknown, fail: Fail) {
  const dtype = own(entry, 'dtype');
  const format = typeof dtype === 'string' && Object.hasOwn(FORMATS, dtype) ? FORMATS[dtype] : undefined;
  const what = `tensor ${JSON.stringify(name.slice(0, 80))}`;
  if (typeof dtype !== 'string' || format === undefined) {
    throw fail(
      `${what} has values of type ${JSON.stringify(dtype ?? null).slice(0, 20)}; ${Object.keys(FORMATS).join(', ')} are read.`,
    );
  }
  const shape = checkedShape(own(entry, 'shape'), what, 2 ** 31);
  const offsets = own(entry, 'data_offsets');
  const [begin, end] = Array.isArray(offsets) && offsets.length === 2 ? offsets : [];
  const isRange = Number.isSafeInteger(begin) && Number.isSafeInteger(end) && begin >= 0;
  if (!isRange || end - begin !== sizeOf(shape) * itemBytes(format)) {
    throw fail(
      `${what} of ${sizeOf(shape)} values (${dtype}) has the data_offsets ${JSON.stringify(offsets ?? null).slice(0, 60)}.`,
    );
  }
  return { name, dtype, format, shape, begin: begin as number, end: end as number };
}

function checkedMetadata(value: unknown, fail: Fail): Map<string, string> {
  const metadata = new Map<string, string>();
  if (value === undefined) return metadata;
  if (typeof value !== 'object' || value === null) throw fail('its __metadata__ is no object.');
  for (const [key, text] of Object.entries(value)) {
    if (typeof text !== 'string') throw fail('its __metadata__ has a value that is no text.');
    metadata.set(key, text);
  }
  return metadata;
}

/** Keys of the outermost object of a JSON text that is known to be well-formed. */
function countKeys(bytes: Uint8Array): number {
  let depth = 0;
  let count = 0;
  let isString = false;
  for (let i = 0; i < bytes.length; i++) {
    const code = bytes[i];
    if (isString) {
      if (code === 0x5c) i++;
      else if (code === 0x22) isString = false;
    } else if (code === 0x22) isString = true;
    else if (code === 0x7b || code === 0x5b) depth++;
    else if (code === 0x7d || code === 0x5d) depth--;
    else if (code === 0x3a && depth === 1) count++;
  }
  return count;
}

/** Float32 tensors in their order, the header padded to a multiple of 8 as the format asks. */
export function writeSafetensorsFile(
  tensors: readonly (NamedArray & { readonly data: Float32Array })[],
  metadata: Readonly<Record<string, string>>,
): Uint8Array<ArrayBuffer> {
  let at = 0;
  const entries = tensors.map(({ path, shape, data }) => {
    const begin = at;
    at += data.length * 4;
    return [path, { dtype: 'F32', shape, data_offsets: [begin, at] }] as const;
  });
  const json = JSON.stringify(Object.fromEntries([[METADATA, metadata], ...entries]));
  const text = new TextEncoder().encode(json);
  const start = Math.ceil((LENGTH_BYTES + text.length) / 8) * 8;
  const out = new Uint8Array(start + at);
  out.fill(0x20, LENGTH_BYTES, start);
  new DataView(out.buffer).setBigUint64(0, BigInt(start - LENGTH_BYTES), true);
  out.set(text, LENGTH_BYTES);
  let to = start;
  for (const { data } of tensors) {
    out.set(encodeFloat32(data), to);
    to += data.length * 4;
  }
  return out;
}
