/** Numbers, dates and sentences as the page shows them. Pure text, one place for each wording rule. */
import { presetOf, presetRecipe } from './presets.ts';
import type { DataReport, ForecastReport, RecordedReport, RunReport, TraceReport } from './protocol.ts';

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
const dayFormat = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  timeZone: 'UTC',
});
const hourFormat = new Intl.DateTimeFormat(LOCALE, {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  timeZone: 'UTC',
});

/** A count, such as 1,461. */
export const formatCount = (value: number): string => whole.format(value);

/** `1 row`, `300 rows`. */
export const formatPlural = (count: number, word: string): string =>
  `${formatCount(count)} ${word}${count === 1 ? '' : 's'}`;

/** A loss with three significant digits. */
export const formatLoss = (value: number): string =>
  Number.isFinite(value) ? three.format(value) : 'not a number';

/** An error with two decimals, more where it is small. */
export function formatError(value: number): string {
  if (!Number.isFinite(value)) {
    return 'not a number';
  }
  if (value > 0 && value < 0.0001) {
    return '<0.0001';
  }
  return Math.abs(value) < 0.095 || Math.abs(value) >= 1000 ? four.format(value) : two.format(value);
}

/** A measured value with its unit. */
export function formatValue(value: number, unit: string): string {
  if (Number.isNaN(value)) {
    return 'not observed';
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

/** A date; with the hour where the data has hours. */
export function formatDate(ms: number, stepMs: number | null): string {
  return (stepMs !== null && stepMs < DAY_MS ? hourFormat : dayFormat).format(ms);
}

/** What one row is: day, hour or row. */
export function stepWord(stepMs: number | null): string {
  return stepMs === DAY_MS ? 'day' : stepMs === HOUR_MS ? 'hour' : 'row';
}

/** `1 day`, `14 days`. */
export function formatSteps(count: number, stepMs: number | null): string {
  return formatPlural(count, stepWord(stepMs));
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
  if (parts.length === 0) return start === null ? 'before training' : `as in ${start}`;
  return `after ${parts.join(' and ')}${start === null ? '' : ` from ${start}`}`;
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
    ? `These are the weights of epoch ${forecast.epoch}, the best on the validation part: at the end of training the page goes back to them.`
    : `These are the weights ${trainedWords(forecast)}.`;
}

/** What persistence says, in words a newcomer knows. */
export function persistenceName(data: Pick<DataReport, 'preset' | 'stepMs' | 'horizon'>): string {
  const own = data.preset === null ? null : presetOf(data.preset).persistence;
  if (own !== null) {
    return own;
  }
  if (data.horizon !== 1) {
    return `same as ${formatSteps(data.horizon, data.stepMs)} before`;
  }
  return data.stepMs === DAY_MS ? 'same as yesterday' : `same as the ${stepWord(data.stepMs)} before`;
}

/** What climatology says, in words a newcomer knows. */
export function climatologyName({ stepMs }: Pick<DataReport, 'stepMs'>): string {
  return stepMs !== null && stepMs < DAY_MS ? 'usual for the date and hour' : 'usual for the date';
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
    if (isAsWritten && (words !== null || data.preset === 'seattle')) return words;
  }
  const ahead = formatSteps(data.horizon, data.stepMs);
  return {
    title: `This network predicts ${data.target}, ${ahead} ahead. Open it up.`,
    lead: `A small LSTM reads ${formatSteps(window, data.stepMs)} of ${data.name} and says what ${data.target} will be ${ahead} later.`,
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
    return `cannot be compared with ${name}`;
  }
  if (percent < 0.5) {
    return `no better than ${name}`;
  }
  const shown = percent < 9.95 ? percent.toFixed(1) : whole.format(percent);
  return forecast.skill > 0 ? `${shown}\u00a0% better than ${name}` : `${shown}\u00a0% worse than ${name}`;
}

/**
 * What a recorded run says of itself beside its figures.
 * @param isOnOwnSeries whether the figures are of the series it was trained on
 */
export function recordedWords(
  { epoch, epochs, date, device, series }: Omit<RecordedReport, 'thread'>,
  isOnOwnSeries: boolean,
): string {
  const on = isOnOwnSeries ? '' : ` on \u201c${series}\u201d, not on this data,`;
  return `A recorded run: epoch ${epoch} of ${epochs}, trained${on} on ${dayFormat.format(date)} with ${device}.`;
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
  const always = climatology === null ? `; always saying the mean of the training part by ${constant}` : '';
  return `On ${formatCount(data.windows.test)} test windows the forecast is wrong by ${own} on average; \u201c${persistenceName(data)}\u201d by ${plain}${always}.`;
}

/** A shape as Keras prints it, with `None` for an open axis. */
export const formatShape = (shape: readonly (number | null)[]): string =>
  `(${shape.map((size) => size ?? 'None').join(', ')}${shape.length === 1 ? ',' : ''})`;

/** How far two numbers are apart, three significant digits. */
export function formatDifference(value: number): string {
  if (value === 0) return '0';
  if (Number.isNaN(value)) return 'not a number';
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
