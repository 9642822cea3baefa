/** The training loop: epochs over shuffled windows, validation after each, callbacks, divergence, pause and stop. */
import { GatewiseError } from '../core/errors.ts';
import { seededRandom } from '../core/random.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { BoundPlan } from '../gpu/plan.ts';
import type { Metrics } from '../kernels/loss.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { EpochLogs, FitActions } from './callbacks.ts';
import type { DivergenceGuard } from './divergence.ts';
import { type Evaluation, evaluateSamples, findBadPredictions, scoreOf } from './evaluate.ts';
import type { FitControl } from './fit-control.ts';
import { FitMembers } from './fit-members.ts';
import { type FitOptions, type History, historyOf } from './fit-options.ts';
import type { FitWeights } from './fit-weights.ts';
import type { MetricsReader } from './metrics-reader.ts';
import type { Program } from './program.ts';
import type { Samples, UploadedSamples } from './samples.ts';
import type { ModelState } from './state.ts';
import { StepRunner } from './step-runner.ts';
import { sendSteps } from './step-values.ts';

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

/** What a fit holds on the GPU while it runs. */
export interface FitBuffers {
  readonly data: UploadedSamples;
  readonly validation: UploadedSamples | null;
  readonly reader: MetricsReader;
  readonly weights: FitWeights;
}

/** Shuffles draw from streams of their own: stream 0 of a seed gave the initial weights. */
const SHUFFLE_STREAM = 1;

export class Fit {
  private readonly parts: FitParts;
  private readonly options: FitOptions;
  private readonly control: FitControl;
  private readonly buffers: FitBuffers;
  private readonly members: FitMembers;
  private readonly runner: StepRunner;
  private readonly plan: BoundPlan;
  private readonly validationPlan: BoundPlan | null;
  private readonly actions: FitActions;
  private readonly stepsPerEpoch: number;
  /** Rejects when the device reports a failure: a paused fit must hear of it too. */
  private readonly failed: Promise<never>;
  private readonly stopListening: () => void;
  /** Members that callbacks have stopped: they end with the epoch. */
  private readonly stopping = new Set<number>();
  private steps = 0;
  private trainingMs = 0;
  private failure: unknown = null;

  constructor(parts: FitParts, options: FitOptions, control: FitControl, buffers: FitBuffers) {
    const { gpu, state, training, inference } = parts;
    const { data, validation, weights } = buffers;
    this.parts = parts;
    this.options = options;
    this.control = control;
    this.buffers = buffers;
    this.members = new FitMembers(state.members);
    this.runner = new StepRunner(gpu);
    this.plan = training.bind(data.slots);
    this.validationPlan = validation ? (inference?.bind(validation.slots) ?? null) : null;
    let stopListening = (): void => {};
    this.failed = new Promise((_, reject) => {
      stopListening = gpu.onError(reject);
    });
    this.failed.catch(() => {}); // heard where it is raced; unheard otherwise
    this.stopListening = stopListening;
    this.stepsPerEpoch = Math.ceil(data.count / training.batch);
    const forEach = (member: number | undefined, act: (member: number) => void): void => {
      if (member !== undefined) act(state.memberOf(member));
      else for (let e = 0; e < state.members; e++) act(e);
    };
    this.actions = {
      stop: (member) => forEach(member, (e) => this.stopping.add(e)),
      saveWeights: (member) => forEach(member, (e) => weights.keep(e)),
      restoreWeights: (member) => forEach(member, (e) => weights.restoreKept(e)),
    };
  }

  async run(): Promise<History> {
    try {
      return await this.runEpochs();
    } catch (error) {
      // Steps already submitted must not train on over the weights brought back.
      if (error instanceof GatewiseError && error.code === 'diverged') {
        await this.runner.drain();
        this.buffers.weights.backToGood();
      }
      throw error;
    } finally {
      this.stopListening();
    }
  }

  private async runEpochs(): Promise<History> {
    const { epochs = 1, initialEpoch = 0, callbacks = [], signal } = this.options;
    const { members } = this;
    const epochNumbers: number[] = [];
    const logs: EpochLogs[] = [];
    this.buffers.weights.begin();
    for (const callback of callbacks) await callback.onTrainBegin?.(this.actions);
    this.endStopped();
    let isComplete = true;
    for (let epoch = initialEpoch; epoch < epochs && isComplete && members.areAnyTraining; epoch++) {
      for (const callback of callbacks) await callback.onEpochBegin?.(epoch);
      const log = await this.runEpoch(epoch);
      isComplete = log !== null;
      if (!log) break;
      epochNumbers.push(epoch);
      logs.push(log);
      for (const callback of callbacks) await callback.onEpochEnd?.(epoch, log, this.actions);
      this.endStopped();
    }
    for (const callback of callbacks) await callback.onTrainEnd?.(this.actions);
    const stopped = signal?.aborted
      ? 'aborted'
      : !members.areAnyTraining
        ? 'early'
        : isComplete
          ? null
          : 'stopped';
    return {
      epoch: epochNumbers,
      history: historyOf(logs),
      members: members.histories(),
      ...(stopped ? { stopped } : {}),
      steps: this.steps,
      msPerStep: this.steps > 0 ? this.trainingMs / this.steps : 0,
    };
  }

  /** Ends the members that callbacks have stopped: their weights stand still from now on. */
  private endStopped(): void {
    for (const member of this.stopping) {
      if (!this.members.isTraining(member)) continue;
      this.members.end(member, 'early');
      this.buffers.weights.hold(member);
    }
    this.stopping.clear();
  }

  /** One epoch; null when it was stopped before its end, or no member is left in training. */
  private async runEpoch(epoch: number): Promise<EpochLogs | null> {
    const { shuffle = true, seed = 0, shuffleSeed = (member: number) => seed + member } = this.options;
    const { training, gpu, inference } = this.parts;
    const { data, validation, reader, weights } = this.buffers;
    const { members } = this;
    if (shuffle) {
      await data.members.shuffle((member) => seededRandom(shuffleSeed(member), SHUFFLE_STREAM + epoch));
    }
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
        if (!members.areAnyTraining) return 0;
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
    if (done < this.stepsPerEpoch || !members.areAnyTraining) return null;
    await this.report(epoch, done, metrics);
    weights.saveNewest();

    const scoresOf = (e: number): Evaluation => scoreOf(metrics[e] as Metrics);
    if (!validation || !inference || !this.validationPlan) return members.record(scoresOf);
    const plan = this.validationPlan;
    const validated = await evaluateSamples(gpu, inference, plan, validation, this.runner, reader);
    this.endDiverged((e) => findBadPredictions(validated[e] as Metrics));
    weights.promote();
    if (!members.areAnyTraining) return null;
    return members.record((e) => {
      const { loss, mae } = scoreOf(validated[e] as Metrics);
      return { ...scoresOf(e), val_loss: loss, val_mae: mae };
    });
  }

  private encode(encoder: GPUCommandEncoder, epoch: number, first: number, count: number): void {
    const { training, state, optimizer } = this.parts;
    const { data, reader, weights } = this.buffers;
    const { seed = 0 } = this.options;
    sendSteps(training, data, first, count, () => {
      const iteration = state.iterations++;
      return { ...optimizer.stepRates(iteration), seed: stepSeed(seed, iteration) };
    });
    const pass = encoder.beginComputePass({ label: 'training' });
    for (let slot = 0; slot < count; slot++) this.plan.encode(pass, slot);
    pass.end();
    weights.encodeHeld(encoder);
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

  private async report(epoch: number, step: number, metrics: readonly Metrics[]): Promise<void> {
    const { members, stepsPerEpoch } = this;
    const memberLosses = metrics.map(({ loss }, e) => (members.isTraining(e) ? loss : null));
    const losses = memberLosses.filter((loss) => loss !== null);
    const loss = losses.reduce((sum, own) => sum + own, 0) / losses.length;
    const progress = { epoch, step, stepsPerEpoch, loss, memberLosses };
    for (const callback of this.options.callbacks ?? []) await callback.onProgress?.(progress);
  }

  /** @throws GatewiseError 'diverged' when no member is left that has not */
  private checkSoundness(metrics: readonly Metrics[], epoch: number): void {
    const { guard, samples, loss, optimizer } = this.parts;
    this.endDiverged((e) =>
      guard.find(metrics[e] as Metrics, e, samples, loss, epoch, optimizer.learningRate),
    );
    this.buffers.weights.promote();
  }

  /** Members that went wrong stand at their last good weights from now on; the others train on. */
  private endDiverged(find: (member: number) => GatewiseError | null): void {
    const { members } = this;
    for (let e = 0; e < members.count; e++) {
      const error = members.isTraining(e) ? find(e) : null;
      if (!error) continue;
      members.end(e, 'diverged', error);
      this.buffers.weights.holdAtGood(e);
      if (!members.haveAllDiverged) continue;
      throw members.count === 1
        ? error
        : new GatewiseError(
            'diverged',
            `All ${members.count} members diverged, the last one so: ${error.message}`,
          );
    }
  }
}

/** A different seed for each step of a run. lib/dropout.wgsl adds what a member adds: member e's is that of seed + e. */
function stepSeed(seed: number, iteration: number): number {
  return (Math.imul(seed + 1, 0x85ebca6b) + Math.imul(iteration + 1, 0x9e3779b9)) >>> 0;
}
