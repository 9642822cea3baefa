/** The page's drawings in a texture of the test's own, as a canvas would give one, and their pixels. */
import type { Block } from '../../src/demo/draw/heatmap-layout.ts';
import type { HeatmapRenderer } from '../../src/demo/draw/heatmap-renderer.ts';
import { rampStops, type Theme } from '../../src/demo/draw/ramp.ts';
import { pixelToWorld, type View } from '../../src/demo/draw/view-transform.ts';
import type { GpuDevice } from '../../src/engine/gpu/device.ts';

export interface PictureOrder {
  /** World units. */
  readonly width: number;
  readonly height: number;
  readonly blocks: readonly Block[];
  readonly view: View;
  /** Pixels of a world unit. */
  readonly ratio: number;
  readonly scale: number;
  readonly theme: Theme;
}

export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly bytesPerRow: number;
  readonly bytes: Uint8Array;
}

/** Draws a heatmap, and reads the pixels. */
export function drawPicture(
  { device }: GpuDevice,
  renderer: HeatmapRenderer,
  order: PictureOrder,
): Promise<Picture> {
  const { ratio, view, blocks, scale, theme } = order;
  const [width, height] = [Math.ceil(order.width * ratio), Math.ceil(order.height * ratio)];
  return readPicture(device, width, height, (target) =>
    renderer.draw('test', target, 'rgba8unorm', {
      pixelToWorld: pixelToWorld(view, ratio),
      blocks,
      scale,
      ramp: rampStops(theme),
    }),
  );
}

/** Has something drawn into a texture of format rgba8unorm, and reads the pixels. */
export async function readPicture(
  device: GPUDevice,
  width: number,
  height: number,
  draw: (target: GPUTextureView) => void,
): Promise<Picture> {
  const texture = device.createTexture({
    size: [width, height],
    format: 'rgba8unorm',
    usage: GPUTextureUsage.RENDER_ATTACHMENT | GPUTextureUsage.COPY_SRC,
  });
  const bytesPerRow = Math.ceil((width * 4) / 256) * 256;
  const staging = device.createBuffer({
    size: bytesPerRow * height,
    usage: GPUBufferUsage.COPY_DST | GPUBufferUsage.MAP_READ,
  });
  draw(texture.createView());
  const encoder = device.createCommandEncoder();
  encoder.copyTextureToBuffer({ texture }, { buffer: staging, bytesPerRow }, [width, height]);
  device.queue.submit([encoder.finish()]);
  await staging.mapAsync(GPUMapMode.READ);
  const bytes = new Uint8Array(staging.getMappedRange().slice(0));
  staging.destroy();
  texture.destroy();
  return { width, height, bytesPerRow, bytes };
}

/** @throws Error where the pixel has another colour */
export function expectColour(
  picture: Picture,
  x: number,
  y: number,
  expected: readonly number[],
  what: string,
): void {
  const at = y * picture.bytesPerRow + x * 4;
  const actual = [...picture.bytes.subarray(at, at + 4)];
  // One step of 255 for the rounding of the GPU's blend and store.
  if (actual.some((value, channel) => Math.abs(value - (expected[channel] ?? 0)) > 1)) {
    throw new Error(
      `${what} at pixel (${x}, ${y}): colour ${actual.join(' ')}, expected ${expected.join(' ')}.`,
    );
  }
}
