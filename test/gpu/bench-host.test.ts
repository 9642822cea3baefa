/** bench/node-host.ts: waits for the GPU are measured as Dawn makes them, not in whole milliseconds. */
import { expect, it } from 'vitest';
import { NodeHosts } from '../../bench/node-host.ts';

it('leaves the turns of the event loop as they are', async () => {
  const { setImmediate: before } = globalThis;

  const hosts = await NodeHosts.start();
  await hosts.close();

  expect(globalThis.setImmediate).toBe(before);
});
