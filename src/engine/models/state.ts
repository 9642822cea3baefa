/**
 * What a model keeps on the GPU between programs: parameters and optimizer slots of all members, and copies of them to
 * go back to (the best epoch, the last good one).
 */
import { badInput } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { BufferOwner, mapForReading, readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { initialParameters, type ParameterLayout, packParameters, unpackParameters } from './parameters.ts';

/** A copy of parameters, slots and step count, on the GPU. */
export interface Snapshot {
  readonly buffers: readonly GPUBuffer[];
  iterations: number;
}

export class ModelState {
  readonly layout: ParameterLayout;
  readonly members: number;
  /** [E, stride] floats */
  readonly parameters: GPUBuffer;
  /** Optimizer slots, each [E, stride] floats, zero at first. */
  readonly slots: readonly GPUBuffer[];
  /** Optimizer steps done, by all members together: learning rates depend on it. */
  iterations = 0;
  private readonly gpu: GpuDevice;
  private readonly owner: BufferOwner;

  constructor(gpu: GpuDevice, layout: ParameterLayout, slotNames: readonly string[], members = 1) {
    this.gpu = gpu;
    this.layout = layout;
    this.members = members;
    this.owner = new BufferOwner(gpu, 'model');
    this.parameters = this.owner.tensor('parameters', members * layout.stride);
    this.slots = slotNames.map((name) => this.owner.tensor(name, members * layout.stride));
  }

  /** Fresh weights (member e from seed + e), slots zero, step 0. */
  initialize(seed: number): void {
    for (let e = 0; e < this.members; e++)
      this.write(this.parameters, e, initialParameters(this.layout, seed + e));
    this.clearSlots();
  }

  /** A member's number; the first where none is named. @throws GatewiseError when there is no such member */
  memberOf(member = 0): number {
    if (Number.isInteger(member) && member >= 0 && member < this.members) return member;
    throw badInput(
      `There is no member ${member}: this model has ${this.members}, counted from 0. build(gpu, { members }) sets how many.`,
    );
  }

  /** Tensors in Keras' order of one member. */
  async readWeights(member = 0): Promise<Tensor[]> {
    const bytes = this.layout.stride * 4;
    return unpackParameters(
      this.layout,
      new Float32Array(await readBuffer(this.gpu, this.parameters, member * bytes, bytes)),
    );
  }

  /** Of one member, or the same for all. @throws GatewiseError when number or shapes do not fit */
  writeWeights(tensors: readonly Tensor[], member?: number): void {
    this.writeAll(this.parameters, packParameters(this.layout, tensors), member);
  }

  /** Weights, slot tensors and step count of one member at one moment, also while training goes on. */
  async readAll(member = 0): Promise<{ weights: Tensor[]; slots: Tensor[][]; iterations: number }> {
    const { iterations, gpu, layout } = this;
    const bytes = layout.stride * 4;
    const buffers = this.all();
    const staging = gpu.createBuffer('model.readAll', bytes * buffers.length, 0x01 | 0x08); // MAP_READ | COPY_DST
    try {
      const encoder = gpu.device.createCommandEncoder({ label: 'model.readAll' });
      buffers.forEach((buffer, k) => {
        encoder.copyBufferToBuffer(buffer, member * bytes, staging, k * bytes, bytes);
      });
      gpu.device.queue.submit([encoder.finish()]);
      await mapForReading(gpu, staging);
      const all = new Float32Array(staging.getMappedRange().slice(0));
      const [weights = [], ...slots] = buffers.map((_, k) =>
        unpackParameters(layout, all.subarray(k * layout.stride, (k + 1) * layout.stride)),
      );
      return { weights, slots, iterations };
    } finally {
      gpu.release(staging);
    }
  }

  /** Of one member, or the same for all; the step count is that of all. @throws GatewiseError when number or shapes do not fit */
  writeSlots(slots: readonly (readonly Tensor[])[], iterations: number, member?: number): void {
    slots.forEach((tensors, k) => {
      this.writeAll(this.slots[k] as GPUBuffer, packParameters(this.layout, tensors), member);
    });
    this.iterations = iterations;
  }

  clearSlots(): void {
    const zeros = new Float32Array(this.members * this.layout.stride);
    for (const slot of this.slots) this.gpu.device.queue.writeBuffer(slot, 0, zeros);
    this.iterations = 0;
  }

  /** Room for a copy, released with `owner`. */
  createSnapshot(owner: BufferOwner, name: string): Snapshot {
    const size = this.members * this.layout.stride;
    return {
      buffers: this.all().map((_, k) => owner.tensor(`${name}.${k}`, size)),
      iterations: this.iterations,
    };
  }

  /** Copies the present state into the snapshot, on the GPU; where a member is named its part alone, without the step count. */
  save(snapshot: Snapshot, member?: number): void {
    this.copy(this.all(), snapshot.buffers, member);
    if (member === undefined) snapshot.iterations = this.iterations;
  }

  /** Copies the snapshot back, whole or one member's part. */
  restore(snapshot: Snapshot, member?: number): void {
    this.copy(snapshot.buffers, this.all(), member);
    if (member === undefined) this.iterations = snapshot.iterations;
  }

  /** Adds the same of one member to a submission. */
  encodeRestore(encoder: GPUCommandEncoder, snapshot: Snapshot, member: number): void {
    this.encodeCopy(encoder, snapshot.buffers, this.all(), member);
  }

  /** Copies one member's parameters into a buffer laid out like `parameters`. */
  saveWeights(copy: GPUBuffer, member: number): void {
    this.copy([this.parameters], [copy], member);
  }

  /** Copies them back and leaves the optimizer where it is, as Keras' restore_best_weights does. */
  restoreWeights(copy: GPUBuffer, member: number): void {
    this.copy([copy], [this.parameters], member);
  }

  dispose(): void {
    this.owner.dispose();
  }

  private all(): GPUBuffer[] {
    return [this.parameters, ...this.slots];
  }

  private copy(from: readonly GPUBuffer[], to: readonly GPUBuffer[], member?: number): void {
    const encoder = this.gpu.device.createCommandEncoder({ label: 'model.copy' });
    this.encodeCopy(encoder, from, to, member);
    this.gpu.device.queue.submit([encoder.finish()]);
  }

  private encodeCopy(
    encoder: GPUCommandEncoder,
    from: readonly GPUBuffer[],
    to: readonly GPUBuffer[],
    member?: number,
  ): void {
    const bytes = this.layout.stride * 4;
    const [start, size] = member === undefined ? [0, this.members * bytes] : [member * bytes, bytes];
    from.forEach((buffer, k) => {
      encoder.copyBufferToBuffer(buffer, start, to[k] as GPUBuffer, start, size);
    });
  }

  private writeAll(buffer: GPUBuffer, flat: Float32Array, member?: number): void {
    if (member !== undefined) this.write(buffer, this.memberOf(member), flat);
    else for (let e = 0; e < this.members; e++) this.write(buffer, e, flat);
  }

  private write(buffer: GPUBuffer, member: number, flat: Float32Array): void {
    this.gpu.device.queue.writeBuffer(
      buffer,
      member * this.layout.stride * 4,
      flat.buffer,
      flat.byteOffset,
      flat.byteLength,
    );
  }
}
