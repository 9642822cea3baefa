/**
 * Files for the live check against real Keras (tools/keras/check_live.py says which): tests write them into folders of
 * test-output/keras-live, and .ci/run gives that folder to Keras afterwards.
 */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import {
  type KerasModel,
  type NamedArray,
  writeKeras,
  writeNpy,
  writeNpz,
  writeWeightsH5,
} from '../../src/engine/keras/index.ts';
import { writeLegacyH5 } from '../../src/engine/keras/keras3/legacy-h5.ts';

interface Values {
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

const ROOT = fileURLToPath(new URL('../../test-output/keras-live/', import.meta.url));

/** An empty folder for one test file's models. */
export function emptyLiveFolder(name: string): string {
  const folder = join(ROOT, name);
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  return folder;
}

/**
 * Writes everything Keras is to check about a model.
 * @param x [N, T, D]
 * @param y what `predict(x)` gave
 */
export async function writeLiveFiles(
  folder: string,
  name: string,
  model: KerasModel,
  x: Values,
  y: Values,
): Promise<void> {
  const write = (suffix: string, bytes: Uint8Array): void =>
    writeFileSync(join(folder, name + suffix), bytes);
  write('.keras', await writeKeras(model));
  write('.weights.h5', await writeWeightsH5(model));
  write('.h5', await writeLegacyH5(model));
  write('.npz', writeNpz(model.weights));
  write('.x.npy', writeNpy(x));
  write('.y.npy', writeNpy(y));
  if (model.optimizerState) write('.optimizer.npz', writeNpz(stateArrays(model, model.optimizerState)));
}

function stateArrays(
  model: KerasModel,
  { iterations, learningRate, slots }: NonNullable<KerasModel['optimizerState']>,
): NamedArray[] {
  const moments = slots.flatMap(({ name, tensors }) =>
    tensors.map(({ shape, data }, i) => ({ path: `${name}/${model.weights[i]?.path}`, shape, data })),
  );
  return [
    { path: 'iterations', shape: [], data: BigInt64Array.of(BigInt(iterations)) },
    { path: 'learning_rate', shape: [], data: Float32Array.of(learningRate) },
    ...moments,
  ];
}
