/**
 * Counts what any engine asks of WebGPU, by wrapping the methods of its classes: dispatches, submits, bytes of buffers
 * that are not destroyed, time from making a step's command encoder to submitting its commands. Also hears errors that nobody
 * catches. Installed before an engine is loaded; the counts go on for as long as the frame lives.
 */

export interface GpuCounts {
  readonly dispatches: number;
  readonly submits: number;
  readonly liveBytes: number;
  readonly peakBytes: number;
}

/** From createCommandEncoder to the submit of what was encoded. */
export interface EncodingSpan {
  readonly ms: number;
  readonly dispatches: number;
}

/** gatewise's encoders of training steps (models/step-runner.ts). */
const STEPS_LABEL = 'steps';

const counts = { dispatches: 0, submits: 0, liveBytes: 0, peakBytes: 0 };
const liveBuffers = new WeakMap<GPUBuffer, number>();
const encodings = new WeakMap<GPUCommandBuffer | GPUCommandEncoder, { begun: number; dispatches: number }>();
let spans: EncodingSpan[] = [];
let fault: string | null = null;

export function gpuCounts(): GpuCounts {
  return { ...counts };
}

/** The encodings of training steps since the last call, one per submit. */
export function takeEncodingSpans(): EncodingSpan[] {
  const taken = spans;
  spans = [];
  return taken;
}

/** @throws Error with the first error of WebGPU that nobody caught */
export function checkGpu(): void {
  if (fault !== null) throw new Error(`WebGPU reported an error that nobody caught: ${fault}`);
}

/** Wraps the classes of this frame, or of this Node; does nothing where there is no WebGPU. */
export function watchGpu(): void {
  if (!('GPUDevice' in globalThis)) return;
  wrap(GPUAdapter.prototype, 'requestDevice', (request) => {
    return async function (this: GPUAdapter, ...args) {
      const device = await request.apply(this, args);
      device.addEventListener('uncapturederror', ({ error }) => {
        fault ??= error.message;
      });
      return device;
    };
  });
  wrap(GPUDevice.prototype, 'createBuffer', (create) => {
    return function (this: GPUDevice, ...args) {
      const buffer = create.apply(this, args);
      liveBuffers.set(buffer, buffer.size);
      counts.liveBytes += buffer.size;
      counts.peakBytes = Math.max(counts.peakBytes, counts.liveBytes);
      return buffer;
    };
  });
  wrap(GPUBuffer.prototype, 'destroy', (destroy) => {
    return function (this: GPUBuffer) {
      counts.liveBytes -= liveBuffers.get(this) ?? 0;
      liveBuffers.delete(this);
      return destroy.apply(this);
    };
  });
  wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroups', (dispatch) => {
    return function (this: GPUComputePassEncoder, x, y, z) {
      counts.dispatches++;
      return dispatch.call(this, x, y, z);
    };
  });
  wrap(GPUComputePassEncoder.prototype, 'dispatchWorkgroupsIndirect', (dispatch) => {
    return function (this: GPUComputePassEncoder, buffer, offset) {
      counts.dispatches++;
      return dispatch.call(this, buffer, offset);
    };
  });
  watchEncoding();
}

/** A step's JavaScript is taken to be what runs between its encoder's making and its submit: all of it is synchronous. */
function watchEncoding(): void {
  wrap(GPUDevice.prototype, 'createCommandEncoder', (create) => {
    return function (this: GPUDevice, ...args) {
      const encoding = { begun: performance.now(), dispatches: counts.dispatches };
      const encoder = create.apply(this, args);
      if (args[0]?.label === STEPS_LABEL) encodings.set(encoder, encoding);
      return encoder;
    };
  });
  wrap(GPUCommandEncoder.prototype, 'finish', (finish) => {
    return function (this: GPUCommandEncoder, ...args) {
      const commands = finish.apply(this, args);
      const encoding = encodings.get(this);
      if (encoding) encodings.set(commands, encoding);
      return commands;
    };
  });
  wrap(GPUQueue.prototype, 'submit', (submit) => {
    return function (this: GPUQueue, commandBuffers) {
      const submitted = [...commandBuffers];
      const result = submit.call(this, submitted);
      counts.submits++;
      for (const commands of submitted) {
        const encoding = encodings.get(commands);
        if (!encoding) continue;
        const ms = performance.now() - encoding.begun;
        spans.push({ ms, dispatches: counts.dispatches - encoding.dispatches });
      }
      return result;
    };
  });
}

function wrap<T extends object, K extends keyof T>(
  prototype: T,
  name: K,
  around: (original: T[K]) => T[K],
): void {
  prototype[name] = around(prototype[name]);
}
