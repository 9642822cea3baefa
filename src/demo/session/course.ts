/** The way of a training through its epochs: the fit under way, how far it is, and what happens as each epoch and all of it ends. */
import {
  type Callback,
  type EpochLogs,
  earlyStopping,
  type FitControl,
  type Progress,
  type Sequential,
} from '../../engine/index.ts';
import type { RunReport } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';
import type { LoadedData } from './loaded-data.ts';
import type { Telling, TrainerHooks } from './telling.ts';
import type { Ends, Timeline } from './timeline.ts';

interface CourseParts {
  readonly model: Sequential;
  readonly data: LoadedData;
  readonly recipe: Recipe;
  readonly keepBest: boolean;
  readonly hooks: TrainerHooks;
  readonly telling: Telling;
  /** What it has been through; another one after each beginning. */
  readonly timeline: () => Timeline;
}

interface ActiveFit {
  readonly control: FitControl;
  readonly ended: Promise<void>;
}

export class Course {
  phase: RunReport['phase'] = 'idle';
  targetEpochs: number;
  /** Steps finished in the epoch that runs. */
  step = 0;
  /** The epoch of a link, which training holds at with its own weights; null for none. */
  upTo: number | null = null;
  /** The epoch at whose end it holds, as after a pause; null for none. */
  holdAt: number | null = null;
  readonly #parts: CourseParts;
  #stoppedEarly = false;
  #patienceFrom = 0;
  /** The epoch past the last that was asked for alone, and is what is seen as it ends; null for none. */
  #alone: number | null = null;
  #active: ActiveFit | null = null;
  #isEnding = false;
  #stepsPerEpoch: number;
  #loss: number | null = null;

  constructor(parts: CourseParts) {
    const { recipe, data } = parts;
    this.#parts = parts;
    this.targetEpochs = recipe.epochs;
    this.#stepsPerEpoch = Math.ceil(data.split.train.starts.length / recipe.batchSize);
  }

  get active(): ActiveFit | null {
    return this.#active;
  }

  /** True from the last step on until its end is told: what is asked for meanwhile waits. */
  get isEnding(): boolean {
    return this.#isEnding;
  }

  get stepsPerEpoch(): number {
    return this.#stepsPerEpoch;
  }

  get ends(): Ends {
    const [targetEpochs, stoppedEarly, patienceFrom] = [
      this.targetEpochs,
      this.#stoppedEarly,
      this.#patienceFrom,
    ];
    return { targetEpochs, stoppedEarly, patienceFrom };
  }

  get keepsBest(): boolean {
    return this.#parts.keepBest;
  }

  get loss(): number | null {
    return this.#loss;
  }

  enter(phase: RunReport['phase']): void {
    this.phase = phase;
    this.#parts.telling.run();
  }

  /** Back to the beginning. */
  beginAnew(): void {
    this.upTo = null;
    this.holdAt = null;
    this.#stoppedEarly = false;
    this.#patienceFrom = 0;
    this.#alone = null;
    this.targetEpochs = this.#parts.recipe.epochs;
    this.step = 0;
    this.#loss = null;
    this.phase = 'idle';
  }

  /** As a training stood that ended where these say, or was interrupted on the way there. */
  goOnFrom({ targetEpochs, stoppedEarly, patienceFrom }: Ends): void {
    this.targetEpochs = targetEpochs;
    this.#stoppedEarly = stoppedEarly;
    this.#patienceFrom = patienceFrom;
    const { epoch } = this.#parts.timeline();
    this.phase = epoch > 0 && (stoppedEarly || epoch >= targetEpochs) ? 'done' : 'idle';
  }

  /** Past its last epoch: for one more, or for as many again. */
  setOutFor(what: 'one' | 'all'): void {
    const { epoch } = this.#parts.timeline();
    this.targetEpochs = epoch + (what === 'one' ? 1 : this.#parts.recipe.epochs);
    this.#alone = what === 'one' ? this.targetEpochs : null;
  }

  /** Waits until a paused fit has handed in its last steps, after which the weights stand still. */
  async untilHeld(): Promise<void> {
    if (this.#active !== null) await Promise.race([this.#active.control.whenHeld(), this.#active.ended]);
  }

  begin(control: FitControl, seed: number): void {
    const { model, data, recipe, timeline } = this.#parts;
    const { split } = data;
    this.step = 0;
    // What was interrupted goes on where it was; what had ended begins to count anew, as each fit does.
    if (this.phase === 'done') this.#patienceFrom = timeline().epoch;
    this.#stoppedEarly = false;
    const ended = model
      .fit(split.train, {
        epochs: this.targetEpochs,
        initialEpoch: timeline().epoch,
        batchSize: recipe.batchSize,
        seed,
        validationData: split.validation,
        control,
        callbacks: [
          {
            onProgress: (progress) => this.#onProgress(progress),
            onEpochEnd: (_, logs) => this.#onEpochEnd(logs),
          },
          // A link's epoch is trained to, also past where training would have stopped.
          ...(recipe.patience > 0 && this.upTo === null ? [this.#stopping()] : []),
        ],
      })
      .then(({ stopped }) => {
        this.#stoppedEarly = stopped === 'early' && timeline().epoch < this.targetEpochs;
        return this.#finish(stopped === undefined || stopped === 'early');
      })
      .catch((error: unknown) => this.#fail(error));
    this.#active = { control, ended };
  }

  /** Early stopping that has seen the epochs since patience began to count. */
  #stopping(): Callback {
    const { recipe, timeline } = this.#parts;
    const stopping = earlyStopping({ patience: recipe.patience });
    const rows = timeline().rows.slice(this.#patienceFrom);
    return {
      ...stopping,
      onTrainBegin: (actions) => {
        for (const { epoch, loss, valLoss } of rows) {
          const logs = { loss, mae: Number.NaN, val_loss: valLoss };
          void stopping.onEpochEnd?.(epoch - 1, { ...logs, members: [logs] }, actions);
        }
      },
    };
  }

  #onProgress({ step, stepsPerEpoch, loss }: Progress): void {
    const { telling, hooks } = this.#parts;
    this.step = step;
    this.#stepsPerEpoch = stepsPerEpoch;
    this.#loss = loss;
    hooks.onWeights(null, this.phase === 'training');
    if (this.phase === 'paused') void telling.weights();
    else telling.run();
  }

  async #onEpochEnd(logs: EpochLogs): Promise<void> {
    const { model, telling, hooks, timeline } = this.#parts;
    const row = { epoch: timeline().epoch + 1, loss: logs.loss, valLoss: logs.val_loss ?? Number.NaN };
    this.step = 0;
    const weights = await model.getWeights();
    timeline().finish(row, weights, await model.getOptimizerState(), this.ends);
    this.#holdWhereAsked(row.epoch);
    hooks.onWeights(weights, this.phase === 'training');
    telling.run();
    hooks.onHistory(timeline().history);
    await telling.forecast();
  }

  /** The last epoch needs no hold: the fit ends with it. */
  #holdWhereAsked(epoch: number): void {
    if (this.holdAt !== epoch) return;
    this.holdAt = null;
    if (epoch >= this.targetEpochs || this.phase !== 'training') return;
    this.#active?.control.pause();
    this.phase = 'paused';
  }

  async #finish(complete: boolean): Promise<void> {
    const { model, recipe, keepBest, telling, timeline } = this.#parts;
    this.#isEnding = true;
    const isLink = this.upTo !== null && complete;
    if (isLink) {
      this.targetEpochs = Math.max(recipe.epochs, timeline().epoch);
      this.#patienceFrom = timeline().epoch;
      this.upTo = null;
    }
    const isWhole = complete && !isLink && timeline().epoch !== this.#alone;
    const best = isWhole && keepBest ? timeline().lookAtBest() : null;
    if (best !== null) model.setWeights(best);
    // The end is told once the error of the weights that stay is known.
    if (complete) await telling.refresh();
    this.#isEnding = false;
    this.#active = null;
    const isDone = complete && (this.#stoppedEarly || timeline().epoch >= this.targetEpochs);
    this.enter(isDone ? 'done' : 'idle');
  }

  async #fail(error: unknown): Promise<void> {
    const { telling, hooks } = this.#parts;
    this.#isEnding = false;
    this.#active = null;
    this.enter('idle');
    hooks.onFailure(error);
    // After a divergence the last good weights stand in the buffer again; after a lost device there is none to read.
    await telling.refresh().catch(() => undefined);
  }
}
