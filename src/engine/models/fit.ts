/** The training loop: epochs over shuffled windows, validation after each, callbacks, divergence, pause and stop. */
import { badInput, GatewiseError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import { BufferOwner } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { BoundPlan } from '../gpu/plan.ts';
import type { Metrics } from '../kernels/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { Callback, EpochLogs, FitActions } from './callbacks.ts';
import { evaluateSamples } from './evaluate.ts';
import { FitControl } from './fit-control.ts';
import { MetricsReader } from './metrics-reader.ts';
import type { Program } from './program.ts';
import type { Samples } from './samples.ts';
import { UploadedSamples } from './samples.ts';
import type { ModelState } from './state.ts';
import { StepRunner } from './step-runner.ts';

/** Training stops when a loss passes this many times the first batch's. */
const DIVERGENCE_FACTOR = 1e4;
/** A first loss below this is taken as this: a lucky first batch must not set the limit. */
const SMALLEST_REFERENCE_LOSS = 1e-4;

export interface FitOptions {
  /** Index after the last epoch, as in Keras; default 1. */
  readonly epochs?: number;
  readonly batchSize?: number;
  /** New order of samples each epoch (default true). */
  readonly shuffle?: boolean;
  /** Of shuffles and dropout masks. */
  readonly seed?: number;
  readonly callbacks?: readonly Callback[];
  readonly signal?: AbortSignal;
  readonly initialEpoch?: number;
  readonly control?: FitControl;
}

/** What happened in a fit. */
export interface History {
  /** Numbers of the epochs run, from initialEpoch. */
  readonly epoch: number[];
  readonly history: { loss: number[]; mae: number[]; val_loss?: number[]; val_mae?: number[] };
  /** Why it ended before `epochs`; absent when it did not. */
  readonly stopped?: 'early' | 'aborted' | 'stopped';
  /** Training steps run, and their mean time in ms, validation and callbacks left out. */
  readonly steps: number;
  readonly msPerStep: number;
}

/** Everything a fit works with. */
export interface FitParts {
  readonly gpu: GpuDevice;
  readonly state: ModelState;
  readonly optimizer: Optimizer;
  readonly training: Program;
  readonly inference: Program | null;
  readonly samples: Samples;
  readonly validation: Samples | null;
}

/**
 * Runs a fit.
 * @throws GatewiseError 'diverged' after bringing the last good weights back; 'device-lost', 'gpu-error'
 */
export async function runFit(parts: FitParts, options: FitOptions): Promise<History> {
  const fit = new Fit(parts, options);
  try {
    return await fit.run();
  } finally {
    fit.dispose();
  }
}

class Fit {
  private readonly parts: FitParts;
  private readonly options: FitOptions;
  private readonly control: FitControl;
  private readonly runner: StepRunner;
  private readonly reader: MetricsReader;
  private readonly owner: BufferOwner;
  private readonly data: UploadedSamples;
  private readonly validation: UploadedSamples | null;
  private readonly plan: BoundPlan;
  private readonly actions: FitActions;
  private readonly restoreGood: () => void;
  private readonly saveGood: () => void;
  private readonly stepsPerEpoch: number;
  private readonly onAbort = (): void => this.control.stop();
  private referenceLoss: number | null = null;
  private stopsAfterEpoch = false;
  private steps = 0;
  private trainingMs = 0;
  private failure: unknown = null;

  constructor(parts: FitParts, options: FitOptions) {
    const { gpu, state, training } = parts;
    this.parts = parts;
    this.options = options;
    this.control = options.control ?? new FitControl();
    this.runner = new StepRunner(gpu);
    this.reader = new MetricsReader(gpu, state.members);
    this.owner = new BufferOwner(gpu, 'fit');
    this.data = new UploadedSamples(gpu, parts.samples, state.members);
    this.validation = parts.validation
      ? new UploadedSamples(gpu, parts.validation, state.members, this.data)
      : null;
    this.plan = training.bind(this.data.slots);
    this.stepsPerEpoch = Math.ceil(this.data.count / training.batch);
    const good = state.createSnapshot(this.owner, 'good');
    this.saveGood = () => state.save(good);
    this.restoreGood = () => state.restore(good);
    const kept = state.createSnapshot(this.owner, 'kept');
    this.actions = {
      stop: () => {
        this.stopsAfterEpoch = true;
      },
      saveWeights: () => state.save(kept),
      restoreWeights: () => state.restore(kept),
    };
    options.signal?.addEventListener('abort', this.onAbort);
    if (options.signal?.aborted) this.control.stop();
  }

  async run(): Promise<History> {
    const { epochs = 1, initialEpoch = 0, callbacks = [], signal } = this.options;
    const epochNumbers: number[] = [];
    const logs: EpochLogs[] = [];
    this.saveGood();
    for (const callback of callbacks) await callback.onTrainBegin?.(this.actions);
    let isComplete = true;
    for (let epoch = initialEpoch; epoch < epochs && isComplete && !this.stopsAfterEpoch; epoch++) {
      for (const callback of callbacks) await callback.onEpochBegin?.(epoch);
      const log = await this.runEpoch(epoch);
      isComplete = log !== null;
      if (!log) break;
      epochNumbers.push(epoch);
      logs.push(log);
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, log, this.actions);
    }
    for (const callback of callbacks) await callback.onTrainEnd?.(this.actions);
    const stopped = signal?.aborted
      ? 'aborted'
      : !isComplete
        ? 'stopped'
        : this.stopsAfterEpoch
          ? 'early'
          : null;
    return {
      epoch: epochNumbers,
      history: historyOf(logs),
      ...(stopped ? { stopped } : {}),
      steps: this.steps,
      msPerStep: this.steps > 0 ? this.trainingMs / this.steps : 0,
    };
  }

  dispose(): void {
    this.options.signal?.removeEventListener('abort', this.onAbort);
    this.validation?.dispose();
    this.data.dispose();
    this.owner.dispose();
    this.reader.dispose();
  }

  /** One epoch; null when it was stopped before its end. */
  private async runEpoch(epoch: number): Promise<EpochLogs | null> {
    const { shuffle = true, seed = 0 } = this.options;
    const { training, gpu, inference } = this.parts;
    if (shuffle)
      this.data.writeOrder((member) => seededRandom(seed + member, epoch).permutation(this.data.count));
    const clear = gpu.device.createCommandEncoder({ label: 'fit.clear' });
    clear.clearBuffer(training.metrics);
    gpu.device.queue.submit([clear.finish()]);

    const begun = performance.now();
    let waited = 0;
    const done = await this.runner.run(
      this.stepsPerEpoch,
      (encoder, first, count) => this.encode(encoder, epoch, first, count),
      async (step) => {
        const asked = performance.now();
        if (this.failure) throw this.failure;
        if (this.control.isHolding) await this.report(epoch, step, await this.reader.read(training.metrics));
        const admitted = await this.control.admit();
        waited += performance.now() - asked;
        return admitted;
      },
    );
    await this.runner.drain();
    this.steps += done;
    this.trainingMs += performance.now() - begun - waited;
    const metrics = await this.reader.read(training.metrics);
    if (this.failure) throw this.failure;
    if (done > 0) this.checkDivergence(metrics, epoch);
    if (done < this.stepsPerEpoch) return null;
    await this.report(epoch, done, metrics);
    this.saveGood();

    const logs = { loss: metrics.loss, mae: metrics.mae };
    if (!this.validation || !inference) return logs;
    const validation = await evaluateSamples(gpu, inference, this.validation, this.runner, this.reader);
    return { ...logs, val_loss: validation.loss, val_mae: validation.mae };
  }

  private encode(encoder: GPUCommandEncoder, epoch: number, first: number, count: number): void {
    const { training, state, optimizer } = this.parts;
    const { batch, step } = training;
    const { seed = 0 } = this.options;
    for (let slot = 0; slot < count; slot++) {
      const start = (first + slot) * batch;
      step.set(slot, {
        first: start,
        count: Math.min(batch, this.data.count - start),
        windowStride: this.data.count,
        samplingRate: this.data.samples.samplingRate,
        learningRate: optimizer.stepRate(state.iterations),
        seed: stepSeed(seed, state.iterations),
      });
      state.iterations++;
    }
    step.flush(count);
    const pass = encoder.beginComputePass({ label: 'training' });
    for (let slot = 0; slot < count; slot++) this.plan.encode(pass, slot);
    pass.end();
    if (this.reader.isDue) {
      const result = this.reader.copyPeriodic(encoder, training.metrics);
      // Mapped after this submission; the loop goes on meanwhile and meets a failure at its next turn.
      queueMicrotask(() => {
        result()
          .then(async (metrics) => {
            this.checkDivergence(metrics, epoch);
            await this.report(epoch, first + count, metrics);
          })
          .catch((error: unknown) => {
            this.failure ??= error;
          });
      });
    }
  }

  private async report(epoch: number, step: number, metrics: Metrics): Promise<void> {
    const progress = { epoch, step, stepsPerEpoch: this.stepsPerEpoch, loss: metrics.loss };
    for (const callback of this.options.callbacks ?? []) await callback.onProgress?.(progress);
  }

  /** @throws GatewiseError 'diverged', with the last good weights back in place */
  private checkDivergence(metrics: Metrics, epoch: number): void {
    this.referenceLoss ??= Math.max(metrics.batchLoss, SMALLEST_REFERENCE_LOSS);
    const limit = DIVERGENCE_FACTOR * this.referenceLoss;
    const isSound = metrics.badValues === 0 && Number.isFinite(metrics.loss);
    if (isSound && metrics.loss <= limit && metrics.batchLoss <= limit) return;
    this.restoreGood();
    const what = isSound
      ? `the loss rose to ${metrics.batchLoss.toPrecision(3)}, over ${DIVERGENCE_FACTOR.toExponential(0)} times its start (${this.referenceLoss.toPrecision(3)})`
      : 'values became infinite or not a number';
    const rate = this.parts.optimizer.learningRate;
    throw new GatewiseError(
      'diverged',
      `Training diverged in epoch ${epoch + 1}: ${what}. The last good weights are kept. Use a smaller learning rate (now ${rate}) or clip the gradients (clipnorm).`,
    );
  }
}

/** A different seed for each step of a run; the kernel hashes it on. */
function stepSeed(seed: number, iteration: number): number {
  return (Math.imul(seed + 1, 0x85ebca6b) ^ Math.imul(iteration + 1, 0x9e3779b9)) >>> 0;
}

function historyOf(logs: readonly EpochLogs[]): History['history'] {
  const validated = logs.filter((log): log is Required<EpochLogs> => log.val_loss !== undefined);
  return {
    loss: logs.map(({ loss }) => loss),
    mae: logs.map(({ mae }) => mae),
    ...(validated.length > 0
      ? { val_loss: validated.map((log) => log.val_loss), val_mae: validated.map((log) => log.val_mae) }
      : {}),
  };
}

/** @throws GatewiseError for epochs, batch size or initial epoch that are no whole numbers in range */
export function checkFitOptions({
  epochs = 1,
  batchSize = 32,
  initialEpoch = 0,
  seed = 0,
}: FitOptions): void {
  const check = (value: number, name: string, least: number): void => {
    if (!(Number.isInteger(value) && value >= least))
      throw badInput(`${name} must be a whole number of ${least} or more, received ${value}.`);
  };
  check(epochs, 'epochs', 0);
  check(batchSize, 'batchSize', 1);
  check(initialEpoch, 'initialEpoch', 0);
  if (!Number.isInteger(seed)) throw badInput(`seed must be a whole number, received ${seed}.`);
}
