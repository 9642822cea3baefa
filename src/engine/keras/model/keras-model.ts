/**
 * A model as plain data, nothing of the GPU: what every reader of this folder makes and every writer takes. Whatever the
 * file was, the architecture is told in the words of Keras 3 (class names, snake_case config keys), gates lie i, f, c, o,
 * and each weight has the shape Keras 3 gives it. The engine makes a Sequential of it and fills it from one.
 */
import type { Tensor } from '../../core/tensor.ts';

/** A Keras 3 object: a layer, an optimizer. Keys of `config` are Keras' own (snake_case). */
export interface KerasObject {
  /** e.g. `keras.layers` */
  readonly module: string;
  /** e.g. `LSTM` */
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly registered_name: null;
}

/**
 * The config of a Keras 3 Sequential. Two activations have no name in Keras 3: `hard_sigmoid` is Keras 3's
 * clip(x/6 + 0.5, 0, 1), `hard_sigmoid_keras2` the clip(0.2x + 0.5, 0, 1) of Keras 1, 2, tf.keras and TF.js.
 */
export interface SequentialConfig {
  readonly name: string;
  /** An InputLayer with `batch_shape` first. */
  readonly layers: readonly KerasObject[];
  /** [null, T, D]; T may be null. The batch is null too, unless the file fixes it (stateful layers). */
  readonly build_input_shape: readonly (number | null)[];
}

/** One variable of a model. */
export interface KerasWeight {
  /** `layer/name`, the key in an .npz: `lstm/kernel`, `bidirectional/forward/bias`, `dense/kernel`. */
  readonly path: string;
  /** Name of the layer, as its config has it. */
  readonly layer: string;
  /** A name of layer-variables.ts: kernel, recurrent_kernel, bias, forward/kernel, gamma, moving_mean, ... */
  readonly name: string;
  /** Keras' shape: LSTM [D, 4H], [H, 4H], [4H]; Dense [in, out], [out]. */
  readonly shape: readonly number[];
  /** Row-major, gates as column blocks i, f, c, o. */
  readonly data: Float32Array;
}

/** How a model was compiled. */
export interface CompileConfig {
  /** An optimizer of Keras 3: SGD, Adam, AdamW, RMSprop, or one the engine does not know, as it stood in the file. */
  readonly optimizer: KerasObject;
  /** Keras' full name (`mean_squared_error`, `huber`): the short ones do not load from every file. An object where the loss has settings. */
  readonly loss: string | KerasObject;
  readonly metrics: readonly string[];
}

/** Names of what optimizers keep for each variable. */
export type KerasSlotName = 'm' | 'v' | 'vhat' | 'momentum' | 'velocity' | 'average_gradient';

/** Where an optimizer stands. */
export interface OptimizerState {
  /** Steps taken. */
  readonly iterations: number;
  readonly learningRate: number;
  /**
   * Adam, AdamW: m, v (with amsgrad also vhat). SGD with momentum: momentum. RMSprop: velocity, then momentum if there is
   * one, then average_gradient if centered. One tensor per trainable variable, in the order of the weights.
   */
  readonly slots: readonly { readonly name: KerasSlotName; readonly tensors: readonly Tensor[] }[];
}

/** A model as the writers take it. */
export interface KerasModel {
  readonly config: SequentialConfig;
  /** Keras order: by layer, then as layer-variables.ts lists them. */
  readonly weights: readonly KerasWeight[];
  /** Absent: Keras loads the model without compiling it. */
  readonly compile?: CompileConfig;
  /** Absent: Keras starts with a fresh optimizer. */
  readonly optimizerState?: OptimizerState;
  /** What it takes to run the same training again (columns, scaling, window, seed, ...); goes into gatewise.json. */
  readonly recipe?: object;
}

/** Who wrote a file. */
export type Generation =
  | 'keras1'
  | 'keras2'
  | 'tf.keras'
  | 'keras3'
  | 'tfjs'
  | 'pytorch'
  | 'onnx'
  | 'unknown';

/** What a file is, by its content. */
export interface FileSource {
  /** As messages call it. */
  readonly fileName: string;
  readonly container: 'hdf5' | 'keras' | 'npz' | 'json' | 'tfjs' | 'safetensors' | 'onnx';
  readonly holds: 'model' | 'weights' | 'architecture';
  readonly generation: Generation;
  /** As the file has it: '2.2.4-tf', '3.15.1', 'tfjs-layers 4.22.0'. */
  readonly kerasVersion: string | null;
  readonly backend: string | null;
}

/** A tensor under the name it has in the file, before any conversion. */
export interface StoredTensor {
  readonly path: string;
  readonly dtype: string;
  readonly shape: readonly number[];
}

/** A file that was read. */
export interface ModelFile {
  readonly source: FileSource;
  readonly model: KerasModel;
  /** What lies in the file. */
  readonly stored: readonly StoredTensor[];
  /** Sentences: what was converted, assumed, left out or looks wrong. A file that needed nothing has none. */
  readonly notes: readonly string[];
  /** Those of the notes that matter only where the model is trained on. */
  readonly trainingNotes?: readonly string[];
}
