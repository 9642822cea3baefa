/**
 * A file's optimizer arrays as an OptimizerState. They come in the file's order, which differs by generation
 * (keras-reference 2.4, 2.5): Keras 3 and the newer tf.keras interleave Adam's m and v, the others list all m, then all v.
 * The state is taken only when every array fits; without it training starts with a fresh optimizer.
 */
import { formatShape } from '../../core/errors.ts';
import { numberOf, own } from '../bytes/untrusted-json.ts';
import { slotNames } from '../model/check-model.ts';
import type { CompileConfig, KerasSlotName, KerasWeight, OptimizerState } from '../model/keras-model.ts';
import type { RawArray, RawOptimizer } from '../raw-file.ts';
import type { Dialect } from './dialect.ts';

/** What has to be known of the model. */
export interface OptimizerContext {
  readonly dialect: Dialect;
  readonly compile: CompileConfig;
  /** Weights that training changes, in the order of the model. */
  readonly trainable: readonly KerasWeight[];
}

/** @returns a state, a sentence about why there is none, or null where nothing was trained yet */
export function optimizerState(raw: RawOptimizer, context: OptimizerContext): OptimizerState | string | null {
  const { compile, dialect, trainable } = context;
  const { class_name: className, config } = compile.optimizer;
  const names = slotNames(className, config);
  const first = raw.findIndex((array) => array.shape.length > 0);
  const scalars = first < 0 ? raw : raw.slice(0, first);
  const rest = raw.slice(scalars.length);
  // Keras makes the slots at the first step.
  if (rest.length === 0 && names.length > 0 && (scalars[0]?.data[0] ?? 0) === 0) return null;
  const left = `The optimizer's state was left out, so that training starts with a fresh one: `;
  if (dialect === 'keras1') return `${left}Keras 1 stores it per gate and in an order of its own.`;
  if (dialect === 'tfjs' && className === 'SGD' && rest.length > 0) {
    return `${left}momentum of TF.js is another sum than that of Keras.`;
  }
  const blocks = slotBlocks(rest, names, context);
  if (blocks === undefined || !['SGD', 'Adam', 'AdamW', 'RMSprop'].includes(className)) {
    return `${left}its ${raw.length} arrays do not fit ${className} with ${trainable.length} weights that are trained.`;
  }
  const iterations = scalars[0]?.count ?? scalars[0]?.data[0] ?? 0;
  if (!Number.isSafeInteger(iterations) || iterations < 0) {
    return `${left}its step count is ${iterations}.`;
  }
  const rate = scalars[1]?.data[0] ?? numberOf(config.learning_rate) ?? initialRate(config.learning_rate);
  return {
    iterations,
    learningRate: rate,
    slots: blocks.map((tensors, i) => ({
      name: names[i] as KerasSlotName,
      tensors: tensors.map(({ shape, data }) => ({ shape, data })),
    })),
  };
}

/** Where a schedule begins; the steps tell where it is. */
function initialRate(schedule: unknown): number {
  return numberOf(own(own(schedule, 'config'), 'initial_learning_rate')) ?? 0;
}

/** The arrays of each slot, one for each trained weight; undefined where they do not fit. */
function slotBlocks(
  arrays: readonly RawArray[],
  names: readonly string[],
  { dialect, trainable }: OptimizerContext,
): RawArray[][] | undefined {
  const count = trainable.length;
  const expected = names.length * count;
  // Keras 2 keeps moments that are not used: SGD's without momentum, one number for each of Adam's vhat.
  const isSpare = dialect !== 'keras3' && arrays.length === expected + count;
  const used = isSpare ? arrays.slice(0, expected) : arrays;
  if (used.length !== expected) return undefined;
  const inBlocks = names.map((_, slot) => used.slice(slot * count, (slot + 1) * count));
  if (names[1] !== 'v') return fits(inBlocks, trainable) ? inBlocks : undefined;
  const pairs = used.slice(0, 2 * count);
  const interleaved = [
    pairs.filter((_, i) => i % 2 === 0),
    pairs.filter((_, i) => i % 2 === 1),
    ...inBlocks.slice(2),
  ];
  const order = namedOrder(pairs) ?? (dialect === 'keras3' || isByPath(pairs) ? 'interleaved' : undefined);
  const likely = order ?? (dialect === 'tf.keras' && fits(interleaved, trainable) ? undefined : 'blocks');
  if (likely === undefined) return fits(inBlocks, trainable) ? undefined : interleaved;
  const chosen = likely === 'blocks' ? inBlocks : interleaved;
  return fits(chosen, trainable) ? chosen : undefined;
}

/** By names such as `Adam/m/lstm/kernel:0`, `Adam/lstm/kernel/m:0`, `adam/lstm_kernel_momentum`, where they tell. */
function namedOrder(pairs: readonly RawArray[]): 'blocks' | 'interleaved' | undefined {
  const kinds = pairs.map(({ path }) => {
    const plain = path.replace(/:\d+$/, '');
    if (/(^|\/)m(\/|_\d+$|$)|_momentum$/.test(plain)) return 'm';
    return /(^|\/)v(\/|_\d+$|$)|_velocity$/.test(plain) ? 'v' : undefined;
  });
  const half = kinds.length / 2;
  if (kinds.every((kind, i) => kind === (i % 2 === 0 ? 'm' : 'v'))) return 'interleaved';
  return kinds.every((kind, i) => kind === (i < half ? 'm' : 'v')) ? 'blocks' : undefined;
}

/** Only the newer optimizers are saved in .weights.h5. */
function isByPath(pairs: readonly RawArray[]): boolean {
  return pairs.every(({ path }) => /(^|\/)vars\/\d+$/.test(path));
}

function fits(blocks: readonly (readonly RawArray[])[], trainable: readonly KerasWeight[]): boolean {
  return blocks.every(
    (tensors) =>
      tensors.length === trainable.length &&
      tensors.every((tensor, i) => formatShape(tensor.shape) === formatShape(trainable[i]?.shape ?? [])),
  );
}
