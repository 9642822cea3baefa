/** The loss of the training and the validation part by epoch, and the best epoch, drawn by Observable Plot. */
import * as Plot from '@observablehq/plot';
import type { EpochRow } from '../protocol.ts';

export interface LossChartInput {
  readonly width: number;
  readonly height: number;
  readonly rows: readonly EpochRow[];
  readonly bestEpoch: number | null;
  /** Last epoch of the axis: the training's target, so that the curve grows into a fixed frame. */
  readonly lastEpoch: number;
}

export function drawLoss(input: LossChartInput): Element {
  const { rows, bestEpoch, width } = input;
  const best = rows.filter((row) => row.epoch === bestEpoch);
  const nearEnd = (bestEpoch ?? 0) > input.lastEpoch * 0.6;
  const plot = Plot.plot({
    width,
    height: input.height,
    marginLeft: 38,
    marginRight: 12,
    marginTop: 16,
    marginBottom: 40,
    className: 'plot',
    x: {
      label: 'epoch',
      labelAnchor: 'center',
      labelArrow: 'none',
      domain: [1, Math.max(2, input.lastEpoch)],
    },
    y: { label: null, zero: true, nice: true },
    marks: [
      Plot.gridY({ ticks: 5, className: 'grid-line', stroke: 'var(--line)', strokeOpacity: 1 }),
      Plot.axisY({ ticks: 5, tickSize: 0, className: 'axis' }),
      Plot.axisX({
        ticks: Math.min(Math.max(2, input.lastEpoch), Math.max(4, Math.floor(width / 90))),
        tickFormat: (epoch: number) => (Number.isInteger(epoch) ? String(epoch) : ''),
        tickSize: 4,
        label: 'epoch',
        labelAnchor: 'center',
        labelArrow: 'none',
        className: 'axis',
      }),
      Plot.ruleX(best, { x: 'epoch', className: 'line-best' }),
      Plot.line(rows, { x: 'epoch', y: 'loss', className: 'line line-training' }),
      Plot.line(rows, { x: 'epoch', y: 'valLoss', className: 'line line-validation' }),
      Plot.dot(best, {
        x: 'epoch',
        y: 'valLoss',
        r: 4,
        fill: 'var(--validation)',
        stroke: 'var(--page)',
        strokeWidth: 2,
      }),
      Plot.text(best, {
        x: 'epoch',
        frameAnchor: 'top',
        dy: -10,
        dx: nearEnd ? -5 : 5,
        textAnchor: nearEnd ? 'end' : 'start',
        text: (row: EpochRow) => `best: epoch ${row.epoch}`,
        className: 'note-text',
      }),
    ],
  });
  // The line under it and the table say the same.
  plot.setAttribute('aria-hidden', 'true');
  return plot;
}
