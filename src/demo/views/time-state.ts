/** What the six heatmaps share: the cell looked at, the part in sight, their size and the scale of their colours. */
import { computed, signal } from '@preact/signals-core';
import { niceScale } from '../draw/ramp.ts';
import { TRACE_PANELS, type TraceKey, type TracePanel } from '../draw/time-layout.ts';
import { FITTED, type View } from '../draw/view-transform.ts';
import { hasUnitGates } from '../lstm-facts.ts';
import type { TraceReport } from '../protocol.ts';
import { chooseStep, chooseUnit, chosenGate, chosenStep, chosenUnit } from '../selection.ts';

export interface TraceCell {
  readonly key: TraceKey;
  readonly step: number;
  readonly unit: number;
}

/** Width for all drawings together, CSS pixels. */
export const room = signal(0);
/** What part of each drawing is in sight: of all the same. */
export const timeView = signal<View>(FITTED);
/** The cell under the pointer. */
export const pointedCell = signal<TraceCell | null>(null);
/** The drawing whose number is read out for the chosen step and unit. */
export const lookedAt = signal<TraceKey>('f');
/** Steps from the flat map to the 3D drawing, and the one that it stands at. */
export const LIFTS = 4;
export const lifted = signal(LIFTS);
/** True where the keyboard moved last: then the number is spoken. */
export const movedByKey = signal(false);

const THREE_ACROSS = 760;

export const sizes = computed(() => {
  const across = room.value >= THREE_ACROSS ? 3 : 2;
  const gap = across === 3 ? 28 : 12;
  const gutter = across === 3 ? 36 : 34;
  const width = Math.max(48, Math.floor((room.value - gap * (across - 1)) / across) - gutter);
  return { across, gap, gutter, width };
});

/** The cell whose number is read out. */
export const readCell = computed<TraceCell>(
  () => pointedCell.value ?? { key: lookedAt.value, step: chosenStep.value, unit: chosenUnit.value },
);

/** Chooses a cell for all views. */
export function chooseTraceCell({ key, step, unit }: TraceCell): void {
  const { gate } = panelOf(key);
  if (gate !== null) chosenGate.value = gate;
  lookedAt.value = key;
  chooseStep(step);
  chooseUnit(unit);
}

export function panelOf(key: TraceKey): TracePanel {
  const panel = TRACE_PANELS.find((one) => one.key === key);
  if (panel === undefined) throw new Error(`There is no drawing of ${key}.`);
  return panel;
}

/** The numbers of a drawing, [T, H]. */
export function traceValues(trace: TraceReport, key: TraceKey): Float32Array {
  if (key === 'c' || key === 'h') return trace[key];
  return trace.gates[key === 'candidate' ? 'c' : key];
}

export function traceValue(trace: TraceReport, { key, step, unit }: TraceCell): number {
  return traceValues(trace, key)[step * trace.units + unit] ?? Number.NaN;
}

/** Whether a drawing's colours go from 0 to 1 rather than to both sides of 0. */
export function isOneSided(trace: TraceReport, key: TraceKey): boolean {
  return (key === 'i' || key === 'f' || key === 'o') && hasUnitGates(trace);
}

/** The value at the strong end of a drawing's colours. */
export function scaleOf(trace: TraceReport, key: TraceKey): number {
  if (isOneSided(trace, key)) return 1;
  return niceScale(traceValues(trace, key).reduce((most, value) => Math.max(most, Math.abs(value)), 0));
}
