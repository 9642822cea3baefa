/**
 * A file's arrays as the weights of a model's layers. Legacy files are matched by the order of layers with weights, as
 * Keras does (names in them mislead); .weights.h5 by their groups, named arrays by names, a bare list by order.
 */
import { badInput, formatShape, sentence } from '../../core/errors.ts';
import { shownName } from '../bytes/untrusted-json.ts';
import type { KerasWeight } from '../model/keras-model.ts';
import { type PlacedLayer, placeLayers } from '../model/layer-variables.ts';
import type { RawArray, RawLayer, RawWeights } from '../raw-file.ts';
import { type LayerArrays, layerArrays, possibleCounts } from './layer-arrays.ts';
import { arraysOfLayers, recountedArrays } from './layer-paths.ts';
import { namedArrays } from './named-arrays.ts';
import type { UpgradedConfig, UpgradedLayer } from './upgrade-config.ts';

/** A layer with variables, in its place and as it was in the file. */
export interface WeightedLayer {
  readonly placed: PlacedLayer;
  readonly upgraded: UpgradedLayer;
}

export interface AssignedWeights {
  readonly weights: readonly KerasWeight[];
  /** Arrays were rearranged: what an optimizer keeps for them is in another order still. */
  readonly isConverted: boolean;
}

/**
 * @param fileName as messages call the file
 * @param notes gets what was converted
 * @throws GatewiseError when layers and arrays do not fit, with what was expected and found
 */
export function assignWeights(
  raw: RawWeights,
  upgraded: UpgradedConfig,
  fileName: string,
  notes: string[],
): AssignedWeights {
  if (raw.kind === 'none') return { weights: [], isConverted: false };
  const layers = placeLayers(upgraded.config).flatMap((placed, i): WeightedLayer[] => {
    const one = upgraded.layers[i];
    return one !== undefined && placed.variables.length > 0 ? [{ placed, upgraded: one }] : [];
  });
  const found = arraysOfEachLayer(raw, layers, fileName);
  const conversions = new Map<string, string[]>();
  const weights = layers.flatMap(({ placed }, i): KerasWeight[] => {
    const arrays = found[i] ?? [];
    const fitting = layerArrays(placed, arrays);
    if (fitting === undefined) throw misfit(placed, arrays, fileName);
    const { conversion } = fitting;
    if (conversion !== undefined)
      conversions.set(conversion, [...(conversions.get(conversion) ?? []), placed.name]);
    return weightsOf(placed, fitting);
  });
  for (const [conversion, names] of conversions) {
    notes.push(`${names.map((name) => `"${name}"`).join(', ')}: ${conversion}.`);
  }
  return { weights, isConverted: conversions.size > 0 };
}

function weightsOf({ name: layer, variables }: PlacedLayer, { values }: LayerArrays): KerasWeight[] {
  return variables.map(({ name, shape }, i) => ({
    path: `${layer}/${name}`,
    layer,
    name,
    shape,
    data: values[i] ?? new Float32Array(0),
  }));
}

/** The arrays of each layer, in its variables' order. */
function arraysOfEachLayer(
  raw: Exclude<RawWeights, { kind: 'none' }>,
  layers: readonly WeightedLayer[],
  fileName: string,
): readonly (readonly RawArray[])[] {
  switch (raw.kind) {
    case 'by-layer':
      return arraysByLayer(raw.layers, layers, fileName);
    case 'by-path':
      return arraysByPath(raw.arrays, layers, fileName);
    case 'ordered':
      return splitByOrder(raw.arrays, layers) ?? failOrder(raw.arrays, layers, fileName);
    case 'named':
      return (
        namedArrays(raw.arrays, layers) ??
        splitByOrder(raw.arrays, layers) ??
        failOrder(raw.arrays, layers, fileName)
      );
  }
}

/** A nested model is one layer of its file, with the arrays of all its layers, those first that are trained. */
function arraysByLayer(
  file: readonly RawLayer[],
  layers: readonly WeightedLayer[],
  fileName: string,
): readonly (readonly RawArray[])[] {
  const filled = file.filter((layer) => layer.arrays.length > 0);
  const units = [...new Set(layers.map(({ upgraded }) => upgraded.unit))].sort((a, b) => a - b);
  if (filled.length !== units.length) {
    throw badInput(
      sentence`${fileName} has weights for ${filled.length} layers (${listed(filled.map(({ name }) => name))}), the architecture has ${units.length} with weights (${listed(layers.map(({ placed }) => placed.name))}). Give the architecture that the weights were saved with.`,
    );
  }
  const found = new Map<WeightedLayer, readonly RawArray[]>();
  units.forEach((unit, u) => {
    const inUnit = layers.filter(({ upgraded }) => upgraded.unit === unit);
    const arrays = filled[u]?.arrays ?? [];
    const split =
      inUnit.length === 1 ? [arrays] : (cutTrainableFirst(arrays, inUnit) ?? cutInOrder(arrays, inUnit));
    inUnit.forEach((layer, i) => {
      found.set(layer, split?.[i] ?? failOrder(arrays, inUnit, fileName)[i] ?? []);
    });
  });
  return layers.map((layer) => found.get(layer) ?? []);
}

function arraysByPath(
  arrays: readonly RawArray[],
  layers: readonly WeightedLayer[],
  fileName: string,
): readonly (readonly RawArray[])[] {
  const own = arraysOfLayers(arrays).filter(({ path }) => path.startsWith('layers/'));
  const direct = arraysInGroups(own, layers);
  if (direct.left.length === 0) return direct.found;
  const recounted = arraysInGroups(recountedArrays(own), layers);
  if (recounted.left.length === 0) return recounted.found;
  throw badInput(
    sentence`${fileName} has weights that no layer of the architecture takes: ${listed(direct.left.map(({ path }) => path))}. Give the architecture that the weights were saved with.`,
  );
}

function arraysInGroups(
  arrays: readonly RawArray[],
  layers: readonly WeightedLayer[],
): { readonly found: readonly (readonly RawArray[])[]; readonly left: readonly RawArray[] } {
  const taken = new Set<RawArray>();
  const found = layers.map(({ upgraded }) => {
    const own = arrays.filter(({ path }) => path.startsWith(`${upgraded.group}/`));
    for (const array of own) taken.add(array);
    return own.sort((a, b) => pathOrder(a.path) - pathOrder(b.path));
  });
  return { found, left: arrays.filter((array) => !taken.has(array)) };
}

/** Forward before backward, then by number. */
function pathOrder(path: string): number {
  const number = Number(path.slice(path.lastIndexOf('/') + 1));
  return (path.includes('/backward_layer/') ? 1000 : 0) + (Number.isInteger(number) ? number : 0);
}

/** Cuts a list where the layers' variables end; TF.js lists what is not trained at the end. */
function splitByOrder(
  arrays: readonly RawArray[],
  layers: readonly WeightedLayer[],
): RawArray[][] | undefined {
  return cutInOrder(arrays, layers) ?? cutTrainableFirst(arrays, layers);
}

function cutInOrder(arrays: readonly RawArray[], layers: readonly WeightedLayer[]): RawArray[][] | undefined {
  let at = 0;
  const parts: RawArray[][] = [];
  for (const { placed } of layers) {
    const part = possibleCounts(placed)
      .map((count) => arrays.slice(at, at + count))
      .find((one) => layerArrays(placed, one) !== undefined);
    if (part === undefined) return undefined;
    parts.push(part);
    at += part.length;
  }
  return at === arrays.length ? parts : undefined;
}

function cutTrainableFirst(
  arrays: readonly RawArray[],
  layers: readonly WeightedLayer[],
): RawArray[][] | undefined {
  const parts = layers.map((): RawArray[] => []);
  let at = 0;
  for (const isTrained of [true, false]) {
    layers.forEach(({ placed, upgraded }, i) => {
      const { length } = placed.variables.filter(
        (one) => (one.isTrainable && !upgraded.isFrozen) === isTrained,
      );
      parts[i]?.push(...arrays.slice(at, at + length));
      at += length;
    });
  }
  const fits = layers.every(({ placed }, i) => layerArrays(placed, parts[i] ?? []) !== undefined);
  return at === arrays.length && fits ? parts : undefined;
}

function failOrder(arrays: readonly RawArray[], layers: readonly WeightedLayer[], fileName: string): never {
  const expected = layers.map(({ placed }) => `${placed.name} ${shapesOf(placed.variables)}`);
  throw badInput(
    sentence`The arrays of ${fileName} do not fit the architecture. Expected ${listed(expected, 20)}; found ${shapesOf(arrays.slice(0, 40))}. Give the architecture that the weights were saved with.`,
  );
}

function misfit(placed: PlacedLayer, arrays: readonly RawArray[], fileName: string): Error {
  const expected = placed.variables.map(({ name, shape }) => `${name} ${formatShape(shape)}`).join(', ');
  const found = arrays.map(({ path, shape }) => `${shownName(path)} ${formatShape(shape)}`);
  const held = found.length === 0 ? sentence`nothing` : listed(found, 12);
  return badInput(
    sentence`Layer "${placed.name}" (${placed.className}) expects ${expected}; ${fileName} has ${held} for it. Give the architecture that the weights were saved with.`,
  );
}

function shapesOf(arrays: readonly { readonly shape: readonly number[] }[]): string {
  return arrays.map(({ shape }) => formatShape(shape)).join(' ');
}

function listed(names: readonly string[], most = 6): string {
  const shownNames = names.slice(0, most).map(shownName).join(', ');
  return names.length > most ? `${shownNames}, ...` : shownNames || 'none';
}
