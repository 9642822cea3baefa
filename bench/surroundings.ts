/** Where and when the figures were taken: without that they mean nothing. */
import { execFileSync } from 'node:child_process';
import { cpus, loadavg } from 'node:os';

export interface Surroundings {
  /** Day, ISO 8601. */
  readonly date: string;
  /** Short hash, with "+" when the tree has changes that are not committed. */
  readonly commit: string;
  readonly processor: string;
  /** Processes that wanted to run in the minute before the benchmark: beside them every figure is noisy. */
  readonly load: number;
}

export function describeMachine(root: string): Surroundings {
  const model = cpus()[0]?.model.trim() ?? 'unknown processor';
  return {
    date: new Date().toISOString().slice(0, 10),
    commit: commitOf(root),
    processor: `${model}, ${cpus().length} cores`,
    load: Math.round((loadavg()[0] ?? 0) * 10) / 10,
  };
}

function commitOf(root: string): string {
  const git = (...args: string[]): string =>
    execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: 'pipe' }).trim();
  try {
    const changes = git('status', '--porcelain', '--untracked-files=no');
    return `${git('rev-parse', '--short', 'HEAD')}${changes === '' ? '' : '+'}`;
  } catch {
    return 'unknown'; // no git here, or no clone
  }
}
