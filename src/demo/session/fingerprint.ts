/** A short name for the bytes of all weights: equal weights have equal fingerprints. FNV-1a, 32 bits; not for security. */
import type { Tensor } from '../../engine/index.ts';

/** Eight hexadecimal digits over the tensors' bytes, in their order. */
export function fingerprint(tensors: readonly Tensor[]): string {
  let hash = 0x811c9dc5;
  for (const { data } of tensors) {
    for (const byte of new Uint8Array(data.buffer, data.byteOffset, data.byteLength)) {
      hash = Math.imul(hash ^ byte, 0x01000193);
    }
  }
  return (hash >>> 0).toString(16).padStart(8, '0');
}
