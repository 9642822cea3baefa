/**
 * The run stored with the page in the place of one on a device: says what it was, and answers what can be asked of its
 * weights, in float64 without a GPU: forward passes, gradients, similar days and lags. Loaded only where there is no device.
 */

import { CpuForecaster } from '../../engine/explain/index.ts';
import { GatewiseError, type Tensor, type WindowDataset } from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import type { LagQuestion, LagReport } from '../lags/lag-protocol.ts';
import type {
  AppliedSteps,
  DeviceReport,
  Emit,
  ForecastReport,
  Gradients,
  SessionEvent,
} from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import storedAddress from '../recorded/seattle.json?url';
import { type StoredRun, storedRun } from '../recorded/stored-run.ts';
import { type Told, told } from '../words.ts';
import { ArrayPresenter } from './array-presenter.ts';
import { matrixValues, modelReport, problemOf, weightsReport } from './describe.ts';
import { fetched } from './fetched.ts';
import { fingerprint } from './fingerprint.ts';
import { scoreForecast } from './forecaster.ts';
import type { LagControl } from './lag-maps.ts';
import { type LoadedData, prepareData } from './loaded-data.ts';
import type { Presenter } from './presenter.ts';
import type { Answerer, Question } from './questions.ts';
import { storedWeights } from './recorded-epochs.ts';
import { whyNot } from './recorded-fit.ts';
import { recordedTrace } from './recorded-trace.ts';
import { copyWindows } from './window-rows.ts';

/** Multiplications of a forecast done in one go, some 10 ms. */
const PRODUCTS_AT_ONCE = 3e6;

/**
 * The recorded run, fetched from this page's own origin, with these data; or the sentence that says why it is not of them.
 */
export async function openRecorded(
  data: LoadedData,
  recipe: Recipe,
): Promise<RecordedRun | { readonly why: Told }> {
  const file = await fetched(storedAddress, told('The recorded run'), (response) => response.json());
  const stored = storedRun(file);
  const why = whyNot(stored, data, recipe);
  return why === null ? new RecordedRun(stored, data) : { why };
}

/** What answers are worked out of. */
export interface RecordedModel {
  readonly model: {
    readonly parameters: CpuForecaster;
    countParams(): number;
    toConfig(): KerasModel['config'];
    toExport(): Promise<KerasModel>;
  };
  readonly recipe: Recipe;
  readonly data: LoadedData;
  readonly shownEpoch: number;
  readonly fingerprint: string;
  readonly seed: number;
  /** In Keras' order. */
  readonly weights: readonly Tensor[];
  /** Draws the trace that was asked for last. */
  readonly tracePresenter: ArrayPresenter;
  /** Multiplications of a forecast of one window of so many steps. */
  productsOf(steps: number): number;
  /** Windows that are worked on in one go. */
  windowsAtOnce(steps: number): number;
  /** Lets other tasks of this thread come between. @throws GatewiseError 'aborted' once nobody waits for what is worked out */
  turn(): Promise<void>;
}

export class RecordedRun implements Answerer, RecordedModel {
  readonly model: RecordedModel['model'];
  readonly recipe: Recipe;
  readonly data: LoadedData;
  readonly weights: readonly Tensor[];
  readonly shownEpoch: number;
  readonly fingerprint: string;
  readonly presenter: Presenter;
  readonly tracePresenter: ArrayPresenter;
  readonly #stored: StoredRun;
  readonly #forecaster: CpuForecaster;
  #isClosed = false;

  /**
   * @param data with the columns that the run was trained on
   * @param epoch whose weights: the recorded ones', or 0, which the seed gives, or that of the weights given
   */
  constructor(
    stored: StoredRun,
    data: LoadedData,
    epoch: number = stored.forecast.epoch,
    weights: readonly Float32Array[] | null = null,
  ) {
    const { recipe, forecast, run } = stored;
    const columns = data.series.columns.length;
    const recorded = new CpuForecaster(recipe.units, columns, stored.model.weights);
    const isRecorded = epoch === forecast.epoch;
    const model = isRecorded
      ? stored.model
      : withWeights(
          stored.model,
          weights ?? recorded.freshWeights(run.seed).map(({ data }) => data as Float32Array),
        );
    const forecaster = isRecorded ? recorded : new CpuForecaster(recipe.units, columns, model.weights);
    this.shownEpoch = epoch;
    this.fingerprint = isRecorded ? stored.fingerprint : fingerprint(model.weights);
    this.#stored = stored;
    this.weights = model.weights;
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

  productsOf(steps: number): number {
    const { units } = this.recipe;
    return steps * 4 * units * (this.data.series.columns.length + units);
  }

  windowsAtOnce(steps: number): number {
    return Math.max(1, Math.floor(PRODUCTS_AT_ONCE / this.productsOf(steps)));
  }

  async turn(): Promise<void> {
    await soon();
    if (this.#isClosed) throw new GatewiseError('aborted', 'Other data or settings were chosen meanwhile.');
  }

  /** Says everything; the forecast once it is worked out. */
  announce(emit: Emit, thread: DeviceReport['thread']): void {
    const { date, device, data, rows, bestEpoch, dispatchesPerStep, recipe } = this.#stored;
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
    emit({ type: 'history', history: { rows, bestEpoch, kept: this.#epochs } });
    this.tell(emit);
  }

  /** Says what its weights are; the forecast once it is worked out. */
  tell(emit: Emit): void {
    emit({ type: 'run', run: { ...this.#stored.run, shownEpoch: this.shownEpoch, isEdited: false } });
    emit({ type: 'weights', weights: weightsReport(this, this.weights) });
    void this.#forecast().then((forecast) => {
      if (forecast !== null) emit({ type: 'forecast', forecast });
    });
  }

  /**
   * The same run with the weights of another epoch; null where it has none of it, or has these.
   * @throws ToldError when they could not be downloaded
   */
  async at(epoch: number, emit: Emit): Promise<RecordedRun | null> {
    if (epoch === this.shownEpoch || !this.#epochs.includes(epoch)) return null;
    const isFar = epoch !== 0 && epoch !== this.#stored.forecast.epoch;
    return new RecordedRun(this.#stored, this.data, epoch, isFar ? await storedWeights(epoch, emit) : null);
  }

  /** Those with weights: the best one's are at hand, before training they follow from the seed, others are downloaded. */
  get #epochs(): readonly number[] {
    const { forecast, epochs } = this.#stored;
    return [...new Set([0, ...epochs, forecast.epoch])].sort((a, b) => a - b);
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
        return { type: 'matrices', request, values: matrixValues(this, this.weights) };
      case 'read-trace':
        return { type: 'trace', request, trace: recordedTrace(this, question.window) };
      case 'read-model':
        return { type: 'exported', request, model: await this.model.toExport() };
      case 'apply-steps':
        return { type: 'applied-steps', request, applied: await this.#apply(question.steps) };
      case 'read-gradients':
        return { type: 'gradients', request, gradients: await this.#gradients(question) };
      case 'find-similar': {
        const { recordedSimilar } = await import('./recorded-similar.ts');
        return { type: 'similar', request, similar: await recordedSimilar(this, question.window) };
      }
      default:
        return null;
    }
  }

  async lags(question: LagQuestion, control: LagControl): Promise<LagReport> {
    const { recordedLags } = await import('./recorded-lags.ts');
    return recordedLags(this, question, control);
  }

  async #gradients({ of, window }: Extract<Question, { type: 'read-gradients' }>): Promise<Gradients | null> {
    try {
      const { recordedGradients } = await import('./recorded-gradients.ts');
      return this.#isClosed ? null : recordedGradients(this, of, window);
    } catch (error) {
      return { type: 'none', why: problemOf(error, 'training').message };
    }
  }

  async #apply(steps: number): Promise<AppliedSteps> {
    const { source, choice } = this.data;
    try {
      const longer = prepareData(source, choice, { ...this.recipe, window: steps });
      const scaled = await this.#predict(longer.split.test);
      if (scaled === null)
        return { type: 'none', why: told('Other data or settings were chosen meanwhile.') };
      const { scores } = scoreForecast(scaled, longer);
      return { type: 'applied', steps, scores, fingerprint: fingerprint(this.weights) };
    } catch (error) {
      return { type: 'none', why: problemOf(error, 'recipe').message };
    }
  }

  async #forecast(): Promise<ForecastReport | null> {
    const scaled = await this.#predict(this.data.split.test);
    if (scaled === null) return null;
    const { forecast } = this.#stored;
    const epoch = this.shownEpoch;
    const isBest = forecast.isBest && epoch === forecast.epoch;
    return { ...forecast, epoch, isBest, ...scoreForecast(scaled, this.data) };
  }

  /** In pieces between other tasks of this thread; null once nobody waits for it. */
  async #predict(windows: WindowDataset): Promise<Float64Array | null> {
    const { starts, window } = windows;
    const rows = this.windowsAtOnce(window);
    const scaled = new Float64Array(starts.length);
    for (let first = 0; first < starts.length; first += rows) {
      const x = copyWindows(windows, first, Math.min(rows, starts.length - first));
      scaled.set(this.#forecaster.predict(x), first);
      await soon();
      if (this.#isClosed) return null;
    }
    return scaled;
  }
}

const soon = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

/** The model with other weights, and nothing of an optimizer. */
function withWeights(
  { optimizerState: _, weights, ...model }: KerasModel,
  all: readonly Float32Array[],
): KerasModel {
  return {
    ...model,
    weights: weights.map((weight, at) => ({ ...weight, data: all[at] ?? weight.data })),
  };
}
