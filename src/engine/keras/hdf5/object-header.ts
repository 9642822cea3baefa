/**
 * Superblock and object headers: the list of messages that says what an object is (IV.A.1). Versions 0 to 3 of the
 * superblock, 1 and 2 of the header, continuation blocks followed. What a message means is told elsewhere.
 */
import { type GatewiseError, sentence } from '../../core/errors.ts';
import { H5Bytes } from './bytes.ts';
import { lookup3 } from './checksum.ts';
import { findSignature } from './signature.ts';

/** Message types (IV.A.2). */
export const MESSAGE = {
  nil: 0x00,
  dataspace: 0x01,
  linkInfo: 0x02,
  datatype: 0x03,
  fillOld: 0x04,
  fill: 0x05,
  link: 0x06,
  externalFiles: 0x07,
  layout: 0x08,
  groupInfo: 0x0a,
  filters: 0x0b,
  attribute: 0x0c,
  comment: 0x0d,
  continuation: 0x10,
  symbolTable: 0x11,
  modified: 0x12,
  attributeInfo: 0x15,
  references: 0x16,
} as const;
const KNOWN = new Set<number>(Object.values(MESSAGE));
/** Messages of which one object has one. */
const REPEATED = new Set<number>([MESSAGE.nil, MESSAGE.link, MESSAGE.attribute, MESSAGE.continuation]);

/** Constant, not to be shared; what h5py writes has no other flags, and sharing is not read. */
const ALLOWED_FLAGS = 0x01 | 0x04;

/** Where a message's content lies in the file. */
export interface H5Message {
  readonly type: number;
  readonly at: number;
  readonly size: number;
}

/** HDF5_BTREE_*_K_DEF and the leaf's: what files without these numbers have. */
const DEFAULT_LEAF_K = 4;
const DEFAULT_NODE_K = 16;
const DEFAULT_CHUNK_K = 32;

export interface SymbolTable {
  readonly tree: number;
  readonly heap: number;
}

export interface Superblock {
  readonly bytes: H5Bytes;
  /** Where the file says that it ends, counted from its first byte. */
  readonly end: number;
  readonly root: number;
  /** What a superblock of version 0 or 1 repeats of the root group; null where it does not. */
  readonly rootTable: SymbolTable | null;
  /** Entries of a leaf, and children of an inner node, at most (old groups). */
  readonly leafEntries: number;
  readonly nodeEntries: number;
  /** The same of the trees of chunks. */
  readonly chunkEntries: number;
}

/** @throws GatewiseError when this is no HDF5 file, is shorter than it says, or of a kind that is not read */
export function readSuperblock(file: Uint8Array, fileName: string): Superblock {
  const whole = new H5Bytes(file, fileName);
  const base = findSignature(file);
  if (base < 0) throw whole.fail(sentence`this is no HDF5 file: its signature is missing.`);
  const version = whole.u8(base + 8);
  if (version > 3) throw whole.unsupported(`superblock version ${version}`);
  return version < 2 ? oldSuperblock(whole, file, base, version) : newSuperblock(whole, file, base);
}

function oldSuperblock(whole: H5Bytes, file: Uint8Array, base: number, version: number): Superblock {
  whole.expectZeros(base + 9, 3);
  whole.expectZeros(base + 12, 1);
  checkWidths(whole, base + 13);
  whole.expectZeros(base + 15, 1);
  whole.expectZeros(base + 20, 4);
  const leafK = whole.u16(base + 16);
  const nodeK = whole.u16(base + 18);
  if (leafK === 0 || nodeK === 0) throw whole.damaged('its groups have no room');
  const fields = base + (version === 1 ? 28 : 24);
  const chunkK = version === 1 ? whole.u16(base + 24) : DEFAULT_CHUNK_K;
  if (chunkK === 0) throw whole.damaged('its chunk trees have no room');
  const bytes = universe(whole, file, base, fields, fields + 16);
  const isUnset = (at: number): boolean => whole.slice(at, 8).every((byte) => byte === 0xff);
  if (!isUnset(fields + 8)) throw whole.damaged('its superblock has an extension, which its version has not');
  if (!isUnset(fields + 24)) {
    throw whole.unsupported('a driver of its own (a family of files)');
  }
  const entry = fields - base + 32;
  const cached = bytes.u32(entry + 16);
  if (cached > 1) throw bytes.damaged('its root is no group');
  return {
    bytes,
    end: base + bytes.length,
    root: bytes.definedAddress(entry + 8),
    rootTable:
      cached === 1
        ? { tree: bytes.definedAddress(entry + 24), heap: bytes.definedAddress(entry + 32) }
        : null,
    leafEntries: 2 * leafK,
    nodeEntries: 2 * nodeK,
    chunkEntries: 2 * chunkK,
  };
}

function newSuperblock(whole: H5Bytes, file: Uint8Array, base: number): Superblock {
  checkWidths(whole, base + 9);
  if (whole.u8(base + 11) !== 0)
    throw whole.fail(sentence`another program has this HDF5 file open for writing.`);
  if (lookup3(whole.slice(base, 44)) !== whole.u32(base + 44)) throw badSum(whole, 'superblock');
  const bytes = universe(whole, file, base, base + 12, base + 28);
  if (bytes.address(20) !== null) throw whole.unsupported('a superblock extension');
  return {
    bytes,
    end: base + bytes.length,
    root: bytes.definedAddress(36),
    rootTable: null,
    leafEntries: 2 * DEFAULT_LEAF_K,
    nodeEntries: 2 * DEFAULT_NODE_K,
    chunkEntries: 2 * DEFAULT_CHUNK_K,
  };
}

function checkWidths(whole: H5Bytes, at: number): void {
  if (whole.u8(at) !== 8 || whole.u8(at + 1) !== 8) {
    throw whole.unsupported('addresses or sizes that are not 8 bytes wide');
  }
}

/** The part of the file that addresses count in: from the base address to the stated end. */
function universe(whole: H5Bytes, file: Uint8Array, base: number, baseAt: number, endAt: number): H5Bytes {
  if (whole.u64(baseAt) !== base) throw whole.damaged('its base address is not where it begins');
  const end = whole.u64(endAt);
  if (end > file.length || end <= base) {
    throw whole.damaged(sentence`it says it has ${end} bytes and has ${file.length}`);
  }
  return new H5Bytes(file.subarray(base, end), whole.fileName);
}

function badSum(bytes: H5Bytes, what: string): GatewiseError {
  return bytes.damaged(sentence`the checksum of a ${what} is wrong`);
}

/** All messages of the object at an address, in order, without empty ones. */
export function readMessages(bytes: H5Bytes, address: number): H5Message[] {
  const messages =
    bytes.u8(address) === 1 ? messagesVersion1(bytes, address) : messagesVersion2(bytes, address);
  const seen = new Set<number>();
  for (const { type } of messages) {
    if (!KNOWN.has(type)) throw bytes.unsupported(`a header message of type ${type}`);
    if (seen.has(type) && !REPEATED.has(type)) throw bytes.damaged('an object describes itself twice');
    seen.add(type);
  }
  return messages.filter(({ type }) => type !== MESSAGE.nil && type !== MESSAGE.continuation);
}

function messagesVersion1(bytes: H5Bytes, address: number): H5Message[] {
  bytes.expectZeros(address + 1, 1);
  const count = bytes.u16(address + 2);
  const messages: H5Message[] = [];
  const blocks = [{ at: address + 16, size: bytes.u32(address + 8) }];
  for (const block of blocks) {
    const end = block.at + block.size;
    bytes.slice(block.at, block.size);
    let at = block.at;
    while (at < end) {
      bytes.step();
      if (at + 8 > end) throw bytes.damaged('an object header does not end with a message');
      const message = { type: bytes.u16(at), at: at + 8, size: bytes.u16(at + 2) };
      checkFlags(bytes, bytes.u8(at + 4));
      bytes.expectZeros(at + 5, 3);
      if (message.size % 8 !== 0 || message.at + message.size > end) {
        throw bytes.damaged('a header message is larger than its block');
      }
      messages.push(message);
      if (message.type === MESSAGE.continuation) blocks.push(continuation(bytes, message));
      at = message.at + message.size;
    }
    if (messages.length > count) break;
  }
  if (messages.length !== count) {
    throw bytes.damaged(`an object has ${messages.length} header messages and says ${count}`);
  }
  return messages;
}

function messagesVersion2(bytes: H5Bytes, address: number): H5Message[] {
  bytes.expect(address, 'OHDR');
  if (bytes.u8(address + 4) !== 2) throw bytes.unsupported(`object header version ${bytes.u8(address + 4)}`);
  const flags = bytes.u8(address + 5);
  if (flags & 0xc0) throw bytes.damaged('an object header has unknown flags');
  const sizeAt = address + 6 + (flags & 0x20 ? 16 : 0) + (flags & 0x10 ? 4 : 0);
  const width = 1 << (flags & 3);
  const first = sizeAt + width;
  const prefix = flags & 0x04 ? 6 : 4;

  const messages: H5Message[] = [];
  // Each block runs from its signature to its checksum; messages lie between `at` and `end`.
  const blocks = [{ start: address, at: first, end: first + bytes.uint(sizeAt, width) }];
  for (const { start, at: from, end } of blocks) {
    bytes.step(end - start);
    if (end < from || lookup3(bytes.slice(start, end - start)) !== bytes.u32(end)) {
      throw badSum(bytes, 'object header');
    }
    let at = from;
    // What is left over and too small for a message is a gap.
    while (end - at >= prefix) {
      bytes.step();
      const message = { type: bytes.u8(at), at: at + prefix, size: bytes.u16(at + 1) };
      checkFlags(bytes, bytes.u8(at + 3));
      if (message.at + message.size > end) throw bytes.damaged('a header message is larger than its block');
      messages.push(message);
      if (message.type === MESSAGE.continuation) {
        const block = continuation(bytes, message);
        bytes.expect(block.at, 'OCHK');
        blocks.push({ start: block.at, at: block.at + 4, end: block.at + block.size - 4 });
      }
      at = message.at + message.size;
    }
  }
  return messages;
}

function continuation(bytes: H5Bytes, message: H5Message): { at: number; size: number } {
  if (message.size < 16) throw bytes.damaged('a continuation of an object header is cut short');
  const block = { at: bytes.definedAddress(message.at), size: bytes.u64(message.at + 8) };
  bytes.slice(block.at, block.size);
  if (block.size < 8) throw bytes.damaged('a continuation of an object header is empty');
  return block;
}

function checkFlags(bytes: H5Bytes, flags: number): void {
  if (flags & ~ALLOWED_FLAGS) throw bytes.unsupported('a shared or unknown header message');
}
