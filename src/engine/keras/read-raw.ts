/**
 * A file of any kind as raw JSON and arrays: finds out what it is and calls its reader, which is loaded only then. The
 * first half of readModelFile (read-model.ts).
 */
import { badInput, type GatewiseError, sentence } from '../core/errors.ts';
import { checkJsonSeal } from './bytes/content-digest.ts';
import { parseJson } from './bytes/json-text.ts';
import { own } from './bytes/untrusted-json.ts';
import { fileKind, SAVED_MODEL } from './file-kind.ts';
import type { RawFile, ReadModelOptions } from './raw-file.ts';
import { generationOf } from './upgrade/generation.ts';

/** Bytes of a JSON file, at most: weights as text take about 10 bytes each. */
const MAX_JSON_BYTES = 2 ** 24;
/** An archive may unpack to this many bytes, or to four times its size. */
const MAX_UNPACKED = 2 ** 26;

/** @throws GatewiseError when the file is damaged, hostile, or of a kind that is not read */
export async function readRaw(bytes: Uint8Array, options: ReadModelOptions): Promise<RawFile> {
  const kind = fileKind(bytes);
  const { fileName } = options;
  if (typeof kind === 'object') throw badInput(sentence`${fileName} is ${kind.what}. ${kind.advice}`);
  switch (kind) {
    case 'hdf5': {
      const { readH5 } = await import('./keras3/h5-read.ts');
      return readH5(bytes, fileName);
    }
    case 'zip':
      return readArchive(bytes, options);
    case 'json':
      return readJson(bytes, options);
    case 'safetensors': {
      const { readSafetensors } = await import('./pytorch/pytorch-read.ts');
      return readSafetensors(bytes, options);
    }
    case 'onnx': {
      const { readOnnx } = await import('./onnx/onnx-read.ts');
      return readOnnx(bytes, options);
    }
  }
}

async function readArchive(bytes: Uint8Array, options: ReadModelOptions): Promise<RawFile> {
  const { fileName } = options;
  const [{ readZip }, { checkZipSeal }] = await Promise.all([
    import('./bytes/zip-read.ts'),
    import('./bytes/content-digest.ts'),
  ]);
  await checkZipSeal(bytes, fileName);
  const entries = await readZip(bytes, { fileName, maxBytes: Math.max(MAX_UNPACKED, 4 * bytes.length) });
  const names = [...entries.keys()];
  if (entries.has('config.json')) {
    const { readKeras } = await import('./keras3/keras-read.ts');
    return readKeras(bytes, entries, fileName);
  }
  if (names.length > 0 && names.every((name) => name.endsWith('.npy'))) {
    const { readNpzWeights } = await import('./lists/npz-weights.ts');
    return readNpzWeights(entries, bytes.length, fileName);
  }
  if (names.some((name) => /(?:^|\/)model\.json$/.test(name))) {
    const { readTfjsZip } = await import('./tfjs/tfjs-read.ts');
    return readTfjsZip(entries, bytes.length, options);
  }
  throw strangeArchive(names, fileName);
}

function strangeArchive(names: readonly string[], fileName: string): GatewiseError {
  if (names.some((name) => name.endsWith('saved_model.pb'))) {
    return badInput(sentence`${fileName} is ${SAVED_MODEL.what}. ${SAVED_MODEL.advice}`);
  }
  const inner = names.find((name) => /\.(keras|h5|hdf5|npz|safetensors|onnx)$/i.test(name));
  const held = names.length === 0 ? sentence`nothing` : names.slice(0, 4).join(', ');
  const advice = inner === undefined ? SAVED_MODEL.advice : sentence`Unpack it and open ${inner}.`;
  return badInput(
    sentence`${fileName} is a zip archive, but no .keras, .npz or TF.js model: it holds ${held}. ${advice}`,
  );
}

async function readJson(bytes: Uint8Array, options: ReadModelOptions): Promise<RawFile> {
  const { fileName } = options;
  let json = parseJson(bytes, fileName, MAX_JSON_BYTES);
  // json.dump(model.to_json()) writes the text of the JSON as a JSON string.
  if (typeof json === 'string') json = parseJson(new TextEncoder().encode(json), fileName, MAX_JSON_BYTES);
  const { isWeightsJson, readWeightsJson, WEIGHTS_JSON_FORMAT } = await import('./lists/weights-json.ts');
  await checkJsonSeal(bytes, own(json, 'format') === WEIGHTS_JSON_FORMAT, fileName);
  if (isWeightsJson(json)) return readWeightsJson(json, options);
  const { isTfjsJson, readTfjs } = await import('./tfjs/tfjs-read.ts');
  if (isTfjsJson(json)) return readTfjs(json, options);
  if (typeof own(json, 'class_name') === 'string') return architectureOf(json, fileName);
  throw badInput(
    sentence`${fileName} is JSON, but no model: it has neither "class_name" (model.to_json), "modelTopology" (TF.js) nor weights. Write it with model.to_json().`,
  );
}

/** What model.to_json() gives: `{class_name, config, keras_version, backend}`. */
function architectureOf(json: unknown, fileName: string): RawFile {
  const version = own(json, 'keras_version');
  const kerasVersion = typeof version === 'string' ? version : null;
  const backend = own(json, 'backend');
  return {
    source: {
      fileName,
      container: 'json',
      holds: 'architecture',
      generation: generationOf(kerasVersion),
      kerasVersion,
      backend: typeof backend === 'string' ? backend : null,
    },
    architecture: json,
    compile: own(json, 'compile_config') ?? null,
    weights: { kind: 'none' },
    optimizer: null,
    recipe: null,
    stored: [],
    notes: [],
  };
}
