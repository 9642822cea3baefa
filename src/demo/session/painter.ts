/**
 * The session's canvases: keeps the page's latest order for each matrix and draws it from the model's parameter buffer,
 * when the page asks and while training runs. At most ten rounds a second, three on a software adapter, so that drawing
 * never takes the device from training.
 */
import type { MatrixName } from '../draw/heatmap-layout.ts';
import { HeatmapRenderer } from '../draw/heatmap-renderer.ts';
import { rampStops } from '../draw/ramp.ts';
import type { DrawOrder } from '../protocol.ts';
import { CanvasPresenter, CopyPresenter, type Presenter, type Surface } from './presenter.ts';

interface Source {
  /** Null where no device draws. */
  readonly renderer: HeatmapRenderer | null;
  readonly presenter: Presenter;
  readonly everyMs: number;
}

const EVERY_MS = 100;
const EVERY_MS_SOFTWARE = 330;

export class Painter {
  readonly #surfaces = new Map<MatrixName, Surface>();
  readonly #orders = new Map<MatrixName, DrawOrder>();
  #source: Source | null = null;
  #lastRound = 0;

  attach(matrix: MatrixName, surface: Surface): void {
    this.#surfaces.set(matrix, surface);
  }

  /**
   * From now on the drawings show this buffer.
   * @param byCopy pixels are copied to the canvases (presenter.ts)
   */
  show(device: GPUDevice, parameters: GPUBuffer, byCopy: boolean): void {
    this.hide();
    const renderer = new HeatmapRenderer(device, parameters);
    const presenter = byCopy ? new CopyPresenter(device, renderer) : new CanvasPresenter(device, renderer);
    this.#source = { renderer, presenter, everyMs: byCopy ? EVERY_MS_SOFTWARE : EVERY_MS };
  }

  /** From now on the drawings are this presenter's, without a device. */
  showWithoutDevice(presenter: Presenter): void {
    this.hide();
    this.#source = { renderer: null, presenter, everyMs: EVERY_MS_SOFTWARE };
  }

  /** Lets go of the buffer; the canvases keep what they showed last. */
  hide(): void {
    this.#source?.presenter.dispose();
    this.#source?.renderer?.dispose();
    this.#source = null;
  }

  order(matrix: MatrixName, order: DrawOrder): void {
    this.#orders.set(matrix, order);
    this.#draw(matrix);
  }

  /** Draws everything anew because the weights changed. While training runs, only as often as is due and wished. */
  refresh(training: boolean): void {
    const source = this.#source;
    if (source === null) {
      return;
    }
    const now = performance.now();
    if (training && now - this.#lastRound < source.everyMs) {
      return;
    }
    this.#lastRound = now;
    for (const [matrix, order] of this.#orders) {
      if (!training || order.live) {
        this.#draw(matrix);
      }
    }
  }

  #draw(matrix: MatrixName): void {
    const surface = this.#surfaces.get(matrix);
    const order = this.#orders.get(matrix);
    if (surface === undefined || order === undefined || order.width < 1 || order.height < 1) {
      return;
    }
    const { width, height, pixelToWorld, blocks, scale, theme } = order;
    this.#source?.presenter.draw({
      name: matrix,
      surface,
      width,
      height,
      frame: { pixelToWorld, blocks, scale, ramp: rampStops(theme) },
    });
  }
}
