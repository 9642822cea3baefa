/** Runs the built command as a user does: through its launcher, in a folder of its own. */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ensureCommand } from '../../tools/lib/build.mjs';

const LAUNCHER = fileURLToPath(new URL('../../bin/gatewise.mjs', import.meta.url));
const COMMAND = fileURLToPath(new URL('../../dist/cli/main.js', import.meta.url));

export interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
  /** From the start to the end, ms. */
  readonly ms: number;
}

export interface RunOptions {
  readonly env?: Readonly<Record<string, string>>;
  /** Called with all of stderr so far whenever more arrives. */
  readonly onStderr?: (text: string, interrupt: () => void) => void;
  /** dist/cli/main.js itself, without the launcher. */
  readonly isBare?: boolean;
}

/** A folder with the files of a test, and the command run in it. */
export class Workplace {
  readonly folder = mkdtempSync(join(tmpdir(), 'gatewise-cli-'));

  /** Builds the command if its sources have changed. */
  static async create(): Promise<Workplace> {
    if (!(await ensureCommand())) throw new Error('The command could not be built.');
    return new Workplace();
  }

  path(name: string): string {
    return join(this.folder, name);
  }

  write(name: string, content: string | Uint8Array): void {
    writeFileSync(this.path(name), content);
  }

  files(): string[] {
    return readdirSync(this.folder);
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  run(args: readonly string[], options: RunOptions = {}): Promise<Ended> {
    const { env = {}, onStderr, isBare = false } = options;
    const started = performance.now();
    const { GATEWISE_DEBUG: _, ...inherited } = process.env;
    const child = spawn(process.execPath, [isBare ? COMMAND : LAUNCHER, ...args], {
      cwd: this.folder,
      env: { ...inherited, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      stdout += text;
    });
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      stderr += text;
      onStderr?.(stderr, () => child.kill('SIGINT'));
    });
    return new Promise((resolve, reject) => {
      child.once('error', reject);
      child.once('close', (code) => resolve({ code, stdout, stderr, ms: performance.now() - started }));
    });
  }
}

/** A CSV text with columns as functions of the row. */
export function csv(
  columns: Readonly<Record<string, (row: number) => string | number>>,
  rows: number,
): string {
  const lines = [Object.keys(columns).join(',')];
  for (let row = 0; row < rows; row++) {
    lines.push(
      Object.values(columns)
        .map((value) => value(row))
        .join(','),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** A smooth series, never constant. */
export function wave(row: number): string {
  return (10 + 5 * Math.sin(row / 5) + Math.cos(row * 1.7)).toFixed(2);
}
