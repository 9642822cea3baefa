/**
 * B-trees of version 1 (III.A.1): what old groups and chunked datasets are found by. Everything is checked that libhdf5
 * relies on: levels, how full a node is, and the neighbours that nodes of one level name.
 */
import type { H5Bytes } from './bytes.ts';

/** 2^16 entries at three children each; real trees have one level. */
const MAX_LEVEL = 8;

export interface TreeKind {
  /** 0 for groups, 1 for chunks. */
  readonly type: 0 | 1;
  /** Bytes of a key. */
  readonly keySize: number;
  /** Children of a node, at most. */
  readonly entries: number;
}

/** What the tree leads to. */
export interface TreeEntry {
  readonly address: number;
  /** Where the key before it lies, in its node and in every node above; the key after it follows in `stride` bytes. */
  readonly keys: readonly number[];
}

export function readTree(bytes: H5Bytes, root: number, { type, keySize, entries }: TreeKind): TreeEntry[] {
  const found: TreeEntry[] = [];
  const broken = (): Error => bytes.damaged('a tree that finds its parts is broken');
  const stride = keySize + 8;
  /** By level: the last node and whom it names as its right neighbour. */
  const last = new Map<number, { readonly at: number; readonly right: number | null }>();

  const node = (at: number, level: number | null, above: readonly number[]): void => {
    bytes.step();
    bytes.expect(at, 'TREE');
    const own = bytes.u8(at + 5);
    const count = bytes.u16(at + 6);
    if (bytes.u8(at + 4) !== type || own > MAX_LEVEL || (level !== null && own !== level)) throw broken();
    // Only an empty group's root is without children, and then it has no level below it.
    if (count > entries || (count === 0 && (level !== null || own > 0))) throw broken();
    bytes.slice(at, 24 + entries * stride + keySize);
    const before = last.get(own);
    if (bytes.address(at + 8) !== (before?.at ?? null) || (before && before.right !== at)) throw broken();
    last.set(own, { at, right: bytes.address(at + 16) });
    for (let i = 0; i < count; i++) {
      bytes.step();
      const key = at + 24 + i * stride;
      const child = bytes.definedAddress(key + keySize);
      const keys = [...above, key];
      if (own === 0) found.push({ address: child, keys });
      else node(child, own - 1, keys);
    }
  };
  node(root, null, []);
  for (const { right } of last.values()) if (right !== null) throw broken();
  return found;
}
