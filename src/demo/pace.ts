/**
 * How long an epoch takes here, measured while training runs: from the end of the first epoch seen to that of the latest, so that
 * the kernels' compilation does not count. Kept for the next visit by device and settings; where nothing was measured, nothing is
 * said.
 */
import { computed, effect, signal } from '@preact/signals-core';
import { data, device, model, recipe, run } from './state.ts';
import { msg, str } from './words.ts';

const STORED = 'gatewise.pace';
const MOST_KEPT = 30;
const LONGEST_MS = 3_600_000;

type Paces = ReadonlyMap<string, number>;

const paces = signal<Paces>(readPaces(stored()));

/** What the time of an epoch depends on. */
const key = computed(() => {
  const [state, report, built] = [device.value, data.value, model.value];
  if (state.kind !== 'ready' || report === null || built === null) return null;
  const { units, window, batchSize } = recipe.value;
  const parts = [
    state.report.label,
    built.outline,
    report.windows.train,
    window,
    report.inputs.length,
    units,
    batchSize,
  ];
  return parts.join('|');
});

/** Of the whole training by the settings, in words: `about 5 s`; null where it was never measured. */
export const trainingTime = computed(() => {
  const ms = key.value === null ? undefined : paces.value.get(key.value);
  return ms === undefined ? null : timeWords((ms * recipe.value.epochs) / 1000);
});

/** Follows training from now on. */
export function measurePace(): void {
  let began: { readonly epoch: number; readonly at: number } | null = null;
  let seen = -1;
  let measured: number | null = null;
  effect(() => {
    const { phase, epoch } = run.value;
    if (phase !== 'training') {
      if (measured !== null && key.peek() !== null) keep(key.peek() ?? '', measured);
      began = null;
      measured = null;
      seen = -1;
      return;
    }
    if (epoch === seen) return;
    const at = performance.now();
    if (began !== null && epoch > began.epoch) measured = (at - began.at) / (epoch - began.epoch);
    else if (seen >= 0) began = { epoch, at };
    seen = epoch;
  });
}

function keep(name: string, ms: number): void {
  const next = new Map(paces.peek());
  next.delete(name);
  next.set(name, ms);
  paces.value = new Map([...next].slice(-MOST_KEPT));
  try {
    localStorage.setItem(STORED, JSON.stringify([...paces.value]));
  } catch {
    // Storage can be closed (private windows, policies); what was measured then lasts as long as the page.
  }
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}

/** What was kept, as far as it makes sense: anybody can write there. */
export function readPaces(text: string | null): Paces {
  try {
    const read: unknown = JSON.parse(text ?? '[]');
    const all = Array.isArray(read) ? read.slice(-MOST_KEPT) : [];
    return new Map(
      all.filter(
        (one): one is [string, number] =>
          Array.isArray(one) &&
          typeof one[0] === 'string' &&
          typeof one[1] === 'number' &&
          one[1] > 0 &&
          one[1] < LONGEST_MS,
      ),
    );
  } catch {
    return new Map();
  }
}

/** Seconds as a visitor counts them: no digit that the next run would not give again. */
export function timeWords(seconds: number): string {
  if (seconds < 1) return msg('about a second');
  if (seconds < 10) return msg(str`about ${Math.round(seconds)} s`);
  if (seconds < 90) return msg(str`about ${5 * Math.round(seconds / 5)} s`);
  return msg(str`about ${Math.round(seconds / 60)} min`);
}
