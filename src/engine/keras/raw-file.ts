/**
 * What a container reader (HDF5, zip, TF.js, safetensors, ONNX, npz) hands on: the file's own JSON and arrays, unpacked,
 * bounded and unchanged. model-of-raw.ts makes a model of it. Readers know containers, not layers.
 */
import type { FileSource, StoredTensor } from './model/keras-model.ts';

/** A file or a part of one, in memory. */
export interface NamedFile {
  readonly name: string;
  readonly bytes: Uint8Array;
}

/** An array of numbers as float32, row-major, and what it was. */
export interface RawArray extends StoredTensor {
  readonly data: Float32Array;
  /** A whole number alone (an optimizer's step count), of which float32 holds no more than 24 bits. */
  readonly count?: number;
}

/** The arrays of one layer of a legacy file, in the order of weight_names. */
export interface RawLayer {
  readonly name: string;
  readonly arrays: readonly RawArray[];
}

export type RawWeights =
  /** Keras 1, 2, tf.keras .h5, Keras 3 .h5: by layer, in the order of layer_names; layers without weights included. */
  | { readonly kind: 'by-layer'; readonly layers: readonly RawLayer[] }
  /** .weights.h5 and .keras: paths such as `layers/lstm/cell/vars/0`, with `/` between parts. */
  | {
      readonly kind: 'by-path';
      readonly arrays: readonly RawArray[];
      /** `vars` groups without arrays: `layers/dropout/vars`. Files that cannot tell leave it out. */
      readonly emptyGroups?: readonly string[];
    }
  /** get_weights(): Keras' order is all that is known. */
  | { readonly kind: 'ordered'; readonly arrays: readonly RawArray[] }
  /** `lstm/kernel`, `lstm_1/bias`: the writer of these names is known (TF.js, our own .npz), gates i, f, c, o. */
  | { readonly kind: 'named'; readonly arrays: readonly RawArray[] }
  | { readonly kind: 'none' };

/** Arrays of an optimizer in the file's order, scalars first. */
export type RawOptimizer = readonly RawArray[];

export interface RawFile {
  readonly source: FileSource;
  /** Parsed JSON of the whole model, `{class_name, config, ...}`; null where the file holds weights only. */
  readonly architecture: unknown;
  /** Parsed `training_config` (legacy), `compile_config` (Keras 3) or `trainingConfig` (TF.js); null where there is none. */
  readonly compile: unknown;
  readonly weights: RawWeights;
  readonly optimizer: RawOptimizer | null;
  /** What our own files carry (gatewise.json): the recipe; null in files of others. */
  readonly recipe: object | null;
  readonly stored: readonly StoredTensor[];
  readonly notes: readonly string[];
}

export interface ReadModelOptions {
  /** How messages call the file; nothing is concluded from it. */
  readonly fileName: string;
  /** For bare weights: a to_json file, or any model file whose architecture is taken. */
  readonly architecture?: NamedFile;
  /** Gives a file that lies beside this one (TF.js shards), null where there is none. Never a path that leaves the folder. */
  readonly sibling?: (name: string) => Promise<Uint8Array | null>;
}
