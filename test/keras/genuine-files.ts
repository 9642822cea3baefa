/** Files that real versions of Keras wrote: those of test/fixtures/keras/genuine, and older ones beside the repository where it lies there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { NamedFile } from '../../src/engine/keras/raw-file.ts';
import { readZip } from '../../src/engine/keras/zip-read.ts';

const FIXTURES = fileURLToPath(new URL('../fixtures/keras/genuine/', import.meta.url));
const BESIDE = fileURLToPath(new URL('../../../shared/keras-files/', import.meta.url));

/** Model files by generation: `keras-1.2.2/stacked.h5`. */
export async function genuineFiles(): Promise<NamedFile[]> {
  const files: NamedFile[] = [];
  for (const archive of readdirSync(FIXTURES).sort()) {
    const entries = await readZip(new Uint8Array(readFileSync(`${FIXTURES}${archive}`)), {
      fileName: archive,
      maxBytes: 2 ** 26,
    });
    for (const [name, bytes] of entries) {
      if (/\.(h5|keras)$/.test(name)) files.push({ name: `${archive.slice(0, -4)}/${name}`, bytes });
    }
  }
  return files;
}

/** The old files of ../shared/keras-files, none where that folder is not. */
export function sharedFiles(): NamedFile[] {
  if (!existsSync(BESIDE)) return [];
  return readdirSync(BESIDE)
    .filter((name) => /\.(h5|keras)$/.test(name) && !name.endsWith('_io.h5'))
    .map((name) => ({ name, bytes: new Uint8Array(readFileSync(`${BESIDE}${name}`)) }));
}
