/** A preset's table, and which of its columns are used. */
import type { CsvTable } from '../../engine/index.ts';
import { type PresetId, presetOf } from '../presets.ts';
import type { ColumnChoice } from '../protocol.ts';
import type { SourceOrigin, TableSource } from './loaded-data.ts';

export interface Loaded {
  readonly source: TableSource;
  readonly choice: ColumnChoice;
}

export function loaded(
  preset: PresetId,
  name: string,
  table: CsvTable,
  units: Readonly<Record<string, string>>,
  origin: SourceOrigin,
): Loaded {
  const { target, features, date } = presetOf(preset);
  return { source: { name, table, preset, origin, units }, choice: { target, features, date } };
}
