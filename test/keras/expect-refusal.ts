/** What a hostile file must come to. */
import { expect } from 'vitest';
import { readModelFile } from '../../src/engine/keras/index.ts';

const MB = 2 ** 20;

/** Reading ends with one of our sentences, soon, and takes less than 256 MB. */
export async function expectRefusal(
  bytes: Uint8Array,
  sentence: RegExp,
  fileName = 'model.h5',
): Promise<void> {
  const before = process.memoryUsage();
  const started = process.cpuUsage();
  const error: unknown = await readModelFile(bytes, { fileName }).then(
    () => new Error('It was read.'),
    (reason) => reason,
  );
  const after = process.memoryUsage();

  expect(error).toMatchObject({ name: 'GatewiseError', message: expect.stringMatching(sentence) });
  // Time of this process alone: other tests run beside it.
  expect((process.cpuUsage(started).user + process.cpuUsage(started).system) / 1_000).toBeLessThan(2_000);
  expect(after.rss - before.rss).toBeLessThan(256 * MB);
}
