/**
 * Deflated bytes of strangers, unpacked within a bound. fflate unpacks all that it is given at once, however much that
 * becomes, so it is given little at a time. It is loaded with the first call.
 */

/** Deflate expands at most 1,032 times: one step more than asked for stays within 17 MB. */
const STEP = 16_384;
/** Bytes that deflated bytes can become, at most. */
export function largestInflated(packed: number): number {
  return packed * 1_032 + 64;
}

/**
 * @param most bytes that may come out
 * @param form `raw` deflate as in zip, or with `zlib`'s two bytes before and its checksum behind, which is compared
 * @returns the bytes, or why there are none: `over` when they would be more than `most`
 */
export async function inflateWithin(
  packed: Uint8Array,
  most: number,
  form: 'raw' | 'zlib',
): Promise<Uint8Array | 'over' | 'damaged'> {
  const { Inflate, inflateSync, Unzlib, unzlibSync } = await import('fflate');
  // Nothing is allocated for a size that the packed bytes cannot reach.
  const out = new Uint8Array(Math.min(most, largestInflated(packed.length)) + 1);
  if (packed.length <= STEP) {
    // Thousands of small chunks: a stream for each costs far more than its bytes. What does not fit is dropped.
    try {
      const content = form === 'raw' ? inflateSync(packed, { out }) : unzlibSync(packed, { out });
      return verdict(packed, content, most, form);
    } catch {
      return 'damaged';
    }
  }
  let filled = 0;
  let isOver = false;
  const take = (part: Uint8Array): void => {
    isOver ||= filled + part.length > out.length;
    if (isOver) return;
    out.set(part, filled);
    filled += part.length;
  };
  const inflater = form === 'raw' ? new Inflate(take) : new Unzlib(take);
  try {
    for (let at = 0; (at < packed.length || at === 0) && !isOver; at += STEP) {
      inflater.push(packed.subarray(at, at + STEP), at + STEP >= packed.length);
    }
  } catch {
    return 'damaged';
  }
  return isOver ? 'over' : verdict(packed, out.subarray(0, filled), most, form);
}

function verdict(
  packed: Uint8Array,
  content: Uint8Array,
  most: number,
  form: 'raw' | 'zlib',
): Uint8Array | 'over' | 'damaged' {
  if (content.length > most) return 'over';
  return form === 'zlib' && !hasChecksum(packed, content) ? 'damaged' : content;
}

/** fflate does not compare zlib's own checksum (Adler-32, big-endian). */
function hasChecksum(packed: Uint8Array, content: Uint8Array): boolean {
  if (packed.length < 6) return false;
  const view = new DataView(packed.buffer, packed.byteOffset, packed.byteLength);
  let a = 1;
  let b = 0;
  for (let i = 0; i < content.length; i++) {
    a = (a + (content[i] ?? 0)) % 65_521;
    b = (b + a) % 65_521;
  }
  return view.getUint32(packed.length - 4) === b * 65_536 + a;
}
