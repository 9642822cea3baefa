/** What the three matrices share: the cell under the pointer or the focus, its value, and the scale of the colours. */
import { computed, signal } from '@preact/signals-core';
import { GATES } from '../../engine/index.ts';
import { holdAt } from '../address.ts';
import { client } from '../app.ts';
import { type Choice, choices } from '../choices.ts';
import {
  type Cell,
  cellOffset,
  layOutMatrix,
  type MatrixName,
  type MatrixVariable,
} from '../draw/heatmap-layout.ts';
import { niceScale } from '../draw/ramp.ts';
import { oneAtATime } from '../one-at-a-time.ts';
import { chooseFeature, chooseUnit, chosenFeature, chosenGate, chosenUnit } from '../selection.ts';
import { canAsk, model, weights } from '../state.ts';
import { markWeight } from './cell-state.ts';

export type ScaleMode = Choice<'scale'>;

export interface ChosenCell {
  readonly variable: MatrixVariable;
  readonly cell: Cell;
  /** Offset of its number in the parameter buffer, in floats. */
  readonly offset: number;
  /** True where the keyboard chose it: then its name is spoken. */
  readonly byKey: boolean;
  /** True where it is only chosen again, as the pointer left: no view moves for it. */
  readonly isAgain?: boolean;
}

/** How a matrix lies: its gates as blocks of their own, or side by side as Keras stores them. */
export type Arrangement = Choice<'lie'>;

export const arrangement = choices.lie;
export const scaleMode = choices.scale;
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

/** What was chosen for longer than the pointer is over a cell: pressed, stepped to, or shown from elsewhere. */
let held: ChosenCell | null = null;

/** Chooses a cell and asks for its number; `isPassing` where the pointer is over it and has not pressed. Null forgets it. */
export function chooseCell(next: ChosenCell | null, isPassing = false): void {
  if (!isPassing) held = next;
  if (next?.offset !== chosenCell.value?.offset) {
    chosenValue.value = null;
  }
  chosenCell.value = next;
  if (next !== null) {
    void readChosenCell();
  }
}

/** The cell under the pointer stays chosen once the pointer has gone. */
export function holdCell(): void {
  held = chosenCell.peek();
}

/** The pointer has left a matrix: the cells it passed on its way are no longer chosen. */
export function backToHeld(): void {
  if (held === null || held === chosenCell.peek() || !model.peek()?.matrices.includes(held.variable)) return;
  chooseCell({ ...held, byKey: false, isAgain: true });
  markWeight(held.variable.name, held.cell);
}

/** Marks a cell of a matrix, from elsewhere on the page; `isGoing` also brings the visitor there. */
export function showInMatrix(name: MatrixName, cell: Cell, isGoing: boolean): void {
  const variable = model.value?.matrices.find((one) => one.name === name);
  if (variable === undefined) return;
  const place = { width: 0, across: 4, labelHeight: 0, gap: 0 } as const;
  chooseCell({ variable, cell, offset: cellOffset(layOutMatrix(variable, place), cell), byKey: isGoing });
  markWeight(name, cell);
  if (!isGoing) return;
  const element = document.querySelector<HTMLElement>(`[data-testid="cell-${name}"]`);
  holdAt('gates');
  element?.focus();
}

/** Where in a matrix the chosen gate, unit and input are; without an input, in any row. */
export function chosenPlace(name: MatrixName): Partial<Cell> {
  const gate = GATES.findIndex(({ key }) => key === chosenGate.value);
  const row = name === 'kernel' ? chosenFeature.value : null;
  return { gate, unit: chosenUnit.value, ...(row === null ? {} : { row }) };
}

/** Chooses a cell of a matrix for all views: its gate and unit, and of the kernel its input. */
export function followCell(name: MatrixName, { gate, row, unit }: Cell): void {
  const key = GATES[gate]?.key;
  if (key !== undefined) chosenGate.value = key;
  chooseUnit(unit);
  if (name === 'kernel') chooseFeature(row);
}
