/**
 * The `Step` uniform of src/shaders/lib/step.wgsl, written from TypeScript: one slot per step of a submission.
 * test/unit/wgsl.test.ts holds the order of fields against the WGSL.
 */
import type { BufferOwner } from './buffers.ts';
import type { GpuDevice } from './device.ts';
import { UNIFORM_SLOT_BYTES } from './kernel.ts';

/** Values of one step; see step.wgsl for their meaning. */
export interface StepValues {
  readonly first: number;
  readonly count: number;
  readonly batchesBefore: number;
  readonly windowStride: number;
  readonly samplingRate: number;
  readonly learningRate: number;
  readonly weightDecay: number;
  readonly seed: number;
  /** Of windows with one place changed; absent where windows are as they are. */
  readonly changedStep?: number;
}

const UNCHANGED = { changedStep: 0xffffffff } as const;

/** Fields in WGSL order with their types. */
export const STEP_FIELDS = [
  ['first', 'u32'],
  ['count', 'u32'],
  ['batchesBefore', 'u32'],
  ['windowStride', 'u32'],
  ['samplingRate', 'u32'],
  ['learningRate', 'f32'],
  ['weightDecay', 'f32'],
  ['seed', 'u32'],
  ['changedStep', 'u32'],
] as const satisfies readonly (readonly [keyof StepValues, 'u32' | 'f32'])[];

/** A ring of step slots on the GPU and its copy on the CPU. */
export class StepUniform {
  readonly buffer: GPUBuffer;
  readonly slots: number;
  private readonly gpu: GpuDevice;
  private readonly bytes: ArrayBuffer;
  private readonly view: DataView;

  constructor(gpu: GpuDevice, owner: BufferOwner, slots: number) {
    this.gpu = gpu;
    this.slots = slots;
    this.bytes = new ArrayBuffer(slots * UNIFORM_SLOT_BYTES);
    this.view = new DataView(this.bytes);
    this.buffer = owner.uniform('step', this.bytes.byteLength);
  }

  /** Sets a slot in the CPU copy. */
  set(slot: number, given: StepValues): void {
    const values = { ...UNCHANGED, ...given };
    STEP_FIELDS.forEach(([name, type], field) => {
      const offset = slot * UNIFORM_SLOT_BYTES + field * 4;
      if (type === 'f32') this.view.setFloat32(offset, values[name], true);
      else this.view.setUint32(offset, values[name], true);
    });
  }

  /** Sends the first `count` slots to the GPU, ordered before the next submit. */
  flush(count: number): void {
    this.gpu.device.queue.writeBuffer(this.buffer, 0, this.bytes, 0, count * UNIFORM_SLOT_BYTES);
  }
}
