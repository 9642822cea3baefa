/** The loss of the training and the validation part by epoch, the best epoch, and the one whose weights are shown. */

import { scaleLinear } from 'd3-scale';
import type { EpochRow } from '../protocol.ts';
import { msg, str } from '../words.ts';
import { addColumns, addLine, addRows, drawing, svgElement } from './frame.ts';

export interface LossChartInput {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly EpochRow[];
  readonly bestEpoch: number | null;
  /** Epoch whose weights the page shows; 0, before the first, is not on the axis. */
  readonly shownEpoch: number;
  /** Last epoch of the axis: the training's target, so that the curve grows into a fixed frame. */
  readonly lastEpoch: number;
}

const MARGINS = { left: 38, right: 12, top: 16, bottom: 40 };

export function drawLoss({ rows, bestEpoch, shownEpoch, lastEpoch, width, height }: LossChartInput): Element {
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
  title.append(svgElement('text', { x: (left + right) / 2, y: height - 6 }, msg('epoch')));
  svg.append(title);

  const best = rows.find(({ epoch }) => epoch === bestEpoch);
  if (best !== undefined) {
    const at = x(best.epoch);
    svg.append(svgElement('line', { class: 'line-best', x1: at, x2: at, y1: MARGINS.top, y2: bottom }));
  }
  const shown = rows.find(({ epoch }) => epoch === shownEpoch);
  if (shown !== undefined) addShown(svg, shown.epoch, x(shown.epoch), bottom, shown.epoch > final * 0.6);
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
      msg(str`best: epoch ${epoch}`),
    ),
  );
}

/** A dashed line with a triangle on the axis, and its name above that: the best epoch has its own at the top. */
function addShown(svg: SVGElement, epoch: number, x: number, bottom: number, isNearEnd: boolean): void {
  const [dx, anchor] = isNearEnd ? [-8, 'end'] : [8, 'start'];
  svg.append(
    svgElement('line', { class: 'line-shown', x1: x, x2: x, y1: MARGINS.top, y2: bottom }),
    svgElement('path', { class: 'shown-mark', d: `M${x} ${bottom - 7}l5 7h-10z` }),
    svgElement(
      'text',
      { class: 'note-text', x: x + dx, y: bottom - 5, 'text-anchor': anchor },
      msg(str`shown: epoch ${epoch}`),
    ),
  );
}
