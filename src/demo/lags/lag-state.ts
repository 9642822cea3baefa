/**
 * The lag lab's state: which method is looked at and how, what the session said of the weights as they are, and the study
 * with controls. Answers belong to the weights, data and settings they were asked of; others are dropped.
 */
import { computed, effect, signal, untracked } from '@preact/signals-core';
import { client, send } from '../app.ts';
import { baselineWindow, choices } from '../choices.ts';
import { chooseStep, chosenFeature, chosenStep, trace } from '../selection.ts';
import {
  canAsk,
  data,
  lagProgress,
  lagShare,
  model,
  recipe,
  retrainProgress,
  run,
  testPart,
  weights,
} from '../state.ts';
import { within } from '../within.ts';
import { measuredLags } from './lag-answer.ts';
import type {
  LagAnswer,
  LagBaseline,
  LagQuestion,
  LagStudyAnswer,
  LagTraining,
  RetrainAnswer,
} from './lag-protocol.ts';

/** Rows that longer windows add, to see whether a peak at the oldest row is real. */
export const OLDER_ROWS = 6;

export const chosenMethod = choices.lag;
export const chosenBaseline = computed((): LagBaseline => {
  const kind = choices.baseline.value;
  if (kind !== 'window') return { kind };
  return { kind, window: within(baselineWindow.value, data.value?.windows.test ?? 1) };
});
export const addsOlder = choices.older;
/** Index among the inputs; null for all together. */
export const chosenInput = chosenFeature;
export const chosenDisplay = choices.bars;
/** Whether the chosen method tells signs from sizes. */
export const hasSigns = computed(
  () => chosenMethod.value === 'integrated' || chosenMethod.value === 'gradient-input',
);
/** How bars are drawn: as chosen, where the method has that. */
export const shownDisplay = computed(() =>
  chosenDisplay.value === 'signed' && !hasSigns.value ? 'size' : chosenDisplay.value,
);
/** Whether bars are of the chosen window alone, where a method says something of one. */
export const ofWindow = choices.alone;

/** Of a row older than those of the trained window, which the rest of the page has not; null for one that it has. */
const olderLag = signal<number | null>(null);
/** Rows of the windows that the network was trained on. */
export const trainedSteps = computed(() => trace.value?.steps ?? recipe.value.window);
/** The lag that is looked at: the page's chosen time step, or an older one. */
export const chosenLag = computed(
  () => (addsOlder.value ? olderLag.value : null) ?? Math.max(1, trainedSteps.value - chosenStep.value),
);

/** Chooses a row for all views, where they have it. */
export function chooseLag(lag: number): void {
  const isOlder = lag > trainedSteps.peek();
  olderLag.value = isOlder ? lag : null;
  if (!isOlder) chooseStep(trainedSteps.peek() - lag);
}

/** What is to be asked; null where the answer is in the trace already. */
export const lagQuestion = computed((): LagQuestion | null => {
  const method = chosenMethod.value;
  if (method === 'half-life') return null;
  const baseline: LagBaseline = method === 'integrated' ? chosenBaseline.value : { kind: 'mean' };
  return { method, baseline, extra: addsOlder.value ? OLDER_ROWS : 0, weights: 'shown' };
});

/** Questions that differ in nothing but the window where integrated gradients begin: of those the latest answer is kept. */
const kindOf = ({ method, baseline, extra, weights: whose }: LagQuestion): string =>
  `${whose} ${method} ${extra} ${baseline.kind} `;
const keyOf = (question: LagQuestion): string =>
  kindOf(question) + (question.baseline.kind === 'window' ? question.baseline.window : '');

const fingerprint = computed(() => weights.value?.fingerprint);
/** What answers are about: another object once data, model or weights are others, also where the weights' words are the same. */
const ground = computed(() => ({ part: testPart.value, built: model.value, print: fingerprint.value }));

/** Answers about the weights that stand, and, until there are some, about those before. */
const answers = signal<ReadonlyMap<string, LagAnswer>>(new Map());
const olderAnswers = signal<ReadonlyMap<string, LagAnswer>>(new Map());

export interface KnownLags {
  readonly answer: LagAnswer;
  /** Of weights before; those that stand are being measured, or training runs. */
  readonly isOlder: boolean;
}

/** What is known to a question; null for nothing. */
export function knownLags(question: LagQuestion): KnownLags | null {
  const key = keyOf(question);
  const now = answers.value.get(key);
  if (now !== undefined) return { answer: now, isOlder: false };
  const before = olderAnswers.value.get(key);
  return before === undefined ? null : { answer: before, isOlder: true };
}

/** All that was measured of the weights that stand, with windows as they were trained on. */
export const measured = computed(() =>
  [...answers.value.values()].flatMap((one) =>
    one.type === 'lags' && one.weights === 'shown' && one.extra === 0 ? [one] : [],
  ),
);

/** Begins to keep the answer to a question up to date. @returns what ends it */
export function followLags(question: () => LagQuestion | null): () => void {
  return effect(() => {
    const wanted = question();
    void ended.value;
    void ground.value;
    const isStill = canAsk.value && run.value.phase !== 'training' && weights.value !== null;
    if (wanted === null || !isStill || data.value === null || answers.value.has(keyOf(wanted))) return;
    untracked(() => void ask(wanted));
  });
}

/** Questions under way, each with what it was asked about. */
const asked = new Map<string, object>();
/** Counts questions that ended without an answer that holds: what is wanted by now is asked anew. */
const ended = signal(0);

async function ask(question: LagQuestion): Promise<void> {
  const about = ground.value;
  const key = keyOf(question);
  if (asked.get(key) === about) return;
  asked.set(key, about);
  const isShown = question.weights === 'shown';
  if (isShown) lagShare.value = 0;
  const answer = await client.ask({ type: 'read-lags', ...question });
  if (asked.get(key) === about) asked.delete(key);
  const lags = answer.type === 'lag-map' && about === ground.value ? answer.lags : null;
  // Training that began meanwhile has other weights under the same words.
  const isOther = lags?.type === 'lags' && isShown && lags.fingerprint !== about.print;
  if (lags === null || isOther) {
    ended.value += 1;
    return;
  }
  const others = [...answers.value].filter(([known]) => !known.startsWith(kindOf(question)));
  answers.value = new Map([...others, [key, lags]]);
}

/** The study; null where there is none of these data and settings. */
export const study = signal<LagStudyAnswer | null>(null);

/** What a study found; null without one. */
export const studied = computed(() => (study.value?.type === 'studied' ? study.value.study : null));

/** What means nothing, in the units of permutation; null without a study. */
export const nullBand = computed(() =>
  studied.value === null ? null : { low: studied.value.nullLow, high: studied.value.nullHigh },
);

export async function beginStudy(seeds: number): Promise<void> {
  if (lagProgress.value !== null) return;
  const built = model.value;
  study.value = null;
  lagProgress.value = { phase: 'measuring' };
  const answer = await client.ask({ type: 'study-lags', seeds });
  lagProgress.value = null;
  if (answer.type === 'lag-study' && built === model.value) study.value = answer.answer;
}

/** What retraining says; null where there is nothing of these data and settings. */
export const retraining = signal<RetrainAnswer | null>(null);

export async function beginRetraining(): Promise<void> {
  if (retrainProgress.value !== null) return;
  const built = model.value;
  retraining.value = null;
  retrainProgress.value = { phase: 'measuring' };
  const answer = await client.ask({ type: 'retrain-lags' });
  retrainProgress.value = null;
  if (answer.type === 'lag-retraining' && built === model.value) retraining.value = answer.answer;
}

export function stopTraining(task: LagTraining): void {
  send({ type: 'stop-lags', task });
}

// Once for the page: this script comes with the view that needs it.
let seen = ground.value;
effect(() => {
  const now = ground.value;
  if (now === seen) return;
  const isOfWeights = now.part === seen.part && now.built === seen.built;
  olderAnswers.value = isOfWeights ? answers.peek() : new Map();
  answers.value = new Map();
  seen = now;
});
model.subscribe(() => {
  study.value = null;
  retraining.value = null;
});
effect(() => {
  const permuted = measured.value.find(({ method }) => method === 'permutation');
  measuredLags.value = permuted === undefined ? null : { report: permuted, study: studied.value };
});
