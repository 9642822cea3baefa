/**
 * The frame of a small line chart as SVG: grid, axes, lines. D3 gives scales, ticks and paths; nothing else of it is
 * loaded, because a whole chart library would be the page's heaviest script.
 */

import { area, line } from 'd3-shape';
import { dateWriter } from '../dates.ts';

const SVG = 'http://www.w3.org/2000/svg';
const DAY = 86_400_000;

/** What of a D3 scale is needed here. */
interface Scale {
  (value: number): number;
  range(): number[];
  ticks(count?: number): (number | Date)[];
}

type Attributes = Readonly<Record<string, string | number>>;

/** An SVG element with attributes and text. */
export function svgElement(name: string, attributes: Attributes, text?: string): SVGElement {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, String(value));
  if (text !== undefined) element.textContent = text;
  return element;
}

/** An empty drawing. It is hidden from screen readers: what it shows is told by the cursor and the table beside it. */
export function drawing(width: number, height: number): SVGElement {
  return svgElement('svg', {
    class: 'plot',
    width,
    height,
    viewBox: `0 0 ${width} ${height}`,
    'aria-hidden': 'true',
    'font-size': 10,
  });
}

/** Lines across at the ticks of y, with their numbers at the left. */
export function addRows(svg: SVGElement, y: Scale, left: number, right: number): void {
  const ticks = y.ticks(5).map(Number);
  const places = Math.max(
    0,
    ...ticks.map((tick) => (String(Number(tick.toPrecision(6))).split('.')[1] ?? '').length),
  );
  const labels = svgElement('g', { class: 'axis', 'text-anchor': 'end' });
  for (const tick of ticks) {
    const at = y(tick);
    svg.append(svgElement('line', { class: 'grid-line', x1: left, x2: right, y1: at, y2: at }));
    const text = tick.toFixed(places).replace('-', '\u2212');
    labels.append(svgElement('text', { x: left - 6, y: at, dy: '0.32em' }, text));
  }
  svg.append(labels);
}

/** Ticks below the drawing with their words. */
export function addColumns(
  svg: SVGElement,
  x: Scale,
  bottom: number,
  ticks: readonly (number | Date)[],
  words: (tick: number | Date) => string,
): void {
  const axis = svgElement('g', { class: 'axis', 'text-anchor': 'middle' });
  for (const tick of ticks) {
    const at = x(Number(tick));
    axis.append(
      svgElement('line', { stroke: 'currentColor', x1: at, x2: at, y1: bottom, y2: bottom + 4 }),
      svgElement('text', { x: at, y: bottom + 16 }, words(tick)),
    );
  }
  svg.append(axis);
}

/** A line through the points, broken where a value is missing. */
export function addLine(
  svg: SVGElement,
  name: string,
  points: readonly (readonly [number, number])[],
  x: Scale,
  y: Scale,
): void {
  const path = line<readonly [number, number]>()
    .defined(([, value]) => Number.isFinite(value))
    .x(([position]) => x(position))
    .y(([, value]) => y(value))(points);
  if (path !== null) svg.append(svgElement('path', { class: `line line-${name}`, d: path }));
}

/** What lies between two values at each point. */
export function addBand(
  svg: SVGElement,
  name: string,
  points: readonly (readonly [position: number, low: number, high: number])[],
  x: Scale,
  y: Scale,
): void {
  const path = area<readonly [number, number, number]>()
    .x(([position]) => x(position))
    .y0(([, low]) => y(low))
    .y1(([, , high]) => y(high))(points);
  if (path !== null) svg.append(svgElement('path', { class: `band-${name}`, d: path }));
}

const hour = dateWriter({ hour: '2-digit', minute: '2-digit' });
const dayAndMonth = dateWriter({ day: 'numeric', month: 'short' });
const month = dateWriter({ month: 'short' });
const year = dateWriter({ year: 'numeric' });

/**
 * A tick of a time axis in as few words as tell it from its neighbours.
 * @param spacing ms between two ticks
 */
export function dateTick(date: Date, spacing: number): string {
  const isMidnight = date.getTime() % DAY === 0;
  if (!isMidnight) return hour(date);
  if (spacing < 27 * DAY) return dayAndMonth(date);
  return spacing < 360 * DAY && date.getUTCMonth() > 0 ? month(date) : year(date);
}
