/**
 * The 3D drawing of the trace read last, on one device. What draws it is downloaded when the page first orders it; orders that
 * come meanwhile give way to the latest.
 */
import type { RibbonFrame } from '../draw/ribbon-layout.ts';
import type { RibbonRenderer } from '../draw/ribbon-renderer.ts';
import { type Presenter, presenterOf, type Surface } from './presenter.ts';

interface Tools {
  readonly renderer: RibbonRenderer;
  readonly presenter: Presenter<RibbonFrame>;
}

export class RibbonPainter {
  readonly #device: GPUDevice;
  readonly #byCopy: boolean;
  #tools: Promise<Tools> | null = null;
  #values: GPUBuffer | null = null;
  #latest: RibbonFrame | null = null;

  /** @param byCopy pixels are copied to the canvas (presenter.ts) */
  constructor(device: GPUDevice, byCopy: boolean) {
    this.#device = device;
    this.#byCopy = byCopy;
  }

  /** From now on draws from this buffer; nothing is drawn before the page, which knows its size by then, orders it. */
  use(values: GPUBuffer): void {
    this.#values = values;
    // Also for a picture that waits for the one before it: the buffer before this one is given back.
    void this.#tools?.then(
      ({ renderer }) => renderer.use(values),
      () => undefined,
    );
  }

  async draw(surface: Surface, frame: RibbonFrame): Promise<void> {
    this.#latest = frame;
    const tools = await this.#prepare();
    if (tools === null || this.#values === null || this.#latest !== frame) return;
    tools.renderer.use(this.#values);
    tools.presenter.draw({ name: 'ribbon', surface, width: frame.width, height: frame.height, frame });
  }

  dispose(): void {
    this.#values = null;
    this.#latest = null;
    void this.#tools?.then(
      ({ renderer, presenter }) => {
        presenter.dispose();
        renderer.dispose();
      },
      () => undefined,
    );
  }

  /** Null where the download failed; the next order asks for it again. */
  async #prepare(): Promise<Tools | null> {
    this.#tools ??= import('../draw/ribbon-renderer.ts').then(({ RibbonRenderer }) => {
      const renderer = new RibbonRenderer(this.#device);
      return { renderer, presenter: presenterOf(this.#device, renderer, this.#byCopy) };
    });
    try {
      return await this.#tools;
    } catch {
      this.#tools = null;
      return null;
    }
  }
}
