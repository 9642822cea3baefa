/**
 * An HDF5 file as groups, attributes and datasets by path. The whole tree is walked and checked before anything is read:
 * number and depth of parts, cycles, and how much the arrays need against what the file has.
 */
import { H5Attributes } from './attributes.ts';
import type { H5Bytes } from './bytes.ts';
import { type H5Dataset, openDataset } from './datasets.ts';
import { readLinks } from './links.ts';
import { MESSAGE, readMessages, readSuperblock, type SymbolTable } from './object-header.ts';

export type { H5Attributes } from './attributes.ts';
export type { H5Dataset } from './datasets.ts';

export interface H5Tree {
  /** Paths without a leading slash; '' is the root. In the order of the file. */
  readonly groups: ReadonlyMap<string, H5Attributes>;
  readonly datasets: ReadonlyMap<string, H5Dataset>;
  /** Where the file says that it ends, counted from its first byte. */
  readonly end: number;
  /** For messages about content. */
  readonly bytes: H5Bytes;
}

/** Keras nests about twelve groups; a hundred layers with their optimizer are about 1,000 objects. */
const MAX_DEPTH = 48;
const MAX_OBJECTS = 50_000;
/** Packed arrays may have this many bytes together, or four times the file: weights hardly pack. */
const MAX_PACKED = 2 ** 24;

/** @throws GatewiseError when the file is damaged, hostile or has parts that are not read */
export function openH5(file: Uint8Array, fileName: string): H5Tree {
  const superblock = readSuperblock(file, fileName);
  const { bytes } = superblock;
  const groups = new Map<string, H5Attributes>();
  const datasets = new Map<string, H5Dataset>();
  const seen = new Set<number>();

  const visit = (address: number, path: string, cached: SymbolTable | null, depth: number): void => {
    if (seen.has(address)) throw bytes.unsupported(`an object under two names (the second is "${path}")`);
    seen.add(address);
    bytes.step(path.length);
    if (depth > MAX_DEPTH) throw bytes.fail(`its groups are nested more than ${MAX_DEPTH} deep.`);
    if (seen.size > MAX_OBJECTS) throw bytes.fail(`it has more than ${MAX_OBJECTS} groups and datasets.`);
    const messages = readMessages(bytes, address);
    const has = (type: number): boolean => messages.some((message) => message.type === type);
    const isGroup = has(MESSAGE.symbolTable) || has(MESSAGE.linkInfo);
    const isDataset = has(MESSAGE.datatype) || has(MESSAGE.dataspace) || has(MESSAGE.layout);
    if (isGroup === isDataset) throw bytes.damaged(`"${path}" is neither a group nor a dataset`);
    const attributes = new H5Attributes(bytes, messages);
    if (isDataset) {
      if (cached) throw bytes.damaged(`"${path}" is said to be a group and is none`);
      datasets.set(path, openDataset(superblock, messages, path));
      return;
    }
    groups.set(path, attributes);
    for (const [name, link] of readLinks(superblock, messages, cached)) {
      visit(link.address, path === '' ? name : `${path}/${name}`, link.cached, depth + 1);
    }
  };
  visit(superblock.root, '', superblock.rootTable, 0);
  if (!groups.has('')) throw bytes.damaged('its root is no group');
  checkSizes(bytes, [...datasets.values()]);
  return { groups, datasets, end: superblock.end, bytes };
}

function checkSizes(bytes: H5Bytes, datasets: readonly H5Dataset[]): void {
  const total = (isStored: boolean): number =>
    datasets.reduce((sum, one) => sum + (one.isStored === isStored ? one.byteLength : 0), 0);
  if (total(true) > bytes.length) {
    throw bytes.damaged(`its arrays need ${total(true)} bytes, the file has ${bytes.length}`);
  }
  if (total(false) > Math.max(MAX_PACKED, 4 * bytes.length)) {
    throw bytes.fail(
      `its packed arrays need ${total(false)} bytes, the file has ${bytes.length}; that is no model's.`,
    );
  }
}
