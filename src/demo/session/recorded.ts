/**
 * The run stored with the page in the place of one on a device: says what it was, and answers what can be asked of its
 * weights, forward passes in float64 without a GPU. Loaded only where there is no device.
 */
import { CpuForecaster } from '../../engine/explain/index.ts';
import type { Tensor, WindowDataset } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { TRACE_PANELS } from '../draw/time-layout.ts';
import type {
  AppliedSteps,
  DeviceReport,
  Emit,
  ForecastReport,
  SessionEvent,
  TraceReport,
} from '../protocol.ts';
import { RECIPE_SETTINGS, type Recipe } from '../recipe.ts';
import storedAddress from '../recorded/seattle.json?url';
import { type StoredRun, storedRun } from '../recorded/stored-run.ts';
import { ArrayPresenter } from './array-presenter.ts';
import { matrixValues, modelReport, problemOf, weightsReport } from './describe.ts';
import { fingerprint } from './fingerprint.ts';
import { scoreForecast } from './forecaster.ts';
import { type LoadedData, prepareData } from './loaded-data.ts';
import type { Presenter } from './presenter.ts';
import type { Answerer, Question } from './questions.ts';
import { copyWindows, windowDates } from './window-rows.ts';

/** Multiplications of a forecast done in one go, some 10 ms. */
const PRODUCTS_AT_ONCE = 3e6;

/**
 * The recorded run, fetched from this page's own origin, with these data; or the sentence that says why it is not of them.
 */
export async function openRecorded(data: LoadedData, recipe: Recipe): Promise<RecordedRun | string> {
  const response = await fetch(storedAddress);
  if (!response.ok) {
    throw new Error(`The recorded run could not be loaded (${response.status}). Reload the page.`);
  }
  const stored = storedRun(await response.json());
  return whyNot(stored, data, recipe) ?? new RecordedRun(stored, data);
}

/** The sentence that says why the run is not of these data and settings; null where it is. */
export function whyNot(
  { data, recipe }: Pick<StoredRun, 'data' | 'recipe'>,
  { series, choice }: Pick<LoadedData, 'series' | 'choice'>,
  wanted: Recipe,
): string | null {
  const [has, takes] = [series.columns.join(', '), data.inputs.join(', ')];
  if (has !== takes) {
    return `There are no recorded weights for these columns: the recorded network reads ${takes}; this data gives ${has}.`;
  }
  if (choice.target !== data.target) {
    return `There are no recorded weights for this target: the recorded network was trained to forecast ${data.target}; this data asks for ${choice.target}. Choose ${data.target} to see it.`;
  }
  const other = RECIPE_SETTINGS.filter(({ field }) => recipe[field] !== wanted[field]);
  if (other.length === 0) return null;
  const settings = other.map(({ field, label }) => `${label.toLowerCase()} ${recipe[field]}`).join(', ');
  return `There are no recorded weights for these settings: the run was recorded with ${settings}. Set that to see it.`;
}

export class RecordedRun implements Answerer {
  readonly model: {
    readonly parameters: CpuForecaster;
    countParams(): number;
    toConfig(): KerasModel['config'];
    toExport(): Promise<KerasModel>;
  };
  readonly recipe: Recipe;
  readonly data: LoadedData;
  readonly presenter: Presenter;
  /** Draws the trace that was asked for last. */
  readonly tracePresenter: ArrayPresenter;
  readonly #stored: StoredRun;
  readonly #weights: readonly Tensor[];
  readonly #forecaster: CpuForecaster;
  #isClosed = false;

  /** @param data with the columns that the run was trained on */
  constructor(stored: StoredRun, data: LoadedData) {
    const { model, recipe } = stored;
    const forecaster = new CpuForecaster(recipe.units, data.series.columns.length, model.weights);
    this.#stored = stored;
    this.#weights = model.weights;
    this.#forecaster = forecaster;
    this.recipe = recipe;
    this.data = data;
    this.presenter = new ArrayPresenter(forecaster.parameters);
    this.tracePresenter = new ArrayPresenter(new Float32Array());
    this.model = {
      parameters: forecaster,
      countParams: () => model.weights.reduce((sum, weight) => sum + weight.data.length, 0),
      toConfig: () => model.config,
      toExport: () => Promise.resolve(model),
    };
  }

  get optimizerName(): string {
    return this.#stored.optimizer;
  }

  get seed(): number {
    return this.#stored.run.seed;
  }

  /** Its weights are the seed's, trained. */
  get startName(): null {
    return null;
  }

  get shownEpoch(): number {
    return this.#stored.forecast.epoch;
  }

  /** Says everything; the forecast once it is worked out. */
  announce(emit: Emit, thread: DeviceReport['thread']): void {
    const { date, device, data, run, rows, bestEpoch, dispatchesPerStep, recipe } = this.#stored;
    const recorded = {
      date: Date.parse(date),
      device,
      series: data.name,
      epoch: this.shownEpoch,
      epochs: recipe.epochs,
      thread,
    };
    emit({ type: 'recorded', recorded, why: null });
    emit({ type: 'model', model: modelReport(this, dispatchesPerStep) });
    emit({ type: 'run', run: { ...run, shownEpoch: this.shownEpoch, isEdited: false } });
    emit({ type: 'history', history: { rows, bestEpoch, kept: [] } });
    emit({ type: 'weights', weights: weightsReport(this, this.#weights) });
    void this.#forecast().then((forecast) => {
      if (forecast !== null) emit({ type: 'forecast', forecast });
    });
  }

  /** What it still works out is told nobody. */
  close(): void {
    this.#isClosed = true;
  }

  async answer(question: Question): Promise<SessionEvent | null> {
    const { request } = question;
    switch (question.type) {
      case 'read-cell':
        return {
          type: 'cell',
          request,
          value: this.#forecaster.parameters[question.offset] ?? Number.NaN,
        };
      case 'read-weights':
        return { type: 'matrices', request, values: matrixValues(this, this.#weights) };
      case 'read-trace':
        return { type: 'trace', request, trace: this.#trace(question.window) };
      case 'read-model':
        return { type: 'exported', request, model: this.#stored.model };
      case 'apply-steps':
        return { type: 'applied-steps', request, applied: await this.#apply(question.steps) };
      default:
        return null;
    }
  }

  #trace(window: number): TraceReport | null {
    const { starts, window: steps, features } = this.data.split.test;
    if (!Number.isInteger(window) || window < 0 || window >= starts.length) return null;
    const x = copyWindows(this.data.split.test, window, 1);
    const { gates, c, h } = this.#forecaster.trace(x);
    const { units } = this.recipe;
    const panels = { i: gates.i, f: gates.f, candidate: gates.c, o: gates.o, c, h };
    const drawn = new Float32Array(TRACE_PANELS.length * steps * units);
    const places = TRACE_PANELS.map(({ key }, panel) => {
      const offset = panel * steps * units;
      drawn.set(panels[key], offset);
      return [key, { offset, steps, units, stepStride: units, unitStride: 1 }] as const;
    });
    this.tracePresenter.use(drawn);
    return {
      window,
      epoch: this.shownEpoch,
      fingerprint: this.#stored.fingerprint,
      steps,
      features,
      units,
      dates: windowDates(this.data.series, this.data.split.test, window),
      places: Object.fromEntries(places) as TraceReport['places'],
      activation: 'tanh',
      recurrentActivation: 'sigmoid',
      x: x.data,
      gates: {
        i: new Float32Array(gates.i),
        f: new Float32Array(gates.f),
        c: new Float32Array(gates.c),
        o: new Float32Array(gates.o),
      },
      c: new Float32Array(c),
      h: new Float32Array(h),
      weights: matrixValues(this, this.#weights),
    };
  }

  async #apply(steps: number): Promise<AppliedSteps> {
    const { source, choice } = this.data;
    try {
      const longer = prepareData(source, choice, { ...this.recipe, window: steps });
      const scaled = await this.#predict(longer.split.test);
      if (scaled === null) return { type: 'none', why: 'Other data or settings were chosen meanwhile.' };
      const { scores } = scoreForecast(scaled, longer);
      return { type: 'applied', steps, scores, fingerprint: fingerprint(this.#weights) };
    } catch (error) {
      return { type: 'none', why: problemOf(error, 'recipe').message };
    }
  }

  async #forecast(): Promise<ForecastReport | null> {
    const scaled = await this.#predict(this.data.split.test);
    return scaled === null ? null : { ...this.#stored.forecast, ...scoreForecast(scaled, this.data) };
  }

  /** In pieces between other tasks of this thread; null once nobody waits for it. */
  async #predict(windows: WindowDataset): Promise<Float64Array | null> {
    const { starts, window, features } = windows;
    const { units } = this.recipe;
    const rows = Math.max(1, Math.floor(PRODUCTS_AT_ONCE / (window * 4 * units * (features + units))));
    const scaled = new Float64Array(starts.length);
    for (let first = 0; first < starts.length; first += rows) {
      const x = copyWindows(windows, first, Math.min(rows, starts.length - first));
      scaled.set(this.#forecaster.predict(x), first);
      await new Promise((resolve) => setTimeout(resolve, 0));
      if (this.#isClosed) return null;
    }
    return scaled;
  }
}
