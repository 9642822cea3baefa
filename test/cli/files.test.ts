/** Files the command reads and writes. */
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readBytes, readFile, readModelBytes } from '../../src/cli/read-file.ts';
import { checkDestination, writeFile } from '../../src/cli/write-file.ts';
import { Workplace } from './support.ts';

let place: Workplace;
beforeAll(() => {
  place = new Workplace();
});
afterAll(() => place.remove());

const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);
const textOf = (content: Uint8Array): string => new TextDecoder().decode(content);

describe('reading', () => {
  it('unpacks gzip by its content, whatever the name', () => {
    place.write('packed.csv', gzipSync('a,b\n1,2\n'));
    place.write('plain.csv.gz', 'a,b\n3,4\n');

    expect(textOf(readFile(place.path('packed.csv')))).toBe('a,b\n1,2\n');
    expect(textOf(readFile(place.path('plain.csv.gz')))).toBe('a,b\n3,4\n');
  });

  it('advises of a file that is too large what fits its kind', () => {
    place.write('large', '');
    truncateSync(place.path('large'), 2 ** 28 + 1);

    expect(() => readModelBytes(place.path('large'))).toThrow(/over 256 MiB.* without its optimizer/);
    expect(() => readFile(place.path('large'))).toThrow(/over 256 MiB.* Keep fewer rows or columns/);
  });

  it('refuses devices', () => {
    expect(() => readFile('/dev/zero')).toThrow('"/dev/zero" is a device, expected a file.');
    expect(() => readModelBytes('/dev/null')).toThrow('"/dev/null" is a device, expected a file.');
  });

  it.each([
    ['cut off', gzipSync('a,b\n1,2\n').subarray(0, 20), /damaged gzip file/],
    ['changed', damaged(), /damaged gzip file/],
    ['a bomb', gzipSync(new Uint8Array(257 * 1024 * 1024)), /unpacks to over 256 MiB/],
  ])('refuses gzip that is %s', (_, content, reason) => {
    place.write('bad.csv.gz', content);

    expect(() => readFile(place.path('bad.csv.gz'))).toThrow(reason);
    expect(() => readFile(place.path('bad.csv.gz'))).toThrow('bad.csv.gz');
  });

  it('unpacks a model to no more than a model of its size, and leaves a shard as it is', () => {
    const noise = Buffer.from(Float32Array.from({ length: 5e6 }, (_, i) => Math.sin(i)).buffer);
    place.write('bomb.h5', gzipSync(new Uint8Array(17 * 1024 * 1024)));
    place.write('large.h5', gzipSync(noise, { level: 1 }));
    const shard = gzipSync('weights');
    place.write('shard.bin', shard);

    expect(() => readModelBytes(place.path('bomb.h5'))).toThrow(/bomb\.h5.* unpacks to over 16 MiB/);
    expect(readModelBytes(place.path('large.h5'))).toHaveLength(20e6);
    expect(textOf(readModelBytes(place.path('shard.bin')))).toBe('weights');
    expect(readBytes(place.path('shard.bin'))).toEqual(shard);
  });
});

describe('writing', () => {
  it('replaces a file only when told to, and leaves nothing else', () => {
    mkdirSync(place.path('out'));
    const path = place.path('out/model.keras');

    writeFile(path, bytes('first'), false);
    expect(() => writeFile(path, bytes('second'), false)).toThrow(/is there already/);
    expect(readFileSync(path, 'utf8')).toBe('first');
    writeFile(path, bytes('third'), true);

    expect(readFileSync(path, 'utf8')).toBe('third');
    expect(readdirSync(place.path('out'))).toEqual(['model.keras']);
  });

  it('writes through a link', () => {
    writeFileSync(place.path('real.npz'), 'old');
    symlinkSync('real.npz', place.path('link.npz'));

    writeFile(place.path('link.npz'), bytes('new'), true);

    expect(readlinkSync(place.path('link.npz'))).toBe('real.npz');
    expect(readFileSync(place.path('real.npz'), 'utf8')).toBe('new');
  });

  it('is tried before the work, and leaves nothing of it', () => {
    mkdirSync(place.path('tried'));

    checkDestination(place.path('tried/model.keras'), false);

    expect(readdirSync(place.path('tried'))).toEqual([]);
  });

  it('where nothing can be written is refused at once, and late in words', () => {
    const there = {
      code: 'bad-input',
      message: expect.stringMatching(/^"\/proc\/x\.keras" cannot be written: /),
    };

    expect(() => checkDestination('/proc/x.keras', true)).toThrow(expect.objectContaining(there));
    expect(() => writeFile('/proc/x.keras', bytes('x'), true)).toThrow(
      /^"\/proc\/x\.keras" could not be written: [^A-Z]*\. Nothing was left there\.$/,
    );
  });

  it('refuses a folder, and a file in a folder that is not there', () => {
    expect(() => checkDestination(place.folder, true)).toThrow(/is a folder/);
    expect(() => checkDestination(place.path('no/model.keras'), false)).toThrow(/there is no folder/);
  });
});

function damaged(): Uint8Array {
  const content = gzipSync('temperature,wind\n'.repeat(100));
  content[content.length - 6] = (content.at(-6) ?? 0) ^ 1; // in the checksum
  return content;
}
