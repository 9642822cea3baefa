/** Who wrote a file, by the version it states. */
import type { Generation } from '../model/keras-model.ts';

/** `1.2.2`, `2.0.6`, `2.2.4-tf`, `2.15.0`, `3.15.1`, `tfjs-layers 4.22.0`; null and others are unknown. */
export function generationOf(version: string | null): Generation {
  if (version === null) return 'unknown';
  if (/^tfjs/i.test(version)) return 'tfjs';
  const [, major, minor] = /^(\d+)\.(\d+)/.exec(version) ?? [];
  if (major === undefined || major === '0') return 'unknown';
  if (major === '1') return 'keras1';
  // The last Keras of its own was 2.3; tf.keras counts on from there.
  if (major === '2') return version.includes('tf') || Number(minor) >= 4 ? 'tf.keras' : 'keras2';
  return 'keras3';
}
