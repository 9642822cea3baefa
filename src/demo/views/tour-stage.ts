/**
 * What the tour does to the page around its panel: outlines what is looked at, brings it into the part of the screen that
 * the panel leaves free, and holds it there while views above it fill, until the visitor takes over.
 */
import type { TourStop } from '../teaching/tour.ts';

/** What is outlined in place of something inside it. */
const BOXES = '.table-scroll, .steps-slider, .steps-shapes';
const SCROLL_KEYS = ['PageDown', 'PageUp', 'ArrowDown', 'ArrowUp', 'Home', 'End'];
const TAKING_OVER = ['wheel', 'touchmove', 'pointerdown', 'keydown'] as const;
/** Free room above and below what is looked at, CSS pixels. */
const MARGIN = 12;

export class TourStage {
  readonly #panel: HTMLElement;
  readonly #resizes = new ResizeObserver(() => this.#place());
  readonly #changes = new MutationObserver(() => this.#place());
  #stop: TourStop | null = null;
  #outlined: readonly Element[] = [];
  #isHeld = false;

  /** @param panel stands in the section that is looked at, over the bottom of the screen */
  constructor(panel: HTMLElement) {
    this.#panel = panel;
  }

  show(stop: TourStop): void {
    this.#stop = stop;
    this.#isHeld = true;
    const section = document.getElementById(stop.section);
    section?.querySelector('.section-body')?.before(this.#panel);
    for (const type of TAKING_OVER) addEventListener(type, this.#release, { capture: true, passive: true });
    this.#changes.disconnect();
    if (section !== null) this.#changes.observe(section, { childList: true, subtree: true });
    this.#resizes.observe(document.body);
    this.#resizes.observe(this.#panel);
    this.#place();
  }

  clear(): void {
    this.#stop = null;
    this.#resizes.disconnect();
    this.#changes.disconnect();
    for (const type of TAKING_OVER) removeEventListener(type, this.#release, { capture: true });
    this.#outline([]);
    const { style } = document.documentElement;
    style.removeProperty('--tour-bottom');
    style.removeProperty('--tour-height');
    document.documentElement.removeAttribute('data-tour');
  }

  /** Whoever scrolls, wherever, takes over; buttons of the panel are no scrolling. */
  readonly #release = (event: Event): void => {
    const { type, target } = event;
    const isInPanel = target instanceof Node && this.#panel.contains(target);
    const isScroll =
      type === 'wheel' ||
      type === 'touchmove' ||
      (event instanceof KeyboardEvent && SCROLL_KEYS.includes(event.key));
    if (isScroll || !isInPanel) this.#isHeld = false;
  };

  #place(): void {
    if (this.#stop === null) return;
    const bottom = fixedBottom();
    const height = this.#panel.firstElementChild?.getBoundingClientRect().height ?? 0;
    const { documentElement } = document;
    documentElement.setAttribute('data-tour', '');
    documentElement.style.setProperty('--tour-bottom', `${bottom}px`);
    documentElement.style.setProperty('--tour-height', `${height}px`);
    const found = targetsOf(this.#stop);
    this.#outline(found);
    if (!this.#isHeld || found.length === 0) return;
    const above = Number.parseFloat(getComputedStyle(documentElement).scrollPaddingTop) || 0;
    const free = innerHeight - above - bottom - height - 2 * MARGIN;
    const { top, size } = shownPart(found, free);
    // Whether this is a glide or a cut is the page's style to say, which asks for reduced motion.
    scrollBy({ top: top - above - MARGIN - Math.max(0, (free - size) / 2) });
  }

  #outline(next: readonly Element[]): void {
    for (const element of this.#outlined) if (!next.includes(element)) element.removeAttribute('data-toured');
    for (const element of next) element.setAttribute('data-toured', '');
    this.#outlined = next;
  }
}

/** All that is looked at where it fits, else the first of it. */
function shownPart(found: readonly Element[], free: number): { readonly top: number; readonly size: number } {
  const boxes = found.map((element) => element.getBoundingClientRect());
  const top = Math.min(...boxes.map((box) => box.top));
  const size = Math.max(...boxes.map((box) => box.bottom)) - top;
  const [first] = boxes;
  return size <= free || first === undefined ? { top, size } : { top: first.top, size: first.height };
}

/** What is looked at; the section's own words while the view has nothing of it. */
function targetsOf({ section, targets }: TourStop): readonly Element[] {
  const within = document.getElementById(section);
  const found = targets.flatMap((id) => {
    const element = within?.querySelector(`[data-testid="${id}"]`) ?? null;
    return element === null ? [] : [element.closest(BOXES) ?? element];
  });
  const words = within?.querySelector('.section-text') ?? null;
  return found.length > 0 || words === null ? found : [words];
}

/** Height of the buttons that a narrow page fixes at its bottom. */
function fixedBottom(): number {
  const controls = document.querySelector('gw-controls');
  if (controls === null || getComputedStyle(controls).position !== 'fixed') return 0;
  return controls.getBoundingClientRect().height;
}
