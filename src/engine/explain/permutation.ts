/**
 * Permutation importance (Breiman 2001): what it adds to a model's error when the values of one place are exchanged among
 * the windows, so that they stay as likely as they were and tell nothing any more. Every window gets the value of another
 * one: the windows in a random order (Fisher-Yates), each takes that of the next, the last that of the first. Each place
 * and repeat has an order of its own, from the seed; all members see the same windows.
 */
import { badInput } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import type { Dataset } from '../models/samples.ts';
import type { ExplainedModel } from './explained-model.ts';
import { type InputPlace, placeIndex, placesOf } from './input-place.ts';
import { MeasuredWindows, type MeasureOptions } from './measured-windows.ts';

export interface PermutationOptions extends MeasureOptions {
  /** By default all. */
  readonly places?: readonly InputPlace[];
  /** Orders drawn for each place (default 10). */
  readonly repeats?: number;
  /** Number of the first of them (default 0): rounds of a few repeats give the numbers of all at once. */
  readonly firstRepeat?: number;
  readonly seed?: number;
}

export interface Permutation {
  readonly places: readonly InputPlace[];
  readonly repeats: number;
  /** Windows measured on. */
  readonly windows: number;
  /** [E], root mean square error of the windows as they are. */
  readonly rmse: Float64Array;
  /** [E, places, repeats], what each exchange adds to it. */
  readonly effects: Float64Array;
  /** [E, repeats], the same for all places at once: each forecast held against the target of another window. */
  readonly wholeWindow: Float64Array;
}

/**
 * @returns errors in units of the target
 * @throws GatewiseError for data that do not fit, fewer than two windows, and places that are not there; 'aborted' by the signal
 */
export async function permutation(
  model: ExplainedModel,
  data: Dataset,
  options: PermutationOptions = {},
): Promise<Permutation> {
  const { repeats = 10, firstRepeat = 0, seed = 0 } = options;
  const measured = new MeasuredWindows(model, data, options);
  const { window, features, members, count } = measured;
  if (!(Number.isInteger(repeats) && repeats >= 1))
    throw badInput(`repeats must be a whole number of 1 or more, received ${repeats}.`);
  if (count < 2)
    throw badInput(
      `Values can only be exchanged among windows, received ${count} window. Give at least two, better hundreds.`,
    );
  const places = options.places ?? placesOf(window, features);
  for (const place of places) measured.check(place);

  const forecasts = await measured.forecasts();
  const rmse = Float64Array.from(forecasts, (own) => measured.rmseOf((k) => own[k] as number));
  const wholeWindow = new Float64Array(members * repeats);
  for (let repeat = 0; repeat < repeats; repeat++) {
    const from = exchange(count, seed, (firstRepeat + repeat) * (window * features + 1));
    forecasts.forEach((own, e) => {
      const permuted = measured.rmseOf((k) => own[from[k] as number] as number);
      wholeWindow[e * repeats + repeat] = permuted - (rmse[e] as number);
    });
  }
  const changed = await measured.rmseUnder(places.length * repeats, (change) => {
    const place = places[Math.floor(change / repeats)] as InputPlace;
    const repeat = firstRepeat + (change % repeats);
    const stream = repeat * (window * features + 1) + 1 + placeIndex(place, features);
    const from = exchange(count, seed, stream);
    return { place, valueOf: (k) => measured.valueAt(from[k] as number, place) };
  });
  const effects = changed.map(
    (value, at) => value - (rmse[Math.floor(at / (changed.length / members))] ?? 0),
  );
  return { places, repeats, windows: count, rmse, effects, wholeWindow };
}

/**
 * For each window the window whose value it gets, never itself where there are two or more.
 * @param stream which of the seed's exchanges
 */
export function exchange(windows: number, seed: number, stream: number): Uint32Array {
  const order = seededRandom(seed, stream).permutation(windows);
  const from = new Uint32Array(windows);
  order.forEach((window, at) => {
    from[window] = order[(at + 1) % windows] as number;
  });
  return from;
}
