/** What is left at the newest step of the cell state each step ended with. */
import { scaleLinear } from 'd3-scale';
import { addColumns, addLine, addRows, drawing, svgElement } from './frame.ts';

export interface SurvivalChartInput {
  readonly width: number;
  readonly height: number;
  /** A share for each step, the oldest first. */
  readonly left: ArrayLike<number>;
  /** The step marked. */
  readonly chosen: number;
  /** What a step is called. */
  name(step: number): string;
}

const MARGINS = { left: 38, right: 16, top: 12, bottom: 26 };
/** Room of a step's name, CSS pixels. */
const NAME_ROOM = 48;

export function drawSurvival({ width, height, left, chosen, name }: SurvivalChartInput): Element {
  const last = Math.max(1, left.length - 1);
  const bottom = height - MARGINS.bottom;
  const x = scaleLinear()
    .domain([0, last])
    .range([MARGINS.left, width - MARGINS.right]);
  const y = scaleLinear().domain([0, 1]).range([bottom, MARGINS.top]);
  const svg = drawing(width, height);
  addRows(svg, y, MARGINS.left, width - MARGINS.right);
  const half = { class: 'line-half', x1: MARGINS.left, x2: width - MARGINS.right, y1: y(0.5), y2: y(0.5) };
  svg.append(svgElement('line', half));

  const every = Math.max(1, Math.ceil(NAME_ROOM / Math.max(1, x(1) - x(0))));
  const ticks = Array.from(
    { length: Math.ceil(left.length / every) },
    (_, index) => left.length - 1 - index * every,
  );
  addColumns(svg, x, bottom, ticks, (step) => name(Number(step)));
  addLine(
    svg,
    'survival',
    Array.from(left, (share, step) => [step, share] as const),
    x,
    y,
  );
  svg.append(
    svgElement('circle', { class: 'survival-dot', cx: x(chosen), cy: y(left[chosen] ?? 0), r: 4.5 }),
  );
  return svg;
}
