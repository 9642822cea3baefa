/** Pointers over a drawing: one moves it (when zoomed in) or points, two pinch, Ctrl and the wheel zoom. */

export interface PointerActions {
  /** Move by CSS pixels. */
  pan(x: number, y: number): void;
  /** Zoom by a factor about (x, y) CSS pixels of the drawing. */
  zoom(factor: number, x: number, y: number): void;
  /** The pointer is at (x, y) CSS pixels of the drawing. */
  point(x: number, y: number): void;
  canPan(): boolean;
  /** The pointer was pressed and let go at (x, y), without moving between. */
  choose?(x: number, y: number): void;
}

interface Point {
  readonly x: number;
  readonly y: number;
}

/** How far a press may move and still be one, CSS pixels: no hand is quite still. */
const STILL = 5;

export class PointerControl {
  readonly #actions: PointerActions;
  readonly #down = new Map<number, Point>();
  /** Where the only pointer went down; null once it moved, or another joined it. */
  #pressed: Point | null = null;

  constructor(actions: PointerActions) {
    this.#actions = actions;
  }

  readonly down = (event: PointerEvent): void => {
    const point = position(event);
    this.#down.set(event.pointerId, point);
    this.#pressed = this.#down.size === 1 ? point : null;
    this.#actions.point(point.x, point.y);
    if (event.pointerType === 'mouse' && this.#actions.canPan()) {
      target(event).setPointerCapture(event.pointerId);
      target(event).dataset.dragging = 'true';
    }
  };

  readonly move = (event: PointerEvent): void => {
    const point = position(event);
    const before = this.#down.get(event.pointerId);
    if (this.#pressed !== null && distance(point, this.#pressed) > STILL) this.#pressed = null;
    if (before === undefined) {
      this.#actions.point(point.x, point.y);
      return;
    }
    const other = [...this.#down].find(([id]) => id !== event.pointerId)?.[1];
    this.#down.set(event.pointerId, point);
    if (other !== undefined) {
      const factor = distance(point, other) / Math.max(1, distance(before, other));
      this.#actions.zoom(factor, (point.x + other.x) / 2, (point.y + other.y) / 2);
    } else if (this.#actions.canPan()) {
      this.#actions.pan(point.x - before.x, point.y - before.y);
    } else {
      this.#actions.point(point.x, point.y);
    }
  };

  readonly up = (event: PointerEvent): void => {
    this.#down.delete(event.pointerId);
    const pressed = this.#pressed;
    this.#pressed = null;
    if (pressed !== null && event.type === 'pointerup') this.#actions.choose?.(pressed.x, pressed.y);
    target(event).dataset.dragging = 'false';
  };

  /** Without Ctrl (or a trackpad's pinch, which says Ctrl) the wheel scrolls the page as everywhere. */
  readonly wheel = (event: WheelEvent): void => {
    if (!event.ctrlKey && !event.metaKey) {
      return;
    }
    event.preventDefault();
    const point = position(event);
    this.#actions.zoom(Math.exp(-event.deltaY * 0.004), point.x, point.y);
  };

  readonly doubleClick = (event: MouseEvent): void => {
    const point = position(event);
    this.#actions.zoom(2, point.x, point.y);
  };
}

function target(event: Event): HTMLElement {
  return event.currentTarget as HTMLElement;
}

function position(event: MouseEvent): Point {
  const box = target(event).getBoundingClientRect();
  return { x: event.clientX - box.left, y: event.clientY - box.top };
}

function distance(a: Point, b: Point): number {
  return Math.hypot(a.x - b.x, a.y - b.y);
}
