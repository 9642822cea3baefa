/**
 * The smallest kernel there is: it copies one buffer to another. When this fails, the machine has no working WebGPU,
 * and the other cases say nothing about gatewise.
 */
import { assertClose } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';

const COPY = /* wgsl */ `
@group(0) @binding(0) var<storage, read> source: array<f32>;
@group(0) @binding(1) var<storage, read_write> target_: array<f32>;
@compute @workgroup_size(64)
fn main(@builtin(global_invocation_id) id: vec3<u32>) {
  if (id.x < arrayLength(&target_)) {
    target_[id.x] = source[id.x];
  }
}`;

export const cases: GpuCase[] = [1, 64, 1009].map((count) => ({
  name: `a kernel copies ${count} numbers unchanged`,
  async run(gpu) {
    const numbers = Float32Array.from({ length: count }, (_, i) => Math.fround(i * 0.1 - 3));

    const copied = await copy(gpu, numbers);

    assertClose(copied, numbers, { label: 'copied numbers' });
  },
}));

async function copy(gpu: GPU, numbers: Float32Array<ArrayBuffer>): Promise<Float32Array> {
  const device = await (await gpu.requestAdapter())?.requestDevice();
  if (device === undefined) throw new Error('No WebGPU adapter.');
  const { STORAGE, COPY_DST, COPY_SRC, MAP_READ } = GPUBufferUsage;
  const size = numbers.byteLength;
  const source = device.createBuffer({ label: 'copy.source', size, usage: STORAGE | COPY_DST });
  const target = device.createBuffer({ label: 'copy.target', size, usage: STORAGE | COPY_SRC });
  const read = device.createBuffer({ label: 'copy.read', size, usage: MAP_READ | COPY_DST });
  const module = device.createShaderModule({ code: COPY });
  const pipeline = await device.createComputePipelineAsync({ layout: 'auto', compute: { module } });
  device.queue.writeBuffer(source, 0, numbers);
  const encoder = device.createCommandEncoder();
  const pass = encoder.beginComputePass();
  pass.setPipeline(pipeline);
  const entries = [source, target].map((buffer, binding) => ({ binding, resource: { buffer } }));
  pass.setBindGroup(0, device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries }));
  pass.dispatchWorkgroups(Math.ceil(numbers.length / 64));
  pass.end();
  encoder.copyBufferToBuffer(target, 0, read, 0, size);
  device.queue.submit([encoder.finish()]);
  await read.mapAsync(GPUMapMode.READ);
  const copied = new Float32Array(read.getMappedRange().slice(0));
  device.destroy();
  return copied;
}
