/**
 * Which Keras wrote a config. Names alone do not tell everything: the same word means another function (hard_sigmoid) or
 * has another default (recurrent_activation) by generation (keras-reference 0, 1.3).
 */
import type { FileSource } from './keras-model.ts';
import { isObject, ownString } from './untrusted-json.ts';

export type Dialect = 'keras1' | 'keras2' | 'tf.keras' | 'keras3' | 'tfjs';

/** What layers of a file have in common. */
export interface ConfigContext {
  readonly dialect: Dialect;
  /** As messages call the writer: `Keras 2.2.4`, `tf.keras 2.2.4-tf`, `TF.js`. */
  readonly writer: string;
  /** Sentences for ModelFile.notes. */
  readonly notes: string[];
}

/** @param architecture the parsed config; to_json puts keras_version into it */
export function configContext(architecture: unknown, source: FileSource, notes: string[]): ConfigContext {
  const version = source.kerasVersion ?? ownString(architecture, 'keras_version') ?? null;
  const dialect =
    dialectOfSource(source) ?? dialectOfVersion(version) ?? sniffedDialect(architecture, source, notes);
  return { dialect, writer: writerName(dialect, version), notes };
}

function dialectOfSource({ generation }: FileSource): Dialect | undefined {
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

function dialectOfVersion(version: string | null): Dialect | undefined {
  if (version === null) return undefined;
  if (/^tfjs/i.test(version)) return 'tfjs';
  const [, major = '', minor = ''] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === '1') return 'keras1';
  if (major === '2') return version.endsWith('-tf') || Number(minor) >= 4 ? 'tf.keras' : 'keras2';
  return major === '' || Number(major) < 3 ? undefined : 'keras3';
}

/** Keys that only one generation writes, looked for in the first layers. */
function sniffedDialect(architecture: unknown, source: FileSource, notes: string[]): Dialect {
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
  if (!has('recurrent_activation')) return 'keras2';
  notes.push(
    `${source.fileName} does not say which Keras wrote it; it is read as one of Keras 2, whose hard_sigmoid is clip(0.2x + 0.5, 0, 1).`,
  );
  return 'keras2';
}

function writerName(dialect: Dialect, version: string | null): string {
  if (dialect === 'tfjs') return 'TF.js';
  const tool = dialect === 'tf.keras' ? 'tf.keras' : 'Keras';
  if (version !== null) return `${tool} ${version.slice(0, 40)}`;
  return dialect === 'tf.keras' ? tool : `Keras ${dialect.slice(-1)}`;
}
