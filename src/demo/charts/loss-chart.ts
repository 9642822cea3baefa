/** The loss of the training and the validation part by epoch, and the best epoch. */
import { scaleLinear } from 'd3-scale';
import type { EpochRow } from '../protocol.ts';
import { addColumns, addLine, addRows, drawing, svgElement } from './frame.ts';

export interface LossChartInput {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly EpochRow[];
  readonly bestEpoch: number | null;
  /** Last epoch of the axis: the training's target, so that the curve grows into a fixed frame. */
  readonly lastEpoch: number;
}

const MARGINS = { left: 38, right: 12, top: 16, bottom: 40 };

export function drawLoss({ rows, bestEpoch, lastEpoch, width, height }: LossChartInput): Element {
  const [left, right] = [MARGINS.left, width - MARGINS.right];
  const bottom = height - MARGINS.bottom;
  const final = Math.max(2, lastEpoch);
  const losses = rows.flatMap(({ loss, valLoss }) => [loss, valLoss]).filter(Number.isFinite);
  const x = scaleLinear().domain([1, final]).range([left, right]);
  const y = scaleLinear()
    .domain([0, losses.reduce((most, loss) => Math.max(most, loss), 0) || 1])
    .nice()
    .range([bottom, MARGINS.top]);

  const svg = drawing(width, height);
  addRows(svg, y, left, right);
  const wanted = Math.min(final, Math.max(4, Math.floor(width / 90)));
  const epochs = x.ticks(wanted).filter((epoch) => Number.isInteger(epoch));
  addColumns(svg, x, bottom, epochs, String);
  const label = { class: 'axis', 'text-anchor': 'middle' };
  const title = svgElement('g', label);
  title.append(svgElement('text', { x: (left + right) / 2, y: height - 6 }, 'epoch'));
  svg.append(title);

  const best = rows.find(({ epoch }) => epoch === bestEpoch);
  if (best !== undefined) {
    const at = x(best.epoch);
    svg.append(svgElement('line', { class: 'line-best', x1: at, x2: at, y1: MARGINS.top, y2: bottom }));
  }
  addLine(
    svg,
    'training',
    rows.map(({ epoch, loss }) => [epoch, loss] as const),
    x,
    y,
  );
  addLine(
    svg,
    'validation',
    rows.map(({ epoch, valLoss }) => [epoch, valLoss] as const),
    x,
    y,
  );
  if (best !== undefined) addBest(svg, best.epoch, x(best.epoch), y(best.valLoss), best.epoch > final * 0.6);
  return svg;
}

/** A dot at the best epoch and its name above, on the side where there is room. */
function addBest(svg: SVGElement, epoch: number, x: number, y: number, isNearEnd: boolean): void {
  const [dx, anchor] = isNearEnd ? [-5, 'end'] : [5, 'start'];
  svg.append(
    svgElement('circle', { class: 'best-dot', cx: x, cy: y, r: 4 }),
    svgElement(
      'text',
      { class: 'note-text', x: x + dx, y: MARGINS.top - 6, 'text-anchor': anchor },
      `best: epoch ${epoch}`,
    ),
  );
}
