/**
 * What the page knows, as signals, and the one function that changes it when the session says something. Views read
 * signals and send commands; they hold no truth of their own.
 */
import { computed, signal } from '@preact/signals-core';
import type { LagProgress, LagRetrainProgress } from './lags/lag-protocol.ts';
import type {
  DataReport,
  DeviceReport,
  ForecastReport,
  HistoryReport,
  Interval,
  MembersAnswer,
  ModelReport,
  Problem,
  RecordedReport,
  RunReport,
  SessionEvent,
  WeightsReport,
} from './protocol.ts';
import { DEFAULT_RECIPE, type Recipe } from './recipe.ts';
import type { Told } from './words.ts';

export type DeviceState =
  | { readonly kind: 'starting' }
  | { readonly kind: 'ready'; readonly report: DeviceReport }
  | { readonly kind: 'none'; readonly problem: Problem }
  | { readonly kind: 'lost'; readonly problem: Problem; readonly epochKept: number };

export type ColumnsOffer = Extract<SessionEvent, { type: 'columns' }>;

const NO_RUN: RunReport = {
  phase: 'idle',
  epoch: 0,
  targetEpochs: DEFAULT_RECIPE.epochs,
  stoppedEarly: false,
  step: 0,
  stepsPerEpoch: 0,
  loss: null,
  seed: 1,
  start: null,
  shownEpoch: 0,
  isEdited: false,
};

const NO_HISTORY: HistoryReport = { rows: [], bestEpoch: null, kept: [] };

export const device = signal<DeviceState>({ kind: 'starting' });
/** The recorded run that stands in for a device; null where there is a device, or no run for these data and settings. */
export const recorded = signal<RecordedReport | null>(null);
/** Why there is neither a device nor a recorded run. */
export const whyNoRun = signal<Told | null>(null);
export const data = signal<DataReport | null>(null);
/**
 * What is to be forecast: the same array until there are other data, or windows cut otherwise. An answer that comes when it
 * is another than when it was asked for is about what is gone.
 */
export const testPart = computed(() => data.value?.test.observed ?? null);
export const model = signal<ModelReport | null>(null);
export const run = signal<RunReport>(NO_RUN);
export const history = signal<HistoryReport>(NO_HISTORY);
export const forecast = signal<ForecastReport | null>(null);
export const weights = signal<WeightsReport | null>(null);
/** Columns of a file that was read and waits for the visitor's choice. */
export const columnsOffer = signal<ColumnsOffer | null>(null);
/** The latest problem, until it is dismissed or made good. */
export const problem = signal<Problem | null>(null);
/** What can be taken back and done again. */
export const undoable = signal<{ readonly undo: Told | null; readonly redo: Told | null }>({
  undo: null,
  redo: null,
});
/** How far a study of the lag lab is; null where none runs. */
export const lagProgress = signal<LagProgress | null>(null);
/** How far a retraining of the lag lab is; null where none runs. */
export const retrainProgress = signal<LagRetrainProgress | null>(null);
/** What members say together of this test part, by these settings; null where they were not trained. */
export const members = signal<MembersAnswer | null>(null);
/** Where the target is expected, by what members say; null where they say nothing. */
export const interval = computed((): Interval | null => {
  if (members.value?.type !== 'members') return null;
  const { mean, networks, halfWidth } = members.value;
  const low = mean.map((value) => value - halfWidth);
  return { low, high: mean.map((value) => value + halfWidth), mean, networks };
});
/** How much of their training is done, 0 to 1; null where none runs. */
export const membersShare = signal<number | null>(null);
/** How much of what the lag lab measures is done, 0 to 1. */
export const lagShare = signal(0);
/** How many orders of a file's gates are tried. */
export const ordersTried = signal({ tried: 0, of: 0 });
/** What the session is doing that takes a while, such as reading a file. */
export const busy = signal<Told | null>(null);
/** The recipe in force, and whether training ends at its best epoch. */
export const recipe = signal<Recipe>(DEFAULT_RECIPE);
export const keepBest = signal(true);

/** What the last export says of itself: what its format leaves out. */
export const exportNotes = signal<readonly string[]>([]);
/** What training took over from a file, and which parts it could not. */
export const continued = signal<Extract<SessionEvent, { type: 'continued' }> | null>(null);

/** What a reload brought back, until it is dismissed. */
export const resumed = signal<Extract<SessionEvent, { type: 'resumed' }> | null>(null);

/** Fingerprint of the weights last exported. */
export const savedFingerprint = signal<string | null>(null);

/** True where leaving the page would lose training: it runs, or its weights were not exported. */
export const hasUnsaved = computed(() => {
  const { phase, epoch } = run.value;
  if (recorded.value !== null) return false;
  return phase === 'training' || (epoch > 0 && weights.value?.fingerprint !== savedFingerprint.value);
});

/** True where a model stands ready on a device. */
export const canRun = computed(() => device.value.kind === 'ready' && model.value !== null);

/** True where a model answers questions: one on a device, or the recorded run. */
export const canAsk = computed(() => canRun.value || (recorded.value !== null && model.value !== null));

/** True where the recorded run in the page's static HTML is not of what the page is about. */
export const isOther = computed(
  () =>
    whyNoRun.value !== null ||
    run.value.start !== null ||
    (data.value !== null && data.value.preset !== 'seattle'),
);
/** True once the session has more to say than that run. */
export const hasSpoken = computed(() => forecast.value !== null || isOther.value);

/** Takes in one event of the session. Files, cells and matrices are answered where they were asked for. */
export function receive(event: SessionEvent): void {
  switch (event.type) {
    case 'device':
      device.value = { kind: 'ready', report: event.device };
      clearProblem('device');
      break;
    case 'no-device':
      device.value = event.lost
        ? { kind: 'lost', problem: event.problem, epochKept: event.epochKept }
        : { kind: 'none', problem: event.problem };
      break;
    case 'recorded':
      model.value = null;
      run.value = NO_RUN;
      history.value = NO_HISTORY;
      forecast.value = null;
      weights.value = null;
      members.value = null;
      recorded.value = event.recorded;
      whyNoRun.value = event.why;
      break;
    case 'data':
      resumed.value = null;
      data.value = event.data;
      forecast.value = null;
      members.value = null;
      columnsOffer.value = null;
      clearProblem('data');
      break;
    case 'ridge':
      if (data.value !== null) {
        const { test, scores } = data.value;
        const { predictions, scores: ridge } = event.ridge;
        data.value = { ...data.value, test: { ...test, ridge: predictions }, scores: { ...scores, ridge } };
      }
      break;
    case 'columns':
      columnsOffer.value = event;
      clearProblem('data');
      break;
    case 'recipe':
      recipe.value = event.recipe;
      keepBest.value = event.keepBest;
      clearProblem('recipe');
      break;
    case 'model':
      members.value = null;
      model.value = event.model;
      break;
    case 'run':
      run.value = event.run;
      break;
    case 'history':
      history.value = event.history;
      break;
    case 'forecast':
      forecast.value = event.forecast;
      break;
    case 'weights':
      weights.value = event.weights;
      break;
    case 'continued':
      continued.value = event;
      break;
    case 'resumed':
      resumed.value = event;
      break;
    case 'undoable':
      undoable.value = { undo: event.undo, redo: event.redo };
      break;
    case 'lag-progress':
      lagProgress.value = event.progress;
      break;
    case 'retrain-progress':
      retrainProgress.value = event.progress;
      break;
    case 'members-trained':
      membersShare.value = event.share;
      break;
    case 'lag-measured':
      lagShare.value = event.share;
      break;
    case 'orders-tried':
      ordersTried.value = event;
      break;
    case 'busy':
      busy.value = event.what;
      break;
    case 'problem':
      problem.value = event.problem;
      break;
    default:
      break;
  }
}

/** Forgets the latest problem if it was about this place (or wherever it was, without one). */
export function clearProblem(place?: Problem['place']): void {
  if (place === undefined || problem.value?.place === place) {
    problem.value = null;
  }
}
