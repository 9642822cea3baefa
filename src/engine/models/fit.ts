/** The training loop: epochs over shuffled windows, validation after each, callbacks, divergence, pause and stop. */
import { badInput, GatewiseError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import { BufferOwner } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { BoundPlan } from '../gpu/plan.ts';
import type { Metrics } from '../kernels/loss.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { EpochLogs, FitActions } from './callbacks.ts';
import type { DivergenceGuard } from './divergence.ts';
import { evaluateSamples } from './evaluate.ts';
import { FitControl } from './fit-control.ts';
import { type FitOptions, type History, historyOf } from './fit-options.ts';
import { MetricsReader } from './metrics-reader.ts';
import type { Program } from './program.ts';
import { type Samples, UploadedSamples } from './samples.ts';
import type { ModelState, Snapshot } from './state.ts';
import { StepRunner } from './step-runner.ts';

/** Everything a fit works with. */
export interface FitParts {
  readonly gpu: GpuDevice;
  readonly state: ModelState;
  readonly optimizer: Optimizer;
  readonly loss: Loss;
  readonly guard: DivergenceGuard;
  readonly training: Program;
  readonly inference: Program | null;
  readonly samples: Samples;
  readonly validation: Samples | null;
}

/** What a fit holds on the GPU while it runs; `kept` is the copy callbacks may make. */
interface FitBuffers {
  readonly data: UploadedSamples;
  readonly validation: UploadedSamples | null;
  readonly reader: MetricsReader;
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
    const buffers = await gpu.allocate(() => {
      const owner = hold(new BufferOwner(gpu, 'fit'));
      const data = hold(new UploadedSamples(gpu, parts.samples, state.members));
      const validation = parts.validation
        ? hold(new UploadedSamples(gpu, parts.validation, state.members, data))
        : null;
      const reader = hold(new MetricsReader(gpu, state.members));
      const good = state.createSnapshot(owner, 'good');
      const newest = state.createSnapshot(owner, 'newest');
      const kept = state.createSnapshot(owner, 'kept');
      return { data, validation, reader, good, newest, kept };
    });
    options.signal?.addEventListener('abort', onAbort);
    if (options.signal?.aborted) control.stop();
    return await new Fit(parts, options, control, buffers).run();
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    for (const dispose of cleanup.reverse()) dispose();
  }
}

/** Shuffles draw from streams of their own: stream 0 of a seed gave the initial weights. */
const SHUFFLE_STREAM = 1;

class Fit {
  private readonly parts: FitParts;
  private readonly options: FitOptions;
  private readonly control: FitControl;
  private readonly buffers: FitBuffers;
  private readonly runner: StepRunner;
  private readonly plan: BoundPlan;
  private readonly validationPlan: BoundPlan | null;
  private readonly actions: FitActions;
  private readonly stepsPerEpoch: number;
  /** Rejects when the device reports a failure: a paused fit must hear of it too. */
  private readonly failed: Promise<never>;
  private readonly stopListening: () => void;
  /** Weights a forward pass has found sound, and those of the newest epoch's end, not yet looked at. */
  private good: Snapshot;
  private newest: Snapshot;
  private hasNewest = false;
  private hasKept = false;
  private stopsAfterEpoch = false;
  private steps = 0;
  private trainingMs = 0;
  private failure: unknown = null;

  constructor(
    parts: FitParts,
    options: FitOptions,
    control: FitControl,
    buffers: FitBuffers & { readonly good: Snapshot; readonly newest: Snapshot },
  ) {
    const { gpu, state, training, inference } = parts;
    this.parts = parts;
    this.options = options;
    this.control = control;
    this.buffers = buffers;
    this.runner = new StepRunner(gpu);
    this.plan = training.bind(buffers.data.slots);
    this.validationPlan = buffers.validation ? (inference?.bind(buffers.validation.slots) ?? null) : null;
    this.good = buffers.good;
    this.newest = buffers.newest;
    let stopListening = (): void => {};
    this.failed = new Promise((_, reject) => {
      stopListening = gpu.onError(reject);
    });
    this.failed.catch(() => {}); // heard where it is raced; unheard otherwise
    this.stopListening = stopListening;
    this.stepsPerEpoch = Math.ceil(buffers.data.count / training.batch);
    this.actions = {
      stop: () => {
        this.stopsAfterEpoch = true;
      },
      saveWeights: () => {
        state.save(buffers.kept);
        this.hasKept = true;
      },
      restoreWeights: () => {
        if (!this.hasKept)
          throw badInput('restoreWeights() was called before saveWeights(): there is no copy.');
        state.restoreWeights(buffers.kept);
      },
    };
  }

  async run(): Promise<History> {
    try {
      return await this.runEpochs();
    } catch (error) {
      // Steps already submitted must not train on over the weights brought back.
      if (error instanceof GatewiseError && error.code === 'diverged') {
        await this.runner.drain();
        this.parts.state.restore(this.good);
      }
      throw error;
    } finally {
      this.stopListening();
    }
  }

  private async runEpochs(): Promise<History> {
    const { epochs = 1, initialEpoch = 0, callbacks = [], signal } = this.options;
    const epochNumbers: number[] = [];
    const logs: EpochLogs[] = [];
    this.parts.state.save(this.good);
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
    if (shuffle)
      data.writeOrder((member) =>
        seededRandom(seed + member, SHUFFLE_STREAM + epoch).permutation(data.count),
      );
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
        if (this.control.isHolding && step > 0) {
          await this.report(epoch, step, await reader.read(training.metrics));
        }
        const admitted = await Promise.race([this.control.admit(), this.failed]);
        waited += performance.now() - asked;
        return admitted;
      },
    );
    await this.runner.drain();
    this.steps += done;
    this.trainingMs += performance.now() - begun - waited;
    await reader.settle();
    const metrics = await reader.read(training.metrics);
    if (this.failure) throw this.failure;
    if (done > 0) this.checkSoundness(metrics, epoch);
    if (done < this.stepsPerEpoch) return null;
    await this.report(epoch, done, metrics);
    this.parts.state.save(this.newest);
    this.hasNewest = true;

    const logs = { loss: metrics.loss, mae: metrics.mae };
    if (!validation || !inference || !this.validationPlan) return logs;
    const scored = await evaluateSamples(
      gpu,
      inference,
      this.validationPlan,
      validation,
      this.runner,
      reader,
    );
    this.promote();
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
        ...optimizer.stepRates(state.iterations),
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
      this.checkSoundness(metrics, epoch);
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
  private checkSoundness(metrics: Metrics, epoch: number): void {
    const { guard, samples, loss, optimizer } = this.parts;
    guard.check(metrics, samples, loss, epoch, optimizer.learningRate);
    this.promote();
  }

  /** A forward pass over the newest weights went well: from now on they are the ones to come back to. */
  private promote(): void {
    if (!this.hasNewest) return;
    this.hasNewest = false;
    [this.good, this.newest] = [this.newest, this.good];
  }
}

/** A different seed for each step of a run; the kernel hashes it on. */
function stepSeed(seed: number, iteration: number): number {
  return (Math.imul(seed + 1, 0x85ebca6b) ^ Math.imul(iteration + 1, 0x9e3779b9)) >>> 0;
}
