/** A preset to a table and the columns used of it: bundled files from this page's own origin, planted series, a city's weather. */

import newYorkAddress from '../../../dist/data/new-york.csv?url';
import seattleAddress from '../../../dist/data/seattle.csv?url';
import {
  type CsvTable,
  HOURLY_UNITS,
  NEW_YORK,
  parseCsv,
  parseHourly,
  plantSeries,
  SEATTLE,
} from '../../engine/index.ts';
import { type PresetId, presetOf, type ReadyPresetId } from '../presets.ts';
import type { ColumnChoice } from '../protocol.ts';
import type { SourceOrigin, TableSource } from './loaded-data.ts';
import { openOwnFile } from './own-file.ts';

interface Loaded {
  readonly source: TableSource;
  readonly choice: ColumnChoice;
}

/** The planted series are the same for everybody, whatever the network's seed. */
const PLANTED_SEED = 1;

export async function loadPreset(id: ReadyPresetId): Promise<Loaded> {
  const { title } = presetOf(id);
  const origin = { type: 'preset', preset: id } as const;
  switch (id) {
    case 'seattle':
      return loaded(id, title, await fetchTable(seattleAddress), SEATTLE.units, origin);
    case 'new-york':
      return loaded(id, title, await fetchTable(newYorkAddress), NEW_YORK.units, origin);
    default:
      return loaded(id, title, plantSeries(id, PLANTED_SEED), {}, origin);
  }
}

/**
 * Hourly weather as Open-Meteo sent it.
 * @param name what the data are called
 * @throws GatewiseError 'bad-input' where the answer is not as asked for
 */
export function loadCity(name: string, answer: Uint8Array): Loaded {
  const table = parseHourly(new TextDecoder().decode(answer));
  return loaded('city', name, table, HOURLY_UNITS, { type: 'city', name, answer });
}

/** The table of an origin once more. @throws as the first time */
export async function reopened(origin: SourceOrigin): Promise<TableSource> {
  switch (origin.type) {
    case 'preset':
      return (await loadPreset(origin.preset)).source;
    case 'city':
      return loadCity(origin.name, origin.answer).source;
    case 'file':
      return (await openOwnFile(origin.file)).source;
  }
}

function loaded(
  preset: PresetId,
  name: string,
  table: CsvTable,
  units: Readonly<Record<string, string>>,
  origin: SourceOrigin,
): Loaded {
  const { target, features, date } = presetOf(preset);
  return { source: { name, table, preset, origin, units }, choice: { target, features, date } };
}

async function fetchTable(address: string): Promise<CsvTable> {
  const response = await fetch(address);
  if (!response.ok) {
    throw new Error(`The bundled weather data could not be loaded (${response.status}). Reload the page.`);
  }
  return parseCsv(await response.text());
}
