/**
 * Draws matrices with WebGPU straight from the buffer that holds them, such as the one the optimizer writes: no read-back.
 * One renderer per device and buffer; it draws into any texture view it is given (a canvas, or the tests' own texture). Its WGSL is
 * shaders/heatmap.wgsl; the byte layouts of Frame and Block are written here and nowhere else.
 */
import shaderSource from '../shaders/heatmap.wgsl?raw';
import type { Block } from './heatmap-layout.ts';
import { RAMP_STOPS, type Rgb } from './ramp.ts';

/** What one drawing shows. */
export interface HeatmapFrame {
  /** Device pixels to world units, 12 floats (view-transform.ts). */
  readonly pixelToWorld: Float32Array;
  readonly blocks: readonly Block[];
  /** The value at the ends of the ramp. */
  readonly scale: number;
  readonly ramp: readonly Rgb[];
}

const FRAME_BYTES = 48 + 16 + RAMP_STOPS * 16;
const BLOCK_BYTES = 40;
const MOST_BLOCKS = 4;

/** The uniform and block buffers of one drawing, made once and rewritten. */
interface Slot {
  readonly frame: GPUBuffer;
  readonly blocks: GPUBuffer;
  readonly group: GPUBindGroup;
}

export class HeatmapRenderer {
  readonly #device: GPUDevice;
  #values: GPUBuffer;
  readonly #layout: GPUBindGroupLayout;
  readonly #pipelineLayout: GPUPipelineLayout;
  readonly #module: GPUShaderModule;
  readonly #pipelines = new Map<GPUTextureFormat, GPURenderPipeline>();
  readonly #slots = new Map<string, Slot>();

  /** @param values f32; it needs STORAGE usage and stays its owner's */
  constructor(device: GPUDevice, values: GPUBuffer) {
    this.#device = device;
    this.#values = values;
    this.#module = device.createShaderModule({ label: 'heatmap.shader', code: shaderSource });
    const visibility = GPUShaderStage.FRAGMENT;
    this.#layout = device.createBindGroupLayout({
      label: 'heatmap.layout',
      entries: [
        { binding: 0, visibility, buffer: { type: 'uniform' } },
        { binding: 1, visibility, buffer: { type: 'read-only-storage' } },
        { binding: 2, visibility, buffer: { type: 'read-only-storage' } },
      ],
    });
    this.#pipelineLayout = device.createPipelineLayout({
      label: 'heatmap.pipelineLayout',
      bindGroupLayouts: [this.#layout],
    });
  }

  /**
   * Draws one matrix, replacing what the target held.
   * @param name which drawing; its small buffers are kept under this name
   * @param target a view of a texture with `format` and RENDER_ATTACHMENT usage
   */
  draw(name: string, target: GPUTextureView, format: GPUTextureFormat, frame: HeatmapFrame): void {
    const slot = this.#slot(name);
    this.#device.queue.writeBuffer(slot.frame, 0, encodeFrame(frame));
    this.#device.queue.writeBuffer(slot.blocks, 0, encodeBlocks(frame.blocks));
    const encoder = this.#device.createCommandEncoder({ label: `heatmap.${name}` });
    const pass = encoder.beginRenderPass({
      label: `heatmap.${name}`,
      colorAttachments: [{ view: target, loadOp: 'clear', storeOp: 'store', clearValue: [0, 0, 0, 0] }],
    });
    pass.setPipeline(this.#pipeline(format));
    pass.setBindGroup(0, slot.group);
    pass.draw(3);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  /** From now on draws from another buffer of this device. */
  use(values: GPUBuffer): void {
    this.dispose();
    this.#values = values;
  }

  /** Frees the small buffers; the buffer drawn from is not ours. */
  dispose(): void {
    for (const slot of this.#slots.values()) {
      slot.frame.destroy();
      slot.blocks.destroy();
    }
    this.#slots.clear();
  }

  #slot(name: string): Slot {
    const known = this.#slots.get(name);
    if (known !== undefined) {
      return known;
    }
    const frame = this.#device.createBuffer({
      label: `heatmap.${name}.frame`,
      size: FRAME_BYTES,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
    const blocks = this.#device.createBuffer({
      label: `heatmap.${name}.blocks`,
      size: BLOCK_BYTES * MOST_BLOCKS,
      usage: GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST,
    });
    const group = this.#device.createBindGroup({
      label: `heatmap.${name}.group`,
      layout: this.#layout,
      entries: [
        { binding: 0, resource: { buffer: frame } },
        { binding: 1, resource: { buffer: blocks } },
        { binding: 2, resource: { buffer: this.#values } },
      ],
    });
    const slot = { frame, blocks, group };
    this.#slots.set(name, slot);
    return slot;
  }

  #pipeline(format: GPUTextureFormat): GPURenderPipeline {
    const known = this.#pipelines.get(format);
    if (known !== undefined) {
      return known;
    }
    const pipeline = this.#device.createRenderPipeline({
      label: `heatmap.pipeline.${format}`,
      layout: this.#pipelineLayout,
      vertex: { module: this.#module, entryPoint: 'cover' },
      fragment: { module: this.#module, entryPoint: 'paint', targets: [{ format }] },
    });
    this.#pipelines.set(format, pipeline);
    return pipeline;
  }
}

function encodeFrame(frame: HeatmapFrame): ArrayBuffer {
  const bytes = new ArrayBuffer(FRAME_BYTES);
  const floats = new Float32Array(bytes);
  floats.set(frame.pixelToWorld.subarray(0, 12), 0);
  floats[12] = 1 / frame.scale;
  new Uint32Array(bytes)[13] = frame.blocks.length;
  // A bad value (NaN, infinity) is magenta, a colour the ramp does not have.
  floats[14] = 0.9;
  floats[15] = 0.1;
  frame.ramp.slice(0, RAMP_STOPS).forEach((stop, index) => {
    floats.set([stop[0] / 255, stop[1] / 255, stop[2] / 255, 1], 16 + index * 4);
  });
  return bytes;
}

function encodeBlocks(blocks: readonly Block[]): ArrayBuffer {
  const bytes = new ArrayBuffer(BLOCK_BYTES * MOST_BLOCKS);
  const view = new DataView(bytes);
  blocks.slice(0, MOST_BLOCKS).forEach((block, index) => {
    const at = index * BLOCK_BYTES;
    [block.x, block.y, block.cellWidth, block.cellHeight].forEach((value, field) => {
      view.setFloat32(at + field * 4, value, true);
    });
    [block.columns, block.rows, block.offset, block.rowStride, block.columnStride].forEach((value, field) => {
      view.setUint32(at + 16 + field * 4, value, true);
    });
  });
  return bytes;
}
