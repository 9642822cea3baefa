/**
 * Arrays under names such as `lstm_LSTM1/kernel`, `bidirectional/forward/bias` (ours) or `dense/dense/kernel:0` for the
 * layers that have these names. TF.js writes such names, and so does our own .npz.
 */

import { own, ownString } from '../bytes/untrusted-json.ts';
import type { RawArray } from '../raw-file.ts';
import type { WeightedLayer } from './assign-weights.ts';

/** @returns the arrays of each layer in its variables' order; undefined unless names tell all of them */
export function namedArrays(
  arrays: readonly RawArray[],
  layers: readonly WeightedLayer[],
): RawArray[][] | undefined {
  const named = arrays.map((array) => {
    const parts = array.path.replace(/:\d+$/, '').split('/');
    return { array, owners: parts.slice(0, -1), variable: parts.at(-1) ?? '' };
  });
  const taken = new Set<RawArray>();
  const found = layers.map((layer) => {
    const names = [layer.upgraded.fileName, layer.placed.name];
    return layer.placed.variables.flatMap(({ name }): RawArray[] => {
      const [direction, variable] = name.includes('/') ? name.split('/') : [undefined, name];
      const fitting = named.find(
        (one) =>
          one.variable === variable &&
          !taken.has(one.array) &&
          (one.owners.some((owner) => names.includes(owner))
            ? direction === undefined || one.owners.some((owner) => isDirection(owner, direction))
            : direction !== undefined && one.owners.includes(`${direction}_${innerName(layer)}`)),
      );
      if (fitting === undefined) return [];
      taken.add(fitting.array);
      return [fitting.array];
    });
  });
  const isWhole = found.every((one, i) => one.length === layers[i]?.placed.variables.length);
  return isWhole && taken.size === arrays.length ? found : undefined;
}

function isDirection(owner: string, direction: string): boolean {
  return owner === direction || owner.startsWith(`${direction}_`);
}

/** Name of the layer that a Bidirectional wraps, without the direction. */
function innerName({ upgraded }: WeightedLayer): string {
  const name = ownString(own(own(upgraded.layer.config, 'layer'), 'config'), 'name') ?? '';
  return name.replace(/^forward_/, '');
}
