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
import { type Samples, UploadedSamples } from './samples.ts';
import type { ModelState, Snapshot } from './state.ts';
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

/** What a fit holds on the GPU while it runs. */
interface FitBuffers {
  readonly data: UploadedSamples;
  readonly validation: UploadedSamples | null;
  readonly reader: MetricsReader;
  /** The last epoch's end that was sound, and the copy callbacks may keep. */
  readonly good: Snapshot;
  readonly kept: Snapshot;
}

/**
 * Runs a fit.
 * @throws GatewiseError 'diverged' after bringing the last good weights back; 'device-lost', 'gpu-error'
 */
export async function runFit(parts: FitParts, options: FitOptions): Promise<History> {
  const { gpu, state } = parts;
  const cleanup: (() => void)[] = [];
  const hold = <T extends { dispose(): void }>(resource: T): T => {
    cleanup.push(() => resource.dispose());
    return resource;
  };
  const control = options.control ?? new FitControl();
  const onAbort = (): void => control.stop();
  try {
    const owner = hold(new BufferOwner(gpu, 'fit'));
    const data = hold(new UploadedSamples(gpu, parts.samples, state.members));
    const validation = parts.validation
      ? hold(new UploadedSamples(gpu, parts.validation, state.members, data))
      : null;
    const reader = hold(new MetricsReader(gpu, state.members));
    const good = state.createSnapshot(owner, 'good');
    const kept = state.createSnapshot(owner, 'kept');
    options.signal?.addEventListener('abort', onAbort);
    if (options.signal?.aborted) control.stop();
    return await new Fit(parts, options, control, { data, validation, reader, good, kept }).run();
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    for (const dispose of cleanup.reverse()) dispose();
  }
}

class Fit {
  private readonly parts: FitParts;
  private readonly options: FitOptions;
  private readonly control: FitControl;
  private readonly buffers: FitBuffers;
  private readonly runner: StepRunner;
  private readonly plan: BoundPlan;
  private readonly actions: FitActions;
  private readonly stepsPerEpoch: number;
  private referenceLoss: number | null = null;
  private stopsAfterEpoch = false;
  private steps = 0;
  private trainingMs = 0;
  private failure: unknown = null;

  constructor(parts: FitParts, options: FitOptions, control: FitControl, buffers: FitBuffers) {
    const { gpu, state, training } = parts;
    this.parts = parts;
    this.options = options;
    this.control = control;
    this.buffers = buffers;
    this.runner = new StepRunner(gpu);
    this.plan = training.bind(buffers.data.slots);
    this.stepsPerEpoch = Math.ceil(buffers.data.count / training.batch);
    this.actions = {
      stop: () => {
        this.stopsAfterEpoch = true;
      },
      saveWeights: () => state.save(buffers.kept),
      restoreWeights: () => state.restore(buffers.kept),
    };
  }

  async run(): Promise<History> {
    try {
      return await this.runEpochs();
    } catch (error) {
      // Steps already submitted must not train on over the weights brought back.
      if (error instanceof GatewiseError && error.code === 'diverged') {
        await this.runner.drain();
        this.parts.state.restore(this.buffers.good);
      }
      throw error;
    }
  }

  private async runEpochs(): Promise<History> {
    const { epochs = 1, initialEpoch = 0, callbacks = [], signal } = this.options;
    const epochNumbers: number[] = [];
    const logs: EpochLogs[] = [];
    this.parts.state.save(this.buffers.good);
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

  /** One epoch; null when it was stopped before its end. */
  private async runEpoch(epoch: number): Promise<EpochLogs | null> {
    const { shuffle = true, seed = 0 } = this.options;
    const { training, gpu, inference } = this.parts;
    const { data, validation, reader } = this.buffers;
    if (shuffle) data.writeOrder((member) => seededRandom(seed + member, epoch).permutation(data.count));
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
        if (this.control.isHolding) await this.report(epoch, step, await reader.read(training.metrics));
        const admitted = await this.control.admit();
        waited += performance.now() - asked;
        return admitted;
      },
    );
    await this.runner.drain();
    await reader.settle();
    this.steps += done;
    this.trainingMs += performance.now() - begun - waited;
    const metrics = await reader.read(training.metrics);
    if (this.failure) throw this.failure;
    if (done > 0) this.checkDivergence(metrics, epoch);
    if (done < this.stepsPerEpoch) return null;
    await this.report(epoch, done, metrics);
    this.parts.state.save(this.buffers.good);

    const logs = { loss: metrics.loss, mae: metrics.mae };
    if (!validation || !inference) return logs;
    const scored = await evaluateSamples(gpu, inference, validation, this.runner, reader);
    return { ...logs, val_loss: scored.loss, val_mae: scored.mae };
  }

  private encode(encoder: GPUCommandEncoder, epoch: number, first: number, count: number): void {
    const { training, state, optimizer } = this.parts;
    const { data, reader } = this.buffers;
    const { batch, step } = training;
    const { seed = 0 } = this.options;
    for (let slot = 0; slot < count; slot++) {
      const start = (first + slot) * batch;
      step.set(slot, {
        first: start,
        count: Math.min(batch, data.count - start),
        windowStride: data.count,
        samplingRate: data.samples.samplingRate,
        learningRate: optimizer.stepRate(state.iterations),
        seed: stepSeed(seed, state.iterations),
      });
      state.iterations++;
    }
    step.flush(count);
    const pass = encoder.beginComputePass({ label: 'training' });
    for (let slot = 0; slot < count; slot++) this.plan.encode(pass, slot);
    pass.end();
    if (!reader.isDue) return;
    const read = reader.copyPeriodic(encoder, training.metrics, async (metrics) => {
      this.checkDivergence(metrics, epoch);
      await this.report(epoch, first + count, metrics);
    });
    // Mapped after this submission; the loop goes on meanwhile and meets a failure at its next turn.
    queueMicrotask(() => {
      read().catch((error: unknown) => {
        this.failure ??= error;
      });
    });
  }

  private async report(epoch: number, step: number, metrics: Metrics): Promise<void> {
    const progress = { epoch, step, stepsPerEpoch: this.stepsPerEpoch, loss: metrics.loss };
    for (const callback of this.options.callbacks ?? []) await callback.onProgress?.(progress);
  }

  /** @throws GatewiseError 'diverged' */
  private checkDivergence(metrics: Metrics, epoch: number): void {
    this.referenceLoss ??= Math.max(metrics.batchLoss, SMALLEST_REFERENCE_LOSS);
    const limit = DIVERGENCE_FACTOR * this.referenceLoss;
    const isSound = metrics.badValues === 0 && Number.isFinite(metrics.loss);
    if (isSound && metrics.loss <= limit && metrics.batchLoss <= limit) return;
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
