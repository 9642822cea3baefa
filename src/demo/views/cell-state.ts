/** What the parts of the cell view share: which way it looks, and the quantity that is marked everywhere. */
import { computed, signal } from '@preact/signals-core';
import { type Direction, walkOf } from '../cell-quantities.ts';
import { chosenGate } from '../selection.ts';

export const direction = signal<Direction>('forward');
/** Key of the marked quantity; null for none. */
export const marked = signal<string | null>(null);

/** The sub-steps, in the order in which they are computed. */
export const walk = computed(() => walkOf(direction.value, chosenGate.value));

/** Marks the next sub-step, after the last the first again. */
export function markNext(): void {
  const steps = walk.value;
  const at = steps.findIndex(({ key }) => key === marked.value);
  marked.value = steps[(at + 1) % steps.length]?.key ?? null;
}
