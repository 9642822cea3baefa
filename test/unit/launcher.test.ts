/** bin/lib/launch.mjs with small stand-ins for the command. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';

const LAUNCH = new URL('../../bin/lib/launch.mjs', import.meta.url).href;

/** Listens to signals, so that none ends it, and never comes to hear one. Prints its process id. */
const BUSY = `for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(name, () => {});
  fs.writeSync(3, String(process.pid)); fs.writeSync(4, 'ready');
  for (;;) {}`;

describe('the launcher of the command', () => {
  let folder = '';

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'gatewise-launcher-'));
  });

  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('passes arguments, output and the exit code through, and hides what Dawn writes', async () => {
    const command = `fs.writeSync(1, 'Warning: native'); fs.writeSync(2, 'Warning: native');
      fs.writeSync(3, process.argv.slice(2).join()); fs.writeSync(4, 'progress'); process.exit(2);`;

    const ended = await run(command, { args: ['train', '--json'] });

    expect(ended).toEqual({ code: 2, output: 'train,--json', errors: 'progress' });
  });

  it('shows an error that escaped the command', async () => {
    const ended = await run(`throw new Error('a module is missing');`);

    expect(ended.code).toBe(1);
    expect(ended.errors).toContain('a module is missing');
  });

  it('shows the hidden output and the signal when the command crashes', async () => {
    const ended = await run(`fs.writeSync(2, 'native assertion'); process.kill(process.pid, 'SIGABRT');`);

    expect(ended.code).toBe(134);
    expect(ended.errors).toContain('native assertion');
    expect(ended.errors).toContain('SIGABRT');
  });

  it('tries the next driver when the command finds no adapter, and says which try is the last', async () => {
    const command = `const { DRIVER, GATEWISE_RETRY_CODE } = process.env;
      fs.writeSync(3, DRIVER + ' ' + GATEWISE_RETRY_CODE + '; ');
      process.exit(Number(GATEWISE_RETRY_CODE ?? 3));`;

    const ended = await run(command, { environments: [{ DRIVER: 'gpu' }, { DRIVER: 'software' }] });

    expect(ended).toEqual({ code: 3, output: 'gpu 86; software undefined; ', errors: '' });
  });

  it('gives the command one SIGINT for two, and its exit code back', async () => {
    const command = `let count = 0; process.on('SIGINT', () => {
      count++; setTimeout(() => { fs.writeSync(3, 'SIGINT ' + count); process.exit(130); }, 300); });
      setInterval(() => {}, 1000); fs.writeSync(4, 'ready');`;

    const ended = await run(command, {
      async onReady(launcher) {
        launcher.kill('SIGINT');
        await sleep(50);
        launcher.kill('SIGINT');
      },
    });

    expect(ended).toEqual({ code: 130, output: 'SIGINT 1', errors: 'ready' });
  });

  it('kills a command that is too busy to hear a second signal', async () => {
    const ended = await run(BUSY, {
      async onReady(launcher) {
        launcher.kill('SIGINT');
        // Two signals close together count as one.
        await sleep(3000);
        launcher.kill('SIGINT');
      },
    });

    expect(ended).toMatchObject({ code: 130, errors: 'ready' });
    expectGone(ended.output);
  });

  it.each([
    ['SIGTERM', 143],
    ['SIGHUP', 129],
  ] as const)('kills a command that does not end some time after %s', async (signal, code) => {
    const ended = await run(BUSY, {
      async onReady(launcher) {
        launcher.kill(signal);
      },
    });

    expect(ended).toMatchObject({ code, errors: 'ready' });
    expectGone(ended.output);
  });

  interface Options {
    readonly args?: string[];
    readonly environments?: Record<string, string>[];
    onReady?(launcher: ChildProcess): Promise<void>;
  }

  async function run(command: string, options: Options = {}) {
    const { args = [], environments = [{}], onReady } = options;
    const script = join(folder, 'command.mjs');
    writeFileSync(script, `import fs from 'node:fs';\n${command}`);
    const start = `import { launchIn } from ${JSON.stringify(LAUNCH)};
      process.exitCode = await launchIn(...${JSON.stringify([environments, script, args])});`;
    const { GATEWISE_DEBUG: _, ...env } = process.env;
    const launcher = spawn(process.execPath, ['--input-type=module', '-e', start], { env });
    let output = '';
    let errors = '';
    launcher.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    launcher.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
      if (text === 'ready') void onReady?.(launcher);
    });
    const ended = new Promise<number | null>((resolve) => launcher.once('close', resolve));
    // A command that was to be killed and was not keeps a core busy for good.
    onTestFinished(() => {
      if (launcher.exitCode !== null || launcher.signalCode !== null) return;
      launcher.kill('SIGKILL');
      if (/^\d+$/.test(output)) process.kill(Number(output), 'SIGKILL');
    });
    const code = await ended;
    return { code, output, errors };
  }
});

/** @param id of a process, as text */
function expectGone(id: string): void {
  expect(() => process.kill(Number(id), 0)).toThrow('ESRCH');
}
