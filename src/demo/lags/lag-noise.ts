/** What pure noise reaches: what a method makes of an input that has no part in anything, it makes of nothing. */
import type { LagStudy } from '../../engine/explain/index.ts';
import { PLANTED, type PlantedId } from '../../engine/index.ts';
import type { PresetId } from '../presets.ts';
import type { LagDisplay, LagTable } from './lag-bars.ts';

/** What is known of a series that was planted; null for others. */
export function plantedOf(preset: PresetId | null): (typeof PLANTED)[PlantedId] | null {
  return preset !== null && preset in PLANTED ? PLANTED[preset as PlantedId] : null;
}

/** The largest size of the bars of an input; null where it is none of them. */
export function noiseOf(
  { features, values }: Pick<LagTable, 'features' | 'values'>,
  input: string,
): number | null {
  const column = features.indexOf(input);
  const own = values.filter((_, at) => at % features.length === column);
  return column < 0 ? null : Math.max(...own.map(Math.abs));
}

/** Of the networks of a study: how steeply they follow their shadow column. Null where bars are something else. */
export function studyNoise(
  { method }: LagTable,
  display: LagDisplay,
  study: Pick<LagStudy, 'shadowSensitivity'> | null,
): number | null {
  const isSlope = method === 'sensitivity' && display === 'size';
  return study === null || !isSlope ? null : Math.max(...study.shadowSensitivity);
}
