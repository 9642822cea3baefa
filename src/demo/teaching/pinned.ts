/**
 * The result of a training beside the one pinned for the preset (pinned.json, written by tools/pin-results.mjs): the same,
 * as near as rounding leaves it, or another. Only where the settings are the preset's own, and the seed the pinned one.
 */
import { formatDate, formatErrorIn, formatSkill } from '../format.ts';
import type { DataReport, ForecastReport, RunReport } from '../protocol.ts';
import { RECIPE_SETTINGS, type Recipe } from '../recipe.ts';
import { msg, str } from '../words.ts';

/** What a preset came to on one device. */
export interface PinnedResult {
  /** Day it was recorded, such as 2026-11-30, and the adapter as the browser named it. */
  readonly date: string;
  readonly device: string;
  readonly recipe: Recipe;
  readonly seed: number;
  /** Epoch whose weights it is of. */
  readonly epoch: number;
  /** Of the test part, in the target's unit. */
  readonly mae: number;
  readonly skill: number;
  readonly fingerprint: string;
  /** The most that the error moved when one first weight was moved by its last binary place, in the same unit. */
  readonly spread: number;
}

export interface PinnedFile {
  readonly command: string;
  /** How many weights were moved in turn to measure the spread. */
  readonly nudges: number;
  readonly results: Readonly<Record<string, PinnedResult>>;
}

/** What stands on the page. */
export interface Trained {
  readonly data: Pick<DataReport, 'preset' | 'unit'>;
  readonly run: Pick<RunReport, 'phase' | 'epoch' | 'targetEpochs' | 'seed' | 'start' | 'isEdited'>;
  readonly recipe: Recipe;
  readonly keepBest: boolean;
  readonly forecast: Pick<ForecastReport, 'epoch' | 'step' | 'scores' | 'skill'>;
  readonly bestEpoch: number | null;
  readonly fingerprint: string;
}

export interface Compared {
  readonly verdict: 'same' | 'within' | 'other';
  readonly words: string;
}

/** The tolerance is so many times the measured spread, because few nudges show less than what many devices do ... */
const TIMES = 4;
/** ... and no less than this part of the error: about a thousand steps, each with sums that keep about six digits in float32. */
const LEAST_SHARE = 1e-3;

/** A difference of two errors: two digits of it, however small. */
export const roundingWords = (difference: number, unit: string): string =>
  difference < 1e-4
    ? `${difference.toExponential(1)}${unit === '' ? '' : `\u00a0${unit}`}`
    : formatErrorIn(Number(difference.toPrecision(2)), unit);

/** How far apart two results may be for rounding's sake; assumed where what was measured is less than the least share. */
export function allowanceOf({ mae, spread }: Pick<PinnedResult, 'mae' | 'spread'>): {
  readonly allowed: number;
  readonly isAssumed: boolean;
} {
  const [measured, least] = [TIMES * spread, LEAST_SHARE * mae];
  return { allowed: Math.max(measured, least), isAssumed: measured < least };
}

/** The pinned result that is to be compared with; null where data, settings, seed or beginning are others. */
export function pinnedFor({ data, run, recipe, keepBest }: Trained, file: PinnedFile): PinnedResult | null {
  const pinned = data.preset === null ? undefined : file.results[data.preset];
  if (pinned === undefined || !keepBest || run.start !== null || run.isEdited) return null;
  const isSame = RECIPE_SETTINGS.every(({ field }) => recipe[field] === pinned.recipe[field]);
  return isSame && run.seed === pinned.seed ? pinned : null;
}

/** Whether training is at its end, and what is seen is what it ended with. */
export function isAtEnd({ run, forecast, bestEpoch }: Trained): boolean {
  const isDone = run.phase === 'done' && run.epoch === run.targetEpochs;
  // Another epoch that is only looked at is no result.
  return isDone && forecast.step === 0 && forecast.epoch === bestEpoch;
}

export function compared({ data, forecast, fingerprint }: Trained, pinned: PinnedResult): Compared {
  const { unit } = data;
  const own = formatErrorIn(forecast.scores.mae, unit);
  const recorded = formatErrorIn(pinned.mae, unit);
  const when = formatDate(Date.parse(pinned.date), null);
  const both = msg(
    str`Your result: ${own}, skill ${formatSkill(forecast.skill)}, weights ${fingerprint}. Recorded: ${recorded}, skill ${formatSkill(pinned.skill)}, weights ${pinned.fingerprint} (${pinned.device}, ${when}).`,
  );
  if (fingerprint === pinned.fingerprint)
    return { verdict: 'same', words: msg(str`${both} The same, to the last bit.`) };
  const { allowed: tolerance } = allowanceOf(pinned);
  const apart = roundingWords(Math.abs(forecast.scores.mae - pinned.mae), unit);
  const within = roundingWords(tolerance, unit);
  return Math.abs(forecast.scores.mae - pinned.mae) <= tolerance
    ? {
        verdict: 'within',
        words: msg(str`${both} They are ${apart} apart, within the ${within} allowed for rounding.`),
      }
    : {
        verdict: 'other',
        words: msg(
          str`${both} They are ${apart} apart, more than the ${within} allowed for rounding. Compare browser and device with your neighbour\u2019s.`,
        ),
      };
}
