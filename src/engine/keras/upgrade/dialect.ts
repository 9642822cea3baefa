/**
 * Which Keras wrote a config. Names alone do not tell everything: the same word means another function (hard_sigmoid) or
 * has another default (recurrent_activation) by generation (keras-reference 0, 1.3).
 */
import type { Activation } from '../../core/activations.ts';
import { isObject, ownString } from '../bytes/untrusted-json.ts';
import type { FileSource, Generation } from '../model/keras-model.ts';
import { generationOf } from './generation.ts';

export type Dialect = 'keras1' | 'keras2' | 'tf.keras' | 'keras3' | 'tfjs';

/** What layers of a file have in common. */
export interface ConfigContext {
  readonly dialect: Dialect;
  /** As messages call the writer: `Keras 2.2.4`, `tf.keras 2.2.4-tf`, `TF.js`. */
  readonly writer: string;
  /** As the file states it. */
  readonly kerasVersion: string | null;
  /** A sentence where the file states no writer: what was assumed of it. */
  readonly assumption: string | null;
  /** Sentences for ModelFile.notes. */
  readonly notes: string[];
}

/** @param architecture the parsed config; to_json puts keras_version into it */
export function configContext(architecture: unknown, source: FileSource, notes: string[]): ConfigContext {
  const kerasVersion = source.kerasVersion ?? ownString(architecture, 'keras_version') ?? null;
  const stated = dialectOf(source.generation) ?? dialectOf(generationOf(kerasVersion));
  const sniffed = stated === undefined ? sniffedDialect(architecture) : undefined;
  const dialect = stated ?? sniffed ?? 'keras2';
  const writer = writerName(dialect, kerasVersion);
  const assumption = stated === undefined ? assumed(source.fileName, dialect, writer) : null;
  const context = { dialect, writer, kerasVersion, assumption, notes };
  if (stated === undefined && sniffed === undefined) noteAssumption(context);
  return context;
}

/** Says once what was assumed of a file's writer; for what a layer is by that alone. */
export function noteAssumption({ assumption, notes }: ConfigContext): void {
  if (assumption !== null && !notes.includes(assumption)) notes.push(assumption);
}

function assumed(fileName: string, dialect: Dialect, writer: string): string {
  const gates = defaultRecurrentActivation(dialect, null).replace('_keras2', '');
  const formula = dialect === 'keras3' ? 'clip(x/6 + 0.5, 0, 1)' : 'clip(0.2x + 0.5, 0, 1)';
  return `${fileName} does not say which Keras wrote it; it is read as one of ${writer}, whose hard_sigmoid is ${formula}, and whose gates are ${gates} where nothing else is said.`;
}

/** What LSTM and GRU take for their gates when the config says nothing: sigmoid since Keras 2.3 and TensorFlow 2. */
export function defaultRecurrentActivation(dialect: Dialect, kerasVersion: string | null): Activation {
  const isOlder =
    dialect === 'keras1' ||
    dialect === 'tfjs' ||
    (dialect === 'keras2' && !/^2\.3(\.|$)/.test(kerasVersion ?? '')) ||
    (dialect === 'tf.keras' && isTensorFlow1(kerasVersion));
  return isOlder ? 'hard_sigmoid_keras2' : 'sigmoid';
}

/** Whether a GRU whose config says nothing resets after the product: since TensorFlow 2. */
export function defaultResetAfter(dialect: Dialect, kerasVersion: string | null): boolean {
  return dialect === 'keras3' || (dialect === 'tf.keras' && !isTensorFlow1(kerasVersion));
}

/** TensorFlow up to 1.12 states 2.1.6-tf or less. */
function isTensorFlow1(kerasVersion: string | null): boolean {
  return /^2\.[01]\./.test(kerasVersion ?? '');
}

export function dialectOf(generation: Generation): Dialect | undefined {
  switch (generation) {
    case 'unknown':
      return undefined;
    // Readers of these make up a config in Keras 3's words.
    case 'pytorch':
    case 'onnx':
      return 'keras3';
    default:
      return generation;
  }
}

/** Keys that only one generation writes, looked for in the first layers. */
function sniffedDialect(architecture: unknown): Dialect | undefined {
  const keys = new Set<string>();
  const level = [architecture];
  for (let depth = 0; depth < 8 && level.length > 0; depth++) {
    const current = level.splice(0, 200);
    for (const one of current) {
      if (typeof one !== 'object' || one === null) continue;
      if (isObject(one)) for (const key of Object.keys(one)) keys.add(key);
      level.push(...Object.values(one).slice(0, 200));
    }
  }
  const has = (...names: string[]) => names.some((name) => keys.has(name));
  if (has('output_dim', 'inner_activation', 'inner_init', 'W_regularizer')) return 'keras1';
  if (has('time_major', 'ragged') && has('batch_input_shape')) return 'tf.keras';
  if (has('module', 'registered_name', 'batch_shape') && !has('batch_input_shape', 'time_major')) {
    return 'keras3';
  }
  if (has('module', 'time_major')) return 'tf.keras';
  return undefined;
}

function writerName(dialect: Dialect, version: string | null): string {
  if (dialect === 'tfjs') return 'TF.js';
  const tool = dialect === 'tf.keras' ? 'tf.keras' : 'Keras';
  if (version !== null) return `${tool} ${version.slice(0, 40)}`;
  return dialect === 'tf.keras' ? tool : `Keras ${dialect.slice(-1)}`;
}
