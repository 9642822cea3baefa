/**
 * Draws the bars of one gate or state with WebGPU straight from the buffer of a kept trace: no read-back. One renderer per
 * device; it draws into any texture view it is given, as heatmap-renderer.ts. Its WGSL is shaders/ribbon.wgsl; the byte layout
 * of Frame is written here and nowhere else.
 */
import shaderSource from '../shaders/ribbon.wgsl?raw';
import { RAMP_STOPS, type Rgb, rampStops, type Theme } from './ramp.ts';
import { cellSize, layOutField, type RibbonFrame } from './ribbon-layout.ts';

/** Beside the ramp: the floor, and the ink of what is chosen. */
export const RIBBON_COLOURS: Readonly<Record<Theme, { readonly floor: Rgb; readonly ink: Rgb }>> = {
  light: { floor: [212, 219, 226], ink: [20, 32, 43] },
  dark: { floor: [48, 60, 73], ink: [233, 238, 243] },
};

const FRAME_BYTES = 288;
const VERTICES = 36;
/** The floor and the four edges of the frame at zero. */
const OTHER_BOXES = 5;
const DEPTH_FORMAT: GPUTextureFormat = 'depth24plus';
/** Samples of a pixel: bars are narrow, and their slanted edges would be stairs. */
const SAMPLES = 4;

/** What is drawn on before the samples are put together, of one size and format. */
interface Sheet {
  readonly colour: GPUTexture;
  readonly depth: GPUTexture;
}

export class RibbonRenderer {
  readonly #device: GPUDevice;
  readonly #layout: GPUBindGroupLayout;
  readonly #module: GPUShaderModule;
  readonly #frame: GPUBuffer;
  readonly #pipelines = new Map<GPUTextureFormat, GPURenderPipeline>();
  #values: GPUBuffer | null = null;
  #group: GPUBindGroup | null = null;
  #sheet: Sheet | null = null;

  constructor(device: GPUDevice) {
    this.#device = device;
    this.#module = device.createShaderModule({ label: 'ribbon.shader', code: shaderSource });
    this.#layout = device.createBindGroupLayout({
      label: 'ribbon.layout',
      entries: [
        {
          binding: 0,
          visibility: GPUShaderStage.VERTEX | GPUShaderStage.FRAGMENT,
          buffer: { type: 'uniform' },
        },
        { binding: 1, visibility: GPUShaderStage.VERTEX, buffer: { type: 'read-only-storage' } },
      ],
    });
    this.#frame = device.createBuffer({
      label: 'ribbon.frame',
      size: FRAME_BYTES,
      usage: GPUBufferUsage.UNIFORM | GPUBufferUsage.COPY_DST,
    });
  }

  /** @param values f32, from now on drawn from; it needs STORAGE usage and stays its owner's */
  use(values: GPUBuffer): void {
    if (values !== this.#values) this.#group = null;
    this.#values = values;
  }

  /**
   * Draws, replacing what the target held; nothing before a buffer is given.
   * @param target a view of a texture with `format`, the frame's size and RENDER_ATTACHMENT usage
   */
  draw(name: string, target: GPUTextureView, format: GPUTextureFormat, frame: RibbonFrame): void {
    const group = this.#bind();
    if (group === null) return;
    const { steps, units } = frame.place;
    this.#device.queue.writeBuffer(this.#frame, 0, encodeFrame(frame));
    const { colour, depth } = this.#sheetFor(frame, format);
    const encoder = this.#device.createCommandEncoder({ label: name });
    const pass = encoder.beginRenderPass({
      label: name,
      colorAttachments: [
        {
          view: colour.createView(),
          resolveTarget: target,
          loadOp: 'clear',
          storeOp: 'discard',
          clearValue: [0, 0, 0, 0],
        },
      ],
      depthStencilAttachment: {
        view: depth.createView(),
        depthLoadOp: 'clear',
        depthStoreOp: 'discard',
        depthClearValue: 1,
      },
    });
    pass.setPipeline(this.#pipeline(format));
    pass.setBindGroup(0, group);
    pass.draw(VERTICES, OTHER_BOXES + steps * units);
    pass.end();
    this.#device.queue.submit([encoder.finish()]);
  }

  /** Frees what it made; the buffer drawn from is not ours. */
  dispose(): void {
    this.#frame.destroy();
    this.#sheet?.colour.destroy();
    this.#sheet?.depth.destroy();
    this.#sheet = null;
    this.#values = null;
    this.#group = null;
  }

  #bind(): GPUBindGroup | null {
    if (this.#group === null && this.#values !== null) {
      this.#group = this.#device.createBindGroup({
        label: 'ribbon.group',
        layout: this.#layout,
        entries: [
          { binding: 0, resource: { buffer: this.#frame } },
          { binding: 1, resource: { buffer: this.#values } },
        ],
      });
    }
    return this.#group;
  }

  #sheetFor({ width, height }: RibbonFrame, format: GPUTextureFormat): Sheet {
    const known = this.#sheet;
    if (known?.colour.width === width && known.colour.height === height && known.colour.format === format) {
      return known;
    }
    known?.colour.destroy();
    known?.depth.destroy();
    const make = (label: string, of: GPUTextureFormat): GPUTexture =>
      this.#device.createTexture({
        label,
        size: [width, height],
        format: of,
        sampleCount: SAMPLES,
        usage: GPUTextureUsage.RENDER_ATTACHMENT,
      });
    this.#sheet = { colour: make('ribbon.colour', format), depth: make('ribbon.depth', DEPTH_FORMAT) };
    return this.#sheet;
  }

  #pipeline(format: GPUTextureFormat): GPURenderPipeline {
    const known = this.#pipelines.get(format);
    if (known !== undefined) return known;
    const pipeline = this.#device.createRenderPipeline({
      label: `ribbon.pipeline.${format}`,
      layout: this.#device.createPipelineLayout({
        label: 'ribbon.pipelineLayout',
        bindGroupLayouts: [this.#layout],
      }),
      vertex: { module: this.#module, entryPoint: 'stand' },
      fragment: { module: this.#module, entryPoint: 'paint', targets: [{ format }] },
      depthStencil: { format: DEPTH_FORMAT, depthWriteEnabled: true, depthCompare: 'less' },
      multisample: { count: SAMPLES },
    });
    this.#pipelines.set(format, pipeline);
    return pipeline;
  }
}

function encodeFrame(frame: RibbonFrame): ArrayBuffer {
  const { place, theme, isOneSided } = frame;
  const { rise, floor } = layOutField(place, isOneSided);
  const { cell, bar } = cellSize(place);
  const colours = RIBBON_COLOURS[theme];
  const bytes = new ArrayBuffer(FRAME_BYTES);
  const floats = new Float32Array(bytes);
  floats.set(frame.viewProjection.subarray(0, 16), 0);
  rampStops(theme).forEach((stop, index) => {
    floats.set([...unitChannels(stop), 1], 16 + index * 4);
  });
  const after = 16 + RAMP_STOPS * 4;
  floats.set([...unitChannels(colours.floor), floor, ...unitChannels(colours.ink), rise], after);
  floats.set([...cell, ...bar, 1 / frame.scale], after + 8);
  const { steps, units, offset, stepStride, unitStride } = place;
  const numbers = [steps, units, offset, stepStride, unitStride, frame.chosenStep, frame.chosenUnit];
  new Uint32Array(bytes).set(numbers, after + 13);
  return bytes;
}

function unitChannels([red, green, blue]: Rgb): readonly number[] {
  return [red / 255, green / 255, blue / 255];
}
