/**
 * What this adapter reaches in code of the simplest kind: the best of four register-tiled matrix products and a plain
 * copy. The kernels of the engine are held against it.
 */
import { seededRandom } from '../../src/engine/core/random.ts';
import { BufferOwner, readBuffer } from '../../src/engine/gpu/buffers.ts';
import type { GpuDevice } from '../../src/engine/gpu/device.ts';
import { compileKernel, type KernelSpec } from '../../src/engine/gpu/kernel.ts';
import { summarize } from '../statistics.ts';
import copyCode from './copy.wgsl?raw';
import product4x4Code from './product_4x4.wgsl?raw';
import product8x8Code from './product_8x8.wgsl?raw';
import product8x16Code from './product_8x16.wgsl?raw';
import sharedCode from './product_shared.wgsl?raw';
import { timeParts } from './stopwatch.ts';

/** The best figure of the adapter and what reached it. */
export interface Peak {
  /** Operations or bytes a second. */
  readonly perSecond: number;
  /** Such as "product_8x8, 512 x 512 x 512". */
  readonly by: string;
}

export interface Roofline {
  readonly product: Peak;
  readonly copy: Peak;
  /** Every yardstick tried, best first. */
  readonly tried: readonly Peak[];
}

interface Product {
  readonly kernel: KernelSpec;
  /** Rows and columns of C that a workgroup owns. */
  readonly rows: number;
  readonly columns: number;
}

const product = (name: string, code: string, rows: number, columns: number): Product => ({
  kernel: { name, code, bindings: { a: 'read', b: 'read', c: 'write' }, constants: ['K', 'N'] },
  rows,
  columns,
});

const PRODUCTS = [
  product('product_4x4', product4x4Code, 32, 32),
  product('product_8x8', product8x8Code, 64, 64),
  product('product_8x16', product8x16Code, 64, 128),
  product('product_shared', sharedCode, 128, 128),
];

const COPY: KernelSpec = {
  name: 'copy',
  code: copyCode,
  bindings: { given: 'read', taken: 'write' },
  constants: ['COUNT'],
};

/** Size at which each product is checked against float64. */
const CHECKED_SIZE = 128;
/** Largest difference allowed there: a sum of 128 products of numbers below 1, in float32. */
const TOLERANCE = 1e-4;
/** Products of 256 to 4096 each way: doubled until one takes this long, so that a GPU is filled and a CPU not kept busy. */
const SIZES = [256, 512, 1024, 2048, 4096];
const LONG_ENOUGH_MS = 50;
/** A copy that fits into caches and one that does not. */
const COPY_BYTES = [1 << 20, 1 << 23, 1 << 26];
const SUBMISSIONS = 5;

/** @throws Error when a product is wrong; GatewiseError when the GPU refuses a command */
export async function measureRoofline(gpu: GpuDevice): Promise<Roofline> {
  const products: Peak[] = [];
  for (const tile of PRODUCTS) {
    await checkProduct(gpu, tile);
    for (const size of SIZES) {
      const { seconds } = await runProduct(gpu, tile, randomMatrix(size, 1), randomMatrix(size, 2), size);
      const by = `${tile.kernel.name}, ${size} x ${size} x ${size}`;
      products.push({ perSecond: (2 * size ** 3) / seconds, by });
      if (seconds * 1000 > LONG_ENOUGH_MS) break;
    }
  }
  const copies: Peak[] = [];
  for (const bytes of COPY_BYTES) {
    const by = `copy, ${bytes / (1 << 20)} MiB`;
    copies.push({ perSecond: (2 * bytes) / (await timeCopy(gpu, bytes)), by });
  }
  const best = (peaks: readonly Peak[]): Peak[] => [...peaks].sort((a, b) => b.perSecond - a.perSecond);
  const [bestProduct] = best(products);
  const [bestCopy] = best(copies);
  if (!bestProduct || !bestCopy) throw new Error('No yardstick was measured.');
  return { product: bestProduct, copy: bestCopy, tried: [...best(products), ...best(copies)] };
}

function randomMatrix(size: number, stream: number): Float32Array {
  const random = seededRandom(size, stream);
  return Float32Array.from({ length: size * size }, () => 2 * random.next() - 1);
}

async function checkProduct(gpu: GpuDevice, tile: Product): Promise<void> {
  const size = CHECKED_SIZE;
  const [a, b] = [randomMatrix(size, 1), randomMatrix(size, 2)];
  const { c } = await runProduct(gpu, tile, a, b, size);
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      let sum = 0;
      for (let k = 0; k < size; k++) sum += (a[row * size + k] ?? 0) * (b[k * size + column] ?? 0);
      const value = c[row * size + column] ?? Number.NaN;
      if (!(Math.abs(value - sum) <= TOLERANCE)) {
        throw new Error(
          `The yardstick ${tile.kernel.name} gives ${value} at (${row}, ${column}) where float64 has ${sum}.`,
        );
      }
    }
  }
}

/** C, and the least time of a product of square matrices. */
async function runProduct(
  gpu: GpuDevice,
  { kernel, rows, columns }: Product,
  a: Float32Array,
  b: Float32Array,
  size: number,
): Promise<{ c: Float32Array; seconds: number }> {
  const owner = new BufferOwner(gpu, 'yardstick');
  try {
    const c = owner.tensor('c', size * size);
    const pipeline = await compileKernel(gpu, kernel, { K: size, N: size });
    const group = bind(gpu, pipeline, [owner.upload('a', a), owner.upload('b', b), c]);
    const seconds = await leastSeconds(gpu, (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(size / columns, size / rows);
    });
    const values = size === CHECKED_SIZE ? new Float32Array(await readBuffer(gpu, c)) : new Float32Array(0);
    return { c: values, seconds };
  } finally {
    owner.dispose();
  }
}

async function timeCopy(gpu: GpuDevice, bytes: number): Promise<number> {
  const owner = new BufferOwner(gpu, 'yardstick');
  try {
    const count = bytes / 16;
    const pipeline = await compileKernel(gpu, COPY, { COUNT: count });
    const group = bind(gpu, pipeline, [owner.tensor('given', bytes / 4), owner.tensor('taken', bytes / 4)]);
    const groups = Math.ceil(count / 64);
    const across = Math.min(groups, 32768);
    return await leastSeconds(gpu, (pass) => {
      pass.setPipeline(pipeline);
      pass.setBindGroup(0, group);
      pass.dispatchWorkgroups(across, Math.ceil(groups / across));
    });
  } finally {
    owner.dispose();
  }
}

function bind(gpu: GpuDevice, pipeline: GPUComputePipeline, buffers: readonly GPUBuffer[]): GPUBindGroup {
  const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
  return gpu.device.createBindGroup({ layout: pipeline.getBindGroupLayout(0), entries });
}

/** The least of several: a limit is what the adapter can do, not what it does beside other work. */
async function leastSeconds(gpu: GpuDevice, part: (pass: GPUComputePassEncoder) => void): Promise<number> {
  const [times = []] = await timeParts(gpu, [part], { submissions: SUBMISSIONS, steps: 1 });
  return summarize(times).least / 1e6;
}
