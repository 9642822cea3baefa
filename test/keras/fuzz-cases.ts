/**
 * Damaged model files by seed: what test/keras/fuzz.test.ts and tools/keras/fuzz.mjs feed to the readers. Each case is a
 * genuine file with one kind of damage; those inside a .keras get right zip checksums half of the time, so that the
 * damage reaches the HDF5 reader.
 */
import { seededRandom } from '../../src/engine/core/random.ts';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import { writeZip } from '../../src/engine/keras/bytes/zip-write.ts';
import type { NamedFile, RawArray, RawFile } from '../../src/engine/keras/raw-file.ts';

export interface FuzzCase {
  readonly id: number;
  /** File and damage, for messages: `keras-1.2.2/stacked.h5 flip`. */
  readonly name: string;
  readonly bytes: Uint8Array;
}

type Random = ReturnType<typeof seededRandom>;
/** Changes a copy of the file; `at` draws a position below a length. */
type Damage = (bytes: Uint8Array, at: (length: number) => number, random: Random) => Uint8Array;

const DAMAGES: Readonly<Record<string, Damage>> = {
  truncate: (bytes, at) => bytes.slice(0, at(bytes.length)),
  flip: (bytes, at, random) => {
    for (let n = pick(random, 4); n >= 0; n--) {
      const byte = at(bytes.length);
      bytes[byte] = (bytes[byte] ?? 0) ^ (1 << pick(random, 8));
    }
    return bytes;
  },
  byte: (bytes, at, random) => {
    bytes[at(bytes.length)] = pick(random, 256);
    return bytes;
  },
  fill: (bytes, at, random) => {
    const start = at(bytes.length) & ~7;
    const value = [0, 0xff, 1, 0x7f, pick(random, 256)][pick(random, 5)] ?? 0;
    return bytes.fill(value, start, start + 8);
  },
  number: (bytes, at, random) => {
    const start = at(bytes.length - 8) & ~3;
    const value = [0, 1, 2, 8, 0xffff, 0x7fffffff, 0x80000000, 0xffffffff, pick(random, bytes.length)];
    new DataView(bytes.buffer, bytes.byteOffset).setUint32(
      start,
      value[pick(random, value.length)] ?? 0,
      true,
    );
    return bytes;
  },
  swap: (bytes, at, random) => {
    const size = 8 << pick(random, 7);
    const [one, two] = [at(bytes.length - size) & ~7, at(bytes.length - size) & ~7];
    const kept = bytes.slice(one, one + size);
    bytes.copyWithin(one, two, two + size);
    bytes.set(kept.subarray(0, bytes.length - two), two);
    return bytes;
  },
  zero: (bytes, at, random) => {
    const start = at(bytes.length);
    return bytes.fill(0, start, start + (1 << pick(random, 10)));
  },
};

/** `count` damaged files; the same for the same seed and files. */
export async function* fuzzCases(
  files: readonly NamedFile[],
  count: number,
  seed: number,
): AsyncGenerator<FuzzCase> {
  const random = seededRandom(seed);
  const kinds = Object.keys(DAMAGES);
  for (let id = 0; id < count; id++) {
    const file = files[pick(random, files.length)];
    if (!file) throw new Error('There are no files to damage.');
    const kind = kinds[pick(random, kinds.length)] ?? 'flip';
    const damage = (bytes: Uint8Array): Uint8Array => {
      // Half of the damage goes where structure is: the first 4 kB, and records of the format by their letters.
      const at = (length: number): number => {
        const choice = pick(random, 4);
        if (choice === 0) return pick(random, Math.max(1, Math.min(length, 4096)));
        if (choice === 1)
          return Math.min(length - 1, recordNear(bytes, pick(random, length)) + pick(random, 64));
        return pick(random, Math.max(1, length));
      };
      return DAMAGES[kind]?.(bytes.slice(), at, random) ?? bytes;
    };
    const isInside = file.bytes[0] === 0x50 && random.next() < 0.7;
    const bytes = isInside ? await damageInside(file, damage) : damage(file.bytes);
    yield { id, name: `${file.name} ${kind}${isInside ? ' inside' : ''}`, bytes };
  }
}

/** Damages the weights inside a .keras and packs it again. */
async function damageInside(file: NamedFile, damage: (bytes: Uint8Array) => Uint8Array): Promise<Uint8Array> {
  const entries = await readZip(file.bytes, { fileName: file.name, maxBytes: 2 ** 26 });
  return writeZip(
    [...entries].map(([name, bytes]) => ({ name, bytes: name.endsWith('.h5') ? damage(bytes) : bytes })),
  );
}

/** The next record of HDF5 from a place on: TREE, SNOD, HEAP, GCOL, or an object header's likely start. */
function recordNear(bytes: Uint8Array, from: number): number {
  for (let at = from & ~7; at + 4 < bytes.length; at += 8) {
    const word = String.fromCharCode(...bytes.subarray(at, at + 4));
    if (word === 'TREE' || word === 'SNOD' || word === 'HEAP' || word === 'GCOL') return at;
    if (bytes[at] === 1 && bytes[at + 1] === 0 && bytes[at + 4] === 1 && bytes[at + 5] === 0) return at;
  }
  return from;
}

function pick(random: Random, count: number): number {
  return Math.min(count - 1, Math.floor(random.next() * count));
}

/** All arrays of a raw file, the optimizer's too. */
export function arraysOf({ weights, optimizer }: RawFile): readonly RawArray[] {
  const own =
    weights.kind === 'by-layer'
      ? weights.layers.flatMap(({ arrays }) => arrays)
      : weights.kind === 'none'
        ? []
        : weights.arrays;
  return [...own, ...(optimizer ?? [])];
}
