/**
 * One bar for each lag, the newest at the right as everywhere on the page, cut by input; behind it the null band, over it
 * the numbers of single seeds, and a line where windows begin that are longer than those of training.
 */
import { scaleLinear } from 'd3-scale';
import { msg } from '../words.ts';
import { addColumns, addRows, drawing, svgElement } from './frame.ts';

/** Fills there are: five inputs have one of their own, all others share the last. */
export const LAG_FILLS = 6;

export interface LagBar {
  /** 1 is the newest. */
  readonly lag: number;
  /** Cut in this order, from the middle line outwards. */
  readonly parts: readonly { readonly fill: number; readonly value: number }[];
  /** Of single seeds. */
  readonly dots: readonly number[];
}

export interface LagBarsInput {
  readonly width: number;
  readonly height: number;
  readonly bars: readonly LagBar[];
  readonly band: { readonly low: number; readonly high: number } | null;
  /** What pure noise reaches, to both sides of 0; null where that is not known. */
  readonly noise: number | null;
  /** Where what is larger is cut, to both sides of 0; null for nowhere. */
  readonly limit: number | null;
  /** The lag that is looked at. */
  readonly chosen: number;
  /** Rows of the windows of training; older bars stand beyond a line. */
  readonly trained: number;
  readonly label: (lag: number) => string;
}

export interface DrawnLags {
  readonly element: Element;
  /** The lag below a place of the drawing, CSS pixels from its left. */
  lagAt(x: number): number;
}

const MARGINS = { left: 58, right: 10, top: 12, bottom: 24 };
const MOST_BAR = 44;
const DOT = 2.5;
/** Strokes of the patterns, so that inputs differ by more than hue. */
const STROKES = ['', 'M-1 7 L7 -1', 'M3 0 V6', 'M0 3 H6', 'M-1 -1 L7 7', 'M0 1.5 H6 M0 4.5 H6'];

export function drawLagBars(input: LagBarsInput): DrawnLags {
  const { width, height, bars, band, noise, chosen, trained, label } = input;
  const [left, right] = [MARGINS.left, width - MARGINS.right];
  const bottom = height - MARGINS.bottom;
  const count = bars.length;
  const each = (right - left) / count;
  const bar = Math.max(1, Math.min(MOST_BAR, each * 0.7));
  const x = scaleLinear()
    .domain([count + 0.5, 0.5])
    .range([left, right]);
  const y = scaleLinear().domain(extent(input)).nice().range([bottom, MARGINS.top]).clamp(true);

  const svg = drawing(width, height);
  svg.append(patterns());
  addRows(svg, y, left, right);
  if (band !== null) {
    const [top, low] = [y(band.high), y(band.low)];
    svg.append(
      svgElement('rect', {
        class: 'lag-band',
        x: left,
        width: right - left,
        y: top,
        height: Math.max(1, low - top),
      }),
    );
  }
  svg.append(
    svgElement('rect', {
      class: 'lag-chosen',
      x: x(chosen) - each / 2,
      width: each,
      y: MARGINS.top,
      height: bottom - MARGINS.top,
    }),
  );
  for (const one of bars) addBar(svg, one, bar, x, y);
  svg.append(svgElement('line', { class: 'lag-zero', x1: left, x2: right, y1: y(0), y2: y(0) }));
  const least = y.domain()[0] ?? 0;
  for (const value of noise === null ? [] : [noise, -noise]) {
    if (value < least) continue;
    svg.append(svgElement('line', { class: 'lag-noise', x1: left, x2: right, y1: y(value), y2: y(value) }));
  }
  if (trained < count) {
    const at = x(trained + 0.5);
    svg.append(
      svgElement('line', { class: 'lag-edge', x1: at, x2: at, y1: MARGINS.top, y2: bottom }),
      svgElement('text', { class: 'note-text', x: at + 4, y: MARGINS.top + 10 }, msg('trained window')),
    );
  }
  const place = Object.assign((lag: number): number => x(lag), { range: () => x.range(), ticks: () => [] });
  addColumns(svg, place, bottom, labelled(count, width), (lag) => label(Number(lag)));
  return {
    element: svg,
    lagAt: (at) => Math.max(1, Math.min(count, Math.round(x.invert(at)))),
  };
}

type Scale = ReturnType<typeof scaleLinear<number, number>>;

/** A bar with its dots; an arrow where it is cut. */
function addBar(svg: Element, { lag, parts, dots }: LagBar, width: number, x: Scale, y: Scale): void {
  const middle = x(lag);
  let [above, below] = [0, 0];
  for (const { fill, value } of parts) {
    const from = value < 0 ? below : above;
    const to = from + value;
    if (value < 0) below = to;
    else above = to;
    const [top, end] = [y(Math.max(from, to)), y(Math.min(from, to))];
    const box = { x: middle - width / 2, width, y: top, height: end - top };
    svg.append(
      svgElement('rect', { class: 'lag-bar', 'data-fill': fill, 'data-lag': lag, ...box }),
      svgElement('rect', { fill: `url(#lag-bar-${fill})`, ...box }),
    );
  }
  const [least = 0, most = 0] = y.domain();
  const seen = dots.filter((dot) => dot >= least && dot <= most);
  if (dots.length > 1) {
    const [low, high] = [Math.min(...dots), Math.max(...dots)];
    svg.append(svgElement('line', { class: 'lag-whisker', x1: middle, x2: middle, y1: y(low), y2: y(high) }));
  }
  for (const dot of seen)
    svg.append(svgElement('circle', { class: 'lag-dot', cx: middle, cy: y(dot), r: DOT }));
  const arrow = { class: 'note-text', 'text-anchor': 'middle', x: middle };
  if (above > most) svg.append(svgElement('text', { ...arrow, y: y(most) + 14 }, '\u2191'));
  if (below < least) svg.append(svgElement('text', { ...arrow, y: y(least) - 6 }, '\u2193'));
}

/** From the lowest to the highest that is drawn, 0 among them. */
function extent({ bars, band, noise, limit }: LagBarsInput): [number, number] {
  let [low, high] = [Math.min(0, band?.low ?? 0), Math.max(0, band?.high ?? 0, noise ?? 0)];
  for (const { parts, dots } of bars) {
    const sum = (sign: 1 | -1): number =>
      parts.reduce((all, { value }) => all + (value * sign > 0 ? value : 0), 0);
    low = Math.min(low, sum(-1), ...dots);
    high = Math.max(high, sum(1), ...dots);
  }
  if (low === high) return [0, 1];
  return limit === null ? [low, high] : [Math.max(low, -limit), Math.min(high, limit)];
}

/** The lags that get a label: the newest, and back from it as many as there is room for. */
function labelled(count: number, width: number): number[] {
  const every = Math.max(1, Math.ceil(count / Math.max(2, Math.floor(width / 56))));
  return Array.from({ length: Math.ceil(count / every) }, (_, n) => 1 + n * every);
}

/** A fill's sample for the legend. */
export function fillSample(fill: number): Element {
  const svg = drawing(20, 12);
  const box = { x: 0, y: 0, width: 20, height: 12 };
  svg.append(
    svgElement('rect', { class: 'lag-bar', 'data-fill': fill, ...box }),
    svgElement('rect', { fill: `url(#lag-bar-${fill})`, ...box }),
  );
  return svg;
}

/** What the bars are filled with, beside their colours. */
export function patterns(): SVGElement {
  const definitions = svgElement('defs', {});
  STROKES.forEach((d, fill) => {
    const size = { width: 6, height: 6, patternUnits: 'userSpaceOnUse' };
    const pattern = svgElement('pattern', { id: `lag-bar-${fill}`, ...size });
    pattern.append(svgElement('path', { class: 'step-bar-stroke', d }));
    definitions.append(pattern);
  });
  return definitions;
}
