/**
 * `.keras` archives of tf.keras 2.12 and later and Keras 3 as raw arrays (keras-reference 2.2, 2.3). Where gatewise wrote the
 * archive, its gatewise.json has a SHA-256 of every part, and the archive must be, byte for byte, what gatewise makes of them.
 */
import { badInput, type GatewiseError, type Sentence, sentence } from '../../core/errors.ts';
import { parseJson } from '../bytes/json-text.ts';
import { sha256Of } from '../bytes/sha256.ts';
import { own } from '../bytes/untrusted-json.ts';
import { writeZip } from '../bytes/zip-write.ts';
import { openH5 } from '../hdf5/index.ts';
import type { RawFile } from '../raw-file.ts';
import { generationOf } from '../upgrade/generation.ts';
import { MAX_CONFIG_BYTES, readH5Weights, storedTensors } from './h5-read.ts';

const OWN = 'gatewise.json';
const CONFIG = 'config.json';
const METADATA = 'metadata.json';
const WEIGHTS = 'model.weights.h5';

/**
 * @param bytes the archive
 * @param entries what readZip found in it
 */
export async function readKeras(
  bytes: Uint8Array,
  entries: ReadonlyMap<string, Uint8Array>,
  fileName: string,
): Promise<RawFile> {
  const json = (name: string): unknown => {
    const content = entries.get(name);
    return content ? parseJson(content, `${fileName}, its ${name},`, MAX_CONFIG_BYTES) : null;
  };
  const ours = json(OWN);
  if (ours !== null) await checkOwn(bytes, entries, ours, fileName);
  const architecture = json(CONFIG);
  const stored = entries.get(WEIGHTS);
  if (architecture === null || !stored) throw missing(entries, fileName);

  const tree = openH5(stored, `${fileName}, its ${WEIGHTS}`);
  const { weights, optimizer, notes } = await readH5Weights(tree, bytes.length, fileName);
  const version = own(json(METADATA), 'keras_version');
  const kerasVersion = typeof version === 'string' ? version : null;
  const compile = own(architecture, 'compile_config');
  const recipe = own(ours, 'recipe');
  return {
    source: {
      fileName,
      container: 'keras',
      holds: 'model',
      generation: kerasVersion === null ? 'keras3' : generationOf(kerasVersion),
      kerasVersion,
      backend: null,
    },
    architecture,
    compile: compile ?? null,
    weights,
    optimizer,
    recipe: typeof recipe === 'object' ? recipe : null,
    stored: storedTensors(tree),
    notes,
  };
}

function missing(entries: ReadonlyMap<string, Uint8Array>, fileName: string): GatewiseError {
  if (entries.has('model.weights.npz')) {
    return badInput(
      sentence`${fileName} keeps its weights in model.weights.npz as pickled Python objects, which are not read because they can run code. Load it in Keras and save it again; Keras then writes model.weights.h5.`,
    );
  }
  const held = entries.size === 0 ? sentence`nothing` : [...entries.keys()].slice(0, 4).join(', ');
  return badInput(
    sentence`${fileName} is no whole .keras archive: it needs ${CONFIG} and ${WEIGHTS}. It holds ${held}. Save the model again.`,
  );
}

/** @throws GatewiseError when any byte of an archive of ours is not what was written */
async function checkOwn(
  bytes: Uint8Array,
  entries: ReadonlyMap<string, Uint8Array>,
  ours: unknown,
  fileName: string,
): Promise<void> {
  const changed = (what: Sentence): GatewiseError =>
    badInput(sentence`${fileName} was changed after gatewise wrote it: ${what}. Take an undamaged copy.`);
  const sums = own(ours, 'sha256');
  const names = [...entries.keys()].filter((name) => name !== OWN);
  for (const name of names) {
    const content = entries.get(name) ?? new Uint8Array(0);
    if (own(sums, name) !== (await sha256Of(content)))
      throw changed(sentence`the SHA-256 of ${name} is another`);
  }
  const recipe = new TextEncoder().encode(JSON.stringify(own(ours, 'recipe') ?? null));
  if (own(sums, 'recipe') !== (await sha256Of(recipe)))
    throw changed(sentence`the SHA-256 of its recipe is another`);
  // Also what no checksum of a zip covers: dates, flags, the order of entries.
  const again = writeZip([...entries].map(([name, content]) => ({ name, bytes: content })));
  if (again.length !== bytes.length || again.some((byte, i) => byte !== bytes[i])) {
    throw changed(sentence`it is packed in another way`);
  }
}
