/**
 * Occlusion: what it adds to a model's error when one place always holds the same value, its mean over the training rows
 * if nothing else is said. Such windows may be unlike any the model was trained on; permutation keeps values likely.
 */
import { badInput } from '../core/errors.ts';
import type { Dataset } from '../models/samples.ts';
import type { ExplainedModel } from './explained-model.ts';
import { type InputPlace, placesOf } from './input-place.ts';
import type { LagMap } from './lag-map.ts';
import { MeasuredWindows, type MeasureOptions } from './measured-windows.ts';

export interface OcclusionOptions extends MeasureOptions {
  /** Names of the features, for the maps; x0, x1, ... by default. */
  readonly features?: readonly string[];
  /** What each column gets, scaled (default 0, the mean over the training rows). */
  readonly values?: ArrayLike<number>;
}

/**
 * @returns for each member the change of its root mean square error, in units of the target
 * @throws GatewiseError for data that do not fit; 'aborted' by the signal
 */
export async function occlusion(
  model: ExplainedModel,
  data: Dataset,
  options: OcclusionOptions = {},
): Promise<LagMap[]> {
  const measured = new MeasuredWindows(model, data, options);
  const { window } = measured;
  const columns = measured.features;
  const { features = Array.from({ length: columns }, (_, j) => `x${j}`), values } = options;
  for (const [what, list] of Object.entries({ features, values })) {
    if (list && list.length !== columns)
      throw badInput(`Received ${list.length} ${what} for ${columns} columns. Give one for each.`);
  }
  const places = placesOf(window, columns);
  const forecasts = await measured.forecasts();
  const changed = await measured.rmseUnder(places.length, (change) => {
    const place = places[change] as InputPlace;
    const value = values?.[place.feature] ?? 0;
    return { place, valueOf: () => value };
  });
  return forecasts.map((own, e) => {
    const rmse = measured.rmseOf((k) => own[k] as number);
    const after = changed.subarray(e * places.length, (e + 1) * places.length);
    return { window, features, values: after.map((value) => value - rmse) };
  });
}
