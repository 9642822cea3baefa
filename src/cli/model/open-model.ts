/**
 * A model that the user names: any file of Keras, TF.js, PyTorch, ONNX or arrays, or the folder of a TF.js model. What it
 * is, its content says. Shards are looked for beside the file and nowhere else.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { GatewiseError } from '../../engine/index.ts';
import type { ModelFile } from '../../engine/keras/index.ts';
import { text } from '../option.ts';
import { readBytes, readModelBytes } from '../read-file.ts';

/** What every verb that takes a model file says of it. */
export const MODEL_HELP =
  'a model or weights: .h5 of any Keras, .keras, .weights.h5, .npz, TF.js model.json or its folder, .safetensors, .onnx; the content decides, not the name';

/** --architecture, for files that hold weights only. */
export const architectureOption = text(
  'FILE',
  'the architecture of a file that holds weights only: a to_json file, or any file of the model; without it the layers are inferred where the shapes allow, and the report says what was assumed',
  'the name of a file',
);

/**
 * @param architecture a to_json file or a model file, for bare weights; null: the file itself tells, or it is inferred
 * @throws GatewiseError in one sentence that names the file
 */
export async function openModel(path: string, architecture: string | null): Promise<ModelFile> {
  const { readModelFile } = await import('../../engine/keras/index.ts');
  const main = isFolder(path) ? join(path, 'model.json') : path;
  const folder = dirname(main);
  return readModelFile(readModelBytes(main), {
    fileName: main,
    sibling: async (name) => readBeside(folder, name),
    ...(architecture === null
      ? {}
      : { architecture: { name: architecture, bytes: readModelBytes(architecture) } }),
  });
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
}

/** A file of the folder as it is (a shard may begin with any bytes, also those of gzip), null where there is none; a name that leads out of it is refused, by a link too. */
function readBeside(folder: string, name: string): Uint8Array | null {
  const path = join(folder, name);
  const isInside =
    basename(name) === name || !name.split(/[/\\]/).some((part) => part === '..' || part === '');
  if (!isInside) throw leaves(name);
  if (!statSync(path, { throwIfNoEntry: false })?.isFile()) return null;
  const inside = realpathSync(folder) + sep;
  if (!realpathSync(path).startsWith(inside)) throw leaves(name);
  return readBytes(path);
}

function leaves(name: string): Error {
  return new GatewiseError(
    'bad-input',
    `The model names the file ${JSON.stringify(name.slice(0, 120))}, which is outside its folder. Put all files of the model into one folder.`,
  );
}
