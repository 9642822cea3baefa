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
import type { TableSource } from './loaded-data.ts';

interface Loaded {
  readonly source: TableSource;
  readonly choice: ColumnChoice;
}

/** The planted series are the same for everybody, whatever the network's seed. */
const PLANTED_SEED = 1;

export async function loadPreset(id: ReadyPresetId): Promise<Loaded> {
  const { title } = presetOf(id);
  switch (id) {
    case 'seattle':
      return loaded(id, title, await fetchTable(seattleAddress), SEATTLE.units);
    case 'new-york':
      return loaded(id, title, await fetchTable(newYorkAddress), NEW_YORK.units);
    default:
      return loaded(id, title, plantSeries(id, PLANTED_SEED), {});
  }
}

/**
 * Hourly weather as Open-Meteo sent it.
 * @param name what the data are called
 * @throws GatewiseError 'bad-input' where the answer is not as asked for
 */
export function loadCity(name: string, answer: Uint8Array): Loaded {
  return loaded('city', name, parseHourly(new TextDecoder().decode(answer)), HOURLY_UNITS);
}

function loaded(
  preset: PresetId,
  name: string,
  table: CsvTable,
  units: Readonly<Record<string, string>>,
): Loaded {
  const { target, features, date } = presetOf(preset);
  return { source: { name, table, preset, units }, choice: { target, features, date } };
}

async function fetchTable(address: string): Promise<CsvTable> {
  const response = await fetch(address);
  if (!response.ok) {
    throw new Error(`The bundled weather data could not be loaded (${response.status}). Reload the page.`);
  }
  return parseCsv(await response.text());
}
