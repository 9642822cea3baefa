/**
 * Keras' HDF5 files as raw arrays (keras-reference 2.4, 2.5): by layer where there are `layer_names` (Keras 1 to 3, whole
 * models and weights alone), by path where there are `vars` groups (.weights.h5 of Keras 3, inside .keras too). Names only
 * locate arrays; what they mean is decided in model-of-raw.ts.
 */
import { badInput, type Sentence, sentence } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import { checkSeal } from '../bytes/content-digest.ts';
import { checkDecoded } from '../bytes/decoded.ts';
import { parseJson } from '../bytes/json-text.ts';
import { type H5Attributes, type H5Dataset, type H5Tree, openH5 } from '../hdf5/index.ts';
import type { Generation, StoredTensor } from '../model/keras-model.ts';
import type { RawArray, RawFile, RawLayer, RawOptimizer, RawWeights } from '../raw-file.ts';
import { generationOf } from '../upgrade/generation.ts';

/** Bytes of a JSON config, at most; a thousand layers are about 1 MB. */
export const MAX_CONFIG_BYTES = 2 ** 23;

/** A `.h5`, `.hdf5` or `.weights.h5` file, whole model or weights alone. */
export async function readH5(bytes: Uint8Array, fileName: string): Promise<RawFile> {
  const tree = openH5(bytes, fileName);
  await checkSeal(bytes, tree.end, fileName);
  const { weights, optimizer, notes } = await readH5Weights(tree, bytes.length, fileName);
  const root = attributesOf(tree, '');
  const inner = tree.groups.get('model_weights') ?? root;
  const kerasVersion = root.text('keras_version') ?? inner.text('keras_version');
  const architecture = jsonOf(root, 'model_config', fileName);
  return {
    source: {
      fileName,
      container: 'hdf5',
      holds: architecture === null ? 'weights' : 'model',
      generation: generationBy(kerasVersion, weights),
      kerasVersion,
      backend: root.text('backend') ?? inner.text('backend'),
    },
    architecture,
    compile: jsonOf(root, 'training_config', fileName),
    weights,
    optimizer,
    recipe: null,
    stored: storedTensors(tree),
    notes,
  };
}

export interface H5Content {
  readonly weights: RawWeights;
  readonly optimizer: RawOptimizer | null;
  readonly notes: readonly string[];
}

/**
 * The arrays of a file, each read once.
 * @param fileBytes length of the file, or of the archive that it lies in
 */
export async function readH5Weights(tree: H5Tree, fileBytes: number, fileName: string): Promise<H5Content> {
  const values = [...tree.datasets.values()].reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  checkDecoded(values, fileBytes, fileName);
  const reader = new ArrayReader(tree, fileName);
  const base = tree.groups.has('model_weights') ? 'model_weights' : '';
  const layerNames = splitTexts(attributesOf(tree, base), 'layer_names');
  const content =
    layerNames === null ? await contentByPath(reader) : await contentByLayer(reader, base, layerNames);
  return { ...content, notes: reader.notes() };
}

export function storedTensors(tree: H5Tree): StoredTensor[] {
  return [...tree.datasets].map(([path, { dtype, shape }]) => ({ path, dtype, shape }));
}

async function contentByLayer(
  reader: ArrayReader,
  base: string,
  layerNames: readonly string[],
): Promise<Pick<H5Content, 'weights' | 'optimizer'>> {
  const layers: RawLayer[] = [];
  for (const name of layerNames) {
    const path = base === '' ? name : `${base}/${name}`;
    layers.push({ name, arrays: await reader.groupArrays(path, `layer "${shown(name)}"`) });
  }
  const hasOptimizer = reader.tree.groups.has('optimizer_weights');
  return {
    weights: { kind: 'by-layer', layers },
    optimizer: hasOptimizer ? await reader.groupArrays('optimizer_weights', 'the optimizer') : null,
  };
}

/** `vars` groups: `layers/lstm/cell/vars/0`; the optimizer's are `optimizer/vars/0`. */
async function contentByPath(reader: ArrayReader): Promise<Pick<H5Content, 'weights' | 'optimizer'>> {
  const variables: { group: string; index: number; path: string; stored: string }[] = [];
  for (const stored of reader.tree.datasets.keys()) {
    const path = onKeras3Path(stored);
    const match = /^(?:(.*)\/)?vars\/(\d{1,6})$/.exec(path);
    if (match) variables.push({ group: match[1] ?? '', index: Number(match[2]), path, stored });
  }
  if (variables.length === 0) throw reader.notKeras();
  if (variables.length < reader.tree.datasets.size)
    throw reader.fail(sentence`it has arrays outside of vars groups`);
  // Groups in the file's order, numbers by size: names come sorted as text, 10 before 2.
  const order = new Map([...new Set(variables.map(({ group }) => group))].map((group, i) => [group, i]));
  const rank = (group: string): number => order.get(group) ?? 0;
  variables.sort((a, b) => rank(a.group) - rank(b.group) || a.index - b.index);
  const weights: RawArray[] = [];
  const optimizer: RawArray[] = [];
  let before = '';
  let expected = 0;
  for (const { group, index, path, stored } of variables) {
    expected = group === before ? expected : 0;
    if (index !== expected++)
      throw reader.fail(sentence`the array number ${expected - 1} of "${shown(group)}" is missing`);
    before = group;
    const array = await reader.array(stored, path);
    (group === 'optimizer' ? optimizer : weights).push(array);
  }
  const filled = new Set(variables.map(({ group }) => `${group}/vars`));
  const emptyGroups = [...reader.tree.groups.keys()]
    .map(onKeras3Path)
    .filter((group) => group.endsWith('/vars') && !filled.has(group));
  return {
    weights: { kind: 'by-path', arrays: weights, emptyGroups },
    optimizer: optimizer.length > 0 ? optimizer : null,
  };
}

/** Keras on Windows wrote parts of paths with backslashes; tf.keras 2.12 and 2.13 have another word for `layers`. */
function onKeras3Path(path: string): string {
  return path.replaceAll('\\', '/').replace(/^_layer_checkpoint_dependencies(?=\/)/, 'layers');
}

/** Reads each dataset once and keeps account of what was rounded. */
class ArrayReader {
  readonly tree: H5Tree;
  private readonly fileName: string;
  private readonly done = new Set<string>();
  private readonly rounded: string[] = [];

  constructor(tree: H5Tree, fileName: string) {
    this.tree = tree;
    this.fileName = fileName;
  }

  /** The arrays that a group's `weight_names` list. */
  async groupArrays(group: string, owner: string): Promise<RawArray[]> {
    const attributes = this.tree.groups.get(group);
    if (!attributes) throw this.fail(sentence`the group of ${owner} is missing`);
    const names = splitTexts(attributes, 'weight_names');
    if (names === null) throw this.fail(sentence`${owner} has no list of weight_names`);
    const arrays: RawArray[] = [];
    for (const name of names) {
      const path = `${group}/${name}`;
      if (!this.tree.datasets.has(path))
        throw this.fail(sentence`the array "${shown(name)}" of ${owner} is missing`);
      arrays.push(await this.array(path, path));
    }
    return arrays;
  }

  async array(stored: string, path: string): Promise<RawArray> {
    const dataset = this.tree.datasets.get(stored) as H5Dataset; // callers look it up
    if (this.done.has(stored)) throw this.fail(sentence`the array "${shown(stored)}" is listed twice`);
    this.done.add(stored);
    const data = await dataset.read();
    const { dtype, shape } = dataset;
    if (dtype === 'float64') this.rounded.push(path);
    const count = await dataset.readCount?.();
    return { path, dtype, shape, data, ...(count === undefined ? {} : { count }) };
  }

  notes(): string[] {
    const { rounded } = this;
    const first = rounded[0];
    if (first === undefined) return [];
    return [
      `${rounded.length} arrays are float64 and were rounded to float32 (the first is ${shown(first)}).`,
    ];
  }

  fail(problem: Sentence): Error {
    return badInput(sentence`${this.fileName}: ${problem}. Save the model again with Keras.`);
  }

  notKeras(): Error {
    const names = [...this.tree.datasets.keys(), ...this.tree.groups.keys()].filter((name) => name !== '');
    const some = names.length === 0 ? sentence`nothing` : names.slice(0, 3).map(shown).join(', ');
    return badInput(
      sentence`${this.fileName} is an HDF5 file without weights of Keras: it has neither layer_names nor vars groups. It holds ${some}. Save the model with model.save.`,
    );
  }
}

/** An attribute of strings, also where Keras split a long one: weight_names0, weight_names1, ... */
function splitTexts(attributes: H5Attributes, name: string): string[] | null {
  const whole = attributes.texts(name);
  if (whole) return whole;
  const parts: string[] = [];
  let i = 0;
  for (let part = attributes.texts(`${name}0`); part; part = attributes.texts(`${name}${++i}`)) {
    parts.push(...part);
  }
  return i === 0 ? null : parts;
}

function attributesOf(tree: H5Tree, path: string): H5Attributes {
  const attributes = tree.groups.get(path);
  if (!attributes) throw tree.bytes.damaged(sentence`the group "${path}" is missing`);
  return attributes;
}

function jsonOf(attributes: H5Attributes, name: string, fileName: string): unknown {
  const text = attributes.text(name);
  if (text === null) return null;
  return parseJson(new TextEncoder().encode(text), `${fileName}, its ${name},`, MAX_CONFIG_BYTES);
}

/** Weights alone may state no version; their names tell. */
function generationBy(version: string | null, weights: RawWeights): Generation {
  const stated = generationOf(version);
  if (stated !== 'unknown' || version !== null) return stated;
  if (weights.kind === 'by-path') return 'keras3';
  const arrays = weights.kind === 'by-layer' ? weights.layers.flatMap((layer) => layer.arrays) : [];
  return arrays.some(({ path }) => /_[WUb](_[a-z])?(:0)?$/.test(path)) ? 'keras1' : 'unknown';
}

function shown(name: string): string {
  return name.replace(/[^ -~]/g, '?').slice(0, 80);
}
