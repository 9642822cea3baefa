/** What the parts of the cell view share with the matrices: which way it looks, and what is marked everywhere. */
import { computed, signal } from '@preact/signals-core';
import { type Mark, markOfWeight, partOf, partOfWeights, type TermPlace } from '../cell-marks.ts';
import { backwardQuantities, forwardQuantities, walkOf } from '../cell-quantities.ts';
import type { CellPart } from '../cell-symbols.ts';
import { choices } from '../choices.ts';
import type { Cell, MatrixName, MatrixPart } from '../draw/heatmap-layout.ts';
import { chosenGate, chosenUnit } from '../selection.ts';

export const direction = choices.way;
/** Null for nothing. */
export const marked = signal<Mark | null>(null);

/** All that is shown of the chosen gate. */
export const quantities = computed(() =>
  direction.value === 'forward' ? forwardQuantities(chosenGate.value) : backwardQuantities(chosenGate.value),
);
/** The sub-steps, in the order in which they are computed. */
export const walk = computed(() => walkOf(direction.value, chosenGate.value));

/** Called with every move of a pointer over a formula: what is marked already stays. Where it only rests, the keys decide. */
export function markQuantity(key: string): void {
  const { keys = [], term = null, line = null } = marked.value ?? {};
  if (keys.join() !== key || term !== null || line !== null)
    marked.value = { keys: [key], term: null, line: null };
}

/** Marks what uses a weight: its term, its formula, its lines. */
export function markWeight(name: MatrixName, cell: Cell): void {
  const taken = { gate: chosenGate.value, unit: chosenUnit.value };
  marked.value = markOfWeight(quantities.value, name, cell, taken);
}

export function isMarked(key: string): boolean {
  return marked.value?.keys.includes(key) === true;
}

export function isMarkedTerm({ operand, row }: TermPlace): boolean {
  const term = marked.value?.term ?? null;
  return term !== null && term.operand === operand && term.row === row;
}

/** What is marked of a matrix, and whose it is. */
export function markedParts(
  name: MatrixName,
): { readonly place: MatrixPart; readonly whose: CellPart | null }[] {
  const taken = { gate: chosenGate.value, unit: chosenUnit.value };
  const term = marked.value?.term ?? null;
  return quantities.value
    .filter(({ key }) => isMarked(key))
    .flatMap((one) => {
      const place = partOf(one, name, taken, term);
      return place === null ? [] : [{ place, whose: partOfWeights(one, name) }];
    });
}

/** Marks the next sub-step, after the last the first again. */
export function markNext(): void {
  const steps = walk.value;
  const at = steps.findIndex(({ key }) => isMarked(key));
  const next = steps[(at + 1) % steps.length];
  if (next !== undefined) markQuantity(next.key);
}
