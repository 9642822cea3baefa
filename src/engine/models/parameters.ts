/**
 * The flat parameters of a model: where each variable lies, and the way between Keras' layout and the kernels'.
 * LSTM matrices lie gate-interleaved on the GPU, element (row k, unit u, gate g) at offset + k * rowStride + u * 4 + g;
 * Keras keeps it at column g * H + u. Dense lies as in Keras.
 */
import { badInput, formatShape } from '../core/errors.ts';
import { GATE_COUNT } from '../core/gates.ts';
import { type Random, seededRandom } from '../core/random.ts';
import { sizeOf, type Tensor } from '../core/tensor.ts';
import type { Layer, SampleShape, Variable } from '../layers/layer.ts';

/** Floats of a matrix: each layer begins on one, since the kernels load parameters by matrices. */
const MATRIX = 16;

/** One variable of the model. */
export interface WeightSpec {
  /** Name of the layer. */
  readonly layer: string;
  /** `layer/variable`, e.g. 'lstm/kernel': the key in .npz files. */
  readonly path: string;
  readonly name: string;
  /** Keras' shape. */
  readonly shape: readonly number[];
  /** Floats from the start of a member's parameters. */
  readonly offset: number;
  /** H where the columns are gate-interleaved on the GPU, else null. */
  readonly gateUnits: number | null;
  /** Floats between rows on the GPU. */
  readonly rowStride: number;
  /** Floats from its first to its last, padding between rows included. */
  readonly extent: number;
}

/** A layer in its place in the model. */
export interface PlacedLayer {
  readonly layer: Layer;
  readonly name: string;
  readonly input: SampleShape;
  readonly output: SampleShape;
  /** Floats before its parameters. */
  readonly offset: number;
  readonly parameterCount: number;
  readonly variables: readonly Variable[];
}

/** Layers placed one after the other, and what they need. */
export interface ParameterLayout {
  readonly layers: readonly PlacedLayer[];
  readonly weights: readonly WeightSpec[];
  /** Floats of one member, a multiple of 16. */
  readonly stride: number;
}

/**
 * Names layers, checks that each can follow the one before, and gives each its place.
 * @throws GatewiseError when there is no layer, names collide, or shapes do not fit
 */
export function layoutOf(layers: readonly Layer[], inputShape: SampleShape): ParameterLayout {
  if (layers.length === 0)
    throw badInput('This Sequential has no layers. Add one, e.g. model.add(lstm({ units: 32 })).');
  const names = nameLayers(layers);
  const placed: PlacedLayer[] = [];
  let input = inputShape;
  let offset = 0;
  layers.forEach((layer, k) => {
    const name = names[k] as string;
    const output = layer.outputShape(input, name);
    const { variables, floats } = layer.parameters(input);
    const parameterCount = variables.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
    placed.push({ layer, name, input, output, offset, parameterCount, variables });
    input = output;
    offset += Math.ceil(floats / MATRIX) * MATRIX;
  });
  const weights = placed.flatMap(({ name, offset: start, variables }) =>
    variables.map(({ name: own, shape, offset: within, gateUnits, rowStride = shape.at(-1) ?? 1 }) => {
      const columns = shape.at(-1) ?? 1;
      const extent = (sizeOf(shape) / columns - 1) * rowStride + columns;
      const place = { offset: start + within, gateUnits, rowStride, extent };
      return { layer: name, path: `${name}/${own}`, name: own, shape, ...place };
    }),
  );
  return { layers: placed, weights, stride: Math.max(MATRIX, offset) };
}

/** Names as Keras gives them: the class in snake case, then _1, _2, ... */
function nameLayers(layers: readonly Layer[]): string[] {
  const taken = new Set<string>();
  for (const { givenName } of layers) {
    if (givenName === undefined) continue;
    if (taken.has(givenName))
      throw badInput(`Two layers are named "${givenName}". Give each layer a name of its own.`);
    taken.add(givenName);
  }
  const counts = new Map<string, number>();
  return layers.map(({ givenName, className }) => {
    if (givenName !== undefined) return givenName;
    const base = className.toLowerCase();
    for (;;) {
      const count = counts.get(base) ?? 0;
      counts.set(base, count + 1);
      const name = count === 0 ? base : `${base}_${count}`;
      if (!taken.has(name)) return name;
    }
  });
}

/** Fresh parameters of one member, in the kernels' layout. */
export function initialParameters(layout: ParameterLayout, seed: number): Float32Array {
  const flat = new Float32Array(layout.stride);
  const random: Random = seededRandom(seed);
  const tensors = layout.layers.flatMap(({ variables }) =>
    variables.map((variable): Tensor => ({ shape: variable.shape, data: variable.initialize(random) })),
  );
  packInto(flat, layout, tensors);
  return flat;
}

/**
 * Tensors in Keras' order and layout to flat parameters.
 * @throws GatewiseError when their number or a shape does not fit
 */
export function packParameters(layout: ParameterLayout, tensors: readonly Tensor[]): Float32Array {
  if (tensors.length !== layout.weights.length) {
    throw badInput(
      `This model has ${layout.weights.length} weight tensors (${layout.weights.map(({ path }) => path).join(', ')}), received ${tensors.length}.`,
    );
  }
  layout.weights.forEach(({ path, shape }, k) => {
    const given = tensors[k] as Tensor;
    if (formatShape(given.shape) !== formatShape(shape) || given.data.length !== sizeOf(shape)) {
      throw badInput(
        `Weight ${path} has shape ${formatShape(shape)}, received ${formatShape(given.shape)} with ${given.data.length} values.`,
      );
    }
  });
  const flat = new Float32Array(layout.stride);
  packInto(flat, layout, tensors);
  return flat;
}

function packInto(flat: Float32Array, layout: ParameterLayout, tensors: readonly Tensor[]): void {
  layout.weights.forEach((weight, k) => {
    const { data } = tensors[k] as Tensor;
    forEachElement(weight, (keras, device) => {
      flat[device] = data[keras] as number;
    });
  });
}

/** Flat parameters (or gradients, or optimizer slots) to tensors in Keras' order and layout. */
export function unpackParameters(layout: ParameterLayout, flat: Float32Array): Tensor[] {
  return layout.weights.map((weight) => {
    const data = new Float32Array(sizeOf(weight.shape));
    forEachElement(weight, (keras, device) => {
      data[keras] = flat[device] as number;
    });
    return { shape: [...weight.shape], data };
  });
}

/** Calls `visit` with each element's index in Keras' layout and in the flat parameters. */
function forEachElement(weight: WeightSpec, visit: (keras: number, device: number) => void): void {
  const { shape, offset, gateUnits, rowStride } = weight;
  const size = sizeOf(shape);
  if (gateUnits === null) {
    for (let i = 0; i < size; i++) visit(i, offset + i);
    return;
  }
  const columns = gateUnits * GATE_COUNT;
  for (let i = 0; i < size; i++) {
    const column = i % columns;
    const gate = Math.floor(column / gateUnits);
    visit(i, offset + ((i - column) / columns) * rowStride + (column % gateUnits) * GATE_COUNT + gate);
  }
}
