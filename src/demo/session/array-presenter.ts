/** Draws heatmaps on 2D canvases from numbers in memory, where there is no device. */
import { heatmapPixels } from '../draw/heatmap-pixels.ts';
import { type Drawing, type Presenter, resize } from './presenter.ts';

export class ArrayPresenter implements Presenter {
  #values: Float32Array;

  /** @param values what the blocks of a drawing point into */
  constructor(values: Float32Array) {
    this.#values = values;
  }

  /** From the next drawing on, other numbers. */
  use(values: Float32Array): void {
    this.#values = values;
  }

  draw({ surface, width, height, frame }: Drawing): void {
    const context = surface.getContext('2d') as
      | OffscreenCanvasRenderingContext2D
      | CanvasRenderingContext2D
      | null;
    resize(surface, width, height);
    const pixels = heatmapPixels(frame, this.#values, width, height);
    context?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }

  dispose(): void {
    // It holds nothing but an array.
  }
}
