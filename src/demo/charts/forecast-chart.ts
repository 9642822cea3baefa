/**
 * The forecast as a drawing: observed, forecast and persistence over the chosen part of the test windows. Observable
 * Plot draws the lines and axes; the cursor is the view's own, so that a redraw does not lose it.
 */
import * as Plot from '@observablehq/plot';

export interface ForecastChartInput {
  readonly width: number;
  readonly height: number;
  /** Position of each window: ms since 1970 UTC, or its number where there are no dates. */
  readonly positions: ArrayLike<number>;
  readonly hasDates: boolean;
  readonly observed: ArrayLike<number>;
  readonly predicted: ArrayLike<number> | null;
  readonly persistence: ArrayLike<number>;
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

const MARGIN_LEFT = 38;
const MARGIN_RIGHT = 6;

export function drawForecast(input: ForecastChartInput): DrawnForecast {
  const { positions, observed, predicted, persistence, width, hasDates } = input;
  const indices: number[] = [];
  for (let index = input.first; index <= input.last; index += input.stride) {
    indices.push(index);
  }
  const at = (values: ArrayLike<number>) => (index: number) => values[index] ?? Number.NaN;
  const place = (index: number): number | Date => {
    const position = positions[index] ?? 0;
    return hasDates ? new Date(position) : position;
  };
  const line = (values: ArrayLike<number>, name: string): Plot.Markish =>
    Plot.line(indices, { x: place, y: at(values), className: `line line-${name}`, clip: false });
  const plot = Plot.plot({
    width,
    height: input.height,
    marginLeft: MARGIN_LEFT,
    marginRight: MARGIN_RIGHT,
    marginTop: 10,
    marginBottom: 26,
    className: 'plot',
    x: { type: hasDates ? 'utc' : 'linear', label: null },
    y: { label: null, nice: true },
    marks: [
      Plot.gridY({ ticks: 5, className: 'grid-line', stroke: 'var(--line)', strokeOpacity: 1 }),
      Plot.axisY({ ticks: 5, tickSize: 0, className: 'axis' }),
      Plot.axisX({ ticks: Math.max(4, Math.floor(width / 110)), tickSize: 4, className: 'axis' }),
      line(persistence, 'persistence'),
      line(observed, 'observed'),
      ...(predicted === null ? [] : [line(predicted, 'forecast')]),
    ],
  });
  // The cursor over it speaks, and the table has every number.
  plot.setAttribute('aria-hidden', 'true');
  const scaleX = plot.scale('x');
  const scaleY = plot.scale('y');
  return {
    node: plot,
    x: (position) => Number(scaleX?.apply(position) ?? 0),
    y: (value) => Number(scaleY?.apply(value) ?? 0),
    left: MARGIN_LEFT,
    right: width - MARGIN_RIGHT,
  };
}
