/** What a hostile file must come to. */
import { expect } from 'vitest';
import { readModelFile } from '../../src/engine/keras/index.ts';

const MB = 2 ** 20;

/** Of this process alone, for other tests run beside it, ms. */
const MOST_TIME = 2000;
const MOST_MEMORY = 256 * MB;
/** What else the process and the machine do only adds to what a reading takes: the least of so many counts. */
const READINGS = 3;

/** Reading ends with one of our sentences, soon, and takes less than 256 MB. */
export async function expectRefusal(
  bytes: Uint8Array,
  sentence: RegExp,
  fileName = 'model.h5',
): Promise<void> {
  let [time, memory] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let n = 0; n < READINGS && !(time < MOST_TIME && memory < MOST_MEMORY); n++) {
    const before = process.memoryUsage();
    const started = process.cpuUsage();
    const error: unknown = await readModelFile(bytes, { fileName }).then(
      () => new Error('It was read.'),
      (reason) => reason,
    );
    const { user, system } = process.cpuUsage(started);
    time = Math.min(time, (user + system) / 1000);
    memory = Math.min(memory, process.memoryUsage().rss - before.rss);

    expect(error).toMatchObject({ name: 'GatewiseError', message: expect.stringMatching(sentence) });
  }
  expect(time).toBeLessThan(MOST_TIME);
  expect(memory).toBeLessThan(MOST_MEMORY);
}
