/**
 * What is being looked at, once for all views: a window of the test part, a time step in it, a unit, a gate and an input; and
 * the trace of that window with the weights as they stand, asked for whenever window or weights change.
 */
import { computed, effect, type Signal, signal, untracked } from '@preact/signals-core';
import type { GateKey } from '../engine/index.ts';
import { client } from './app.ts';
import { oneAtATime } from './one-at-a-time.ts';
import type { TraceReport } from './protocol.ts';
import { canAsk, data, model, run, weights } from './state.ts';
import { within } from './within.ts';

const wantedWindow = signal(0);
const wantedStep = signal<number | null>(null);
const wantedUnit = signal(0);
/** An input by its index, and the names of the inputs it is one of; null for those of a model still to come. */
const wantedFeature = signal<{ readonly index: number; readonly among: string | null } | null>(null);

const featureNames = computed(() => model.value?.features.join('\n') ?? null);

/** Index among the test windows. */
export const chosenWindow = computed(() => within(wantedWindow.value, data.value?.windows.test ?? 1));
/** Time step, 0 the oldest; the newest until one is chosen. */
export const chosenStep = computed(() => {
  const steps = trace.value?.steps ?? 1;
  return within(wantedStep.value ?? steps - 1, steps);
});
export const chosenUnit = computed(() => within(wantedUnit.value, model.value?.units ?? 1));
export const chosenGate = signal<GateKey>('f');
/** Index among the inputs; null for none in particular, and where it was chosen among the inputs of another series. */
export const chosenFeature = computed(() => {
  const wanted = wantedFeature.value;
  if (wanted === null || wanted.among !== featureNames.value) return null;
  return wanted.index < (model.value?.features.length ?? 0) ? wanted.index : null;
});
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

export function chooseFeature(feature: number | null): void {
  wantedFeature.value = feature === null ? null : { index: feature, among: featureNames.peek() };
}

/** Of a link that opens another series: an input of the model that comes next. */
export function chooseComingFeature(feature: number | null): void {
  wantedFeature.value = feature === null ? null : { index: feature, among: null };
}

model.subscribe(() => {
  const [wanted, names] = [wantedFeature.peek(), featureNames.peek()];
  if (wanted?.among === null && names !== null) wantedFeature.value = { ...wanted, among: names };
});

/** @returns what puts back what was chosen */
export function rememberSelection(): () => void {
  const all = [wantedWindow, wantedStep, wantedUnit, chosenGate, wantedFeature] as readonly Signal<unknown>[];
  const before = all.map((one) => one.value);
  return () => {
    for (const [k, one] of all.entries()) one.value = before[k];
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
