/** What the three matrices share: the cell under the pointer or the focus, its value, and the scale of the colours. */
import { computed, signal } from '@preact/signals-core';
import { GATES } from '../../engine/index.ts';
import { client } from '../app.ts';
import {
  type Cell,
  cellOffset,
  layOutMatrix,
  type MatrixName,
  type MatrixVariable,
} from '../draw/heatmap-layout.ts';
import { niceScale } from '../draw/ramp.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { chooseUnit, chosenGate } from '../selection.ts';
import { canAsk, model, weights } from '../state.ts';

export type ScaleMode = 'shared' | 'own';

export interface ChosenCell {
  readonly variable: MatrixVariable;
  readonly cell: Cell;
  /** Offset of its number in the parameter buffer, in floats. */
  readonly offset: number;
  /** True where the keyboard chose it: then its name is spoken. */
  readonly byKey: boolean;
}

/** How a matrix lies: its gates as blocks of their own, or side by side as Keras stores them. */
export type Arrangement = 'apart' | 'stored';

export const arrangement = signal<Arrangement>('apart');
export const scaleMode = signal<ScaleMode>('shared');
export const chosenCell = signal<ChosenCell | null>(null);
/** The chosen cell's number, once it was read back; null while it is not known. */
export const chosenValue = signal<number | null>(null);

/** The value at the ends of the ramp for each matrix: symmetric, rounded up, never below the largest weight. */
export const scales = computed<Readonly<Record<MatrixName, number>>>(() => {
  const largest = weights.value?.largest ?? { kernel: 0, recurrent_kernel: 0, bias: 0 };
  const shared = niceScale(Math.max(largest.kernel, largest.recurrent_kernel, largest.bias));
  if (scaleMode.value === 'shared') {
    return { kernel: shared, recurrent_kernel: shared, bias: shared };
  }
  return {
    kernel: niceScale(largest.kernel),
    recurrent_kernel: niceScale(largest.recurrent_kernel),
    bias: niceScale(largest.bias),
  };
});

/** Reads the chosen cell's number back from the GPU: four bytes, one question at a time, the latest cell last. */
export const readChosenCell = oneAtATime(async () => {
  const chosen = chosenCell.value;
  if (chosen === null || !canAsk.value) return;
  const answer = await client.ask({ type: 'read-cell', offset: chosen.offset });
  if (answer.type === 'cell' && chosenCell.value?.offset === chosen.offset) chosenValue.value = answer.value;
});

/** Chooses a cell and asks for its number; null forgets it. */
export function chooseCell(next: ChosenCell | null): void {
  if (next?.offset !== chosenCell.value?.offset) {
    chosenValue.value = null;
  }
  chosenCell.value = next;
  if (next !== null) {
    void readChosenCell();
  }
}

/** Marks a cell of a matrix, from elsewhere on the page; `isGoing` also brings the visitor there. */
export function showInMatrix(name: MatrixName, cell: Cell, isGoing: boolean): void {
  const variable = model.value?.matrices.find((one) => one.name === name);
  if (variable === undefined) return;
  const place = { width: 0, across: 4, labelHeight: 0, gap: 0 } as const;
  chooseCell({ variable, cell, offset: cellOffset(layOutMatrix(variable, place), cell), byKey: isGoing });
  if (!isGoing) return;
  const element = document.querySelector<HTMLElement>(`[data-testid="cell-${name}"]`);
  document.getElementById('gates')?.scrollIntoView();
  element?.focus();
}

/** Lets the views of one cell follow a cell chosen in a matrix. */
export function followCell({ gate, unit }: Cell): void {
  const key = GATES[gate]?.key;
  if (key !== undefined) chosenGate.value = key;
  chooseUnit(unit);
}
