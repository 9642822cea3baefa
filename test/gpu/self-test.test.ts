/** The self-test of the page: green on a device that computes right, red on one whose kernels have two gates swapped. */
import { afterAll, afterEach, expect, it } from 'vitest';
import { type GpuDevice, requestGpu } from '../../src/engine/index.ts';
import { runSelfTest, SELF_TEST_COUNT, type SelfTestResult } from '../../src/engine/self-test/index.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';

const devices: GpuDevice[] = [];

afterEach(() => {
  for (const device of devices.splice(0)) device.dispose();
});
afterAll(releaseNodeGpu);

const ALL = Array.from({ length: SELF_TEST_COUNT }, (_, index) => index);

/** @param change what is done to every kernel's code on its way to the device */
async function results(change: (code: string) => string, checks = ALL): Promise<SelfTestResult[]> {
  const gpu = await requestGpu({ gpu: await nodeGpu() });
  devices.push(gpu);
  const { device } = gpu;
  const create = device.createShaderModule.bind(device);
  device.createShaderModule = (descriptor) => create({ ...descriptor, code: change(descriptor.code) });
  const all: SelfTestResult[] = [];
  for (const index of checks) {
    const result = await runSelfTest(gpu, index);
    if (result !== null) all.push(result);
  }
  expect(gpu.liveBuffers).toBe(0);
  return all;
}

const failed = (all: readonly SelfTestResult[]): string[] =>
  all.filter(({ passed }) => !passed).map(({ name }) => name);

it('passes every check on a device that computes right, and ends after the last', async () => {
  const all = await results((code) => code);

  expect(all).toHaveLength(SELF_TEST_COUNT);
  expect(failed(all)).toEqual([]);
  expect(all.every(({ problem }) => problem === null)).toBe(true);
  expect(all.filter(({ limit }) => limit > 0).every(({ error }) => error > 0)).toBe(true);
  const [gpu] = devices;
  if (gpu) expect(await runSelfTest(gpu, SELF_TEST_COUNT)).toBeNull();
});

it('fails where two gates are swapped in the forward kernels', async () => {
  const all = await results((code) =>
    code
      .replace('let i = activate(RECURRENT_ACTIVATION, z[0])', 'let i = activate(RECURRENT_ACTIVATION, z[1])')
      .replace(
        'let f = activate(RECURRENT_ACTIVATION, z[1])',
        'let f = activate(RECURRENT_ACTIVATION, z[0])',
      ),
  );

  const right = all.filter(({ passed }) => passed).map(({ name }) => name);
  expect(right).toEqual([
    'tanh from \u22123.4e38 to 3.4e38',
    'Sigmoid from \u22123.4e38 to 3.4e38',
    'The same training twice gives the same bits',
  ]);
});

it('fails where the backward pass alone is wrong, and the forecast is not blamed', async () => {
  const all = await results((code) => code.replace('let dz_f = dc * c_prev', 'let dz_f = dc'), [0, 2, 6]);

  expect(all.map(({ name, passed }) => [name, passed])).toEqual([
    ['Forecast of LSTM(32) \u2192 Dense(1), 31 windows of 14 rows', true],
    ['Loss and every gradient by backpropagation through time, 32 units', false],
    ['Weights after 10 steps of Adam', false],
  ]);
});

it('fails with the compiler\u2019s words where a kernel does not compile', async () => {
  const [first] = await results((code) => code.replace('fn cell_forward', 'fn cell_forwards'), [0]);

  expect(first?.passed).toBe(false);
  expect(first?.error).toBe(Number.POSITIVE_INFINITY);
  expect(first?.problem).toContain('lstm_forward did not compile');
});
