/**
 * A CSV of the size and shape of the Jena climate series (jena_climate_2009_2016.csv: 420,551 rows of a date and 14
 * numbers, ten minutes apart), made of a seed: nothing is downloaded, and two runs read the same bytes. Its names,
 * dates and decimals are the archive's; its weather is a season, a day and a slow noise.
 */
import { seededRandom } from '../../src/engine/core/random.ts';

export const JENA_ROWS = 420_551;

/** Names as in the archive, which quotes its header, and the decimals each is written with. */
const COLUMNS: readonly (readonly [name: string, decimals: number])[] = [
  ['p (mbar)', 2],
  ['T (degC)', 2],
  ['Tpot (K)', 2],
  ['Tdew (degC)', 2],
  ['rh (%)', 2],
  ['VPmax (mbar)', 4],
  ['VPact (mbar)', 4],
  ['VPdef (mbar)', 4],
  ['sh (g/kg)', 5],
  ['H2OC (mmol/mol)', 5],
  ['rho (g/m**3)', 3],
  ['wv (m/s)', 3],
  ['max. wv (m/s)', 3],
  ['wd (deg)', 2],
];

const FIRST_ROW_MS = Date.UTC(2009, 0, 1, 0, 10);
const STEP_MS = 10 * 60_000;
const DAY_MS = 86_400_000;
/** Rows joined to one piece of text at a time. */
const ROWS_AT_ONCE = 4096;

/**
 * Writes the file piece by piece, header first: who measures memory afterwards finds none of it in the way.
 * @returns its size in bytes
 */
export function makeJenaLikeCsv(write: (piece: Uint8Array) => void, rows = JENA_ROWS, seed = 1): number {
  const { normal, next } = seededRandom(seed);
  const encoder = new TextEncoder();
  let size = 0;
  const put = (text: string): void => {
    const piece = encoder.encode(text);
    size += piece.length;
    write(piece);
  };
  put(`"Date Time",${COLUMNS.map(([name]) => `"${name}"`).join(',')}\n`);
  let lines: string[] = [];
  let weather = 0;
  let pressure = 0;
  for (let row = 0; row < rows; row++) {
    const ms = FIRST_ROW_MS + row * STEP_MS;
    const day = ms / DAY_MS;
    weather = 0.998 * weather + 0.3 * normal();
    pressure = 0.999 * pressure + 0.3 * normal();
    const celsius =
      9.5 - 10 * Math.cos((2 * Math.PI * day) / 365.2425) - 4 * Math.cos(2 * Math.PI * (day % 1)) + weather;
    const mbar = 989 + pressure;
    const humidity = Math.min(100, Math.max(15, 76 - 1.2 * weather + 2 * normal()));
    const saturated = 6.112 * Math.exp((17.62 * celsius) / (243.12 + celsius));
    const vapour = (saturated * humidity) / 100;
    const logarithm = Math.log(vapour / 6.112);
    const wind = Math.abs(2 + 1.5 * normal());
    const values = [
      mbar,
      celsius,
      (celsius + 273.15) * (1000 / mbar) ** 0.286,
      (243.12 * logarithm) / (17.62 - logarithm),
      humidity,
      saturated,
      vapour,
      saturated - vapour,
      (622 * vapour) / mbar,
      (1000 * vapour) / mbar,
      (mbar * 1e5) / (287.05 * (celsius + 273.15)),
      wind,
      wind * (1.3 + next()),
      360 * next(),
    ];
    const cells = values.map((value, i) => value.toFixed(COLUMNS[i]?.[1]));
    lines.push(`${dateText(ms)},${cells.join(',')}\n`);
    if (lines.length === ROWS_AT_ONCE || row === rows - 1) {
      put(lines.join(''));
      lines = [];
    }
  }
  return size;
}

/** dd.mm.yyyy HH:MM:SS */
function dateText(ms: number): string {
  const [date = '', time = ''] = new Date(ms).toISOString().slice(0, 19).split('T');
  return `${date.split('-').reverse().join('.')} ${time}`;
}
