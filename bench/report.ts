/** The results as text: a table for the terminal, and bench/RESULTS.md. */
import type { Config, ContenderName, Introduction, KernelTime, Round } from './protocol.ts';
import { type Ratio, ratioOf, summarize } from './statistics.ts';
import type { Surroundings } from './surroundings.ts';

export interface Measured extends Introduction {
  readonly name: ContenderName;
  readonly rounds: readonly Round[];
}

/** Everything a run found; what --json writes. */
export interface Results extends Surroundings {
  readonly browser: string;
  readonly config: Config;
  /** Loss of batch 0 in float64. */
  readonly referenceLoss: number;
  /** gatewise first. */
  readonly contenders: readonly Measured[];
  readonly kernels: readonly KernelTime[] | null;
}

const RESULTS_NOTE =
  'Written by `npm run bench -- --record`. One run on one machine: the ratios are what to look at, not the times. ' +
  'The software adapter uses every core and TensorFlow.js at this size one, so that other work on the machine ' +
  'takes from gatewise first: record on a quiet machine.';

type Rows = readonly (readonly string[])[];

export function formatTable(results: Results): string {
  const { contenders, kernels } = results;
  const parts = [
    headline(results),
    contenders.map(({ name, engine }) => `${name}: ${engine}`).join('\n'),
    alignColumns(stepRows(contenders)),
    ...(contenders.length > 1 ? [alignColumns(ratioRows(contenders))] : []),
    ...(kernels ? [`Kernels of gatewise's step:\n${alignColumns(kernelRows(kernels))}`] : []),
  ];
  return parts.join('\n\n');
}

export function formatMarkdown(results: Results, command: string): string {
  const { contenders, kernels, browser, processor, date, commit, load } = results;
  const parts = [
    '# Results of the benchmark',
    RESULTS_NOTE,
    `- Command: \`${command}\`\n- Browser: ${browser}, headless\n- Processor: ${processor}, load ${load}\n- Date: ${date}\n- Commit: ${commit}`,
    contenders.map(({ name, engine }) => `- ${name}: ${engine}`).join('\n'),
    '## Training step',
    headline(results),
    markdownTable(stepRows(contenders)),
    ...(contenders.length > 1 ? [markdownTable(ratioRows(contenders))] : []),
    ...(kernels ? ["## Kernels of gatewise's step", markdownTable(kernelRows(kernels))] : []),
  ];
  return `${parts.join('\n\n')}\n`;
}

function headline({ config, contenders, referenceLoss }: Results): string {
  const { name, batch, steps, features, units, learningRate, batches } = config;
  const rounds = contenders[0]?.rounds.length ?? 0;
  return (
    `Config ${name}: LSTM(${units}) -> Dense(${features}), B ${batch}, T ${steps}, F ${features}, MSE, Adam ${learningRate}; ` +
    `${rounds} rounds of ${batches} steps. First losses within 1e-5 of float64 (${referenceLoss.toPrecision(7)}).`
  );
}

function stepRows(contenders: readonly Measured[]): Rows {
  const rows = contenders.map(({ name, rounds, firstLoss, dispatches }) => {
    const step = summarize(rounds.map(({ stepMs }) => stepMs));
    const call = summarize(rounds.map(({ callMs }) => callMs));
    return [
      name,
      fixed(step.median),
      `${fixed(step.low)} .. ${fixed(step.high)}`,
      fixed(step.least),
      fixed(call.median),
      dispatches === null ? '-' : String(dispatches),
      firstLoss.toPrecision(7),
    ];
  });
  const head = ['contender', 'ms/step', 'quartiles', 'least', 'with set-up', 'dispatches', 'first loss'];
  return [head, ...rows];
}

function ratioRows([ours, ...others]: readonly Measured[]): Rows {
  const timesOf = (measured: Measured | undefined): number[] =>
    measured?.rounds.map(({ stepMs }) => stepMs) ?? [];
  const rows = others.map((other) => {
    const { ofMedians, pairs }: Ratio = ratioOf(timesOf(other), timesOf(ours));
    return [
      `${other.name} / gatewise`,
      fixed(ofMedians),
      fixed(pairs.median),
      `${fixed(pairs.low)} .. ${fixed(pairs.high)}`,
    ];
  });
  return [['ratio (over 1: gatewise is faster)', 'of medians', 'median of pairs', 'quartiles'], ...rows];
}

function kernelRows(kernels: readonly KernelTime[]): Rows {
  const summaries = kernels.map(({ microseconds }) => summarize(microseconds));
  const total = summaries.reduce((sum, { median }) => sum + median, 0);
  const rows = kernels.map(({ label, workgroups }, k) => {
    const { median = 0, low = 0, high = 0, least = 0 } = summaries[k] ?? {};
    const share = `${((100 * median) / total).toFixed(1)} %`;
    return [
      label,
      workgroups.join(' x '),
      median.toFixed(1),
      share,
      `${low.toFixed(1)} .. ${high.toFixed(1)}`,
      least.toFixed(1),
    ];
  });
  const sum = ['all', '', total.toFixed(1), '', '', ''];
  return [['kernel', 'workgroups', 'microseconds', 'share', 'quartiles', 'least'], ...rows, sum];
}

function fixed(value: number): string {
  return value.toFixed(3);
}

/** First column to the left, the others to the right. */
function alignColumns(rows: Rows): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]): string =>
    row
      .map((cell, column) =>
        column === 0 ? cell.padEnd(widths[0] ?? 0) : cell.padStart(widths[column] ?? 0),
      )
      .join('  ');
  return rows.map((row) => line(row).trimEnd()).join('\n');
}

function markdownTable([head = [], ...rows]: Rows): string {
  const rule = head.map((_, column) => (column === 0 ? '---' : '---:'));
  return [head, rule, ...rows].map((row) => `| ${row.join(' | ')} |`).join('\n');
}
