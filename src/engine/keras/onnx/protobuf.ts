/**
 * The wire format of protocol buffers, as much of it as ONNX needs: varints, fixed 32 and 64 bits, length-delimited.
 * Own code because the generated libraries for ONNX are several megabytes and trust their input.
 */
import { badInput } from '../../core/errors.ts';
import { decodeNumbers } from '../bytes/number-formats.ts';

export interface WireField {
  readonly number: number;
  /** 0 varint, 1 fixed 64 bits, 2 length-delimited, 5 fixed 32 bits. */
  readonly wire: 0 | 1 | 2 | 5;
  /** Of a varint, read as a signed 64-bit integer; beyond 2^53 rounded. */
  readonly integer: number;
  /** Of all others. */
  readonly bytes: Uint8Array;
}

const EMPTY = new Uint8Array(0);
/** Fields of one message: each costs far more memory here than in the file. */
const MAX_FIELDS = 200_000;

/**
 * The fields of a message in their order.
 * @throws GatewiseError when the bytes are no message
 */
export function readFields(bytes: Uint8Array, fileName: string): WireField[] {
  const fields: WireField[] = [];
  let at = 0;
  const varint = (): number => {
    const [value, next] = readVarint(bytes, at, fileName);
    at = next;
    return value;
  };
  while (at < bytes.length) {
    if (fields.length === MAX_FIELDS) throw damaged(fileName, at);
    const tag = varint();
    const number = Math.floor(tag / 8);
    const wire = tag % 8;
    if (wire === 0) {
      fields.push({ number, wire, integer: varint(), bytes: EMPTY });
      continue;
    }
    if (tag < 8 || (wire !== 1 && wire !== 2 && wire !== 5)) throw damaged(fileName, at);
    const length = wire === 2 ? varint() : wire === 1 ? 8 : 4;
    if (length < 0 || length > bytes.length - at) throw damaged(fileName, at);
    fields.push({ number, wire, integer: 0, bytes: bytes.subarray(at, at + length) });
    at += length;
  }
  return fields;
}

function readVarint(bytes: Uint8Array, start: number, fileName: string): [value: number, next: number] {
  let value = 0n;
  for (let i = 0; i < 10; i++) {
    const byte = bytes[start + i];
    if (byte === undefined) break;
    value |= BigInt(byte & 0x7f) << BigInt(7 * i);
    if (byte < 0x80) return [Number(BigInt.asIntN(64, value)), start + i + 1];
  }
  throw damaged(fileName, start);
}

function damaged(fileName: string, at: number): Error {
  return badInput(
    `${fileName} is no whole ONNX file: a record is damaged (near byte ${at} of its message). Save or download it again.`,
  );
}

/** Integers of a repeated field, packed or one by one. */
export function integersOf({ wire, integer, bytes }: WireField, fileName: string): number[] {
  if (wire === 0) return [integer];
  const values: number[] = [];
  for (let at = 0; at < bytes.length; ) {
    const [value, next] = readVarint(bytes, at, fileName);
    values.push(value);
    at = next;
  }
  return values;
}

/** float32 of a repeated field, packed or one by one. */
export function floatsOf({ bytes }: WireField): number[] {
  return [...decodeNumbers('float32', bytes.subarray(0, bytes.length - (bytes.length % 4)))];
}

/** Text, damaged letters replaced. */
export function textOf({ bytes }: WireField): string {
  return new TextDecoder().decode(bytes);
}

/** A message being written, field by field. */
export class MessageWriter {
  readonly #parts: Uint8Array[] = [];

  integer(number: number, value: number): this {
    return this.#push(varintBytes(number * 8), varintBytes(value));
  }

  float(number: number, value: number): this {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setFloat32(0, value, true);
    return this.#push(varintBytes(number * 8 + 5), bytes);
  }

  /** Text, bytes or another message. */
  bytes(number: number, value: string | Uint8Array | MessageWriter): this {
    const bytes =
      typeof value === 'string'
        ? new TextEncoder().encode(value)
        : value instanceof MessageWriter
          ? value.finish()
          : value;
    return this.#push(varintBytes(number * 8 + 2), varintBytes(bytes.length), bytes);
  }

  finish(): Uint8Array<ArrayBuffer> {
    const all = new Uint8Array(this.#parts.reduce((sum, part) => sum + part.length, 0));
    let at = 0;
    for (const part of this.#parts) {
      all.set(part, at);
      at += part.length;
    }
    return all;
  }

  #push(...parts: Uint8Array[]): this {
    this.#parts.push(...parts);
    return this;
  }
}

function varintBytes(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = BigInt.asUintN(64, BigInt(value));
  do {
    bytes.push(Number(rest & 0x7fn) | (rest > 0x7fn ? 0x80 : 0));
    rest >>= 7n;
  } while (rest > 0n);
  return Uint8Array.from(bytes);
}
