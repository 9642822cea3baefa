/**
 * An architecture for weights that come without one: a chain of LSTM, GRU, SimpleRNN, Bidirectional, BatchNormalization and
 * Dense layers, where names and shapes leave one possibility. What shapes cannot tell is assumed and said in the notes;
 * where more than one chain fits, the architecture is asked for.
 */
import type { Activation } from '../../core/activations.ts';
import { badInput, formatShape, type GatewiseError, type Sentence, sentence } from '../../core/errors.ts';
import { shownName } from '../bytes/untrusted-json.ts';
import { kerasLayer } from '../keras3/keras-config.ts';
import type { RawArray, RawFile, RawWeights } from '../raw-file.ts';
import { defaultRecurrentActivation, dialectOf } from './dialect.ts';
import { denseWithoutBias, guessLayers, type LayerGuess } from './layer-guesses.ts';
import { arraysOfLayers, recountedArrays } from './layer-paths.ts';

/** Arrays that belong together, as the file says; `undefined` names where it does not. */
interface ArrayGroup {
  readonly name: string;
  readonly arrays: readonly RawArray[];
}

/** A layer of a chain that fits. */
interface GuessedLayer {
  readonly name: string | undefined;
  readonly guess: LayerGuess;
}

type Chain = readonly GuessedLayer[];

/** Whether a layer takes what the one before gives. */
type Follows = (before: LayerGuess, next: LayerGuess) => boolean;

const follows: Follows = (before, next) => before.width === next.features;
/** As above, or where the directions of a Bidirectional become one by sum, mul or ave. */
const followsMerged: Follows = (before, next) =>
  follows(before, next) || (isBidirectional(before) && before.width === 2 * next.features);

const isBidirectional = ({ title }: LayerGuess): boolean => title.startsWith('Bidirectional');

/** Layers without weights that change nothing at inference, by the names Keras gives. */
const WITHOUT_EFFECT =
  /^(dropout|spatial_dropout|gaussian_noise|gaussian_dropout|alpha_dropout|input|activity_reg)/i;
/** Groups whose arrays only look like those of a known layer. */
const OTHER_CLASSES = /embed|conv|attention|pr?e_?lu|layer_normalization|separable/i;
/** More chains than this need not be counted. */
const ENOUGH = 2;
/** Arrays of weights whose architecture is guessed; a chain of 60 layers has fewer. */
const MAX_ARRAYS = 256;
/** Steps of the search. Files of strangers could ask for any number. */
const MAX_STEPS = 10_000;

/**
 * @param notes gets what was assumed
 * @returns the JSON of a Sequential in Keras 3's words
 * @throws GatewiseError when no chain fits, or several do
 */
export function inferArchitecture(raw: RawFile, notes: string[]): object {
  const { fileName } = raw.source;
  const chain = onlyChain(raw.weights, fileName);
  const recurrentActivation = recurrentActivationOf(raw, chain);
  const lastRecurrent = chain.findLastIndex(({ guess }) => guess.isRecurrent);
  const isSequence = chain.some(({ name }) => /time_?distributed/i.test(name ?? ''));
  const counts = new Map<string, number>();
  const layers = chain.map(({ name, guess }, i) => {
    const made = guess.make({
      name: name ?? 'layer',
      recurrentActivation,
      returnSequences: i < lastRecurrent || (i === lastRecurrent && isSequence),
    });
    const layer = /time_?distributed/i.test(name ?? '') ? timeDistributed(made) : made;
    return name === undefined
      ? { ...layer, config: { ...layer.config, name: counted(layer.class_name, counts) } }
      : layer;
  });
  const features = chain[0]?.guess.features ?? 0;
  const inputShape = lastRecurrent >= 0 ? [null, null, features] : [null, features];
  const input = kerasLayer('InputLayer', { batch_shape: inputShape, dtype: 'float32', name: 'input_layer' });
  notes.push(...assumptions(chain, fileName, recurrentActivation, isSequence));
  return {
    module: 'keras',
    class_name: 'Sequential',
    config: { name: 'sequential', layers: [input, ...layers], build_input_shape: inputShape },
  };
}

/** lstm, lstm_1, dense: as Keras counts. */
function counted(className: string, counts: Map<string, number>): string {
  const base = className.toLowerCase();
  const earlier = counts.get(base) ?? 0;
  counts.set(base, earlier + 1);
  return earlier === 0 ? base : `${base}_${earlier}`;
}

function timeDistributed(layer: ReturnType<typeof kerasLayer>): ReturnType<typeof kerasLayer> {
  if (layer.class_name !== 'Dense') return layer;
  return kerasLayer('TimeDistributed', { name: layer.config.name, layer });
}

/** By arrays that only one generation wrote, else by the file's; one that tells nothing is taken for a newer one. */
function recurrentActivationOf({ source }: RawFile, chain: Chain): Activation {
  const origins = chain.map(({ guess }) => guess.origin);
  if (origins.includes('cudnn')) return 'sigmoid';
  const dialect = origins.includes('keras1') ? 'keras1' : (dialectOf(source.generation) ?? 'keras3');
  return defaultRecurrentActivation(dialect, source.kerasVersion);
}

function assumptions(chain: Chain, fileName: string, gates: string, isSequence: boolean): string[] {
  const last = chain.at(-1)?.guess;
  const isLast = last?.isRecurrent === true;
  const hasRecurrent = chain.some(({ guess }) => guess.isRecurrent);
  const word =
    gates === 'sigmoid' ? 'sigmoid' : 'hard_sigmoid as clip(0.2x + 0.5, 0, 1), the default of its time';
  return [
    `${fileName} holds weights alone; their shapes were taken as ${chain.map(({ guess }) => guess.title).join(', ')}. Give --architecture to be sure.`,
    ...(hasRecurrent
      ? [
          `Assumed: recurrent layers have tanh and ${word}; ${isSequence ? 'all of them return sequences' : `all but the last return sequences${isLast ? ', the last gives its last step' : ''}`}.`,
        ]
      : []),
    ...(last !== undefined && isBidirectional(last)
      ? ['Assumed: the last Bidirectional gives its directions side by side (concat).']
      : []),
    'Assumed: Dense layers are linear, and no layer without weights (Activation, Masking, RepeatVector) changes anything.',
  ];
}

function onlyChain(weights: RawWeights, fileName: string): Chain {
  const chains = chainsOf(weights, fileName, follows);
  const [first] = chains;
  if (first !== undefined && chains.length === 1) return first;
  // Of several orders of groups, the usual one: recurrent layers first.
  const usual = chains.filter((chain) => {
    const firstDense = chain.findIndex(({ guess }) => guess.title.startsWith('Dense'));
    return firstDense < 0 || !chain.slice(firstDense).some(({ guess }) => guess.isRecurrent);
  });
  if (usual[0] !== undefined && usual.length === 1) return usual[0];
  if (chains.length === 0 && chainsOf(weights, fileName, followsMerged).length > 0) {
    throw notTold(
      fileName,
      sentence`the directions of a Bidirectional are merged by sum, mul or ave, and shapes do not tell by which`,
    );
  }
  const shapes = arraysOf(weights)
    .slice(0, 20)
    .map(({ shape }) => formatShape(shape))
    .join(' ');
  throw notTold(
    fileName,
    chains.length === 0
      ? sentence`no chain of known layers has the shapes ${shapes}`
      : sentence`more than one chain of layers has the shapes ${shapes}`,
  );
}

function arraysOf(weights: RawWeights): readonly RawArray[] {
  if (weights.kind === 'by-layer') return weights.layers.flatMap((one) => one.arrays);
  return weights.kind === 'none' ? [] : weights.arrays;
}

function notTold(fileName: string, why: Sentence): GatewiseError {
  return badInput(
    sentence`${fileName} holds weights without an architecture, and it cannot be inferred: ${why}. Give it with --architecture: the JSON of model.to_json(), or a model file with the same layers.`,
  );
}

function chainsOf(weights: RawWeights, fileName: string, matches: Follows): Chain[] {
  const count = arraysOf(weights).length;
  if (count > MAX_ARRAYS)
    throw notTold(fileName, sentence`it has ${count} arrays, and at most ${MAX_ARRAYS} are tried`);
  switch (weights.kind) {
    case 'none':
      return [];
    case 'ordered':
      return chainsInList(weights.arrays, matches);
    case 'named':
      return chainsInGroups([groupsByName(weights.arrays)], matches);
    case 'by-path':
      return chainsInGroups(queuesByClass(weights, fileName), matches);
    case 'by-layer':
      return chainsInGroups([groupsByLayer(weights.layers, fileName)], matches);
  }
}

function groupsByLayer(layers: readonly ArrayGroup[], fileName: string): ArrayGroup[] {
  return layers.filter(({ name, arrays }) => {
    if (arrays.length > 0) return true;
    if (!WITHOUT_EFFECT.test(name)) throw withoutWeights(fileName, name);
    return false;
  });
}

function withoutWeights(fileName: string, name: string): Error {
  return notTold(
    fileName,
    sentence`it has the layer "${shownName(name)}" without weights, whose effect is not known`,
  );
}

/** In the order of the file, by what stands before the first `/`. */
function groupsByName(arrays: readonly RawArray[]): ArrayGroup[] {
  const groups = new Map<string, RawArray[]>();
  for (const array of arrays) {
    const name = array.path.split('/')[0] ?? '';
    groups.set(name, [...(groups.get(name) ?? []), array]);
  }
  return [...groups].map(([name, own]) => ({ name, arrays: own }));
}

/** Groups of one class are numbered; between classes the order is open. */
function queuesByClass(
  { arrays, emptyGroups = [] }: Extract<RawWeights, { kind: 'by-path' }>,
  fileName: string,
): ArrayGroup[][] {
  for (const group of emptyGroups) {
    const [, name] = /^layers\/([^/]+)\/vars$/.exec(group) ?? [];
    const hasWeights = arrays.some(({ path }) => path.startsWith(`layers/${name}/`));
    if (name === undefined || hasWeights || WITHOUT_EFFECT.test(name)) continue;
    throw withoutWeights(fileName, name);
  }
  const byNumber = recountedArrays(arraysOfLayers(arrays)).sort(
    (a, b) => orderInGroup(a.path) - orderInGroup(b.path),
  );
  const groups = new Map<string, RawArray[]>();
  for (const array of byNumber) {
    const [container = '', name = '', ...rest] = array.path.split('/');
    if (container === 'optimizer') continue;
    if (container !== 'layers') {
      throw notTold(fileName, sentence`"${shownName(array.path)}" is none of a chain of layers`);
    }
    if (rest.includes('layers'))
      throw notTold(fileName, sentence`"${shownName(name)}" is a model in the model`);
    groups.set(name, [...(groups.get(name) ?? []), array]);
  }
  const queues = new Map<string, ArrayGroup[]>();
  const numberOf = (name: string) => Number(/_(\d+)$/.exec(name)?.[1] ?? 0);
  for (const [name, own] of [...groups].sort(([a], [b]) => numberOf(a) - numberOf(b))) {
    const className = name.replace(/_\d+$/, '');
    queues.set(className, [...(queues.get(className) ?? []), { name, arrays: own }]);
  }
  return [...queues.values()];
}

function orderInGroup(path: string): number {
  return Number(path.split('/').at(-1)) + (path.includes('backward_layer') ? 1000 : 0);
}

/** Every order of the heads of the queues in which each layer takes what the one before gives. */
function chainsInGroups(groups: readonly (readonly ArrayGroup[])[], matches: Follows): Chain[] {
  const queues = groups.map((queue) =>
    queue.flatMap((group): GuessedLayer[] => {
      const guess = wholeGuess(group);
      return guess === undefined ? [] : [{ name: group.name, guess }];
    }),
  );
  if (queues.flat().length < groups.flat().length) return [];
  const found: Chain[] = [];
  let steps = 0;
  const visit = (rest: readonly Chain[], chain: Chain): void => {
    if (found.length > ENOUGH || ++steps > MAX_STEPS) return;
    if (rest.every((queue) => queue.length === 0)) {
      if (chain.length > 0) found.push(chain);
      return;
    }
    const before = chain.at(-1)?.guess;
    rest.forEach((queue, q) => {
      const [next] = queue;
      if (next === undefined || (before !== undefined && !matches(before, next.guess))) return;
      const left = rest.map((one, i) => (i === q ? one.slice(1) : one));
      visit(left, [...chain, next]);
    });
  };
  visit(queues, []);
  return steps > MAX_STEPS ? [] : found;
}

/** The layer that all arrays of a group are. */
function wholeGuess({ name, arrays }: ArrayGroup): LayerGuess | undefined {
  if (OTHER_CLASSES.test(name)) return undefined;
  if (/dense/i.test(name) && arrays.length === 1) return denseWithoutBias(arrays);
  return guessLayers(arrays).find(({ count }) => count === arrays.length);
}

/** Every way to cut a list into layers that fit each other; layers without bias are tried where no others fit. */
function chainsInList(arrays: readonly RawArray[], matches: Follows): Chain[] {
  const usual = cutList(arrays, matches, false);
  return usual.length > 0 ? usual : cutList(arrays, matches, true);
}

function cutList(arrays: readonly RawArray[], matches: Follows, isBare: boolean): Chain[] {
  const found: Chain[] = [];
  let steps = 0;
  const visit = (at: number, chain: Chain): void => {
    if (found.length > ENOUGH || ++steps > MAX_STEPS) return;
    if (at === arrays.length) {
      if (chain.length > 0) found.push(chain);
      return;
    }
    const before = chain.at(-1)?.guess;
    // A single matrix may be a Dense where a recurrent layer came before; at the beginning it may be anything.
    const hasRecurrent = chain.some(({ guess }) => guess.isRecurrent);
    for (const guess of guessLayers(arrays.slice(at, at + 24), isBare && hasRecurrent)) {
      if (before !== undefined && !matches(before, guess)) continue;
      visit(at + guess.count, [...chain, { name: undefined, guess }]);
    }
  };
  visit(0, []);
  return steps > MAX_STEPS ? [] : found;
}
