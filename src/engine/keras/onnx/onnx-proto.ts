/** ONNX's messages (onnx.proto, IR version 3 and later) out of their bytes: graph, nodes, constant tensors. */
import { badInput, formatShape } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import { checkedShape } from '../bytes/json-text.ts';
import { decodeNumbers, itemBytes, type NumberFormat } from '../bytes/number-formats.ts';
import { floatsOf, integersOf, readFields, textOf, type WireField } from './protobuf.ts';

/** A constant of the graph; integers and bools as float32 too. */
export interface OnnxTensor {
  readonly name: string;
  readonly dtype: NumberFormat;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

export interface OnnxAttributes {
  readonly floats: ReadonlyMap<string, readonly number[]>;
  readonly integers: ReadonlyMap<string, readonly number[]>;
  readonly strings: ReadonlyMap<string, readonly string[]>;
  readonly tensors: ReadonlyMap<string, OnnxTensor>;
}

export interface OnnxNode {
  readonly name: string;
  readonly opType: string;
  readonly domain: string;
  /** '' where an optional input is left out. */
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: OnnxAttributes;
}

/** An input or output; null is an axis of any size. */
export interface OnnxValueInfo {
  readonly name: string;
  readonly shape: readonly (number | null)[] | null;
}

export interface OnnxModel {
  readonly producer: string;
  readonly metadata: ReadonlyMap<string, string>;
  readonly nodes: readonly OnnxNode[];
  readonly tensors: readonly OnnxTensor[];
  readonly inputs: readonly OnnxValueInfo[];
  readonly outputs: readonly OnnxValueInfo[];
}

/** TensorProto.DataType */
const DATA_TYPES: Readonly<Record<number, NumberFormat>> = {
  1: 'float32',
  2: 'uint8',
  3: 'int8',
  4: 'uint16',
  5: 'int16',
  6: 'int32',
  7: 'int64',
  9: 'bool',
  10: 'float16',
  11: 'float64',
  12: 'uint32',
  13: 'uint64',
  16: 'bfloat16',
};
const MAX_RECORDS = 20_000;
const MAX_VALUES = 2 ** 28;

/**
 * @throws GatewiseError when the bytes are no ONNX model, are damaged, or keep their weights in other files
 */
export function readOnnxModel(bytes: Uint8Array, fileName: string): OnnxModel {
  const fields = readFields(bytes, fileName);
  const graph = fields.findLast(({ number, wire }) => number === 7 && wire === 2);
  if (!graph) throw badInput(`${fileName} is no ONNX model: it holds no graph. Save or download it again.`);
  const parts = readFields(graph.bytes, fileName);
  if (parts.length > MAX_RECORDS) {
    throw badInput(`${fileName}: its graph has ${parts.length} records; at most ${MAX_RECORDS} are read.`);
  }
  const all = (number: number) => parts.filter((field) => field.number === number && field.wire === 2);
  const producer = lengthDelimited(fields, 2).map(textOf).at(-1) ?? '';
  const version = lengthDelimited(fields, 3).map(textOf).at(-1) ?? '';
  if (all(15).length > 0)
    throw badInput(`${fileName}: sparse weights are not read. Export it with dense ones.`);
  return {
    producer: `${producer} ${version}`.trim().slice(0, 60),
    metadata: new Map(lengthDelimited(fields, 14).map((entry) => keyAndValue(entry, fileName))),
    nodes: all(1).map((node) => readNode(node.bytes, fileName)),
    tensors: all(5).map((tensor) => readTensor(tensor.bytes, fileName)),
    inputs: all(11).map((info) => readValueInfo(info.bytes, fileName)),
    outputs: all(12).map((info) => readValueInfo(info.bytes, fileName)),
  };
}

function lengthDelimited(fields: readonly WireField[], number: number): WireField[] {
  return fields.filter((field) => field.number === number && field.wire === 2);
}

function keyAndValue(entry: WireField, fileName: string): [string, string] {
  const fields = readFields(entry.bytes, fileName);
  const text = (number: number) => lengthDelimited(fields, number).map(textOf).at(-1) ?? '';
  return [text(1), text(2)];
}

function readNode(bytes: Uint8Array, fileName: string): OnnxNode {
  const fields = readFields(bytes, fileName);
  const texts = (number: number) => lengthDelimited(fields, number).map(textOf);
  const floats = new Map<string, readonly number[]>();
  const integers = new Map<string, readonly number[]>();
  const strings = new Map<string, readonly string[]>();
  const tensors = new Map<string, OnnxTensor>();
  for (const { bytes: attribute } of lengthDelimited(fields, 5)) {
    const parts = readFields(attribute, fileName);
    const name = lengthDelimited(parts, 1).map(textOf).at(-1) ?? '';
    const of = (...numbers: number[]) => parts.filter(({ number }) => numbers.includes(number));
    const numbers = of(2, 7).flatMap(floatsOf);
    const whole = of(3, 8).flatMap((field) => integersOf(field, fileName));
    const words = of(4, 9).map(textOf);
    if (numbers.length > 0) floats.set(name, numbers);
    if (whole.length > 0) integers.set(name, whole);
    if (words.length > 0) strings.set(name, words);
    for (const tensor of of(5)) tensors.set(name, readTensor(tensor.bytes, fileName));
  }
  return {
    inputs: texts(1),
    outputs: texts(2),
    name: texts(3).at(-1) ?? '',
    opType: texts(4).at(-1) ?? '',
    domain: texts(7).at(-1) ?? '',
    attributes: { floats, integers, strings, tensors },
  };
}

function readTensor(bytes: Uint8Array, fileName: string): OnnxTensor {
  const fields = readFields(bytes, fileName);
  const of = (number: number) => fields.filter((field) => field.number === number);
  const name = of(8).map(textOf).at(-1) ?? '';
  const what = `${fileName}, tensor "${name.slice(0, 80)}"`;
  const dtype = DATA_TYPES[of(2).at(-1)?.integer ?? 0];
  if (dtype === undefined) throw badInput(`${what} holds no numbers of a kind that is read.`);
  const isOutside = of(13).length > 0 || of(14).at(-1)?.integer === 1;
  if (isOutside) {
    throw badInput(
      `${what} lies in another file (external data), which is not read. Save the model in one file: onnx.save(model, path, save_as_external_data=False).`,
    );
  }
  const dims = of(1).flatMap((field) => integersOf(field, fileName));
  const shape = checkedShape(dims, what, MAX_VALUES);
  const data = tensorValues(fields, dtype, fileName);
  if (data.length === sizeOf(shape)) return { name, dtype, shape, data };
  throw badInput(`${what} of shape ${formatShape(shape)} has ${data.length} values. Save the file again.`);
}

function tensorValues(fields: readonly WireField[], dtype: NumberFormat, fileName: string): Float32Array {
  const raw = fields.findLast(({ number, wire }) => number === 9 && wire === 2);
  if (raw) {
    const whole = raw.bytes.length - (raw.bytes.length % itemBytes(dtype));
    return decodeNumbers(dtype, raw.bytes.subarray(0, whole));
  }
  const of = (number: number) => fields.filter((field) => field.number === number);
  switch (dtype) {
    case 'float32':
      return Float32Array.from(of(4).flatMap(floatsOf));
    case 'float64':
      return Float32Array.from(
        of(10).flatMap(({ bytes }) => (bytes.length % 8 ? [] : [...decodeNumbers(dtype, bytes)])),
      );
    case 'int64':
      return Float32Array.from(of(7).flatMap((field) => integersOf(field, fileName)));
    case 'float16':
    case 'bfloat16': {
      const halves = Uint16Array.from(of(5).flatMap((field) => integersOf(field, fileName)));
      const bytes = new Uint8Array(halves.length * 2);
      const view = new DataView(bytes.buffer);
      halves.forEach((half, i) => {
        view.setUint16(2 * i, half, true);
      });
      return decodeNumbers(dtype, bytes);
    }
    case 'uint32':
    case 'uint64':
      return Float32Array.from(of(11).flatMap((field) => integersOf(field, fileName)));
    default:
      return Float32Array.from(of(5).flatMap((field) => integersOf(field, fileName)));
  }
}

function readValueInfo(bytes: Uint8Array, fileName: string): OnnxValueInfo {
  const fields = readFields(bytes, fileName);
  const inner = (from: Uint8Array | undefined, number: number): Uint8Array | undefined =>
    from &&
    readFields(from, fileName).findLast((field) => field.number === number && field.wire === 2)?.bytes;
  const type = fields.findLast(({ number }) => number === 2)?.bytes;
  const shape = inner(inner(type, 1), 2);
  const dims = shape && readFields(shape, fileName).filter(({ number }) => number === 1);
  return {
    name: lengthDelimited(fields, 1).map(textOf).at(-1) ?? '',
    shape:
      dims?.map((dim) => {
        const size = readFields(dim.bytes, fileName).find(({ number, wire }) => number === 1 && wire === 0);
        return size && size.integer > 0 ? size.integer : null;
      }) ?? null,
  };
}
