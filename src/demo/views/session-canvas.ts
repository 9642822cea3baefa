/** A canvas that the session draws on: handed over once for each device, told what to show once per frame. */
import { signal, untracked } from '@preact/signals-core';
import { client } from '../app.ts';
import type { Block } from '../draw/heatmap-layout.ts';
import { pixelToWorld, type View } from '../draw/view-transform.ts';
import type { CanvasName, Command, DeviceReport, DrawingName } from '../protocol.ts';
import { currentTheme } from './badge.ts';

export interface Picture {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly view: View;
  readonly blocks: readonly Block[];
  /** The value at the ends of the ramp. */
  readonly scale: number;
}

/** Who draws, by the report on it. */
type Artist = Pick<DeviceReport, 'thread'>;

const MOST_PIXEL_RATIO = 3;

export class SessionCanvas {
  readonly #canvas = signal(newCanvas());
  /** The device, or the recorded run, that draws; another one gets a new canvas, since a canvas keeps its first context. */
  #attachedTo: Artist | null = null;
  #frame = 0;

  /** The canvas to render; a signal is read. */
  get element(): HTMLCanvasElement {
    return this.#canvas.value;
  }

  /** Has a heatmap drawn on it in the next frame. Reads the theme, a signal. */
  draw(drawing: DrawingName, report: Artist, { width, height, view, blocks, scale }: Picture): void {
    const theme = currentTheme();
    this.order(drawing, report, () => {
      const ratio = Math.min(MOST_PIXEL_RATIO, devicePixelRatio);
      return {
        type: 'draw',
        drawing,
        order: {
          width: Math.round(width * ratio),
          height: Math.round(height * ratio),
          pixelToWorld: pixelToWorld(view, ratio),
          blocks,
          scale,
          theme,
          live: !matchMedia('(prefers-reduced-motion: reduce)').matches,
        },
      };
    });
  }

  /** Sends an order to draw on it in the next frame; of many calls before it, the latest. */
  order(drawing: CanvasName, report: Artist, command: () => Command): void {
    cancelAnimationFrame(this.#frame);
    this.#frame = requestAnimationFrame(() => {
      untracked(() => this.#attach(drawing, report));
      client.send(command());
    });
  }

  /** Draws no more. */
  cancel(): void {
    cancelAnimationFrame(this.#frame);
  }

  #attach(drawing: CanvasName, report: Artist): void {
    if (this.#attachedTo === report) {
      return;
    }
    if (this.#attachedTo !== null) {
      this.#canvas.value = newCanvas();
    }
    this.#attachedTo = report;
    const canvas = this.#canvas.value;
    if (report.thread === 'page') {
      client.send({ type: 'attach', drawing, surface: canvas });
      return;
    }
    const surface = canvas.transferControlToOffscreen();
    client.send({ type: 'attach', drawing, surface }, [surface]);
  }
}

function newCanvas(): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.setAttribute('aria-hidden', 'true');
  return canvas;
}
