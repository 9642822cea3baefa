/** The preset `city`: hourly weather as Open-Meteo sent it. */
import { HOURLY_UNITS, parseHourly } from '../../engine/index.ts';
import { type Loaded, loaded } from './preset-table.ts';

/**
 * @param name what the data are called
 * @throws GatewiseError 'bad-input' where the answer is not as asked for
 */
export function loadCity(name: string, answer: Uint8Array): Loaded {
  const table = parseHourly(new TextDecoder().decode(answer));
  return loaded('city', name, table, HOURLY_UNITS, { type: 'city', name, answer });
}
