/** Arrays that are known to be an input of a network and its output, with the files they lay in. */
import type { Tensor } from '../../engine/index.ts';

/** An array and where it lay. */
export interface KnownArray extends Tensor {
  readonly file: string;
  /** Of an .npz; null for an .npy. */
  readonly key: string | null;
}

export interface KnownPair {
  readonly x: KnownArray;
  readonly y: KnownArray;
}

/** `x.npy`, `known.npz[x]` */
export function nameOf({ file, key }: Pick<KnownArray, 'file' | 'key'>): string {
  return key === null ? file : `${file}[${key}]`;
}
