/**
 * Paths of arrays in Keras 3's manner, whoever wrote them: tf.keras 2.12 and 2.13 have another word for `layers`, Windows
 * backslashes, and tf.keras 2.12 counts lstm, lstm_2, lstm_3 where every later Keras counts lstm, lstm_1, lstm_2.
 */
import type { RawArray } from '../raw-file.ts';

/** Running means of losses and metrics, and states of random generators: nothing that a model computes with. */
const NOT_OF_LAYERS =
  /^(metrics|_metrics|compiled_metrics|loss_tracker)\/|(^|\/)(seed_generator|_?random_generator)\//;
/** A layer in its container: class name, and a number from the second on. */
const LAYER_GROUP = /(?<=(?:^|\/)layers\/)([^/]+?)(?:_(\d{1,6}))?(?=\/|$)/g;

/** The arrays of layers under the paths that Keras 3 would give them, but for the numbers. */
export function arraysOfLayers(arrays: readonly RawArray[]): RawArray[] {
  return arrays
    .map((array) => ({
      ...array,
      path: array.path
        .replaceAll('\\', '/')
        .replace(/(?<=^|\/)_layer_checkpoint_dependencies(?=\/)/g, 'layers'),
    }))
    .filter(({ path }) => !NOT_OF_LAYERS.test(path));
}

/**
 * The same, counted as Keras 3 counts. A number that is missing may also be that of a layer without weights, so this is
 * for files whose numbers do not fit as they are.
 */
export function recountedArrays(own: readonly RawArray[]): RawArray[] {
  const recounted = counterOf(own.map(({ path }) => path));
  return own.map((array) => ({ ...array, path: recounted(array.path) }));
}

function counterOf(paths: readonly string[]): (path: string) => string {
  /** Numbers in use, by what stands before and the class: `layers/lstm`. */
  const numbers = new Map<string, Set<number>>();
  for (const path of paths) {
    for (const { 1: className = '', 2: number = '0', index } of path.matchAll(LAYER_GROUP)) {
      const key = `${path.slice(0, index)}${className}`;
      numbers.set(key, (numbers.get(key) ?? new Set()).add(Number(number)));
    }
  }
  return (path) =>
    path.replace(LAYER_GROUP, (name, className: string, number: string | undefined, index: number) => {
      const used = numbers.get(`${path.slice(0, index)}${className}`);
      const skipsOne = used?.has(0) && used.has(2) && !used.has(1);
      return skipsOne && number !== undefined ? `${className}_${Number(number) - 1}` : name;
    });
}

/** Keras' to_snake_case: LSTM is lstm, TimeDistributed is time_distributed, SimpleRNN is simple_rnn. */
export function snakeCase(className: string): string {
  return className
    .replace(/\W+/g, '')
    .replace(/(.)([A-Z][a-z]+)/g, '$1_$2')
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .toLowerCase();
}
