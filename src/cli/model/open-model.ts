/**
 * A model that the user names: any file of Keras, TF.js, PyTorch, ONNX or arrays, or the folder of a TF.js model. What it
 * is, its content says. Shards are looked for beside the file and nowhere else.
 */
import { realpathSync, statSync } from 'node:fs';
import { basename, dirname, join, sep } from 'node:path';
import { GatewiseError } from '../../engine/index.ts';
import type { ModelFile, NamedFile, PairedFile } from '../../engine/keras/index.ts';
import { text } from '../option.ts';
import { readBytes, readModelBytes } from '../read-file.ts';
import { quote } from '../text.ts';

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
  return untrained(await openTrained(path, architecture));
}

/** openModel, with the notes that matter only where the model is trained on. */
export async function openTrained(path: string, architecture: string | null): Promise<ModelFile> {
  return withWeights(await openAny(path, architecture));
}

/** openModel, but a file that holds an architecture without weights is not refused. */
export async function openAny(path: string, architecture: string | null): Promise<ModelFile> {
  const { readModelFile } = await import('../../engine/keras/index.ts');
  const { bytes, ...options } = locate(path);
  const given = architecture === null ? {} : { architecture: readNamed(architecture) };
  return readModelFile(bytes, { ...options, ...given });
}

/**
 * Two models to be compared; bare weights beside a model are taken for weights of it.
 * @throws GatewiseError as openModel does
 */
export async function openPair(
  a: string,
  b: string,
  architecture: string | null,
): Promise<readonly [ModelFile, ModelFile]> {
  const { readModelPair } = await import('../../engine/keras/index.ts');
  const given = architecture === null ? null : readNamed(architecture);
  const [one, other] = await readModelPair(locate(a), locate(b), given);
  return [untrained(withWeights(one)), untrained(withWeights(other))];
}

/** Without the notes that matter only where the model is trained on. */
function untrained(file: ModelFile): ModelFile {
  const { notes, trainingNotes = [] } = file;
  return { ...file, notes: notes.filter((note) => !trainingNotes.includes(note)) };
}

function withWeights(file: ModelFile): ModelFile {
  const { holds, fileName } = file.source;
  if (holds !== 'architecture') return file;
  throw new GatewiseError(
    'bad-input',
    `${quote(fileName)} is an architecture without weights; give the weights file, and this one with --architecture.`,
  );
}

function readNamed(path: string): NamedFile {
  return { name: path, bytes: readModelBytes(path) };
}

/** The file, or the model.json of a folder, and how to find the shards beside it. */
function locate(path: string): PairedFile {
  const isFolder = statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const main = isFolder ? join(path, 'model.json') : path;
  if (isFolder && statSync(main, { throwIfNoEntry: false }) === undefined) {
    throw new GatewiseError(
      'bad-input',
      `${quote(path)} is a folder without a model.json, expected a model file or the folder of a TF.js model. Name a file in it.`,
    );
  }
  const folder = dirname(main);
  return {
    bytes: readModelBytes(main),
    fileName: main,
    sibling: async (name) => readBeside(folder, name),
  };
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
