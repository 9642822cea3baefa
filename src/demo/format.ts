/** Numbers, dates and sentences as the page shows them. Pure text, one place for each wording rule. */

import { type Counted, counted } from './counted.ts';
import { dateWriter } from './dates.ts';
import { presetOf, presetRecipe, seriesName } from './presets.ts';
import type { DataReport, ForecastReport, RecordedReport, RunReport, TraceReport } from './protocol.ts';
import { msg, say, str } from './words.ts';

/** Of numbers: digits and decimal points are the same in all languages here. */
const LOCALE = 'en-GB';
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;

const whole = new Intl.NumberFormat(LOCALE, { maximumFractionDigits: 0 });
const two = new Intl.NumberFormat(LOCALE, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const four = new Intl.NumberFormat(LOCALE, { maximumSignificantDigits: 4 });
const three = new Intl.NumberFormat(LOCALE, {
  minimumSignificantDigits: 3,
  maximumSignificantDigits: 3,
  useGrouping: false,
});
const dayFormat = dateWriter({ day: 'numeric', month: 'short', year: 'numeric' });
const hourFormat = dateWriter({
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
});

/** A count, such as 1,461. */
export const formatCount = (value: number): string => whole.format(value);

/** `1 row`, `300 rows`. */
export const formatPlural = (count: number, word: Counted): string =>
  counted(count, formatCount(count), word);

/** A loss with three significant digits. */
export const formatLoss = (value: number): string =>
  Number.isFinite(value) ? three.format(value) : msg('not a number');

/** An error with two decimals, more where it is small. */
export function formatError(value: number): string {
  if (!Number.isFinite(value)) {
    return msg('not a number');
  }
  if (value > 0 && value < 0.0001) {
    return '<0.0001';
  }
  return Math.abs(value) < 0.095 || Math.abs(value) >= 1000 ? four.format(value) : two.format(value);
}

/** A measured value with its unit. */
export function formatValue(value: number, unit: string): string {
  if (Number.isNaN(value)) {
    return msg('not observed');
  }
  // Numbers without a unit may be scaled ones, of which one decimal says little.
  const places = unit === '' && Math.abs(value) < 10 ? 2 : 1;
  const digits = Math.abs(value) >= 1000 ? whole.format(value) : value.toFixed(places).replace('-', '\u2212');
  return unit === '' ? digits : `${digits}\u00a0${unit}`;
}

/** A weight with four significant digits. */
export function formatWeight(value: number): string {
  return Number.isFinite(value) ? String(Number(value.toPrecision(4))).replace('-', '\u2212') : String(value);
}

/** An error in the target's unit, two decimals. */
export function formatErrorIn(error: number, unit: string): string {
  return `${formatError(error)}${unit === '' ? '' : `\u00a0${unit}`}`;
}

/** A change of an error, or a part of a forecast: `1.93 °C`, `−0.02 °C`. */
export function formatChangeIn(change: number, unit: string): string {
  if (Math.abs(change) < 0.0001) return change === 0 ? '0' : msg('about 0');
  const size = formatErrorIn(Math.abs(change), unit);
  return change < 0 ? `\u2212${size}` : size;
}

/** A date; with the hour where the data has hours. */
export function formatDate(ms: number, stepMs: number | null): string {
  return (stepMs !== null && stepMs < DAY_MS ? hourFormat : dayFormat)(ms);
}

/** What one row is. */
export function stepKind(stepMs: number | null): 'day' | 'hour' | 'row' {
  return stepMs === DAY_MS ? 'day' : stepMs === HOUR_MS ? 'hour' : 'row';
}

/** What one row is: day, hour or row. */
export function stepWord(stepMs: number | null): string {
  return { day: () => msg('day'), hour: () => msg('hour'), row: () => msg('row') }[stepKind(stepMs)]();
}

/** What rows are: days, hours or rows. */
export function stepsWord(stepMs: number | null): string {
  return { day: () => msg('days'), hour: () => msg('hours'), row: () => msg('rows') }[stepKind(stepMs)]();
}

/** `1 day`, `14 days`. */
export function formatSteps(count: number, stepMs: number | null): string {
  return formatPlural(count, stepKind(stepMs));
}

/** `a`, `a and b`, `a and b and c` */
export function joined(parts: readonly string[]): string {
  return parts.reduce((all, part) => msg(str`${all} and ${part}`));
}

/** `a`, `a, b`, `a, b, c` */
export function listed(parts: readonly string[]): string {
  return parts.reduce((all, part) => msg(str`${all}, ${part}`));
}

/** How much training the weights of a forecast have seen: `before training`, `after 2 epochs and 1 step`, `as in a.keras`. */
export function trainedWords({
  epoch,
  step,
  start,
}: Pick<ForecastReport, 'epoch' | 'step' | 'start'>): string {
  const parts = [
    ...(epoch > 0 ? [formatPlural(epoch, 'epoch')] : []),
    ...(step > 0 ? [formatPlural(step, 'step')] : []),
  ];
  if (parts.length === 0) return start === null ? msg('before training') : msg(str`as in ${start}`);
  const trained = joined(parts);
  return start === null ? msg(str`after ${trained}`) : msg(str`after ${trained} from ${start}`);
}

/** Whose weights the numbers of a trace are: not always the newest. */
export function traceWeights({
  run,
  trace,
}: {
  readonly run: Pick<RunReport, 'epoch' | 'shownEpoch' | 'phase' | 'step' | 'start'>;
  readonly trace: Pick<TraceReport, 'epoch'> | null;
}): string {
  const epoch = trace?.epoch ?? run.shownEpoch;
  // Steps are counted from the newest epoch, and while training runs the trace is of the weights before.
  const step = epoch === run.epoch && run.phase !== 'training' ? run.step : 0;
  return trainedWords({ epoch, step, start: run.start });
}

/** Which weights a forecast is of. */
export function whichWeights(forecast: Pick<ForecastReport, 'epoch' | 'step' | 'start' | 'isBest'>): string {
  return forecast.isBest
    ? msg(
        str`These are the weights of epoch ${forecast.epoch}, the best on the validation part: at the end of training the page goes back to them.`,
      )
    : msg(str`These are the weights ${trainedWords(forecast)}.`);
}

/** What persistence says, in words a newcomer knows. */
export function persistenceName(data: Pick<DataReport, 'preset' | 'stepMs' | 'horizon'>): string {
  const own = data.preset === null ? null : presetOf(data.preset).persistence;
  if (own !== null) {
    return say(own);
  }
  if (data.horizon !== 1) {
    return msg(str`same as ${formatSteps(data.horizon, data.stepMs)} before`);
  }
  return data.stepMs === DAY_MS
    ? msg('same as yesterday')
    : msg(str`same as the ${stepWord(data.stepMs)} before`);
}

/** What climatology says, in words a newcomer knows. */
export function climatologyName({ stepMs }: Pick<DataReport, 'stepMs'>): string {
  return stepMs !== null && stepMs < DAY_MS ? msg('usual for the date and hour') : msg('usual for the date');
}

/**
 * The page's title and the first sentence of its lead. Null where the static text says it: Seattle, read and forecast
 * as that text describes.
 */
export function introWords(
  data: Pick<DataReport, 'preset' | 'name' | 'target' | 'stepMs' | 'horizon'>,
  window: number,
): { readonly title: string; readonly lead: string } | null {
  if (data.preset !== null) {
    const recipe = presetRecipe(data.preset);
    const { words } = presetOf(data.preset);
    const isAsWritten = window === recipe.window && data.horizon === recipe.horizon;
    if (isAsWritten && words !== null) return { title: say(words.title), lead: say(words.lead) };
    if (isAsWritten && data.preset === 'seattle') return null;
  }
  const ahead = formatSteps(data.horizon, data.stepMs);
  return {
    title: msg(str`This network predicts ${data.target}, ${ahead} ahead. Open it up.`),
    lead: msg(
      str`A small LSTM reads ${formatSteps(window, data.stepMs)} of ${seriesName(data)} and says what ${data.target} will be ${ahead} later.`,
    ),
  };
}

/** A skill score as a percentage: how much of persistence's error is taken away. */
export function formatSkill(skill: number): string {
  if (!Number.isFinite(skill)) {
    return '\u2013';
  }
  // Numbers that round to nothing have no sign.
  const text = (100 * skill).toFixed(1).replace(/^-0\.0$/, '0.0');
  return `${text.replace('-', '\u2212')}\u00a0%`;
}

/** The skill in words, honest when it is negative. */
export function skillSentence(
  forecast: Pick<ForecastReport, 'skill'>,
  data: Pick<DataReport, 'preset' | 'stepMs' | 'horizon'>,
): string {
  const name = `\u201c${persistenceName(data)}\u201d`;
  const percent = Math.abs(forecast.skill) * 100;
  if (!Number.isFinite(percent)) {
    return msg(str`cannot be compared with ${name}`);
  }
  if (percent < 0.5) {
    return msg(str`no better than ${name}`);
  }
  const shown = percent < 9.95 ? percent.toFixed(1) : whole.format(percent);
  return forecast.skill > 0
    ? msg(str`${shown}\u00a0% better than ${name}`)
    : msg(str`${shown}\u00a0% worse than ${name}`);
}

/**
 * What a recorded run says of itself beside its figures.
 * @param isOnOwnSeries whether the figures are of the series it was trained on
 */
export function recordedWords(
  { epoch, epochs, date, device, series }: Omit<RecordedReport, 'thread'>,
  isOnOwnSeries: boolean,
): string {
  const day = dayFormat(date);
  return isOnOwnSeries
    ? msg(str`A recorded run: epoch ${epoch} of ${epochs}, trained on ${day} with ${device}.`)
    : msg(
        str`A recorded run: epoch ${epoch} of ${epochs}, trained on \u201c${series}\u201d, not on this data, on ${day} with ${device}.`,
      );
}

/** The skill as the headline: the sentence and whether it is good news. */
export function verdictWords(
  forecast: Pick<ForecastReport, 'skill'>,
  data: Pick<DataReport, 'preset' | 'stepMs' | 'horizon'>,
): { readonly text: string; readonly sign: 'same' | 'better' | 'worse' } {
  const sentence = skillSentence(forecast, data);
  const isSame = !(Math.abs(forecast.skill) * 100 >= 0.5);
  return {
    text: `${sentence.charAt(0).toUpperCase()}${sentence.slice(1)}`,
    sign: isSame ? 'same' : forecast.skill > 0 ? 'better' : 'worse',
  };
}

/** The sentence below the headline: both errors. */
export function errorsSentence(
  { scores }: Pick<ForecastReport, 'scores'>,
  data: Pick<DataReport, 'preset' | 'stepMs' | 'horizon' | 'unit' | 'windows' | 'scores'>,
): string {
  const { persistence, climatology, mean } = data.scores;
  const [own, plain, constant] = [scores, persistence, mean].map(({ mae }) => formatErrorIn(mae, data.unit));
  const always =
    climatology === null ? msg(str`; always saying the mean of the training part by ${constant}`) : '';
  return msg(
    str`On ${formatCount(data.windows.test)} test windows the forecast is wrong by ${own} on average; \u201c${persistenceName(data)}\u201d by ${plain}${always}.`,
  );
}

/** A shape as Keras prints it, with `None` for an open axis. */
export const formatShape = (shape: readonly (number | null)[]): string =>
  `(${shape.map((size) => size ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;

/** How far two numbers are apart, three significant digits. */
export function formatDifference(value: number): string {
  if (value === 0) return '0';
  if (Number.isNaN(value)) return msg('not a number');
  return Number.isFinite(value) ? String(Number(value.toPrecision(3))) : '\u221e';
}

/** A file-name part made from free text. */
export function slug(text: string): string {
  return (
    text
      .toLowerCase()
      .replace(/\.(csv|gz)/g, '')
      .replace(/[^a-z0-9]+/g, '-')
      .replace(/^-|-$/g, '')
      .slice(0, 40) || 'model'
  );
}
