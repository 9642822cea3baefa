/** Files that real versions of Keras wrote: those of test/fixtures/keras/genuine, and older ones beside the repository where it lies there. */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { readZip } from '../../src/engine/keras/bytes/zip-read.ts';
import {
  adamConfig,
  lossName,
  type ModelFormat,
  readNpy,
  writeModelFile,
} from '../../src/engine/keras/index.ts';
import type { NamedFile } from '../../src/engine/keras/raw-file.ts';
import { randomModel } from './support.ts';

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

/** Formats in one file that is sealed as a whole. */
const SEALED: readonly ModelFormat[] = ['keras', 'h5', 'weights.h5'];

/** What gatewise writes itself, with an optimizer's state where the format has room for one. */
export async function ownFiles(formats = SEALED): Promise<NamedFile[]> {
  const model = randomModel({
    compile: { optimizer: adamConfig(), loss: lossName('mse'), metrics: [] },
    recipe: { columns: ['wind'] },
  });
  const written = await Promise.all(formats.map((format) => writeModelFile(model, format)));
  return written.flatMap(({ files }) => files);
}

/** Files of tools/keras/make_h5_variants.py and the values that each of their arrays has. */
export async function h5Variants(): Promise<(NamedFile & { readonly values: Float32Array })[]> {
  const archive = new Uint8Array(readFileSync(`${FIXTURES}../h5-variants.zip`));
  const entries = await readZip(archive, { fileName: 'h5-variants.zip', maxBytes: 2 ** 24 });
  return [...entries].flatMap(([name, bytes]) => {
    const npy = entries.get(name.replace(/h5$/, 'npy'));
    return name.endsWith('.h5') && npy
      ? [{ name, bytes, values: Float32Array.from(readNpy(npy).data, Number) }]
      : [];
  });
}
