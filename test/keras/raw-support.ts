/** What the tests of config translation share: raw files made by hand, as container readers hand them on. */
import { seededRandom } from '../../src/engine/core/random.ts';
import { sizeOf } from '../../src/engine/core/tensor.ts';
import type { FileSource, KerasModel, SequentialConfig } from '../../src/engine/keras/model/keras-model.ts';
import { placeLayers } from '../../src/engine/keras/model/layer-variables.ts';
import type { RawArray, RawFile, RawLayer, RawWeights } from '../../src/engine/keras/raw-file.ts';

/** A raw file: only what a test is about has to be said. */
export function rawFile(
  parts: Partial<Omit<RawFile, 'source'>> & { readonly source?: Partial<FileSource> },
): RawFile {
  const { source, ...rest } = parts;
  return {
    source: {
      fileName: 'model.h5',
      container: 'hdf5',
      holds: 'model',
      generation: 'keras2',
      kerasVersion: '2.2.4',
      backend: 'tensorflow',
      ...source,
    },
    architecture: null,
    compile: null,
    weights: { kind: 'none' },
    optimizer: null,
    recipe: null,
    stored: [],
    notes: [],
    ...rest,
  };
}

const random = seededRandom(20);

/** Random values, different in every array. */
export function rawArray(path: string, shape: readonly number[]): RawArray {
  const data = Float32Array.from({ length: sizeOf(shape) }, () => 0.1 + 0.5 * random.normal());
  return { path, dtype: '<f4', shape, data };
}

/** A layer of a legacy file: `rawLayer('lstm_1', {kernel: [3, 16]})`. */
export function rawLayer(name: string, shapes: Readonly<Record<string, readonly number[]>>): RawLayer {
  return {
    name,
    arrays: Object.entries(shapes).map(([key, shape]) => rawArray(`${name}/${key}:0`, shape)),
  };
}

export function byLayer(...layers: readonly RawLayer[]): RawWeights {
  return { kind: 'by-layer', layers };
}

/** LSTM arrays of Keras 2 and later. */
export function lstmLayer(name: string, features: number, units: number): RawLayer {
  return rawLayer(name, {
    kernel: [features, 4 * units],
    recurrent_kernel: [units, 4 * units],
    bias: [4 * units],
  });
}

export function denseLayer(name: string, features: number, units: number): RawLayer {
  return rawLayer(name, { kernel: [features, units], bias: [units] });
}

/** A file's model, for readers that give weights in Keras' order and layout. */
export function modelOfRaw({ architecture, weights }: RawFile): KerasModel {
  const { config } = architecture as { config: SequentialConfig };
  const arrays: readonly RawArray[] =
    weights.kind === 'by-layer'
      ? weights.layers.flatMap((layer) => layer.arrays)
      : weights.kind === 'none'
        ? []
        : weights.arrays;
  const variables = placeLayers(config).flatMap(({ name: layer, variables }) =>
    variables.map((variable) => ({ ...variable, layer })),
  );
  if (variables.length !== arrays.length) {
    throw new Error(`${arrays.length} arrays for ${variables.length} variables`);
  }
  return {
    config,
    weights: variables.map(({ layer, name, shape }, i) => {
      const { data, shape: stored } = arrays[i] as RawArray;
      if (String(stored) !== String(shape)) throw new Error(`${layer}/${name}: ${stored}, expected ${shape}`);
      return { path: `${layer}/${name}`, layer, name, shape, data };
    }),
  };
}
