/**
 * TF.js layers models (keras-reference 7.1): model.json, and the shards of raw values that it names. Saved by TF.js itself
 * or converted from a Keras file, quantized or not. Graph models of TF.js hold no layers and are refused.
 */
import { badInput, type GatewiseError, sentence } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import { checkDecoded } from '../bytes/decoded.ts';
import { checkedShape, parseJson } from '../bytes/json-text.ts';
import { decodeNumber, decodeNumbers, itemBytes, type NumberFormat } from '../bytes/number-formats.ts';
import { sha256Of } from '../bytes/sha256.ts';
import { own } from '../bytes/untrusted-json.ts';
import type { RawArray, RawFile, ReadModelOptions } from '../raw-file.ts';
import { generationOf } from '../upgrade/generation.ts';

const MAX_SHARDS = 10_000;
const MAX_WEIGHTS = 10_000;
const MAX_BYTES = 2 ** 28;
const MAX_JSON_BYTES = 2 ** 24;

type Fail = (problem: string, advice?: string) => GatewiseError;

/** Whether parsed JSON is a model.json of TF.js. */
export function isTfjsJson(json: unknown): boolean {
  return own(json, 'weightsManifest') !== undefined && own(json, 'modelTopology') !== undefined;
}

/**
 * A model from a parsed model.json; its shards come from options.sibling.
 * @param packedBytes length of the archive that holds all of them, if one does
 * @throws GatewiseError when a shard is missing or of another size than model.json says, or when either is damaged
 */
export async function readTfjs(
  json: unknown,
  options: ReadModelOptions,
  packedBytes: number | null = null,
): Promise<RawFile> {
  const { fileName } = options;
  const fail: Fail = (problem, advice = 'Save or convert the model again.') =>
    badInput(`${fileName}: ${problem} ${advice}`);
  const topology = own(json, 'modelTopology');
  const format = own(json, 'format');
  if (format === 'graph-model' || own(topology, 'node') !== undefined) {
    throw fail(
      'this is a graph model of TF.js, which holds no layers.',
      'Convert the Keras file to tfjs_layers_model.',
    );
  }
  if (typeof topology !== 'object' || topology === null) throw fail('it holds no modelTopology.');

  const groups = checkedManifest(own(json, 'weightsManifest'), fail);
  if (packedBytes !== null) {
    const values = groups
      .flatMap(({ weights }) => weights)
      .reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    checkDecoded(values, packedBytes, fileName);
  }
  const shards: Uint8Array[] = [];
  const arrays: { readonly array: RawArray; readonly isOptimizer: boolean }[] = [];
  for (const { paths, weights } of groups) {
    const ofGroup = await groupShards(paths, weights, options, fail);
    shards.push(...ofGroup);
    const bytes = new ShardBytes(ofGroup);
    for (const weight of weights) {
      arrays.push({ array: arrayOf(weight, bytes.take(weight.bytes)), isOptimizer: weight.isOptimizer });
    }
  }
  await checkSum(json, shards, fail);

  const version = own(topology, 'keras_version');
  const kerasVersion = typeof version === 'string' ? version.slice(0, 60) : null;
  const generation = generationOf(kerasVersion);
  const backend = own(topology, 'backend');
  const optimizer = arrays.filter(({ isOptimizer }) => isOptimizer).map(({ array }) => array);
  return {
    source: {
      fileName,
      container: 'tfjs',
      holds: 'model',
      // Saved by TF.js itself: 'tfjs-layers 4.22.0'.
      generation: generation === 'unknown' ? 'tfjs' : generation,
      kerasVersion,
      backend: typeof backend === 'string' ? backend.slice(0, 60) : null,
    },
    architecture: own(topology, 'model_config') ?? topology,
    compile: own(json, 'trainingConfig') ?? own(topology, 'training_config') ?? null,
    weights: {
      kind: 'named',
      arrays: arrays.filter(({ isOptimizer }) => !isOptimizer).map(({ array }) => array),
    },
    optimizer: optimizer.length > 0 ? optimizer : null,
    recipe: null,
    stored: arrays.map(({ array: { path, dtype, shape } }) => ({ path, dtype, shape })),
    notes: notesOf(groups.flatMap(({ weights }) => weights)),
  };
}

/**
 * The same from a zip archive that holds model.json and its shards side by side.
 * @param entries of the archive
 * @param fileBytes length of the archive
 */
export function readTfjsZip(
  entries: ReadonlyMap<string, Uint8Array>,
  fileBytes: number,
  options: ReadModelOptions,
): Promise<RawFile> {
  const path = [...entries.keys()].find((name) => /(?:^|\/)model\.json$/.test(name)) ?? '';
  const bytes = entries.get(path);
  if (!bytes) throw badInput(`${options.fileName} holds no model.json.`);
  const json = parseJson(bytes, `${options.fileName}, "${path}"`, MAX_JSON_BYTES);
  const folder = path.slice(0, -'model.json'.length);
  const sibling = async (name: string) => entries.get(`${folder}${name}`) ?? null;
  return readTfjs(json, { ...options, sibling }, fileBytes);
}

interface ListedWeight {
  readonly name: string;
  readonly dtype: 'float32' | 'int32' | 'bool';
  readonly shape: readonly number[];
  readonly quantization: Quantization | null;
  /** Of the values in the shards. */
  readonly bytes: number;
  readonly isOptimizer: boolean;
}

/** value = q * scale + min; float16 has neither. */
interface Quantization {
  readonly format: 'uint8' | 'uint16' | 'float16';
  readonly scale: number;
  readonly min: number;
}

function checkedManifest(value: unknown, fail: Fail) {
  if (!Array.isArray(value)) throw fail('its weightsManifest is no list.');
  const groups = value.map((group) => {
    const paths = own(group, 'paths');
    const weights = own(group, 'weights');
    if (!Array.isArray(paths) || !Array.isArray(weights)) {
      throw fail('a group of its weightsManifest lacks "paths" or "weights".');
    }
    return {
      paths: paths.map((path) => checkedPath(path, fail)),
      weights: weights.map((one) => listed(one, fail)),
    };
  });
  const all = groups.flatMap(({ weights }) => weights);
  const total = all.reduce((sum, { bytes }) => sum + bytes, 0);
  const shards = groups.reduce((sum, { paths }) => sum + paths.length, 0);
  if (total > MAX_BYTES || all.length > MAX_WEIGHTS || shards > MAX_SHARDS) {
    throw fail(
      `it lists ${all.length} weights with ${total} bytes in ${shards} shards; at most ${MAX_WEIGHTS}, ${MAX_BYTES} and ${MAX_SHARDS} are read.`,
    );
  }
  if (new Set(all.map(({ name }) => name)).size !== all.length) throw fail('it lists a weight twice.');
  const paths = groups.flatMap((group) => group.paths);
  if (new Set(paths).size !== paths.length) throw fail('it lists a shard twice.');
  return groups;
}

/** A shard lies beside model.json; nothing else is asked for. */
function checkedPath(path: unknown, fail: Fail): string {
  const isName =
    typeof path === 'string' && path.length <= 255 && !/[\\/:\0]/.test(path) && !/^\.{0,2}$/.test(path);
  if (isName) return path;
  throw fail(`the shard ${JSON.stringify(path)?.slice(0, 80)} does not lie beside it.`);
}

function listed(value: unknown, fail: Fail): ListedWeight {
  const name = own(value, 'name');
  if (typeof name !== 'string' || name.length > 1_024) throw fail('a weight has no name.');
  const what = `weight "${name.slice(0, 80)}"`;
  const dtype = own(value, 'dtype');
  if (dtype !== 'float32' && dtype !== 'int32' && dtype !== 'bool') {
    throw fail(
      `${what} has values of type ${JSON.stringify(dtype ?? null).slice(0, 20)}; float32, int32 and bool are read.`,
    );
  }
  const shape = checkedShape(own(value, 'shape'), what, MAX_BYTES);
  const quantization = checkedQuantization(own(value, 'quantization'), what, fail);
  const format: NumberFormat = quantization?.format ?? dtype;
  const isOptimizer = own(value, 'group') === 'optimizer';
  return { name, dtype, shape, quantization, bytes: sizeOf(shape) * itemBytes(format), isOptimizer };
}

function checkedQuantization(value: unknown, what: string, fail: Fail): Quantization | null {
  if (value === undefined || value === null) return null;
  const dtype = own(value, 'dtype');
  if (dtype === 'float16') return { format: dtype, scale: 1, min: 0 };
  const scale = own(value, 'scale');
  const min = own(value, 'min');
  const isGood = (dtype === 'uint8' || dtype === 'uint16') && Number.isFinite(scale) && Number.isFinite(min);
  if (isGood) return { format: dtype, scale: scale as number, min: min as number };
  throw fail(
    `${what} is quantized as ${JSON.stringify(value)?.slice(0, 80)}; uint8 and uint16 with scale and min, and float16 are read.`,
  );
}

/** The shards of a group: together as many bytes as its weights have. No more are asked for than that takes. */
async function groupShards(
  paths: readonly string[],
  weights: readonly ListedWeight[],
  { fileName, sibling }: ReadModelOptions,
  fail: Fail,
): Promise<Uint8Array[]> {
  const expected = weights.reduce((sum, { bytes }) => sum + bytes, 0);
  const shards: Uint8Array[] = [];
  let found = 0;
  for (const path of paths) {
    const shard = sibling ? await sibling(path) : null;
    if (!shard) {
      throw badInput(
        sentence`${fileName}: the weights in "${path}" are missing. Give model.json and all its shards together, in one folder or one zip file.`,
      );
    }
    shards.push(shard);
    found += shard.length;
    if (found > expected) break;
  }
  if (found === expected) return shards;
  const read = paths.slice(0, shards.length).join(', ').slice(0, 200) || 'no shards';
  throw fail(`its weights need ${expected} bytes, ${read} have ${found}.`);
}

/** What shards hold one after the other, part by part; copied only where a part lies in several. */
class ShardBytes {
  readonly #shards: readonly Uint8Array[];
  #shard = 0;
  #at = 0;

  constructor(shards: readonly Uint8Array[]) {
    this.#shards = shards;
  }

  take(count: number): Uint8Array {
    const first = this.#part(count);
    if (first.length === count) return first;
    const joined = new Uint8Array(count);
    joined.set(first);
    for (let filled = first.length; filled < count; ) {
      const part = this.#part(count - filled);
      joined.set(part, filled);
      filled += part.length;
    }
    return joined;
  }

  /** The next bytes, `most` or as many as the shard still has; the shards are known to have enough. */
  #part(most: number): Uint8Array {
    while (most > 0 && this.#at === this.#shards[this.#shard]?.length) {
      this.#shard++;
      this.#at = 0;
    }
    const part = this.#shards[this.#shard]?.subarray(this.#at, this.#at + most) ?? new Uint8Array(0);
    this.#at += part.length;
    return part;
  }
}

function arrayOf({ name, dtype, shape, quantization }: ListedWeight, bytes: Uint8Array): RawArray {
  const data = decodeNumbers(quantization?.format ?? dtype, bytes);
  if (quantization && quantization.format !== 'float16') {
    const { scale, min } = quantization;
    for (let i = 0; i < data.length; i++) data[i] = (data[i] as number) * scale + min;
  }
  const isCount = !quantization && shape.length === 0 && /^u?int/.test(dtype);
  const count = isCount ? { count: decodeNumber(dtype, bytes) } : {};
  return { path: name, dtype: quantization?.format ?? dtype, shape, data, ...count };
}

function notesOf(weights: readonly ListedWeight[]): string[] {
  const quantized = weights.filter(({ quantization }) => quantization !== null);
  if (quantized.length === 0) return [];
  const formats = [...new Set(quantized.map(({ quantization }) => quantization?.format))].join(', ');
  return [
    `${quantized.length} of ${weights.length} weights are quantized (${formats}): they are as exact as the file has them.`,
  ];
}

/** Sum of all that a model.json of ours means, put into userDefinedMetadata.gatewise.sha256 by the writer. */
export function sumOfTfjs(json: unknown, shards: readonly Uint8Array[]): Promise<string> {
  const parts = ['modelTopology', 'weightsManifest', 'trainingConfig'].map((key) => own(json, key) ?? null);
  return sha256Of(JSON.stringify(parts), ...shards);
}

async function checkSum(json: unknown, shards: readonly Uint8Array[], fail: Fail): Promise<void> {
  const expected = own(own(own(json, 'userDefinedMetadata'), 'gatewise'), 'sha256');
  if (expected === undefined || expected === (await sumOfTfjs(json, shards))) return;
  throw fail(
    'it was written by gatewise, and it or its shards do not have the SHA-256 any more that was written into it.',
    'Export it again; if it was changed on purpose, remove "userDefinedMetadata".',
  );
}
