/** What a training tells of itself: how far it is, its history, its weights, and what they forecast. */
import type { Sequential, Tensor } from '../../engine/index.ts';
import type { ForecastReport, HistoryReport, RunReport } from '../protocol.ts';
import { forecastTest } from './forecaster.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Checkpoint, Timeline } from './timeline.ts';

export interface TrainerHooks {
  /** Phase, epoch or step changed. */
  onRun(run: RunReport): void;
  onHistory(history: HistoryReport): void;
  /** Null where the forecast so far no longer holds and the new one is not there yet. */
  onForecast(forecast: ForecastReport | null): void;
  /** Weights on the GPU changed; `read` are all of them where they were read back, in Keras' order. */
  onWeights(read: readonly Tensor[] | null, training: boolean): void;
  /** It stands at this checkpoint from now on, null for the beginning; waited for before that is told. */
  onBeginning(checkpoint: Checkpoint | null): Promise<void>;
  /** Training ended with an error. */
  onFailure(error: unknown): void;
}

/** How a training stands at the moment. */
interface Now {
  readonly run: RunReport;
  readonly timeline: Timeline;
  /** The fit under way, another one each time; null for none. */
  readonly active: object | null;
}

/** Training does not wait for a forecast of more windows than these, which takes a second and more on a software adapter. */
const MOST_WINDOWS_AWAITED = 20_000;

export class Telling {
  readonly #model: Sequential;
  readonly #data: LoadedData;
  readonly #hooks: TrainerHooks;
  readonly #now: () => Now;
  /** Counts the beginnings from fresh weights, so that what was asked of older ones is not told of newer ones. */
  #beginnings = 0;
  /** The forecast being made; the model must outlive it. */
  #forecasting: Promise<unknown> = Promise.resolve();

  constructor(model: Sequential, data: LoadedData, hooks: TrainerHooks, now: () => Now) {
    this.#model = model;
    this.#data = data;
    this.#hooks = hooks;
    this.#now = now;
  }

  /** The weights are others: what was asked of those before is told no more. */
  beginAnew(): void {
    this.#beginnings += 1;
  }

  /**
   * Weights, run, history and forecast. How far a training is is told right after the weights it has, never before: who reads
   * both together reads what belongs together. A forecast of many windows comes when it is done.
   * @param known the weights, where they were read already: all but the forecast is told at once then
   */
  async all(known?: readonly Tensor[]): Promise<void> {
    this.#hooks.onForecast(null);
    const beginning = this.#beginnings;
    const fault = await this.#read(known).then(
      () => null,
      (error: unknown) => ({ error }),
    );
    if (beginning !== this.#beginnings) return;
    if (fault !== null) this.run();
    this.#hooks.onHistory(this.#now().timeline.history);
    if (fault !== null) {
      this.#hooks.onFailure(fault.error);
      return;
    }
    const forecast = this.forecast().catch((error: unknown) => this.#hooks.onFailure(error));
    if (this.#data.split.test.starts.length <= MOST_WINDOWS_AWAITED) await forecast;
  }

  run(): void {
    this.#hooks.onRun(this.#now().run);
  }

  /** The weights, how far training is with them, and their forecast. That they have changed already stands, also where this does not work. */
  weights(): Promise<void> {
    return this.refresh().catch((error: unknown) => {
      this.run();
      this.#hooks.onFailure(error);
    });
  }

  /** The same. @throws where weights can't be read or do not forecast */
  async refresh(): Promise<void> {
    const beginning = this.#beginnings;
    if ((await this.#read()) && beginning === this.#beginnings) await this.forecast();
  }

  /** @returns false where the weights are others by now, and nothing was told */
  async #read(known?: readonly Tensor[]): Promise<boolean> {
    const beginning = this.#beginnings;
    const weights = known ?? (await this.#model.getWeights());
    if (beginning !== this.#beginnings) return false;
    const { run, timeline } = this.#now();
    if (timeline.lacksBeginning && run.step === 0) {
      timeline.keepBeginning(weights);
      this.#hooks.onHistory(timeline.history);
    }
    this.#hooks.onWeights(weights, false);
    this.run();
    return true;
  }

  async forecast(): Promise<void> {
    const beginning = this.#beginnings;
    const { run, timeline, active } = this.#now();
    const which = {
      epoch: run.shownEpoch,
      step: timeline.look === null ? run.step : 0,
      isBest: timeline.look?.isBest === true,
      start: run.start,
    };
    const forecasting = forecastTest(this.#model, this.#data);
    this.#forecasting = forecasting;
    const forecast = await forecasting;
    // Training that began meanwhile has changed the weights under it: it is of no epoch.
    if (beginning === this.#beginnings && (active !== null || this.#now().active === null)) {
      this.#hooks.onForecast({ ...which, ...forecast });
    }
  }

  /** Waits for the forecast under way. */
  async ended(): Promise<void> {
    await this.#forecasting.catch(() => undefined);
  }
}
