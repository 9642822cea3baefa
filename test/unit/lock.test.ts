/** tools/lib/lock.mjs with real processes. */
import { spawn } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { afterEach, expect, it } from 'vitest';

const LOCK = new URL('../../tools/lib/lock.mjs', import.meta.url).href;
const NAME = `test-${process.pid}`;
const FILE = fileURLToPath(new URL(`../../.cache/${NAME}.lock`, import.meta.url));
/** Takes the lock and tells when it had it. */
const WORKER = `import { withLock } from ${JSON.stringify(LOCK)};
  await withLock(${JSON.stringify(NAME)}, async () => {
    const start = Date.now();
    await new Promise((resolve) => setTimeout(resolve, 150));
    process.stdout.write(JSON.stringify([start, Date.now()]));
  });`;

afterEach(() => rmSync(FILE, { force: true }));

it('lets one process after the other in', async () => {
  const spans = await Promise.all([work(), work(), work()]);

  const [first, second, third] = spans.sort(([a], [b]) => a - b);
  expect(second?.[0]).toBeGreaterThanOrEqual(first?.[1] ?? Number.NaN);
  expect(third?.[0]).toBeGreaterThanOrEqual(second?.[1] ?? Number.NaN);
});

it('takes over what a process that has died left behind', async () => {
  const dead = spawn(process.execPath, ['-e', '']);
  await new Promise((resolve) => dead.once('close', resolve));
  mkdirSync(fileURLToPath(new URL('../../.cache/', import.meta.url)), { recursive: true });
  writeFileSync(FILE, `${dead.pid}`);

  const [start, end] = await work();

  expect(end).toBeGreaterThan(start);
});

function work(): Promise<[start: number, end: number]> {
  const worker = spawn(process.execPath, ['--input-type=module', '-e', WORKER]);
  let output = '';
  worker.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text;
  });
  return new Promise((resolve, reject) => {
    worker.once('close', (code) => {
      if (code === 0) resolve(JSON.parse(output));
      else reject(new Error(`The worker ended with ${code}.`));
    });
  });
}
