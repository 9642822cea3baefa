/** A preset to a table and the columns used of it: bundled files from this page's own origin, planted series. What else there is comes when asked for. */

import newYorkAddress from '../../../dist/data/new-york.csv?url';
import seattleAddress from '../../../dist/data/seattle.csv?url';
import { type CsvTable, NEW_YORK, parseCsv, plantSeries, SEATTLE } from '../../engine/index.ts';
import { presetOf, type ReadyPresetId } from '../presets.ts';
import { english, told } from '../words.ts';
import { fetched } from './fetched.ts';
import type { SourceOrigin, TableSource } from './loaded-data.ts';
import { type Loaded, loaded } from './preset-table.ts';

/** The planted series are the same for everybody, whatever the network's seed. */
const PLANTED_SEED = 1;

export async function loadPreset(id: ReadyPresetId): Promise<Loaded> {
  const title = english(presetOf(id).title);
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

/** The table of an origin once more. @throws as the first time */
export async function reopened(origin: SourceOrigin): Promise<TableSource> {
  switch (origin.type) {
    case 'preset':
      return (await loadPreset(origin.preset)).source;
    case 'city':
      return (await import('./load-city.ts')).loadCity(origin.name, origin.answer).source;
    case 'file':
      return (await (await import('./own-file.ts')).openOwnFile(origin.file)).source;
  }
}

async function fetchTable(address: string): Promise<CsvTable> {
  return parseCsv(await fetched(address, told('The weather data'), (response) => response.text()));
}
