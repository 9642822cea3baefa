/** `--growth`: what a step, or an epoch, costs against each size; the plots go to docs/ with --record. */
import type { Host, Hosts } from '../host.ts';
import { detail, stage } from '../progress.ts';
import type { Report } from '../sections.ts';
import { named } from '../turns.ts';
import { AXIS_SETTINGS, type Axis } from './axes.ts';
import { type GrowthCurve, growthPlot, growthSection, plotName } from './growth-section.ts';
import type { GrowthPoint } from './measure-point.ts';

/** Every point once a round, so that what else the machine does hits no single one. */
const ROUNDS = 3;
/** A point that took longer than this is not measured again, ms. */
const LONG_MS = 20_000;

export async function growthReport(axes: readonly Axis[], hosts: Hosts, suffix: string): Promise<Report> {
  const curves: GrowthCurve[] = [];
  for (const axis of axes) {
    stage(`growth against ${axis}`);
    const host = await hosts.open();
    try {
      await host.load('gauge');
      curves.push({ axis, points: await named(`growth against ${axis}`, () => measureAxis(axis, host)) });
    } finally {
      await host.close();
    }
  }
  return {
    sections: curves.map((curve) => growthSection(curve, suffix)),
    data: curves,
    files: curves.map((curve) => ({
      path: `docs/${plotName(curve.axis, suffix)}`,
      text: growthPlot(curve),
    })),
  };
}

async function measureAxis(axis: Axis, host: Host): Promise<GrowthPoint[]> {
  const points = new Map<number, GrowthPoint>();
  const tooLong = new Set<number>();
  for (let round = 1; round <= ROUNDS; round++) {
    for (const value of AXIS_SETTINGS[axis].values) {
      if (tooLong.has(value)) continue;
      detail(`${axis} ${value}, round ${round} of ${ROUNDS}`);
      const begun = performance.now();
      const point = await host.call('gauge', 'grow', axis, value);
      if (performance.now() - begun > LONG_MS) tooLong.add(value);
      points.set(value, { ...point, ms: [...(points.get(value)?.ms ?? []), ...point.ms] });
    }
  }
  return [...points.values()];
}
