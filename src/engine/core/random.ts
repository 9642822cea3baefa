/**
 * Seeded random numbers for weights, shuffles and dropout seeds. The generator is xoshiro128** (Blackman and Vigna,
 * 2018) seeded by splitmix32: small, fast, the same on every machine. Not the generator of Keras: numbers drawn there cannot be drawn again outside Python.
 */

/** A stream of random numbers. */
export interface Random {
  /** An integer in [0, 2^32). */
  uint32(): number;
  /** A number in [0, 1) with 53 random bits. */
  next(): number;
  /** A number from the standard normal distribution (polar method). */
  normal(): number;
  /** A uniformly random order of 0 .. n-1 (Fisher-Yates). */
  permutation(n: number): Uint32Array;
  /** The part of that shuffle that settles places from-1 .. to, so that a long one can be made in slices, from n down to 0. */
  shuffle(order: Uint32Array, from: number, to: number): void;
}

/**
 * A stream that depends on its two integers alone, so that a run can be resumed from (seed, epoch).
 * @param seed any integer
 * @param stream which of many independent streams of this seed, e.g. the epoch
 */
export function seededRandom(seed: number, stream = 0): Random {
  let mix = (seed ^ Math.imul(stream + 1, 0x9e3779b9)) >>> 0;
  const splitmix = (): number => {
    mix = (mix + 0x9e3779b9) >>> 0;
    let z = mix;
    z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
    z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
    return (z ^ (z >>> 15)) >>> 0;
  };
  let a = splitmix();
  let b = splitmix();
  let c = splitmix();
  let d = splitmix() | 1; // never the all-zero state

  const rotate = (x: number, k: number): number => (x << k) | (x >>> (32 - k));
  const uint32 = (): number => {
    const result = Math.imul(rotate(Math.imul(b, 5), 7), 9) >>> 0;
    const shifted = b << 9;
    c ^= a;
    d ^= b;
    b ^= c;
    a ^= d;
    c ^= shifted;
    d = rotate(d, 11);
    return result;
  };
  const next = (): number => ((uint32() >>> 5) * 67108864 + (uint32() >>> 6)) / 9007199254740992;

  let spare: number | null = null;
  const normal = (): number => {
    if (spare !== null) {
      const value = spare;
      spare = null;
      return value;
    }
    for (;;) {
      const u = 2 * next() - 1;
      const v = 2 * next() - 1;
      const s = u * u + v * v;
      if (s > 0 && s < 1) {
        const factor = Math.sqrt((-2 * Math.log(s)) / s);
        spare = v * factor;
        return u * factor;
      }
    }
  };

  const shuffle = (order: Uint32Array, from: number, to: number): void => {
    for (let i = from - 1; i >= Math.max(to, 1); i--) {
      const j = Math.floor(next() * (i + 1));
      const held = order[i] as number;
      order[i] = order[j] as number;
      order[j] = held;
    }
  };

  const permutation = (n: number): Uint32Array => {
    const order = new Uint32Array(n);
    for (let i = 0; i < n; i++) order[i] = i;
    shuffle(order, n, 0);
    return order;
  };

  return { uint32, next, normal, permutation, shuffle };
}
