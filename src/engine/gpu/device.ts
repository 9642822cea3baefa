/**
 * Adapter and device: how the engine gets a GPU, says clearly why it has none, and keeps account of what it holds.
 * The same code runs in a page, in a worker (navigator.gpu), in Node (npm `webgpu`) and in Deno (hand the GPU object in).
 * Knows no layers. A device belongs to one thread.
 */
import { GatewiseError, sentence } from '../core/errors.ts';
import { adapterInfo, type GpuInfo, wantedFeatures, wantedLimits } from './adapter.ts';
import type { KernelSpec } from './kernel.ts';

/** Waits before asking for an adapter again, ms: right after a start, Windows answers null for up to 100 ms (sokuji#515). */
const ADAPTER_RETRIES_MS = [0, 250, 1000];

/** No answer of the browser is waited for longer, ms: where its GPU process hangs, none comes. */
const LONGEST_ANSWER_MS = 10_000;

export interface GpuOptions {
  /** The WebGPU entry point; defaults to navigator.gpu. In Node: `create([])` of the npm package `webgpu`. */
  readonly gpu?: GPU;
  readonly powerPreference?: GPUPowerPreference;
  /** Ask for larger buffer limits where the adapter has them (default true). Tests turn it off. */
  readonly largerLimits?: boolean;
}

/**
 * A device with everything the engine needs wired. Where the browser does not answer, it is waited for a minute at most.
 * @throws GatewiseError 'no-webgpu', 'insecure-page', 'no-adapter' or 'device-refused', each with what to do
 */
export async function requestGpu(options: GpuOptions = {}): Promise<GpuDevice> {
  const gpu = options.gpu ?? findGpu();
  const wanted: GPURequestAdapterOptions = {};
  if (options.powerPreference) wanted.powerPreference = options.powerPreference;
  let refusal: unknown = null;
  for (const [turn, withLargerLimits] of (options.largerLimits === false
    ? [false]
    : [true, false]
  ).entries()) {
    // A fresh adapter each time: Chromium's is consumed by its first requestDevice.
    const adapter = await findAdapter(gpu, wanted);
    try {
      const request = adapter.requestDevice({
        label: 'gatewise.device',
        requiredLimits: withLargerLimits ? wantedLimits(adapter) : {},
        requiredFeatures: wantedFeatures(adapter, turn === 0),
      });
      const device = await answered(request, (late) => late.destroy());
      const made = new GpuDevice(device, adapterInfo(adapter, device.features));
      ENTRY_POINTS.set(made, gpu);
      return made;
    } catch (error) {
      refusal = error;
    }
  }
  const reason = refusal instanceof Error ? refusal.message : String(refusal);
  throw new GatewiseError(
    'device-refused',
    sentence`The GPU adapter was found but gave no device (${reason}). Close other pages that use the GPU, then try again.`,
  );
}

function findGpu(): GPU {
  const scope = globalThis as { isSecureContext?: boolean; navigator?: { gpu?: GPU } };
  if (scope.isSecureContext === false) {
    throw new GatewiseError(
      'insecure-page',
      sentence`WebGPU is only offered to secure pages and this page is not one. Open it over https:// or at http://localhost.`,
    );
  }
  const gpu = scope.navigator?.gpu;
  if (!gpu) {
    throw new GatewiseError(
      'no-webgpu',
      sentence`This browser or runtime offers no WebGPU (navigator.gpu is missing). Use Chrome or Edge 113+, Safari 26+ or Firefox 141+ on Windows; in Node pass { gpu } from the npm package "webgpu".`,
    );
  }
  return gpu;
}

async function findAdapter(gpu: GPU, request: GPURequestAdapterOptions): Promise<GPUAdapter> {
  let reason = 'requestAdapter() returned null';
  for (const wait of ADAPTER_RETRIES_MS) {
    if (wait > 0) await new Promise((resolve) => setTimeout(resolve, wait));
    try {
      const adapter = await answered(gpu.requestAdapter(request));
      if (adapter) return adapter;
    } catch (error) {
      reason = error instanceof Error ? error.message : String(error); // Firefox throws where others return null
    }
  }
  throw new GatewiseError(
    'no-adapter',
    sentence`WebGPU is there but offers no adapter (${reason}). Update the graphics driver, switch on hardware acceleration, or start the browser with a software adapter.`,
  );
}

/** @param letGo gets what comes when nobody waits for it any more */
async function answered<T>(asked: Promise<T>, letGo: (late: T) => void = () => {}): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => {
      reject(new Error(`no answer within ${LONGEST_ANSWER_MS / 1000} seconds`));
      asked.then(letGo, () => undefined);
    }, LONGEST_ANSWER_MS);
  });
  try {
    return await Promise.race([asked, late]);
  } finally {
    clearTimeout(timer);
  }
}

/**
 * The GPU object of each device in use. In Node it is all that keeps Dawn alive: collected as garbage while a device
 * works, it takes the process down. Let go by dispose(), since Node does not exit while it is held.
 */
const ENTRY_POINTS = new Map<GpuDevice, GPU>();

/** Called with every failure the device reports outside an awaited call. */
export type GpuErrorListener = (error: GatewiseError) => void;

/** A GPUDevice with its account of live buffers, its pipelines by kernel, and its errors as sentences. */
export class GpuDevice {
  readonly device: GPUDevice;
  readonly info: GpuInfo;
  readonly lost: Promise<GPUDeviceLostInfo>;
  /** Pipelines of each kernel by override values; a promise, so that one kernel compiles once. */
  readonly pipelines = new Map<KernelSpec, Map<string, Promise<GPUComputePipeline>>>();
  /** WGSL of every kernel compiled here, by name: the very string given to createShaderModule, the last where there were two. */
  readonly shaders = new Map<string, string>();
  private readonly buffers = new Set<GPUBuffer>();
  private readonly listeners = new Set<GpuErrorListener>();
  private failure: GatewiseError | null = null;
  private isDisposed = false;

  constructor(device: GPUDevice, info: GpuInfo) {
    this.device = device;
    this.info = info;
    this.lost = device.lost;
    void device.lost.then((loss) => {
      if (this.isDisposed) return;
      this.report(
        new GatewiseError(
          'device-lost',
          sentence`The GPU device was lost (${loss.message || loss.reason || 'no reason given'}). What lay on it is gone: ask for a new one with requestGpu(), build the model again and set its last saved weights.`,
        ),
      );
    });
    device.addEventListener('uncapturederror', (event) => {
      event.preventDefault();
      if (this.isDisposed) return; // Firefox still reports one error after destroy
      this.report(commandError((event as GPUUncapturedErrorEvent).error));
    });
  }

  /** Buffers created and not yet released. */
  get liveBuffers(): number {
    return this.buffers.size;
  }

  /** Bytes of those buffers. */
  get liveBytes(): number {
    let bytes = 0;
    for (const buffer of this.buffers) bytes += buffer.size;
    return bytes;
  }

  /** The same by owner: what stands before the point in a buffer's label, such as "model" or "training". */
  get liveBytesByOwner(): Readonly<Record<string, number>> {
    const bytes: Record<string, number> = {};
    for (const { label, size } of this.buffers) {
      const [owner = ''] = label.split('.');
      bytes[owner] = (bytes[owner] ?? 0) + size;
    }
    return bytes;
  }

  /** True once the device is lost or disposed: nothing runs on it any more. */
  get isGone(): boolean {
    return this.isDisposed || this.failure?.code === 'device-lost';
  }

  /** Hear of lost devices and refused commands. Returns the function that stops listening. */
  onError(listener: GpuErrorListener): () => void {
    this.listeners.add(listener);
    return () => this.listeners.delete(listener);
  }

  /**
   * Throws a failure reported since the last check, so that no result of a refused command is believed. A lost device
   * fails every check; after a refused command the next one may go well.
   * @throws GatewiseError 'gpu-error' or 'device-lost'; 'bad-input' after dispose()
   */
  check(): void {
    if (this.isDisposed)
      throw new GatewiseError(
        'bad-input',
        sentence`This GPU device was disposed. Ask for a new one with requestGpu().`,
      );
    const { failure } = this;
    if (failure && failure.code !== 'device-lost') this.failure = null;
    if (failure) throw failure;
  }

  /**
   * Makes buffers, and says so when the GPU has no room for them: then, and where `make` throws, none of them is kept.
   * @throws GatewiseError 'bad-input' when memory runs out, and whatever `make` throws
   */
  async allocate<T>(make: () => T): Promise<T> {
    const before = new Set(this.buffers);
    const added = (): GPUBuffer[] => [...this.buffers].filter((buffer) => !before.has(buffer));
    this.device.pushErrorScope('out-of-memory');
    let made: T;
    try {
      made = make();
    } catch (error) {
      void this.device.popErrorScope();
      for (const buffer of added()) this.release(buffer);
      throw error;
    }
    // Others may make buffers while this waits.
    const own = added();
    if (await this.device.popErrorScope()) {
      for (const buffer of own) this.release(buffer);
      throw outOfMemory();
    }
    return made;
  }

  /**
   * A buffer that counts as live until release().
   * @param bytes size, rounded up to a multiple of 16 (a whole vec4)
   * @throws GatewiseError 'bad-input' when the size is over the device's limits
   */
  createBuffer(label: string, bytes: number, usage: GPUBufferUsageFlags): GPUBuffer {
    this.check();
    const { maxBufferSize, maxStorageBufferBindingSize } = this.device.limits;
    const limit =
      usage & 0x80 /* STORAGE */ ? Math.min(maxBufferSize, maxStorageBufferBindingSize) : maxBufferSize;
    if (bytes > limit) {
      throw new GatewiseError(
        'bad-input',
        sentence`The buffer "${label}" needs ${formatBytes(bytes)} but this GPU allows ${formatBytes(limit)}. Use a smaller batch, fewer time steps or fewer units.`,
      );
    }
    const buffer = this.device.createBuffer({ label, size: Math.max(16, Math.ceil(bytes / 16) * 16), usage });
    this.buffers.add(buffer);
    return buffer;
  }

  /** Gives a buffer's memory back at once; waiting for the garbage collector would hold it. */
  release(buffer: GPUBuffer): void {
    if (this.buffers.delete(buffer)) buffer.destroy();
  }

  /** Destroys every buffer and the device itself. */
  dispose(): void {
    if (this.isDisposed) return;
    this.isDisposed = true;
    for (const buffer of this.buffers) buffer.destroy();
    this.buffers.clear();
    this.pipelines.clear();
    this.listeners.clear();
    this.device.destroy();
    ENTRY_POINTS.delete(this);
  }

  private report(error: GatewiseError): void {
    this.failure ??= error;
    for (const listener of this.listeners) listener(error);
  }
}

function commandError(error: GPUError): GatewiseError {
  // By name: in Node and Deno the class need not be a global.
  if (error.constructor.name === 'GPUOutOfMemoryError') return outOfMemory();
  return new GatewiseError(
    'gpu-error',
    sentence`The GPU refused a command (${error.message}). This is a fault of gatewise, please report it.`,
  );
}

function outOfMemory(): GatewiseError {
  return new GatewiseError(
    'bad-input',
    sentence`The GPU has no memory left for this model. Use a smaller batch, fewer time steps or fewer units, or close other programs that use the GPU.`,
  );
}

function formatBytes(bytes: number): string {
  return bytes >= 1 << 20 ? `${(bytes / (1 << 20)).toFixed(1)} MiB` : `${Math.ceil(bytes / 1024)} KiB`;
}
