/**
 * The arrays that a file has for one layer as the variables Keras 3 has: as they are, or out of Keras 1's arrays per gate
 * (keras-reference 3.1) or cuDNN's transposed ones (3.2). Which of these it is is told by number and shapes alone.
 */
import { badInput, formatShape } from '../../core/errors.ts';
import type { PlacedLayer } from '../model/layer-variables.ts';
import type { RawArray } from '../raw-file.ts';
import { gruFromCudnn, lstmFromCudnn } from './cudnn-arrays.ts';
import { gatesJoined, KERAS1_COUNTS } from './keras1-arrays.ts';

/** The variables' values in order, and what was done to get them. */
export interface LayerArrays {
  readonly values: readonly Float32Array[];
  readonly conversion: string | undefined;
}

/** How many arrays a layer may have in a file; its own number first. */
export function possibleCounts({ settings, variables }: PlacedLayer): readonly number[] {
  const own = variables.length;
  if (settings.kind === 'recurrent') return [own, ...keras1Count(settings.cell)];
  if (settings.kind === 'bidirectional') {
    return [own, ...keras1Count(settings.forward.cell).map((count) => 2 * count)];
  }
  return [own];
}

function keras1Count(cell: keyof typeof KERAS1_COUNTS): number[] {
  const count = KERAS1_COUNTS[cell];
  return count === undefined ? [] : [count];
}

/**
 * @returns undefined where number or shapes are none that are known
 * @throws GatewiseError when the arrays are cuDNN's and the layer computes something else
 */
export function layerArrays(layer: PlacedLayer, arrays: readonly RawArray[]): LayerArrays | undefined {
  if (layer.settings.kind !== 'bidirectional') return directArrays(layer, arrays);
  // One direction may have a bias and the other none; where the arrays fit as they are, nothing has to be cut in half.
  const shapes = layer.variables.map(({ shape }) => shape);
  if (haveShapes(arrays, shapes)) return { values: arrays.map(({ data }) => data), conversion: undefined };
  const half = layer.variables.length / 2;
  const { forward, backward } = layer.settings;
  const parts = [forward, backward].map((settings, i) => {
    const variables = layer.variables.slice(i * half, (i + 1) * half);
    const share = arrays.slice((i * arrays.length) / 2, ((i + 1) * arrays.length) / 2);
    return arrays.length % 2 === 0 ? directArrays({ ...layer, settings, variables }, share) : undefined;
  });
  const [first, second] = parts;
  if (first === undefined || second === undefined) return undefined;
  return { values: [...first.values, ...second.values], conversion: first.conversion };
}

function directArrays(layer: PlacedLayer, arrays: readonly RawArray[]): LayerArrays | undefined {
  const shapes = layer.variables.map(({ shape }) => shape);
  if (haveShapes(arrays, shapes)) return { values: arrays.map(({ data }) => data), conversion: undefined };
  const { settings } = layer;
  if (settings.kind !== 'recurrent') return undefined;
  const { cell, units } = settings;
  const features = shapes[0]?.[0] ?? 0;
  if (
    cell !== 'simple_rnn' &&
    arrays.length === KERAS1_COUNTS[cell] &&
    settings.useBias &&
    !settings.resetAfter
  ) {
    const gateShapes = arrays.map((_, i) => [[features, units], [units, units], [units]][i % 3] ?? []);
    if (!haveShapes(arrays, gateShapes)) return undefined;
    const order = cell === 'lstm' ? 'i, c, f, o' : 'z, r, h';
    return {
      values: gatesJoined(arrays, cell, features, units),
      conversion: `the ${arrays.length} arrays of Keras 1 (${order}) were joined to kernel, recurrent_kernel and bias`,
    };
  }
  return cudnnArrays(layer, arrays, features);
}

function cudnnArrays(
  { name, className, settings, variables }: PlacedLayer,
  arrays: readonly RawArray[],
  features: number,
): LayerArrays | undefined {
  if (settings.kind !== 'recurrent' || settings.cell === 'simple_rnn' || !settings.useBias) return undefined;
  const { cell, units } = settings;
  const [kernel, recurrent, bias] = arrays;
  const gates = cell === 'lstm' ? 4 : 3;
  const shapes = [...variables.slice(0, 2).map(({ shape }) => shape), [2 * gates * units]];
  if (!kernel || !recurrent || !bias || !haveShapes(arrays, shapes)) return undefined;
  const isSame = settings.activation === 'tanh' && settings.recurrentActivation === 'sigmoid';
  if (!isSame || (cell === 'gru' && !settings.resetAfter)) {
    throw badInput(
      `Layer "${name}" (${className}): its weights are those of cuDNN (a bias of ${2 * gates * units} values), which means tanh, sigmoid${cell === 'gru' ? ' and reset_after' : ''}; its config says ${settings.activation}, ${settings.recurrentActivation}. Give the architecture the weights were made with.`,
    );
  }
  const convert = cell === 'lstm' ? lstmFromCudnn : gruFromCudnn;
  return {
    values: convert([kernel.data, recurrent.data, bias.data], features, units),
    conversion: 'the transposed arrays of cuDNN were turned into those of a plain layer',
  };
}

function haveShapes(arrays: readonly RawArray[], shapes: readonly (readonly number[])[]): boolean {
  return (
    arrays.length === shapes.length &&
    arrays.every((array, i) => formatShape(array.shape) === formatShape(shapes[i] ?? []))
  );
}
