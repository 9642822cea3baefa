/** The sentence printed beside all verdicts on a series. */
import type { PresetId } from '../presets.ts';
import { correlationNote } from '../verdict-words.ts';
import { msg } from '../words.ts';
import { plantedOf } from './lag-noise.ts';

/** What no verdict says of a series: in weather rows are alike, in planted ones they were drawn one by one. */
export function correlationWords(preset: PresetId | null): string {
  return plantedOf(preset) === null
    ? correlationNote()
    : msg(
        'The inputs of this planted series were drawn row by row, none from another, so no row can tell what another tells. In weather it is not so: neighbouring hours and days are alike, and "the network does not use t\u22125" is not "t\u22125 carries no information".',
      );
}
