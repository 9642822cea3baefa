/**
 * Sorts files that were chosen together: which are models, which of them is only an architecture for the other, and which
 * belong to a model (the shards of a TF.js model.json). By content, not by name.
 */

import type { NamedFile } from '../../engine/keras/index.ts';
import { ToldError } from '../told-error.ts';
import { str, type Told, told } from '../words.ts';
import { HEAD_BYTES, looksLikeModel } from './file-kind.ts';

/** A model to be read, with what belongs to it. */
export interface FileGroup {
  readonly main: NamedFile;
  readonly architecture: NamedFile | null;
}

/** Most models that are opened together: two are compared. */
const MOST_MODELS = 2;
/** Where a TF.js model lists its shards. */
const MANIFEST = '"weightsManifest"';
/** Bytes of a JSON looked at to tell an architecture from a TF.js model or a list of weights. */
const JSON_BYTES = 64 * 1024 * 1024;

/**
 * @throws GatewiseError when there is no model among the files or there are too many
 */
export function groupFiles(files: readonly NamedFile[]): FileGroup[] {
  const [only] = files;
  // A single file is read as what it is: its reader's sentence says more than "no model".
  if (only !== undefined && files.length === 1) return [{ main: only, architecture: null }];
  const looks = files.filter(({ bytes }) => looksLikeModel(bytes.subarray(0, HEAD_BYTES)));
  // Bytes of weights can begin like anything: what a TF.js model names as its own is no model.
  const manifests = looks.filter((file) => textOfJson(file).includes(MANIFEST));
  const models = looks.filter(({ name }) =>
    manifests.every((one) => one.name === name || !textOfJson(one).includes(JSON.stringify(name))),
  );
  if (models.length === 0) {
    throw badFiles(
      told(
        str`None of ${nameAll(files)} is a model file. Choose a .keras, .h5, .npz, .safetensors or .onnx file, or a model.json with its .bin files.`,
      ),
    );
  }
  const architectures = models.filter(isArchitecture);
  const others = models.filter((file) => !architectures.includes(file));
  const [weights] = others;
  const [architecture] = architectures;
  if (
    weights !== undefined &&
    others.length === 1 &&
    architecture !== undefined &&
    architectures.length === 1
  ) {
    return [{ main: weights, architecture }];
  }
  if (models.length > MOST_MODELS) {
    throw badFiles(
      told(
        str`${models.length} model files were given (${nameAll(models)}); one is opened, two are compared. Choose one or two.`,
      ),
    );
  }
  return models.map((main) => ({ main, architecture: null }));
}

/** A `to_json` file: names classes of layers, and holds no weights. */
function isArchitecture(file: NamedFile): boolean {
  const text = textOfJson(file);
  return text.includes('"class_name"') && !text.includes(MANIFEST);
}

/** The text of a JSON file, empty for files of other kinds. */
function textOfJson({ bytes }: NamedFile): string {
  const isJson = bytes.subarray(0, HEAD_BYTES).find((byte) => byte > 0x20 && byte < 0x80) === 0x7b;
  return isJson && bytes.length <= JSON_BYTES ? new TextDecoder().decode(bytes) : '';
}

function nameAll(files: readonly NamedFile[]): string {
  return files.map(({ name }) => name).join(', ');
}

function badFiles(message: Told): ToldError {
  return new ToldError('bad-input', message);
}
