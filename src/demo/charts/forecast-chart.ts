/**
 * The forecast as a drawing: observed, forecast, persistence and, where wanted, climatology over the chosen part of the
 * test windows. The cursor over it is the view's own, so that a redraw does not lose it.
 */
import { scaleLinear, scaleUtc } from 'd3-scale';
import type { Interval } from '../answer-reports.ts';
import { addBand, addColumns, addLine, addRows, dateTick, drawing } from './frame.ts';

export interface ForecastChartInput {
  readonly width: number;
  readonly height: number;
  /** Position of each window: ms since 1970 UTC, or its number where there are no dates. */
  readonly positions: ArrayLike<number>;
  readonly hasDates: boolean;
  readonly observed: ArrayLike<number>;
  readonly predicted: ArrayLike<number> | null;
  readonly persistence: ArrayLike<number>;
  /** Between which values the forecast is expected to lie; null where nobody knows. */
  readonly interval: Interval | null;
  /** Null where it is not wanted. */
  readonly climatology: ArrayLike<number> | null;
  /** First and last window drawn, and how many are stepped over between two drawn ones. */
  readonly first: number;
  readonly last: number;
  readonly stride: number;
  readonly label: string;
}

export interface DrawnForecast {
  readonly node: Element;
  /** Pixels of a window and of a value inside the drawing. */
  x(position: number): number;
  y(value: number): number;
  readonly left: number;
  readonly right: number;
}

const MARGINS = { left: 38, right: 6, top: 10, bottom: 26 };

export function drawForecast(input: ForecastChartInput): DrawnForecast {
  const { positions, observed, predicted, persistence, climatology, interval } = input;
  const { width, height, hasDates, first, last } = input;
  const indices: number[] = [];
  for (let index = first; index <= last; index += input.stride) {
    indices.push(index);
  }
  const pointsOf = (values: ArrayLike<number>): [number, number][] =>
    indices.map((index) => [positions[index] ?? 0, values[index] ?? Number.NaN]);
  const lines = {
    ...(climatology === null ? {} : { climatology: pointsOf(climatology) }),
    persistence: pointsOf(persistence),
    observed: pointsOf(observed),
    ...(predicted === null ? {} : { forecast: pointsOf(predicted) }),
    ...(interval === null ? {} : { mean: pointsOf(interval.mean) }),
  };
  const band =
    interval === null
      ? []
      : indices.map((index): [number, number, number] => [
          positions[index] ?? 0,
          interval.low[index] ?? Number.NaN,
          interval.high[index] ?? Number.NaN,
        ]);
  const values = [
    ...Object.values(lines),
    band.flatMap(([at, low, high]) => [
      [at, low],
      [at, high],
    ]),
  ]
    .flat()
    .map(([, value]) => value ?? Number.NaN)
    .filter(Number.isFinite);
  const [left, right] = [MARGINS.left, width - MARGINS.right];
  const bottom = height - MARGINS.bottom;
  const ends = [positions[first] ?? 0, positions[indices.at(-1) ?? first] ?? 1];
  const range = [left, right];
  const x = hasDates ? scaleUtc().domain(ends).range(range) : scaleLinear().domain(ends).range(range);
  const y = scaleLinear()
    .domain([least(values), most(values)])
    .nice()
    .range([bottom, MARGINS.top]);

  const svg = drawing(width, height);
  addRows(svg, y, left, right);
  const ticks = x.ticks(Math.max(4, Math.floor(width / 110)));
  const spacing = Number(ticks[1] ?? 0) - Number(ticks[0] ?? 0);
  addColumns(svg, x, bottom, ticks, (tick) =>
    tick instanceof Date ? dateTick(tick, spacing) : Number.isInteger(tick) ? String(tick) : '',
  );
  if (band.length > 0) addBand(svg, 'interval', band, x, y);
  for (const [name, points] of Object.entries(lines)) addLine(svg, name, points, x, y);
  return { node: svg, x: (position) => x(position), y: (value) => y(value), left, right };
}

// Not by spreading: a long test part has more values than a call takes arguments.
const least = (values: readonly number[]): number =>
  values.reduce((one, other) => Math.min(one, other), values[0] ?? 0);
const most = (values: readonly number[]): number =>
  values.reduce((one, other) => Math.max(one, other), values[0] ?? 1);
