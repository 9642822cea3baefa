/**
 * Models with one thing changed, for the search for a fault: the arrays of recurrent cells rearranged, settings of layers
 * replaced. The original is never touched; what is not changed is shared with it.
 */
import { transposed } from '../model/gate-blocks.ts';
import type { KerasModel, KerasObject, KerasWeight } from '../model/keras-model.ts';
import { kerasObject, type RecurrentSettings } from '../model/layer-settings.ts';
import { type PlacedLayer, placeLayers } from '../model/layer-variables.ts';

/** A recurrent layer, or one direction of a Bidirectional. */
export interface Cell {
  /** Name of the layer. */
  readonly layer: string;
  /** Before the names of its variables: '', 'forward/' or 'backward/'. */
  readonly prefix: '' | 'forward/' | 'backward/';
  readonly settings: RecurrentSettings;
}

/** kernel, recurrent_kernel or bias */
export type CellPart = 'kernel' | 'recurrent_kernel' | 'bias';

/** All recurrent cells of a model in order. */
export function cellsOf(model: KerasModel): Cell[] {
  return placeLayers(model.config).flatMap(({ name, settings }: PlacedLayer): Cell[] => {
    if (settings.kind === 'recurrent') return [{ layer: name, prefix: '', settings }];
    if (settings.kind !== 'bidirectional') return [];
    return [
      { layer: name, prefix: 'forward/', settings: settings.forward },
      { layer: name, prefix: 'backward/', settings: settings.backward },
    ];
  });
}

/** The model with other values in the weights of cells. `change` gives null where a weight stays as it is. */
export function changeCells(
  model: KerasModel,
  cells: readonly Cell[],
  change: (part: CellPart, weight: KerasWeight, cell: Cell) => Float32Array | null,
): KerasModel {
  const weights = model.weights.map((weight) => {
    const cell = cells.find(({ layer, prefix }) => layer === weight.layer && weight.name.startsWith(prefix));
    if (cell === undefined) return weight;
    const data = change(weight.name.slice(cell.prefix.length) as CellPart, weight, cell);
    return data === null ? weight : { ...weight, data };
  });
  return { ...model, weights };
}

/** The model with other config values in the layers of those names, in a wrapped layer where there is one. */
export function changeSettings(
  model: KerasModel,
  layers: readonly string[],
  settings: Readonly<Record<string, unknown>>,
): KerasModel {
  const change = (layer: KerasObject): KerasObject => {
    const { config } = layer;
    if (layer.class_name !== 'Bidirectional' && layer.class_name !== 'TimeDistributed') {
      return { ...layer, config: { ...config, ...settings } };
    }
    const inner = (key: string): object =>
      config[key] == null ? {} : { [key]: change(kerasObject(config[key], 'The wrapper')) };
    return { ...layer, config: { ...config, ...inner('layer'), ...inner('backward_layer') } };
  };
  const changed = model.config.layers.map((layer) =>
    layers.includes(String(layer.config.name)) ? change(layer) : layer,
  );
  return { ...model, config: { ...model.config, layers: changed } };
}

/**
 * Column blocks in another order.
 * @param from for each block of the result, the block it is taken from
 */
export function permuteBlocks(data: Float32Array, columns: number, from: readonly number[]): Float32Array {
  const width = columns / from.length;
  const out = new Float32Array(data.length);
  for (let row = 0; row < data.length; row += columns) {
    for (const [to, block] of from.entries()) {
      out.set(data.subarray(row + block * width, row + (block + 1) * width), row + to * width);
    }
  }
  return out;
}

/**
 * The square blocks of a recurrent kernel [H, gates * H] transposed.
 * @param blocks which; all unless given
 */
export function transposeBlocks(
  data: Float32Array,
  units: number,
  blocks: readonly number[] | null = null,
): Float32Array {
  const columns = data.length / units;
  const out = data.slice();
  for (const block of blocks ?? Array.from({ length: columns / units }, (_, k) => k)) {
    for (let i = 0; i < units; i++) {
      for (let j = 0; j < units; j++) {
        out[i * columns + block * units + j] = data[j * columns + block * units + i] ?? 0;
      }
    }
  }
  return out;
}

/** A matrix of `rows` rows whose memory holds its transpose. */
export function fromTransposed(data: Float32Array, rows: number): Float32Array {
  return transposed(data, data.length / rows, rows);
}
