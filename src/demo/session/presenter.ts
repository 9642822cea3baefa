/**
 * How a drawing reaches its canvas. On a GPU: the canvas's own texture is the target, nothing is read back. On a
 * software adapter: an own texture is the target and its pixels are copied to a 2D canvas, because Chromium without a
 * graphics driver has no memory that WebGPU and the compositor share, and ends the GPU process when a canvas asks for it.
 */
import type { HeatmapFrame } from '../draw/heatmap-renderer.ts';

export type Surface = OffscreenCanvas | HTMLCanvasElement;

/** Draws what a frame says into a view of a texture. */
interface Renderer<Frame> {
  draw(name: string, target: GPUTextureView, format: GPUTextureFormat, frame: Frame): void;
}

export interface Drawing<Frame = HeatmapFrame> {
  readonly name: string;
  readonly surface: Surface;
  /** Device pixels. */
  readonly width: number;
  readonly height: number;
  readonly frame: Frame;
}

export interface Presenter<Frame = HeatmapFrame> {
  draw(drawing: Drawing<Frame>): void;
  dispose(): void;
}

/** @param byCopy pixels are copied to the canvases */
export function presenterOf<Frame>(
  device: GPUDevice,
  renderer: Renderer<Frame>,
  byCopy: boolean,
): Presenter<Frame> {
  return byCopy ? new CopyPresenter(device, renderer) : new CanvasPresenter(device, renderer);
}

/** Draws into the canvas's texture. */
class CanvasPresenter<Frame> implements Presenter<Frame> {
  readonly #device: GPUDevice;
  readonly #renderer: Renderer<Frame>;
  readonly #format = navigator.gpu.getPreferredCanvasFormat();
  /** Held weakly: a canvas that the page has let go is let go here too. */
  #configured = new WeakSet<Surface>();

  constructor(device: GPUDevice, renderer: Renderer<Frame>) {
    this.#device = device;
    this.#renderer = renderer;
  }

  draw({ name, surface, width, height, frame }: Drawing<Frame>): void {
    const context = surface.getContext('webgpu') as GPUCanvasContext | null;
    if (context === null) {
      return;
    }
    resize(surface, width, height);
    if (!this.#configured.has(surface)) {
      context.configure({ device: this.#device, format: this.#format, alphaMode: 'premultiplied' });
      this.#configured.add(surface);
    }
    this.#renderer.draw(name, context.getCurrentTexture().createView(), this.#format, frame);
  }

  dispose(): void {
    this.#configured = new WeakSet();
  }
}

/** Rows of a copy from a texture begin at multiples of this, bytes (WebGPU, 4.2). */
const ROW_ALIGNMENT = 256;

interface Target<Frame> {
  readonly texture: GPUTexture;
  readonly staging: GPUBuffer;
  readonly bytesPerRow: number;
  busy: boolean;
  next: Drawing<Frame> | null;
}

/** Draws into a texture and copies its pixels: one copy under way for each drawing, the latest wish after it. */
class CopyPresenter<Frame> implements Presenter<Frame> {
  readonly #device: GPUDevice;
  readonly #renderer: Renderer<Frame>;
  readonly #targets = new Map<string, Target<Frame>>();

  constructor(device: GPUDevice, renderer: Renderer<Frame>) {
    this.#device = device;
    this.#renderer = renderer;
  }

  draw(drawing: Drawing<Frame>): void {
    const known = this.#targets.get(drawing.name);
    if (known?.busy === true) {
      known.next = drawing;
      return;
    }
    const target = this.#target(drawing, known);
    target.busy = true;
    void this.#copy(drawing, target)
      // A lost device has its own message.
      .catch(() => undefined)
      .finally(() => {
        target.busy = false;
        const next = target.next;
        target.next = null;
        if (next !== null && this.#targets.get(drawing.name) === target) {
          this.draw(next);
        }
      });
  }

  dispose(): void {
    for (const target of this.#targets.values()) {
      target.texture.destroy();
      target.staging.destroy();
    }
    this.#targets.clear();
  }

  async #copy({ name, surface, width, height, frame }: Drawing<Frame>, target: Target<Frame>): Promise<void> {
    const { texture, staging, bytesPerRow } = target;
    this.#renderer.draw(name, texture.createView(), 'rgba8unorm', frame);
    const encoder = this.#device.createCommandEncoder({ label: `present.${name}` });
    encoder.copyTextureToBuffer({ texture }, { buffer: staging, bytesPerRow }, [width, height]);
    this.#device.queue.submit([encoder.finish()]);
    await staging.mapAsync(GPUMapMode.READ);
    const rows = new Uint8Array(staging.getMappedRange());
    const pixels = new Uint8ClampedArray(width * height * 4);
    for (let y = 0; y < height; y += 1) {
      pixels.set(rows.subarray(y * bytesPerRow, y * bytesPerRow + width * 4), y * width * 4);
    }
    staging.unmap();
    const context = surface.getContext('2d') as
      | OffscreenCanvasRenderingContext2D
      | CanvasRenderingContext2D
      | null;
    resize(surface, width, height);
    context?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }

  #target({ name, width, height }: Drawing<Frame>, known: Target<Frame> | undefined): Target<Frame> {
    if (known !== undefined && known.texture.width === width && known.texture.height === height) {
      return known;
    }
    known?.texture.destroy();
    known?.staging.destroy();
    const bytesPerRow = Math.ceil((width * 4) / ROW_ALIGNMENT) * ROW_ALIGNMENT;
    const target: Target<Frame> = {
      texture: this.#device.createTexture({
        label: `present.${name}`,
        size: [width, height],
        format: 'rgba8unorm',
        usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
      }),
      staging: this.#device.createBuffer({
        label: `present.${name}.staging`,
        size: bytesPerRow * height,
        usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
      }),
      bytesPerRow,
      busy: false,
      next: null,
    };
    this.#targets.set(name, target);
    return target;
  }
}

export function resize(surface: Surface, width: number, height: number): void {
  if (surface.width !== width || surface.height !== height) {
    surface.width = width;
    surface.height = height;
  }
}
