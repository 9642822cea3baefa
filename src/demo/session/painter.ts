/**
 * The session's canvases: keeps the page's latest order for each drawing and draws it straight from the buffer that holds
 * its numbers: the model's parameters, when the page asks and while training runs, or the trace read last, when the page
 * asks. At most ten rounds a second, three on a software adapter, so that drawing never takes the device from training.
 */
import type { GpuDevice, KeptTrace } from '../../engine/index.ts';
import { isMatrixName } from '../draw/heatmap-layout.ts';
import { HeatmapRenderer } from '../draw/heatmap-renderer.ts';
import { rampStops } from '../draw/ramp.ts';
import type { RibbonFrame } from '../draw/ribbon-layout.ts';
import type { CanvasName, DrawingName, DrawOrder } from '../protocol.ts';
import { type Presenter, presenterOf, type Surface } from './presenter.ts';
import { RibbonPainter } from './ribbon-painter.ts';

interface Source {
  /** Null where no device draws. */
  readonly renderer: HeatmapRenderer | null;
  readonly presenter: Presenter;
}

/** Where and how it draws now. */
interface Easel {
  /** Null where no device draws. */
  readonly gpu: GpuDevice | null;
  /** Pixels are copied to the canvases (presenter.ts). */
  readonly byCopy: boolean;
  readonly weights: Source;
  trace: { readonly source: Source; readonly kept: KeptTrace | null } | null;
  /** Null where no device draws. */
  readonly ribbon: RibbonPainter | null;
}

const EVERY_MS = 100;
const EVERY_MS_SOFTWARE = 330;

export class Painter {
  readonly #surfaces = new Map<CanvasName, Surface>();
  readonly #orders = new Map<DrawingName, DrawOrder>();
  #easel: Easel | null = null;
  #lastRound = 0;
  #isSeen = true;
  /** Whether something was to be drawn while nothing was. */
  #isBehind = false;

  /** Out of sight nothing is drawn; what was missed is, once, when the tab is seen again. */
  set isSeen(seen: boolean) {
    this.#isSeen = seen;
    if (!seen || !this.#isBehind) return;
    this.#isBehind = false;
    for (const drawing of this.#orders.keys()) this.#draw(drawing);
  }

  attach(drawing: CanvasName, surface: Surface): void {
    this.#surfaces.set(drawing, surface);
  }

  /**
   * From now on the matrices show this buffer, and there is no trace.
   * @param byCopy pixels are copied to the canvases (presenter.ts)
   */
  show(gpu: GpuDevice, parameters: GPUBuffer, byCopy: boolean): void {
    this.hide();
    this.#easel = {
      gpu,
      byCopy,
      weights: newSource(gpu, parameters, byCopy),
      trace: null,
      ribbon: new RibbonPainter(gpu.device, byCopy),
    };
  }

  /**
   * From now on gates and states show this trace, which becomes the painter's to dispose of. Nothing is drawn before the
   * page, which knows its size by then, orders it.
   */
  showTrace(kept: KeptTrace): void {
    const easel = this.#easel;
    // Another device has taken the place of the one it lies on.
    if (easel === null || easel.gpu !== kept.gpu) {
      kept.dispose();
      return;
    }
    const source = easel.trace?.source ?? newSource(kept.gpu, kept.buffer, easel.byCopy);
    source.renderer?.use(kept.buffer);
    easel.ribbon?.use(kept.buffer);
    easel.trace?.kept?.dispose();
    easel.trace = { source, kept };
  }

  /** From now on matrices and trace are these presenters', without a device. */
  showWithoutDevice(weights: Presenter, trace: Presenter): void {
    this.hide();
    this.#easel = {
      gpu: null,
      byCopy: true,
      weights: { renderer: null, presenter: weights },
      trace: { source: { renderer: null, presenter: trace }, kept: null },
      ribbon: null,
    };
  }

  /** Lets go of the buffers; the canvases keep what they showed last. */
  hide(): void {
    const easel = this.#easel;
    this.#easel = null;
    for (const source of [easel?.weights, easel?.trace?.source]) {
      source?.presenter.dispose();
      source?.renderer?.dispose();
    }
    easel?.ribbon?.dispose();
    easel?.trace?.kept?.dispose();
  }

  order(drawing: DrawingName, order: DrawOrder): void {
    this.#orders.set(drawing, order);
    this.#draw(drawing);
  }

  /** Has the trace read last drawn in 3D, once. */
  orderRibbon(frame: RibbonFrame): void {
    const surface = this.#surfaces.get('ribbon');
    if (surface === undefined || frame.width < 1 || frame.height < 1) return;
    void this.#easel?.ribbon?.draw(surface, frame);
  }

  /** Draws the matrices anew because the weights changed. While training runs, only as often as is due and wished. */
  refresh(training: boolean): void {
    const easel = this.#easel;
    if (easel === null) {
      return;
    }
    const now = performance.now();
    if (training && now - this.#lastRound < (easel.byCopy ? EVERY_MS_SOFTWARE : EVERY_MS)) {
      return;
    }
    this.#lastRound = now;
    for (const [drawing, order] of this.#orders) {
      if (isMatrixName(drawing) && (!training || order.live)) {
        this.#draw(drawing);
      }
    }
  }

  #draw(drawing: DrawingName): void {
    if (!this.#isSeen) {
      this.#isBehind = true;
      return;
    }
    const surface = this.#surfaces.get(drawing);
    const order = this.#orders.get(drawing);
    if (surface === undefined || order === undefined || order.width < 1 || order.height < 1) {
      return;
    }
    const source = isMatrixName(drawing) ? this.#easel?.weights : this.#easel?.trace?.source;
    const { width, height, pixelToWorld, blocks, scale, theme } = order;
    source?.presenter.draw({
      name: drawing,
      surface,
      width,
      height,
      frame: { pixelToWorld, blocks, scale, ramp: rampStops(theme) },
    });
  }
}

function newSource({ device }: GpuDevice, values: GPUBuffer, byCopy: boolean): Source {
  const renderer = new HeatmapRenderer(device, values);
  return { renderer, presenter: presenterOf(device, renderer, byCopy) };
}
