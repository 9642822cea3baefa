/** Groups, datasets and lists of names in HDF5 files, as Keras writes them. */
import type { Group } from 'h5wasm';

/** A variable as it goes into a file. */
export interface H5Variable {
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** The group at a path below another one, made where it is missing. */
export function groupAt(root: Group, path: string): Group {
  let group = root;
  for (const part of path.split('/')) {
    const next = group.keys().includes(part) ? group.get(part) : group.create_group(part);
    group = next as Group; // every inner node that these writers make is a group
  }
  return group;
}

/** A dataset, contiguous and little-endian; `path` may have groups in it. */
export function writeDataset(root: Group, path: string, { shape, data }: H5Variable): void {
  const at = path.lastIndexOf('/');
  const group = at < 0 ? root : groupAt(root, path.slice(0, at));
  group.create_dataset({
    name: path.slice(at + 1),
    data,
    shape: [...shape],
    dtype: data instanceof Float32Array ? '<f' : '<q',
  });
}

/** A list of names as an attribute. Keras writes an empty one as an array of float64 without entries. */
export function writeNames(group: Group, attribute: string, names: readonly string[]): void {
  if (names.length > 0) group.create_attribute(attribute, [...names]);
  else group.create_attribute(attribute, new Float64Array(0), [0], '<d');
}
