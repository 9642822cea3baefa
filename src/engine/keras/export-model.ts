/**
 * What the Keras writers take: a model as plain data, nothing of the GPU. The engine fills it from `toConfig()`,
 * `getWeights()`, `weightSpecs()` and `getOptimizerState()`; `planLayers` checks that the parts fit each other, so that
 * no file is written that Keras would refuse or, worse, load into the wrong variables.
 */
import { badInput, formatShape } from '../core/errors.ts';
import { GATE_COUNT } from '../core/gates.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';

/** A Keras 3 object: a layer, an optimizer. Keys of `config` are Keras' own (snake_case). */
export interface KerasObject {
  /** e.g. `keras.layers` */
  readonly module: string;
  /** e.g. `LSTM` */
  readonly class_name: string;
  readonly config: Readonly<Record<string, unknown>>;
  readonly registered_name: null;
}

/** The config of a Keras 3 Sequential. */
export interface SequentialConfig {
  readonly name: string;
  /** An InputLayer with `batch_shape` first. */
  readonly layers: readonly KerasObject[];
  /** [null, T, D] */
  readonly build_input_shape: readonly (number | null)[];
}

/** One variable of a model. */
export interface ExportWeight {
  /** Key in an .npz: `lstm/kernel`, `lstm_1/bias`, `dense/kernel`. */
  readonly path: string;
  /** Name of the layer, as its config has it. */
  readonly layer: string;
  /** kernel, recurrent_kernel or bias */
  readonly name: string;
  /** Keras' shape: LSTM [D, 4H], [H, 4H], [4H]; Dense [in, out], [out]. */
  readonly shape: readonly number[];
  /** Row-major, gates as column blocks i, f, c, o. */
  readonly data: Float32Array;
}

/** How a model was compiled. */
export interface CompileConfig {
  readonly optimizer: KerasObject;
  /** Full name; Keras 3 cannot load "mse" from every file. */
  readonly loss: 'mean_squared_error' | 'mean_absolute_error';
  readonly metrics: readonly string[];
}

/** Where an optimizer stands. */
export interface OptimizerState {
  /** Steps taken. */
  readonly iterations: number;
  readonly learningRate: number;
  /** Adam: m and v; SGD with momentum: momentum; else none. One tensor per variable, in the order of the weights. */
  readonly slots: readonly { readonly name: 'm' | 'v' | 'momentum'; readonly tensors: readonly Tensor[] }[];
}

/** A model as the writers take it. */
export interface ExportModel {
  readonly config: SequentialConfig;
  /** Keras order: by layer, then kernel, recurrent_kernel, bias. */
  readonly weights: readonly ExportWeight[];
  /** Absent: Keras loads the model without compiling it. */
  readonly compile?: CompileConfig;
  /** Absent: Keras starts with a fresh optimizer. */
  readonly optimizerState?: OptimizerState;
  /** What it takes to run the same training again (columns, scaling, window, seed, ...); goes into gatewise.json. */
  readonly recipe?: object;
}

/** A layer and its variables, in the order files hold them. */
export interface PlannedLayer {
  readonly className: string;
  readonly name: string;
  readonly weights: readonly ExportWeight[];
}

/** Shapes of a layer's variables, from its units and the first dimension of its kernel. */
const VARIABLE_SHAPES: Readonly<
  Record<string, (units: number, inputs: number) => Readonly<Record<string, number[]>>>
> = {
  LSTM: (units, inputs) => ({
    kernel: [inputs, GATE_COUNT * units],
    recurrent_kernel: [units, GATE_COUNT * units],
    bias: [GATE_COUNT * units],
  }),
  Dense: (units, inputs) => ({ kernel: [inputs, units], bias: [units] }),
};

/**
 * The layers of a model in order, each with its variables; the InputLayer is left out as Keras leaves it out of its files.
 * @throws GatewiseError when a layer's variables are missing, too many, out of order or of another shape than its config says
 */
export function planLayers(model: ExportModel): PlannedLayer[] {
  const layers = model.config.layers
    .filter((layer) => layer.class_name !== 'InputLayer')
    .map((layer) => planLayer(layer, model.weights));
  if (new Set(layers.map((layer) => layer.name)).size !== layers.length) {
    throw badInput(
      `Two layers of the model have the same name (${layers.map((layer) => layer.name).join(', ')}). Give each its own name.`,
    );
  }
  const ordered = layers.flatMap((layer) => layer.weights);
  if (ordered.length !== model.weights.length || ordered.some((weight, i) => weight !== model.weights[i])) {
    throw badInput(
      `The weights (${model.weights.map((weight) => weight.path).join(', ')}) do not follow the layers (${layers.map((layer) => layer.name).join(', ')}). List them layer by layer, in the order of the model.`,
    );
  }
  checkOptimizer(model);
  return layers;
}

function planLayer(layer: KerasObject, all: readonly ExportWeight[]): PlannedLayer {
  const { class_name: className, config } = layer;
  const name = config.name;
  if (typeof name !== 'string' || name === '') {
    throw badInput(`A layer of class ${className} has no name in its config. Give it one.`);
  }
  const weights = all.filter((weight) => weight.layer === name);
  const shapesOf = Object.hasOwn(VARIABLE_SHAPES, className) ? VARIABLE_SHAPES[className] : undefined;
  if (!shapesOf) {
    if (weights.length === 0) return { className, name, weights };
    throw badInput(
      `Layer "${name}" is a ${className} with weights; only LSTM and Dense can be written. Leave it out.`,
    );
  }

  const units = typeof config.units === 'number' ? config.units : 0;
  const shapes = Object.entries(shapesOf(units, weights[0]?.shape[0] ?? 0)).filter(
    ([variable]) => variable !== 'bias' || config.use_bias !== false,
  );
  const expected = shapes.map(([variable, shape]) => `${variable} ${formatShape(shape)}`).join(', ');
  const received = weights.map((weight) => `${weight.name} ${formatShape(weight.shape)}`).join(', ');
  if (expected !== received) {
    throw badInput(
      `Layer "${name}" (${className}, units ${units}) needs the variables ${expected}, received ${received || 'none'}. Build the model before it is exported.`,
    );
  }
  for (const weight of weights) checkSize(weight.path, weight.shape, weight.data);
  return { className, name, weights };
}

function checkOptimizer({ weights, compile, optimizerState }: ExportModel): void {
  if (!optimizerState) return;
  if (!compile) {
    throw badInput('The model has an optimizer state but no compile settings. Give both or neither.');
  }
  const { class_name: className, config } = compile.optimizer;
  const expected = className === 'Adam' ? 'm, v' : className === 'SGD' && config.momentum ? 'momentum' : '';
  const received = optimizerState.slots.map((slot) => slot.name).join(', ');
  if (expected !== received) {
    throw badInput(
      `Optimizer ${className} keeps the slots ${expected || 'none'}, received ${received || 'none'}. Take the state from the compiled optimizer.`,
    );
  }
  if (!Number.isSafeInteger(optimizerState.iterations) || optimizerState.iterations < 0) {
    throw badInput(
      `The optimizer's step count is ${optimizerState.iterations}; it must be 0 or a positive integer.`,
    );
  }
  for (const { name, tensors } of optimizerState.slots) {
    const fits =
      tensors.length === weights.length &&
      tensors.every((one, i) => formatShape(one.shape) === formatShape(weights[i]?.shape ?? []));
    if (!fits) {
      throw badInput(
        `Slot "${name}" of the optimizer has the shapes ${tensors.map((one) => formatShape(one.shape)).join(' ')}, the weights have ${weights.map((weight) => formatShape(weight.shape)).join(' ')}. They must be the same.`,
      );
    }
    tensors.forEach((one, i) => {
      checkSize(`${name} of ${weights[i]?.path}`, one.shape, one.data);
    });
  }
}

function checkSize(what: string, shape: readonly number[], data: Float32Array): void {
  if (data.length === sizeOf(shape)) return;
  throw badInput(
    `${what} has shape ${formatShape(shape)} but ${data.length} values. Give ${sizeOf(shape)} values.`,
  );
}
