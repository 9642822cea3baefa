/** A long text as a file: whole, and with the page's other tasks in between. */
import { describe, expect, it } from 'vitest';
import { textFile } from '../../src/demo/text-file.ts';

function* slowly(parts: number, ms: number): Generator<string> {
  for (let part = 0; part < parts; part++) {
    const began = performance.now();
    while (performance.now() - began < ms);
    yield `${part},\u03c3\n`;
  }
}

describe('a long text as a file', () => {
  it('has every part in order, in UTF-8', async () => {
    const whole = Array.from({ length: 40 }, (_, part) => `${part},\u03c3\n`).join('');

    expect(await (await textFile(slowly(40, 1))).text()).toBe(whole);
    expect((await textFile([])).size).toBe(0);
  });

  it('lets other tasks run while it is put together', async () => {
    let turns = 0;
    const count = (): void => {
      turns++;
      next = setImmediate(count);
    };
    let next = setImmediate(count);

    await textFile(slowly(30, 5));
    clearImmediate(next);

    // 150 ms of work in tasks of about 10 ms.
    expect(turns).toBeGreaterThan(7);
  });
});
