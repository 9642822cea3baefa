/**
 * A Sequential of reference layers in float64: prediction, loss, every gradient, a training step.
 * It is the oracle of the GPU kernels' tests, the second opinion of the page, and the way to go on without a GPU.
 * It draws no random numbers and knows no data sets: initial weights, batches and dropout masks are passed in.
 */
import {
  type Array64,
  type ArrayInput,
  checkArray,
  checkCount,
  checkLength,
  formatShape,
  lastExtent,
  sizeOf,
} from './array64.ts';
import {
  backwardLayer,
  describeLayer,
  forwardLayer,
  type LayerRecord,
  type ReferenceLayer,
} from './layers.ts';
import { computeLoss, meanAbsoluteError, type ReferenceLoss } from './losses.ts';
import { applyGradients, type OptimizerState } from './optimizers.ts';

// Rows that predict() runs together: bounds the memory of the traces; a row's result does not depend on its batch.
const PREDICT_ROWS = 256;

/** Options of a forward pass. */
export interface ForwardOptions {
  /**
   * One mask per dropout layer, in layer order, as long as that layer's input: 0 for a dropped entry, 1 / (1 - rate) for
   * a kept one. Left out (or undefined for one layer): no dropout, as in inference.
   */
  readonly masks?: readonly (ArrayLike<number> | undefined)[];
}

/** Everything a forward pass computed. */
export interface ForwardPass {
  readonly output: Array64;
  /** One per layer, first layer first. */
  readonly records: readonly LayerRecord[];
}

/** Gradients of every weight and of the input. */
export interface ModelGradients {
  /** One per weight, in weight order. */
  readonly gradients: readonly Float64Array[];
  /** As long as x. */
  readonly dx: Float64Array;
}

/** Loss and mean absolute error of a batch. */
export interface BatchScores {
  readonly loss: number;
  readonly mae: number;
}

/** A Sequential model in float64. */
export class ReferenceModel {
  readonly layers: readonly ReferenceLayer[];
  /** Last extent of the input. */
  readonly inputFeatures: number;
  /** Shape of each weight, in Keras' get_weights() order. */
  readonly weightShapes: readonly (readonly number[])[];
  /** The weights themselves, changed in place by trainStep and setWeights; flat, row-major, Keras' order and layout. */
  readonly weights: readonly Float64Array[];
  readonly #firstWeight: readonly number[];

  /**
   * @param layers first layer first
   * @param inputFeatures D, the last extent of the input
   * @param weights in Keras' get_weights() order, copied; describeLayer gives the shapes
   * @throws Error when the number or the length of the weights does not fit the layers
   */
  constructor(
    layers: readonly ReferenceLayer[],
    inputFeatures: number,
    weights: readonly ArrayLike<number>[],
  ) {
    const firstWeight: number[] = [];
    const shapes: (readonly number[])[] = [];
    let features = inputFeatures;
    for (const layer of layers) {
      firstWeight.push(shapes.length);
      const described = describeLayer(layer, features);
      shapes.push(...described.weightShapes);
      features = described.outputFeatures;
    }
    firstWeight.push(shapes.length);
    this.layers = layers;
    this.inputFeatures = inputFeatures;
    this.weightShapes = shapes;
    this.weights = shapes.map((shape) => new Float64Array(sizeOf(shape)));
    this.#firstWeight = firstWeight;
    this.setWeights(weights);
  }

  /**
   * Copies new values into the weights.
   * @throws Error when the number or the length of the weights does not fit; nothing is changed then
   */
  setWeights(weights: readonly ArrayLike<number>[]): void {
    if (weights.length !== this.weightShapes.length) {
      throw new Error(
        `Received ${weights.length} weights, expected ${this.weightShapes.length} with shapes ` +
          `${this.weightShapes.map(formatShape).join(', ')}. Pass them in the order of get_weights().`,
      );
    }
    this.weightShapes.forEach((shape, at) => {
      checkLength(`Weight ${at}`, weights[at] as ArrayLike<number>, shape);
    });
    this.weights.forEach((weight, at) => {
      weight.set(weights[at] as ArrayLike<number>);
    });
  }

  /**
   * Runs the model and keeps what every layer computed.
   * @param x [B, T, D] for a model that starts with an LSTM, else [B, ..., D]
   * @throws Error when x or a mask does not fit
   */
  forward(x: ArrayInput, options: ForwardOptions = {}): ForwardPass {
    checkArray('Model input', x);
    if (x.shape.length < 2 || lastExtent(x.shape) !== this.inputFeatures) {
      throw new Error(
        `Model input has shape ${formatShape(x.shape)}, expected [batch, ..., ${this.inputFeatures}]. ` +
          'The last axis is the features.',
      );
    }
    const records: LayerRecord[] = [];
    let current: ArrayInput = x;
    let dropouts = 0;
    this.layers.forEach((layer, index) => {
      const mask = layer.kind === 'dropout' ? options.masks?.[dropouts++] : undefined;
      const record = forwardLayer(layer, current, this.#weightsOf(index), mask);
      records.push(record);
      current = record.output;
    });
    if (options.masks !== undefined && options.masks.length !== dropouts) {
      throw new Error(
        `Received ${options.masks.length} dropout masks, expected one for each of ${dropouts} layers.`,
      );
    }
    const last = records[records.length - 1];
    return { output: last?.output ?? { shape: x.shape, data: Float64Array.from(x.data) }, records };
  }

  /**
   * Goes back through a forward pass. The weights must be those of that pass.
   * @param dOutput gradient of the output, as long as it (ones at one entry and zeros elsewhere explain that entry)
   * @throws Error when dOutput does not fit
   */
  backward(pass: ForwardPass, dOutput: ArrayLike<number>): ModelGradients {
    checkLength('Output gradient', dOutput, pass.output.shape);
    const perLayer: (readonly Float64Array[])[] = [];
    let gradient: Float64Array = Float64Array.from(dOutput);
    for (let index = this.layers.length - 1; index >= 0; index--) {
      const layer = this.layers[index] as ReferenceLayer;
      const result = backwardLayer(
        layer,
        pass.records[index] as LayerRecord,
        this.#weightsOf(index),
        gradient,
      );
      perLayer.unshift(result.weights);
      gradient = result.dx;
    }
    return { gradients: perLayer.flat(), dx: gradient };
  }

  /**
   * Predictions without dropout.
   * @param x [B, T, D] or [B, ..., D]; any number of rows, memory stays bounded
   * @returns [B, k], or [B, T, k] for a model that emits sequences
   * @throws Error when x does not fit
   */
  predict(x: ArrayInput): Array64 {
    checkArray('Model input', x);
    const rows = checkCount('Rows of the model input', x.shape[0] ?? 0);
    const rowSize = x.data.length / rows;
    const parts: Array64[] = [];
    for (let start = 0; start < rows; start += PREDICT_ROWS) {
      const end = Math.min(rows, start + PREDICT_ROWS);
      const data = Float64Array.from(
        { length: (end - start) * rowSize },
        (_, at) => x.data[start * rowSize + at] as number,
      );
      parts.push(this.forward({ shape: [end - start, ...x.shape.slice(1)], data }).output);
    }
    const rowShape = (parts[0] as Array64).shape.slice(1);
    const outputs = new Float64Array(parts.reduce((size, part) => size + part.data.length, 0));
    let filled = 0;
    for (const part of parts) {
      outputs.set(part.data, filled);
      filled += part.data.length;
    }
    return { shape: [rows, ...rowShape], data: outputs };
  }

  /**
   * Loss, mean absolute error and every gradient of a batch.
   * @param y target in the shape of the output (a last axis of 1 may be left out, as in Keras)
   * @throws Error when x, y or a mask does not fit
   */
  lossAndGradients(
    x: ArrayInput,
    y: ArrayInput,
    loss: ReferenceLoss,
    options: ForwardOptions = {},
  ): BatchScores & ModelGradients & { readonly output: Array64 } {
    const pass = this.forward(x, options);
    checkTarget(y, pass.output.shape);
    const { value, gradient } = computeLoss(loss, pass.output.data, y.data);
    const mae = meanAbsoluteError(pass.output.data, y.data).value;
    return { loss: value, mae, output: pass.output, ...this.backward(pass, gradient) };
  }

  /**
   * One optimizer step on a batch; changes the weights and the optimizer's state in place.
   * @param optimizer of createOptimizerState(spec, model.weights)
   * @returns the scores before the step, as Keras reports them
   * @throws Error when x, y, a mask or the optimizer's state does not fit
   */
  trainStep(
    x: ArrayInput,
    y: ArrayInput,
    loss: ReferenceLoss,
    optimizer: OptimizerState,
    options: ForwardOptions = {},
  ): BatchScores {
    const result = this.lossAndGradients(x, y, loss, options);
    applyGradients(optimizer, this.weights, result.gradients);
    return { loss: result.loss, mae: result.mae };
  }

  #weightsOf(layer: number): readonly Float64Array[] {
    return this.weights.slice(this.#firstWeight[layer], this.#firstWeight[layer + 1]);
  }
}

function checkTarget(y: ArrayInput, outputShape: readonly number[]): void {
  checkArray('Target', y);
  const full = formatShape(outputShape);
  const squeezed = lastExtent(outputShape) === 1 ? formatShape(outputShape.slice(0, -1)) : full;
  const received = formatShape(y.shape);
  if (received !== full && received !== squeezed) {
    throw new Error(`Target has shape ${received}, expected ${full} like the model's output.`);
  }
}
