/**
 * The links of a group: name to address of an object (III.A, III.C, III.D, IV.A.2.g). Old groups (B-tree, symbol table
 * nodes, local heap) and new ones whose links lie in the header. Soft and external links lead out of what was checked
 * and are refused; Keras writes none.
 */
import type { H5Bytes } from './bytes.ts';
import { type H5Message, MESSAGE, type Superblock, type SymbolTable } from './object-header.ts';
import { readTree } from './tree.ts';

const ENTRY_SIZE = 40;
/** Keras joins names of scopes; a few hundred letters are the longest. */
const MAX_NAME = 4096;

/** @param cached what a link to this group said of it; it must agree */
export function readLinks(
  superblock: Superblock,
  messages: readonly H5Message[],
  cached: SymbolTable | null,
): Map<string, { address: number; cached: SymbolTable | null }> {
  const { bytes } = superblock;
  const table = messages.find(({ type }) => type === MESSAGE.symbolTable);
  const links = new Map<string, { address: number; cached: SymbolTable | null }>();
  const add = (name: string, address: number, own: SymbolTable | null): void => {
    if (name === '' || name === '.' || name === '..' || name.includes('/')) {
      throw bytes.damaged(`a group holds the name ${JSON.stringify(name.slice(0, 40))}`);
    }
    if (name.length > MAX_NAME) throw bytes.fail(`a group holds a name of ${name.length} letters.`);
    if (links.has(name)) throw bytes.damaged(`a group holds "${name.slice(0, 80)}" twice`);
    links.set(name, { address, cached: own });
  };

  if (table) {
    if (messages.some(({ type }) => type === MESSAGE.link || type === MESSAGE.linkInfo)) {
      throw bytes.damaged('a group is of the old and of the new kind');
    }
    if (table.size < 16) throw bytes.damaged('a symbol table message is cut short');
    const own = { tree: bytes.definedAddress(table.at), heap: bytes.definedAddress(table.at + 8) };
    if (cached && (cached.tree !== own.tree || cached.heap !== own.heap)) {
      throw bytes.damaged('a group is described in two ways');
    }
    readSymbolTable(superblock, own, add);
    return links;
  }
  for (const message of messages) {
    if (message.type === MESSAGE.linkInfo) checkLinkInfo(bytes, message);
    if (message.type === MESSAGE.link) readLink(bytes, message, add);
  }
  if (cached) throw bytes.damaged('a group is described in two ways');
  return links;
}

type AddLink = (name: string, address: number, cached: SymbolTable | null) => void;

interface LocalHeap {
  readonly at: number;
  readonly size: number;
}

function readSymbolTable(superblock: Superblock, table: SymbolTable, add: AddLink): void {
  const { bytes } = superblock;
  const heap = readLocalHeap(bytes, table.heap);
  const heapName = (offset: number): string => {
    if (offset >= heap.size) throw bytes.damaged('a name lies outside of its heap');
    return bytes.name(heap.at + offset, heap.at + heap.size);
  };
  let last: string | null = null;
  // Names must rise, or libhdf5, which halves its way to a name, would not find what a list shows.
  const leaf = (at: number, after: readonly string[], until: readonly string[]): void => {
    bytes.expect(at, 'SNOD');
    if (bytes.u8(at + 4) !== 1) throw bytes.damaged('a symbol table node has an unknown version');
    const count = bytes.u16(at + 6);
    if (count === 0 || count > superblock.leafEntries) throw bytes.damaged('a symbol table node is overfull');
    bytes.slice(at, 8 + superblock.leafEntries * ENTRY_SIZE);
    for (let i = 0; i < count; i++) {
      bytes.step();
      const entry = at + 8 + i * ENTRY_SIZE;
      const name = heapName(bytes.u64(entry));
      const isInside =
        after.every((key) => isBefore(key, name)) && until.every((key) => !isBefore(key, name));
      if (!isInside || (last !== null && !isBefore(last, name))) {
        throw bytes.damaged('the names of a group are out of order');
      }
      last = name;
      const kind = bytes.u32(entry + 16);
      if (kind === 2) throw bytes.unsupported(`a soft link ("${name.slice(0, 80)}")`);
      if (kind > 2) throw bytes.damaged('a link is of an unknown kind');
      const address = bytes.definedAddress(entry + 8);
      add(
        name,
        address,
        kind === 1
          ? { tree: bytes.definedAddress(entry + 24), heap: bytes.definedAddress(entry + 32) }
          : null,
      );
    }
  };

  const kind = { type: 0, keySize: 8, entries: superblock.nodeEntries } as const;
  for (const { address, keys } of readTree(bytes, table.tree, kind)) {
    // Every key on the way: a name is after the one before it, and not after the one behind it.
    leaf(
      address,
      keys.map((key) => heapName(bytes.u64(key))),
      keys.map((key) => heapName(bytes.u64(key + 16))),
    );
  }
}

function readLocalHeap(bytes: H5Bytes, at: number): LocalHeap {
  bytes.expect(at, 'HEAP');
  bytes.expectZeros(at + 4, 4);
  const heap = { at: bytes.definedAddress(at + 24), size: bytes.u64(at + 8) };
  bytes.slice(heap.at, heap.size);
  // The list of free blocks: libhdf5 follows it, so it must hold together. 1 ends it.
  let free = bytes.u64(at + 16);
  let rounds = 0;
  while (free !== 1) {
    bytes.step();
    if (free + 16 > heap.size || ++rounds > heap.size / 16) throw bytes.damaged('a heap of names is broken');
    const size = bytes.u64(heap.at + free + 8);
    const next = bytes.u64(heap.at + free);
    if (free + size > heap.size || next === 0) throw bytes.damaged('a heap of names is broken');
    free = next;
  }
  return heap;
}

/** Order of names by their bytes, as libhdf5 compares them. */
function isBefore(a: string, b: string): boolean {
  const left = new TextEncoder().encode(a);
  const right = new TextEncoder().encode(b);
  for (let i = 0; i < left.length && i < right.length; i++) {
    const difference = (left[i] ?? 0) - (right[i] ?? 0);
    if (difference !== 0) return difference < 0;
  }
  return left.length < right.length;
}

/** Only links in the header are read; with many, newer libraries keep them in a heap of their own. */
function checkLinkInfo(bytes: H5Bytes, { at, size }: H5Message): void {
  const flags = bytes.u8(at + 1);
  if (bytes.u8(at) !== 0 || flags & 0xfc) throw bytes.damaged('a group has unknown flags');
  const heapAt = at + 2 + (flags & 1 ? 8 : 0);
  // The heap, its index by name and, if there is one, by order of creation.
  const addresses = bytes.slice(heapAt, flags & 2 ? 24 : 16);
  if (heapAt + addresses.length > at + size) throw bytes.damaged('a link info message is cut short');
  if (addresses.some((byte) => byte !== 0xff)) throw bytes.unsupported('a group with densely stored links');
}

function readLink(bytes: H5Bytes, { at, size }: H5Message, add: AddLink): void {
  const flags = bytes.u8(at + 1);
  if (bytes.u8(at) !== 1 || flags & 0xe0) throw bytes.damaged('a link has an unknown version');
  let next = at + 2;
  const kind = flags & 0x08 ? bytes.u8(next++) : 0;
  if (flags & 0x04) next += 8;
  if (flags & 0x10 && bytes.u8(next++) > 1) throw bytes.damaged('a link has an unknown character set');
  const width = 1 << (flags & 3);
  const length = bytes.uint(next, width);
  next += width;
  const name = bytes.text(bytes.slice(next, length));
  if (name.includes('\0')) throw bytes.damaged('a name has a NUL in it');
  if (kind === 1) throw bytes.unsupported(`a soft link ("${name.slice(0, 80)}")`);
  if (kind === 64) throw bytes.unsupported(`an external link ("${name.slice(0, 80)}")`);
  if (kind !== 0) throw bytes.damaged('a link is of an unknown kind');
  if (next + length + 8 > at + size) throw bytes.damaged('a link message is cut short');
  add(name, bytes.definedAddress(next + length), null);
}
