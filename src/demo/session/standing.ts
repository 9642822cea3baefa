/** How things stand: what a change can take away and undo brings back, and what is kept for a reload. */

import type { Command } from '../protocol.ts';
import { RECIPE_SETTINGS, type Recipe } from '../recipe.ts';
import { type Told, told } from '../words.ts';
import type { FileStart } from './file-start.ts';
import type { Kept } from './keeper.ts';
import { keptCheckpoint } from './kept-checkpoint.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Checkpoint } from './timeline.ts';

export interface Standing {
  readonly data: LoadedData;
  readonly recipe: Recipe;
  readonly seed: number;
  readonly start: FileStart | null;
  readonly keepBest: boolean;
  readonly checkpoint: Checkpoint | null;
}

/** A number of the series in float32, in the windows' series and as the table's text. */
const BYTES_PER_CELL = 32;

/** Changes that can be undone, in words. */
export const UNDOABLE: Partial<Record<Command['type'], Told>> = {
  'go-to': told('a link'),
  reset: told('reset'),
  'new-seed': told('new seed'),
  apply: told('settings'),
  'edit-weight': told('edit of a weight'),
  'use-columns': told('other data'),
  'use-preset': told('other data'),
  'use-city': told('other data'),
  continue: told('weights from a file'),
};

/** What is held in memory for it, about: past weights, and the table with what was made of it. */
export function bytesOf({ data, checkpoint }: Standing): number {
  const weights = checkpoint?.weights.reduce((sum, one) => sum + one.data.byteLength, 0) ?? 0;
  const { rows, columns } = data.series;
  return weights * (checkpoint?.past.epochs.length ?? 0) + rows * columns.length * BYTES_PER_CELL;
}

export function isSameRecipe(one: Recipe, other: Recipe): boolean {
  return RECIPE_SETTINGS.every(({ field }) => one[field] === other[field]);
}

/** The same as a reload needs it. */
export function toKeep({ data, checkpoint, ...rest }: Standing): Kept {
  const { source, choice } = data;
  return {
    ...rest,
    origin: source.origin,
    choice,
    checkpoint: checkpoint === null ? null : keptCheckpoint(checkpoint),
  };
}
