/** Evaluation, prediction, traces and gradients of a built model: data checked and uploaded, run through a program, and let go. */
import { badInput, formatShape, type GatewiseError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { SampleShape } from '../layers/layer.ts';
import { predictionBatch } from './batch-size.ts';
import {
  changedRows,
  changedSamples,
  changedWindowsAtMost,
  checkChanges,
  type PlaceChange,
  predictChanges,
} from './changed-windows.ts';
import type { ModelOrigin } from './config.ts';
import { type Evaluation, evaluateSamples, findBadPredictions, predictSamples, scoreOf } from './evaluate.ts';
import { gradientBatch, type InputGradientOptions, inputGradientsOf, outputOf } from './input-gradients.ts';
import { type KeptTrace, keepTrace } from './kept-trace.ts';
import { MetricsReader } from './metrics-reader.ts';
import type { ParameterLayout } from './parameters.ts';
import { type Program, STEPS_PER_SUBMIT } from './program.ts';
import type { ProgramPool } from './program-pool.ts';
import { type ArrayDataset, type Dataset, type Samples, samplesOf, UploadedSamples } from './samples.ts';
import type { InferenceOptions } from './sequential-options.ts';
import type { ModelState } from './state.ts';
import { StepRunner } from './step-runner.ts';
import { type TracedGradients, traceSampleGradients, traceSamples } from './trace.ts';

/** Inputs, with or without targets. */
export type InputData = Tensor | Exclude<Dataset, ArrayDataset>;

export class Inference {
  private readonly gpu: GpuDevice;
  private readonly state: ModelState;
  private readonly programs: ProgramPool;
  private readonly origin: ModelOrigin | null;
  private readonly layout: ParameterLayout;
  private readonly inputShape: SampleShape;
  private readonly outputShape: SampleShape;

  constructor(
    gpu: GpuDevice,
    layout: ParameterLayout,
    state: ModelState,
    programs: ProgramPool,
    origin: ModelOrigin | null,
  ) {
    this.gpu = gpu;
    this.state = state;
    this.programs = programs;
    this.origin = origin;
    this.layout = layout;
    this.inputShape = layout.layers[0]?.input ?? [];
    this.outputShape = layout.layers.at(-1)?.output ?? [];
  }

  /** Scores of every member, dropout off; an error in the place of one whose predictions hold NaN or infinity. */
  async evaluate(data: Dataset, options: InferenceOptions): Promise<(Evaluation | GatewiseError)[]> {
    const { gpu, state } = this;
    const samples = samplesOf(data, this.inputShape, this.outputShape);
    return this.run(
      'inference',
      samples,
      predictionBatch(samples, null, options),
      async (program, uploaded) => {
        const reader = new MetricsReader(gpu, state.members);
        try {
          const plan = program.bind(uploaded.slots);
          const sums = await evaluateSamples(gpu, program, plan, uploaded, new StepRunner(gpu), reader);
          return sums.map((metrics) => findBadPredictions(metrics) ?? scoreOf(metrics));
        } finally {
          reader.dispose();
        }
      },
    );
  }

  /** Predictions of the members named, each [N, ...outputShape]. */
  async predict(data: InputData, options: InferenceOptions, members: readonly number[]): Promise<Tensor[]> {
    const { gpu, outputShape, origin } = this;
    const samples = samplesOf('kind' in data ? data : { x: data }, this.inputShape, null);
    return this.run('inference', samples, predictionBatch(samples, origin, options), (program, uploaded) =>
      program.exclusively(() => predictSamples(gpu, program, uploaded, outputShape, members)),
    );
  }

  /** Gates and states of one member, each [N, T, H]. */
  async trace(x: Tensor, member: number): Promise<Map<string, Tensor>> {
    const { layout, state } = this;
    const samples = samplesOf({ x }, this.inputShape, null);
    // The batch of inputGradients(), whose pipelines it shares.
    const most = gradientBatch(layout, state.members, samples.starts.length);
    const batch = predictionBatch(samples, this.origin, {}, most);
    return this.run('trace', samples, batch, (program, uploaded) =>
      program.exclusively(() => traceSamples(this.gpu, program, uploaded, member)),
    );
  }

  /** Gates and states of one member for one sample, kept on the GPU. */
  async keepTrace(x: Tensor, member: number): Promise<KeptTrace> {
    const samples = samplesOf({ x }, this.inputShape, null);
    if (samples.starts.length !== 1) {
      throw badInput(
        `keepTrace keeps one sample, received x of shape ${formatShape(x.shape)}. Give one sample after the other.`,
      );
    }
    return this.run('trace', samples, predictionBatch(samples, this.origin), (program, uploaded) =>
      program.exclusively(() => this.gpu.allocate(() => keepTrace(this.gpu, program, uploaded, member))),
    );
  }

  /** Gradients of one member for data taken as one batch. */
  async traceGradients(data: Dataset, member: number): Promise<TracedGradients> {
    const samples = samplesOf(data, this.inputShape, this.outputShape);
    return this.run('gradients', samples, samples.starts.length, (program, uploaded) =>
      program.exclusively(() => traceSampleGradients(this.gpu, program, uploaded, member)),
    );
  }

  /** dy/dx of the members named, each [N, ...inputShape]. */
  async inputGradients(
    data: InputData,
    options: InputGradientOptions,
    members: readonly number[],
  ): Promise<Tensor[]> {
    const { gpu, state, layout, inputShape, outputShape } = this;
    const output = outputOf(options, outputShape);
    const samples = samplesOf('kind' in data ? data : { x: data }, inputShape, null);
    const batch = gradientBatch(layout, state.members, options.batchSize ?? samples.starts.length);
    return this.run('inputGradients', samples, batch, (program, uploaded) =>
      program.exclusively(() =>
        inputGradientsOf(gpu, program, uploaded, inputShape, members, state.members, output),
      ),
    );
  }

  /** Windows that predictChanges() takes at most; 0 where the model can't. */
  get changedWindowsAtMost(): number {
    return changedWindowsAtMost(this.layout, this.state.members);
  }

  /** Predictions of every member under each change, each [changes, N, ...outputShape]. */
  async predictChanges(
    data: InputData,
    changes: readonly PlaceChange[],
    { batchSize }: InferenceOptions,
  ): Promise<Tensor[]> {
    const { gpu, state, inputShape, outputShape, changedWindowsAtMost: most } = this;
    const samples = samplesOf('kind' in data ? data : { x: data }, inputShape, null);
    const windows = samples.starts.length;
    const batch = batchSize ?? windows;
    if (windows > batch || batch > most) {
      throw badInput(
        `This model takes at most ${most} windows with changes at once, received ${windows} in a batch of ${batch}.`,
      );
    }
    checkChanges(changes, windows, inputShape);
    const members = [...Array(state.members).keys()];
    const rows = changedRows(samples, changes, inputShape.at(-1) ?? 1, batch);
    const all = changedSamples(samples, rows, batch);
    const predictions = await this.run('changes', all, batch, (program, uploaded) =>
      program.exclusively(() => predictChanges(gpu, program, uploaded, rows, members)),
    );
    return predictions.map((values) => ({ shape: [changes.length, windows, ...outputShape], data: values }));
  }

  private run<T>(
    purpose: 'inference' | 'trace' | 'gradients' | 'inputGradients' | 'changes',
    samples: Samples,
    batch: number,
    work: (program: Program, uploaded: UploadedSamples) => Promise<T>,
  ): Promise<T> {
    const { gpu, state } = this;
    return this.programs.use(purpose, batch, async (program) => {
      const capacity = STEPS_PER_SUBMIT * batch;
      const uploaded = await gpu.allocate(
        () => new UploadedSamples(gpu, samples, state.members, { capacity }),
      );
      try {
        return await work(program, uploaded);
      } finally {
        uploaded.dispose();
      }
    });
  }
}
