/** A growth curve as a table, a plot, and a verdict: does the cost grow as its arithmetic does? */
import { type Section, titleAt } from '../sections.ts';
import { summarize } from '../statistics.ts';
import { figures, type Rows } from '../table.ts';
import { AXIS_SETTINGS, type Axis, describeAxis, flopsAt } from './axes.ts';
import { fittedExponent, fixedAndSlope } from './fit-growth.ts';
import type { GrowthPoint } from './measure-point.ts';
import { logLogPlot } from './plot.ts';

/** A curve may grow by this much more than its arithmetic, from point to point and over the upper range. */
const POINT_MARGIN = 0.25;
const CURVE_MARGIN = 0.1;
const MIB = 1 << 20;

export interface GrowthCurve {
  readonly axis: Axis;
  readonly points: readonly GrowthPoint[];
}

export interface GrowthFit {
  /** Of the time, over the upper range. */
  readonly exponent: number;
  /** Of the arithmetic, over the same. */
  readonly arithmetic: number;
  /** Of a step or an epoch without arithmetic, ms. */
  readonly fixedMs: number;
  /** What each further operation runs at. */
  readonly gflops: number;
}

/** @throws Error for fewer than two points in the upper range */
export function fitCurve({ axis, points }: GrowthCurve): GrowthFit {
  const upper = points.filter(({ value }) => value >= AXIS_SETTINGS[axis].fittedFrom);
  const { fixed, slope } = fixedAndSlope(
    points.map((point) => ({ x: flopsAt(axis, point.value), y: timeOf(point) })),
  );
  return {
    exponent: fittedExponent(upper.map((point) => ({ x: point.value, y: timeOf(point) }))),
    arithmetic: fittedExponent(upper.map(({ value }) => ({ x: value, y: flopsAt(axis, value) }))),
    fixedMs: fixed,
    gflops: 1e-6 / slope,
  };
}

export function growthSection(curve: GrowthCurve, suffix: string): Section {
  const { axis } = curve;
  const { title, unit, fittedFrom, values } = AXIS_SETTINGS[axis];
  const { exponent, arithmetic, fixedMs, gflops } = fitCurve(curve);
  const verdict =
    exponent > arithmetic + CURVE_MARGIN
      ? 'it grows FASTER than its arithmetic'
      : 'no faster than its arithmetic';
  const sentence =
    `Fitted exponent over ${axis} ${count(fittedFrom)} to ${count(values.at(-1) ?? fittedFrom)}: ${exponent.toFixed(2)}, ` +
    `its arithmetic ${arithmetic.toFixed(2)}: ${verdict}. ` +
    `${fixedMs > 0 ? `Fixed cost ${figures(fixedMs)} ms per ${unit}` : 'No fixed cost stands out'}, each further operation at ${figures(gflops)} GFLOP/s (relative least squares over all points).`;
  return {
    id: `growth-${axis}${suffix}`,
    title: titleAt(`Growth: ${unit} against ${title}`, suffix),
    about: describeAxis(axis),
    blocks: [
      growthRows(curve),
      sentence,
      `![Time of one ${unit} against ${title}](../docs/${plotName(axis, suffix)})`,
    ],
  };
}

export function plotName(axis: Axis, suffix: string): string {
  return `growth-${axis}${suffix}.svg`;
}

export function growthPlot(curve: GrowthCurve): string {
  const { axis, points } = curve;
  const { title, unit, fittedFrom } = AXIS_SETTINGS[axis];
  const { exponent } = fitCurve(curve);
  const measured = points.map((point): [number, number] => [point.value, timeOf(point)]);
  const upper = measured.filter(([value]) => value >= fittedFrom);
  const logMean = (of: readonly number[]): number =>
    Math.exp(of.reduce((sum, value) => sum + Math.log(value), 0) / of.length);
  const [middleX, middleY] = [logMean(upper.map(([x]) => x)), logMean(upper.map(([, y]) => y))];
  const middleFlops = logMean(upper.map(([x]) => flopsAt(axis, x)));
  const line = (of: (x: number) => number, from: readonly [number, number][]): [number, number][] =>
    from.map(([x]) => [x, of(x)]);
  return logLogPlot({
    title: `Time of one training ${unit} against ${title}`,
    xLabel: `${axis}, ${title.replace(` ${axis}`, '')}`,
    yLabel: `ms per ${unit}`,
    curves: [
      {
        name: 'arithmetic alone',
        style: 'reference',
        points: line((x) => (middleY * flopsAt(axis, x)) / middleFlops, upper),
      },
      { name: 'measured', style: 'measured', points: measured },
      {
        name: `exponent ${exponent.toFixed(2)}`,
        style: 'fitted',
        points: line((x) => middleY * (x / middleX) ** exponent, upper),
      },
    ],
  });
}

function growthRows({ axis, points }: GrowthCurve): Rows {
  const { unit } = AXIS_SETTINGS[axis];
  const head = [
    axis,
    `ms per ${unit}`,
    'GFLOP/s',
    'exponent since the row above',
    'of its arithmetic',
    '',
    'live GPU MiB',
    'of these series and targets',
    'the rest',
  ];
  const rows = points.map((point, k) => {
    const before = points[k - 1];
    const flops = flopsAt(axis, point.value);
    const mib = (bytes: number): string => (bytes / MIB).toFixed(2);
    const row = [count(point.value), figures(timeOf(point)), (flops / timeOf(point) / 1e6).toFixed(3)];
    const bytes = [mib(point.liveBytes), mib(point.dataBytes), mib(point.liveBytes - point.dataBytes)];
    if (!before) return [...row, '', '', '', ...bytes];
    const growth = (of: (one: GrowthPoint) => number): number =>
      Math.log(of(point) / of(before)) / Math.log(point.value / before.value);
    const [ofTime, ofFlops] = [growth(timeOf), growth(({ value }) => flopsAt(axis, value))];
    return [
      ...row,
      ofTime.toFixed(2),
      ofFlops.toFixed(2),
      ofTime > ofFlops + POINT_MARGIN ? 'faster' : '',
      ...bytes,
    ];
  });
  return [head, ...rows];
}

function timeOf({ ms }: GrowthPoint): number {
  return summarize(ms).median;
}

function count(value: number): string {
  return value.toLocaleString('en-US');
}
