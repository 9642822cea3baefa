/** bench/gpu-watch.ts: what the benchmark says of dispatches, submits and memory is what the engine asked of WebGPU. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { configOf } from '../../bench/configs.ts';
import { GatewiseContender } from '../../bench/contenders/gatewise.ts';
import { checkGpu, gpuCounts, takeEncodingSpans, watchGpu } from '../../bench/gpu-watch.ts';
import { nodeGpu, releaseNodeGpu } from '../harness/node-gpu.ts';

const CONFIG = { ...configOf('A'), batch: 2, steps: 3, units: 4, batches: 4 };

let gpu: GPU;

beforeAll(async () => {
  gpu = await nodeGpu();
  watchGpu();
});
afterAll(releaseNodeGpu);

it('counts the dispatches of the plan and one submit a step', async () => {
  const contender = new GatewiseContender(gpu);
  const plan = await contender.plan(CONFIG);
  await contender.prepare(CONFIG);

  const counts = await contender.countStep();

  expect(counts.dispatches).toBe(plan.length);
  expect(counts.submits).toBeGreaterThan(0);
  expect(counts.submits).toBeLessThanOrEqual(1);
  contender.dispose();
});

it('counts the bytes of a buffer until it is destroyed, once', async () => {
  const device = await deviceOf(gpu);
  const before = gpuCounts().liveBytes;

  const buffer = device.createBuffer({ size: 1024, usage: GPUBufferUsage.STORAGE });
  device.createBuffer({ size: 64, usage: GPUBufferUsage.STORAGE });
  expect(gpuCounts().liveBytes - before).toBe(1088);

  buffer.destroy();
  buffer.destroy();
  expect(gpuCounts().liveBytes - before).toBe(64);
  expect(gpuCounts().peakBytes).toBeGreaterThanOrEqual(before + 1088);
  device.destroy();
});

it('takes the time from the making of a step encoder to its submit, and of no other encoder', async () => {
  const device = await deviceOf(gpu);
  const before = gpuCounts();
  takeEncodingSpans();

  await encodeFor(device, 20, 'other');
  await encodeFor(device, 20, 'steps');

  const spans = takeEncodingSpans();
  expect(spans).toEqual([{ ms: expect.any(Number), dispatches: 0 }]);
  expect(spans[0]?.ms).toBeGreaterThanOrEqual(19);
  expect(gpuCounts().submits - before.submits).toBe(2);
  expect(takeEncodingSpans()).toEqual([]);
  device.destroy();
});

// The last one: the fault stays.
it('fails a run for an error that nobody caught', async () => {
  const device = await deviceOf(gpu);
  expect(checkGpu).not.toThrow();

  device.createBuffer({ label: 'too large', size: 2 ** 50, usage: GPUBufferUsage.STORAGE });
  await device.queue.onSubmittedWorkDone();

  expect(checkGpu).toThrow(/WebGPU reported an error that nobody caught: /);
  device.destroy();
});

async function deviceOf(entry: GPU): Promise<GPUDevice> {
  const adapter = await entry.requestAdapter();
  if (adapter === null) throw new Error('No adapter.');
  return adapter.requestDevice();
}

async function encodeFor(device: GPUDevice, ms: number, label: string): Promise<void> {
  const encoder = device.createCommandEncoder({ label });
  await new Promise((resolve) => setTimeout(resolve, ms));
  device.queue.submit([encoder.finish()]);
}
