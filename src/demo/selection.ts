/**
 * What is being looked at, once for all views: a window of the test part, a time step in it, a unit and a gate; and the
 * trace of that window with the weights as they stand, asked for whenever window or weights change.
 */
import { computed, effect, signal, untracked } from '@preact/signals-core';
import type { GateKey } from '../engine/index.ts';
import { client } from './app.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { TraceReport } from './protocol.ts';
import { canAsk, data, model, run, weights } from './state.ts';
import { within } from './within.ts';

const wantedWindow = signal(0);
const wantedStep = signal<number | null>(null);
const wantedUnit = signal(0);

/** Index among the test windows. */
export const chosenWindow = computed(() => within(wantedWindow.value, data.value?.windows.test ?? 1));
/** Time step, 0 the oldest; the newest until one is chosen. */
export const chosenStep = computed(() => {
  const steps = trace.value?.steps ?? 1;
  return within(wantedStep.value ?? steps - 1, steps);
});
export const chosenUnit = computed(() => within(wantedUnit.value, model.value?.units ?? 1));
export const chosenGate = signal<GateKey>('f');
/** The trace of the chosen window; null until there is one. While training runs it is that of the weights before. */
export const trace = signal<TraceReport | null>(null);

export function chooseWindow(window: number): void {
  wantedWindow.value = window;
}

export function chooseStep(step: number): void {
  wantedStep.value = step;
}

export function chooseUnit(unit: number): void {
  wantedUnit.value = unit;
}

/** @returns what puts back what was chosen */
export function rememberSelection(): () => void {
  const [window, step, unit, gate] = [
    wantedWindow.value,
    wantedStep.value,
    wantedUnit.value,
    chosenGate.value,
  ];
  return () => {
    wantedWindow.value = window;
    wantedStep.value = step;
    wantedUnit.value = unit;
    chosenGate.value = gate;
  };
}

/** Begins to keep `trace` up to date; once. Nothing is asked while training runs: weights change under it. */
export function followTrace(): void {
  // Another model has other inputs and units, and perhaps nothing to trace.
  model.subscribe(() => {
    trace.value = null;
  });
  effect(() => {
    // Read here, so that another window is asked for too.
    void chosenWindow.value;
    const isStill = canAsk.value && run.value.phase !== 'training' && weights.value !== null;
    if (isStill && data.value !== null) untracked(() => void readTrace());
  });
}

const readTrace = oneAtATime(async () => {
  const answer = await client.ask({ type: 'read-trace', window: chosenWindow.peek() });
  if (answer.type === 'trace' && answer.trace !== null) trace.value = answer.trace;
});
