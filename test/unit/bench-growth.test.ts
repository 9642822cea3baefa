/** bench/growth: exponents, fixed costs, verdicts and plots. */
import { describe, expect, it } from 'vitest';
import { AXIS_SETTINGS, describeAxis, flopsAt } from '../../bench/growth/axes.ts';
import { fittedExponent, fixedAndSlope } from '../../bench/growth/fit-growth.ts';
import { fitCurve, growthPlot, growthSection } from '../../bench/growth/growth-section.ts';
import { logLogPlot } from '../../bench/growth/plot.ts';

const line = (xs: readonly number[], y: (x: number) => number) => xs.map((x) => ({ x, y: y(x) }));

describe('the fit', () => {
  it('finds the exponent of a power law', () => {
    expect(fittedExponent(line([256, 512, 1024], (x) => 0.3 * x ** 1.7))).toBeCloseTo(1.7, 10);
  });

  it('finds a fixed cost and a rate over decades', () => {
    const { fixed, slope } = fixedAndSlope(line([1, 10, 1000, 100_000], (x) => 2.5 + 0.01 * x));

    expect(fixed).toBeCloseTo(2.5, 10);
    expect(slope).toBeCloseTo(0.01, 12);
  });

  it('lets a mistake of the largest cost not drown the fixed one', () => {
    const samples = line([1, 10, 100, 100_000], (x) => 2.5 + 0.01 * x);
    const disturbed = samples.map(({ x, y }) => ({ x, y: x === 100_000 ? 1.2 * y : y }));

    expect(fixedAndSlope(disturbed).fixed).toBeCloseTo(2.5, 1);
  });

  it('refuses to draw a line through one size', () => {
    expect(() => fittedExponent(line([8, 8], (x) => x))).toThrow(
      'A line needs two different sizes, received 2.07',
    );
  });
});

/** A curve whose time is its arithmetic at 1 GFLOP/s and a fixed cost, bent by `bend` above 256. */
function curveOf(bend: (value: number) => number) {
  const points = AXIS_SETTINGS.T.values.map((value) => ({
    value,
    ms: [(0.5 + flopsAt('T', value) / 1e6) * bend(value)],
    liveBytes: 3 << 20,
    dataBytes: 1 << 20,
  }));
  return { axis: 'T', points } as const;
}

describe('a growth curve', () => {
  it('that is linear has exponent 1, its fixed cost and its rate', () => {
    const fit = fitCurve(curveOf(() => 1));

    expect(fit.exponent).toBeCloseTo(1, 2);
    expect(fit.arithmetic).toBeCloseTo(1, 2);
    expect(fit.fixedMs).toBeCloseTo(0.5, 6);
    expect(fit.gflops).toBeCloseTo(1, 6);
  });

  it('is told from one that grows faster than its arithmetic', () => {
    const text = (bend: (value: number) => number): string =>
      JSON.stringify(growthSection(curveOf(bend), '').blocks);

    expect(text(() => 1)).toContain('no faster than its arithmetic');
    expect(text(() => 1)).not.toContain('"faster"');
    expect(text((value) => (value > 256 ? (value / 256) ** 0.5 : 1))).toContain(
      'it grows FASTER than its arithmetic',
    );
    expect(text((value) => (value > 256 ? (value / 256) ** 0.5 : 1))).toContain('"faster"');
  });

  it('is plotted with its exponent and named by its axis', () => {
    expect(growthPlot(curveOf(() => 1))).toContain('exponent 1.00');
    expect(
      growthSection(
        curveOf(() => 1),
        '-node',
      ),
    ).toMatchObject({ id: 'growth-T-node' });
    expect(describeAxis('T')).toBe('LSTM(H) -> Dense(F), MSE, Adam; B 32, F 4, H 32.');
  });
});

describe('the plot', () => {
  const plot = {
    title: 'a < b & c',
    xLabel: 'x',
    yLabel: 'y',
    curves: [
      {
        name: 'one',
        style: 'measured',
        points: [
          [1, 10],
          [10, 100],
          [100, 1000],
        ],
      },
    ],
  } as const;

  it('puts a power law on a straight line from corner to corner', () => {
    const [, points = ''] = /<polyline points="([^"]*)"/.exec(logLogPlot(plot)) ?? [];

    expect(points).toBe('70,344 345,194 620,44');
  });

  it('labels the decades and escapes text', () => {
    const svg = logLogPlot(plot);

    expect(svg).toContain('<title>a &lt; b &amp; c</title>');
    expect(svg).toContain('>1,000</text>');
    expect(svg.match(/<(\w+)[ >]/g)?.length).toBeGreaterThan(10);
  });

  it('refuses what has no place on a logarithmic axis', () => {
    const curves = [{ name: 'one', style: 'measured', points: [[1, 0]] }] as const;

    expect(() => logLogPlot({ ...plot, curves })).toThrow(
      'A logarithmic axis takes numbers above 0, received 0',
    );
  });
});
