/** What `gatewise verify` prints: for people lines, for programs one object. */
import type { Finding } from '../../engine/keras/index.ts';
import { alignColumns, formatNumber, plural } from '../text.ts';
import type { Verification } from '../verify.ts';

/** Findings that are told; the rest is farther off. */
const MOST_FINDINGS = { json: 20, lines: 3 };

export function verificationJson(result: Verification): object {
  const { holds, tolerance, outputs, gates, diagnosis, device, notes } = result;
  const { maxAbs, meanAbs, worst } = outputs ?? {
    maxAbs: Number.POSITIVE_INFINITY,
    meanAbs: Number.POSITIVE_INFINITY,
    worst: null,
  };
  return {
    holds,
    maxAbs,
    meanAbs,
    worst,
    tolerance,
    shape: result.receivedShape,
    expectedShape: result.expectedShape,
    ...(gates === null ? {} : { layers: gates.layers }),
    ...(gates?.firstDivergence ? { firstDivergence: gates.firstDivergence } : {}),
    verdict: diagnosis?.verdict ?? null,
    diagnosis: told(diagnosis?.findings ?? [], MOST_FINDINGS.json),
    clues: diagnosis?.clues ?? [],
    device,
    notes,
  };
}

/** Whether it holds, in one sentence. */
export function verdictLine({ holds, tolerance, outputs, device }: Verification): string {
  return holds
    ? `The outputs agree within ${tolerance} * (1 + |expected|) on ${device}.`
    : `The ${outputs?.holds ? 'gates' : 'outputs'} differ by more than ${tolerance} * (1 + |expected|) on ${device}.`;
}

export function verificationLines(result: Verification): string[] {
  const { outputs, gates, diagnosis } = result;
  const lines = [verdictLine(result)];
  if (outputs === null) {
    lines.push(
      `The model gives outputs of shape [${result.receivedShape.join(', ')}], expected [${result.expectedShape.join(', ')}].`,
    );
  } else {
    const { maxAbs, meanAbs, worst } = outputs;
    const place =
      worst === null
        ? ''
        : `; worst at [${worst.index.join(', ')}]: expected ${worst.expected}, received ${worst.received}`;
    lines.push(`Max abs error ${formatNumber(maxAbs)}, mean ${formatNumber(meanAbs)}${place}.`);
  }
  if (gates !== null) lines.push('', ...gateLines(gates));
  if (diagnosis !== null) {
    const { verdict, findings, clues } = diagnosis;
    const none = findings.length > 0 ? 'No cause that was tried fits. Nearest:' : unexplained(gates !== null);
    lines.push('', verdict === null ? none : `Likely cause: ${verdict}.`);
    const shown = told(findings, MOST_FINDINGS.lines);
    lines.push(
      ...shown.map(({ what, maxAbs }) => `  ${what}; max error with that undone: ${formatNumber(maxAbs)}`),
    );
    lines.push(...clues);
  }
  return lines;
}

function unexplained(hasGates: boolean): string {
  return `No single cause that was tried explains it. Compare with a second file (gatewise compare)${hasGates ? '' : ', or give --gates'}.`;
}

function gateLines({ layers, firstDivergence: first }: NonNullable<Verification['gates']>): string[] {
  const rows = layers.map(({ path, holds, maxAbs, meanAbs }) => [
    path,
    formatNumber(maxAbs),
    formatNumber(meanAbs),
    holds ? 'agrees' : 'differs',
  ]);
  const lines = alignColumns([['gate', 'max abs', 'mean abs', ''], ...rows]);
  if (first === null) return [...lines, `All ${plural(layers.length, 'array')} of gates agree.`];
  return [
    ...lines,
    `First divergence: ${first.layer}, t ${first.t}, gate ${first.gate}, unit ${first.unit} (row ${first.row}): expected ${first.expected}, received ${first.received}.`,
  ];
}

function told(findings: readonly Finding[], most: number): { what: string; maxAbs: number }[] {
  return findings.slice(0, most).map(({ what, maxAbs }) => ({ what, maxAbs }));
}
