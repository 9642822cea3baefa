/** Which columns of a table become targets and inputs, and why the others do not. */
import { badInput, type Sentence, sentence, textOf } from '../core/errors.ts';
import type { CsvTable } from './csv-table.ts';
import { type ColumnInfo, inferColumns, whyUnusable } from './infer.ts';
import { findWind, LARGEST_DIRECTION, type WindPair } from './wind.ts';
import { joined, listed, quote } from './words.ts';

/** A column that is no input, with the whole sentence that says why. */
export interface DroppedColumn {
  readonly column: string;
  readonly reason: 'constant' | 'empty' | 'text' | 'date' | 'row-number' | 'wind';
  readonly message: string;
}

export interface ChosenColumns {
  readonly targets: readonly string[];
  /** Columns of the file the inputs are made of, in file order (or as named), wind columns included. */
  readonly features: readonly string[];
  /** Features that are inputs as they stand. */
  readonly plain: readonly string[];
  /** Features that become x and y. */
  readonly wind: readonly WindPair[];
  readonly dropped: readonly DroppedColumn[];
  readonly notes: readonly string[];
}

interface Wish {
  readonly target: readonly string[] | 'all';
  readonly features?: readonly string[];
  readonly date: readonly string[];
}

/** @throws GatewiseError, see buildSeries */
export function chooseColumns(table: CsvTable, wish: Wish): ChosenColumns {
  const infos = new Map(inferColumns(table, { date: wish.date }).map((info) => [info.name, info]));
  const named = [...new Set([...(wish.target === 'all' ? [] : wish.target), ...(wish.features ?? [])])];
  for (const name of named) table.column(name);
  const usable = [...infos.values()].filter((info) => whyUnusable(info, table.rows) === null);
  if (usable.length === 0) throw noNumbers(table, infos);
  if (wish.target !== 'all') for (const name of wish.target) checkTarget(table, infos, name, usable);

  // Row numbers are left out, but kept where they are named or all there is.
  const isOffered = ({ isRowNumber, name }: ColumnInfo): boolean =>
    !isRowNumber || usable.length === 1 || named.includes(name);
  const usableNames = usable.filter(isOffered).map((info) => info.name);
  const targets = wish.target === 'all' ? usableNames : [...new Set(wish.target)];
  if (targets.length === 0)
    throw badInput(sentence`No target column was named. Name the column to forecast, or "all".`);

  const dropped: DroppedColumn[] = [];
  const wanted = [...new Set(wish.features ?? table.columns.filter((name) => !wish.date.includes(name)))];
  const features = wanted.filter((name) => usableNames.includes(name));
  for (const name of wanted) {
    if (!usableNames.includes(name)) dropped.push(dropColumn(infos.get(name) as ColumnInfo, table.rows));
  }
  if (features.length === 0) {
    const whys = wanted.map((name) => whyDropped(infos.get(name) as ColumnInfo, table.rows));
    throw badInput(
      sentence`None of the feature columns ${listed(wanted)} can be used: ${joined(whys, ' ')} Choose among ${listed(usableNames)}.`,
    );
  }
  return { targets, dropped, ...chooseWind(features, targets, infos, dropped) };
}

function chooseWind(
  features: readonly string[],
  targets: readonly string[],
  infos: ReadonlyMap<string, ColumnInfo>,
  dropped: DroppedColumn[],
): Pick<ChosenColumns, 'features' | 'plain' | 'wind' | 'notes'> {
  const notes: string[] = [];
  const wind = findWind(features).filter((pair) => {
    const reason = whyNoVector(pair, targets, infos);
    if (reason !== null)
      notes.push(`Wind ${quote(pair.speed)} and ${quote(pair.direction)} stay as they are: ${reason}.`);
    return reason === null;
  });
  const directions = new Set(wind.map((pair) => pair.direction));
  const speeds = new Set(wind.map((pair) => pair.speed));
  for (const pair of wind) {
    notes.push(
      `Wind ${quote(pair.speed)} and direction ${quote(pair.direction)} are used as a vector (x, y).`,
    );
  }
  for (const column of directions) {
    dropped.push({
      column,
      reason: 'wind',
      message: `Column ${quote(column)} is not an input of its own: it is part of the wind vector.`,
    });
  }
  const plain = features.filter(
    (name) => !directions.has(name) && (!speeds.has(name) || targets.includes(name)),
  );
  return { features, plain, wind, notes };
}

function whyNoVector(
  { speed, direction }: WindPair,
  targets: readonly string[],
  infos: ReadonlyMap<string, ColumnInfo>,
): string | null {
  const speeds = infos.get(speed) as ColumnInfo;
  const angles = infos.get(direction) as ColumnInfo;
  if (targets.includes(direction)) return 'the direction is a target';
  if (angles.min < 0 || angles.max > LARGEST_DIRECTION) {
    return `directions go from ${angles.min} to ${angles.max}, expected 0 to ${LARGEST_DIRECTION} degrees`;
  }
  return speeds.min < 0 ? `the smallest speed is ${speeds.min}` : null;
}

function checkTarget(
  table: CsvTable,
  infos: ReadonlyMap<string, ColumnInfo>,
  name: string,
  usable: readonly ColumnInfo[],
): void {
  const info = infos.get(name) as ColumnInfo;
  const names = listed(usable.map((other) => other.name));
  const why = whyUnusable(info, table.rows);
  if (why === null) return;
  if (info.kind === 'constant') {
    throw badInput(
      sentence`Target column ${quote(name)} can't be learnt: ${why}. Expected values that change; choose among ${names}.`,
    );
  }
  throw badInput(
    sentence`Target column ${quote(name)} can't be used: ${why}. Expected a column of numbers; choose among ${names}.`,
  );
}

function noNumbers(table: CsvTable, infos: ReadonlyMap<string, ColumnInfo>): Error {
  const whys = [...infos.values()]
    .slice(0, 6)
    .map((info) => sentence`${quote(info.name)}: ${whyUnusable(info, table.rows) ?? ''}`);
  return badInput(
    sentence`No column holds numbers to learn from (${joined(whys, '; ')}). Expected at least one column of numbers that change.`,
  );
}

function dropColumn(info: ColumnInfo, rows: number): DroppedColumn {
  const why = whyUnusable(info, rows);
  const reason = why === null || info.kind === 'number' ? 'row-number' : info.kind;
  return {
    column: info.name,
    reason,
    message: textOf(whyDropped(info, rows)),
  };
}

function whyDropped(info: ColumnInfo, rows: number): Sentence {
  const why = whyUnusable(info, rows) ?? sentence`it only counts the rows`;
  return sentence`Column ${quote(info.name)} left out: ${why}.`;
}
