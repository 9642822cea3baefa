/**
 * Memory of processes as Linux counts it: of one process the peak of what is resident (VmHWM, which misses nothing), of
 * all of a browser the sum of their shares (Pss: shared pages counted once), sampled.
 */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';

/** Bytes resident now, and the most since the process began or resetPeak() was called. */
export interface Resident {
  readonly now: number;
  readonly peak: number;
}

export function residentOf(pid: number): Resident {
  const status = readFileSync(`/proc/${pid}/status`, 'utf8');
  return { now: kilobytes(status, 'VmRSS') * 1024, peak: kilobytes(status, 'VmHWM') * 1024 };
}

/** Lets the peak of a process begin anew at what is resident now. */
export function resetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Bytes that a process and all that it started hold, shared pages counted once. */
export function sharedOutBytes(root: number): number {
  let total = 0;
  for (const pid of descendants(root)) {
    try {
      total += kilobytes(readFileSync(`/proc/${pid}/smaps_rollup`, 'utf8'), 'Pss') * 1024;
    } catch {
      // It ended meanwhile.
    }
  }
  return total;
}

/** Processes whose command line holds all of these words, among those that `root` started. */
export function findProcesses(root: number, ...words: readonly string[]): number[] {
  return descendants(root).filter((pid) => {
    try {
      const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8');
      return words.every((word) => command.includes(word));
    } catch {
      return false;
    }
  });
}

/** Time a process has spent in its own code, in ticks of the kernel's clock. */
export function processorTicks(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  return Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[11]);
}

function descendants(root: number): number[] {
  const childrenOf = new Map<number, number[]>();
  for (const name of readdirSync('/proc')) {
    const pid = Number(name);
    if (!Number.isInteger(pid)) continue;
    try {
      // "pid (name) state parent ...": the name may hold spaces and brackets.
      const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
      const parent = Number(stat.slice(stat.lastIndexOf(')') + 2).split(' ')[1]);
      childrenOf.set(parent, [...(childrenOf.get(parent) ?? []), pid]);
    } catch {
      // It ended meanwhile.
    }
  }
  const found = [root];
  for (const pid of found) found.push(...(childrenOf.get(pid) ?? []));
  return found;
}

function kilobytes(text: string, field: string): number {
  return Number(new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(text)?.[1] ?? Number.NaN);
}
