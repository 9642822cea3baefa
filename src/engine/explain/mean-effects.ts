/** What permuting each place adds to one member's error, the mean over its repeats. */
import type { Permutation } from './permutation.ts';

/** [places] */
export function meanEffects(
  { places, repeats, effects }: Pick<Permutation, 'places' | 'repeats' | 'effects'>,
  member = 0,
): Float64Array {
  return Float64Array.from(places, (_, place) => {
    const first = (member * places.length + place) * repeats;
    return effects.subarray(first, first + repeats).reduce((sum, effect) => sum + effect, 0) / repeats;
  });
}
