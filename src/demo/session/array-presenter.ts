/** Draws matrices on 2D canvases from numbers in memory, where there is no device. */
import { heatmapPixels } from '../draw/heatmap-pixels.ts';
import { type Drawing, type Presenter, resize } from './presenter.ts';

export class ArrayPresenter implements Presenter {
  readonly #parameters: Float32Array;

  /** @param parameters the model's flat parameters */
  constructor(parameters: Float32Array) {
    this.#parameters = parameters;
  }

  draw({ surface, width, height, frame }: Drawing): void {
    const context = surface.getContext('2d') as
      | OffscreenCanvasRenderingContext2D
      | CanvasRenderingContext2D
      | null;
    resize(surface, width, height);
    const pixels = heatmapPixels(frame, this.#parameters, width, height);
    context?.putImageData(new ImageData(pixels, width, height), 0, 0);
  }

  dispose(): void {
    // It holds nothing but an array.
  }
}
