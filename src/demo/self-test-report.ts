/** The self-test's report to copy, as text for people and as JSON for programs: what was found, where, with what. */
import type { SelfTestResult } from '../engine/self-test/index.ts';
import { formatDifference } from './format.ts';
import type { BonnetReport, DeviceReport } from './protocol.ts';

export interface SelfTestReport {
  readonly engine: string;
  readonly date: string;
  readonly userAgent: string;
  readonly device: DeviceReport & Pick<BonnetReport, 'vendor' | 'architecture' | 'features'>;
  readonly limits: Readonly<Record<string, number>>;
  readonly passed: number;
  readonly failed: number;
  readonly results: readonly SelfTestResult[];
}

export interface ReportParts {
  readonly version: string;
  readonly date: Date;
  readonly userAgent: string;
  readonly device: DeviceReport;
  readonly bonnet: BonnetReport;
  readonly results: readonly SelfTestResult[];
}

export function selfTestReport(parts: ReportParts): SelfTestReport {
  const { version, date, userAgent, device, bonnet, results } = parts;
  const { vendor, architecture, features, limits } = bonnet;
  const passed = results.filter((one) => one.passed).length;
  return {
    engine: `gatewise ${version}`,
    date: date.toISOString(),
    userAgent,
    device: { ...device, vendor, architecture, features },
    limits: Object.fromEntries(limits.map(({ name, value }) => [name, value])),
    passed,
    failed: results.length - passed,
    results,
  };
}

/** JSON knows no infinity: an error that could not be measured is null there. */
export const reportJson = (report: SelfTestReport): string =>
  JSON.stringify(report, (_, value) => (value === Number.POSITIVE_INFINITY ? null : value), 2);

export function reportText(report: SelfTestReport): string {
  const { device, limits, results } = report;
  return [
    `${report.engine} self-test, ${report.date}`,
    `${report.passed} of ${results.length} checks passed`,
    `Adapter: ${device.label}${device.isSoftware ? ' (software)' : ''}; vendor ${device.vendor || 'not told'}, architecture ${device.architecture || 'not told'}; ran in the ${device.thread === 'worker' ? 'worker' : 'page'}`,
    `Browser: ${report.userAgent}`,
    `Features: ${device.features.join(', ') || 'none'}`,
    `Limits: ${Object.entries(limits)
      .map(([name, value]) => `${name} ${value}`)
      .join(', ')}`,
    '',
    ...results.map(resultLine),
  ].join('\n');
}

function resultLine({ name, measure, error, limit, passed, ms, problem }: SelfTestResult): string {
  const line = `${passed ? 'passed' : 'FAILED'}  ${name}: ${measure} ${formatDifference(error)}, limit ${formatDifference(limit)} (${ms.toFixed(0)} ms)`;
  return problem === null ? line : `${line}\n        ${problem}`;
}
