/** Sequential: a stack of layers with Keras' verbs. Holds settings until build(), then everything on one GPU device. */
import { badInput, formatShape, GatewiseError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { DispatchInfo } from '../gpu/plan.ts';
import type { KerasModel, SequentialConfig } from '../keras/model/keras-model.ts';
import type { Layer, SampleShape } from '../layers/layer.ts';
import { type Loss, lossOf } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { predictionBatch, TRACE_BATCH } from './batch-size.ts';
import { configOf, exportOf, type ModelOrigin } from './config.ts';
import { DivergenceGuard } from './divergence.ts';
import { type Evaluation, evaluateSamples, predictSamples } from './evaluate.ts';
import { runFit } from './fit.ts';
import { checkFitOptions, type History } from './fit-options.ts';
import { MetricsReader } from './metrics-reader.ts';
import { layoutOf, type ParameterLayout, type WeightSpec } from './parameters.ts';
import type { Program } from './program.ts';
import { ProgramPool } from './program-pool.ts';
import { type ArrayDataset, type Dataset, fitSamples, samplesOf, UploadedSamples } from './samples.ts';
import type {
  CompileOptions,
  InferenceOptions,
  OptimizerState,
  SequentialFitOptions,
  SequentialOptions,
} from './sequential-options.ts';
import { ModelState } from './state.ts';
import { StepRunner } from './step-runner.ts';
import { summaryTable } from './summary.ts';
import { traceSamples } from './trace.ts';

interface Compiled {
  readonly optimizer: Optimizer;
  readonly loss: Loss;
}

interface Built {
  readonly gpu: GpuDevice;
  readonly layout: ParameterLayout;
  readonly state: ModelState;
  readonly guard: DivergenceGuard;
  readonly programs: ProgramPool;
}

export class Sequential {
  readonly name: string;
  readonly layers: Layer[] = [];
  private seed: number;
  private readonly origin: ModelOrigin | null;
  private compiled: Compiled | null = null;
  private built: Built | null = null;
  private isFitting = false;

  constructor(layers: readonly Layer[] = [], options: SequentialOptions = {}) {
    this.name = options.name ?? 'sequential';
    this.seed = options.seed ?? 0;
    this.origin = options.origin ?? null;
    for (const layer of layers) this.add(layer);
  }

  /** @throws GatewiseError when the model is built already */
  add(layer: Layer): this {
    if (this.built) throw badInput('This model is built; layers can only be added before build().');
    this.layers.push(layer);
    return this;
  }

  /** Sets how the model learns. @throws GatewiseError for an unknown loss */
  compile(options: CompileOptions): this {
    if (this.built) throw badInput('This model is built; compile() comes before build().');
    this.compiled = { optimizer: options.optimizer, loss: lossOf(options.loss) };
    return this;
  }

  get isBuilt(): boolean {
    return this.built !== null;
  }

  /**
   * Gives the model a device: checks shapes, makes parameters with fresh weights. Kernels compile with the first fit or predict.
   * A model that is not compiled predicts, and can't be trained or evaluated.
   * @param options.inputShape of one sample, [T, D]; the first layer's inputShape otherwise
   * @throws GatewiseError when the model has no input shape, or layers do not fit together
   */
  async build(gpu: GpuDevice, options: { readonly inputShape?: SampleShape } = {}): Promise<this> {
    if (this.built) throw badInput('This model is built already. dispose() it before building it again.');
    gpu.check();
    const inputShape = options.inputShape ?? this.layers[0]?.inputShape;
    if (!inputShape) {
      throw badInput(
        'The input shape is not known. Give the first layer an inputShape, e.g. lstm({ units: 32, inputShape: [14, 6] }), or build(gpu, { inputShape }).',
      );
    }
    const layout = layoutOf(this.layers, inputShape);
    const state = new ModelState(gpu, layout, this.compiled?.optimizer.slots ?? []);
    // The weights of a model from a file are set next; drawing orthogonal ones for nothing takes seconds at H 512.
    if (!this.origin) state.initialize(this.seed);
    const programs = new ProgramPool(gpu, state, this.compiled);
    this.built = { gpu, layout, state, programs, guard: new DivergenceGuard() };
    return this;
  }

  /** Shape of one input sample. */
  get inputShape(): SampleShape {
    return this.requireBuilt().layout.layers[0]?.input ?? [];
  }

  /** Shape of one prediction. */
  get outputShape(): SampleShape {
    return this.requireBuilt().layout.layers.at(-1)?.output ?? [];
  }

  /** Number of trainable parameters. */
  countParams(): number {
    return this.requireBuilt().layout.layers.reduce((sum, { parameterCount }) => sum + parameterCount, 0);
  }

  /** Keras' table of layers. */
  summary(): string {
    return summaryTable(this.name, this.requireBuilt().layout.layers);
  }

  /** The weights' names, Keras shapes and places, in Keras' order. */
  weightSpecs(): readonly WeightSpec[] {
    return this.requireBuilt().layout.weights;
  }

  /** The parameter buffer itself, for drawing straight from it; see parameters.ts for its layout. Do not write or destroy it. */
  get parameters(): { readonly buffer: GPUBuffer; readonly layout: readonly WeightSpec[] } {
    const { state, layout } = this.requireBuilt();
    return { buffer: state.parameters, layout: layout.weights };
  }

  /** The model as a Keras 3 Sequential config. */
  toConfig(): SequentialConfig {
    return this.origin?.model.config ?? configOf(this.name, this.requireBuilt().layout);
  }

  /** Everything a Keras file of this model holds; add a recipe and give it to writeKeras() of gatewise/keras. */
  async toExport(): Promise<KerasModel> {
    return exportOf(this.toConfig(), this.requireBuilt().state, this.compiled, this.origin);
  }

  /**
   * Trains. Never waits for a step; yields to the page between submissions.
   * @throws GatewiseError for data that do not fit; 'diverged' with the last good weights in place
   */
  async fit(data: Dataset, options: SequentialFitOptions = {}): Promise<History> {
    const built = this.requireBuilt();
    const compiled = this.requireCompiled();
    checkFitOptions(options);
    if (this.isFitting) {
      throw badInput('This model is being trained already. Wait for its fit() to end, or stop it.');
    }
    this.isFitting = true;
    try {
      const { samples, validation } = fitSamples(data, options, this.inputShape, this.outputShape);
      const batch = Math.min(options.batchSize ?? 32, samples.starts.length);
      const run = (training: Program, inference: Program | null): Promise<History> =>
        runFit({ ...built, ...compiled, training, inference, samples, validation }, options);
      return await built.programs.use('training', batch, (training) =>
        validation
          ? built.programs.use('inference', predictionBatch(validation, null), (inference) =>
              run(training, inference),
            )
          : run(training, null),
      );
    } finally {
      this.isFitting = false;
    }
  }

  /** One step on one batch: all samples given. Returns loss and mae before the update. */
  async trainOnBatch(x: Tensor, y: Tensor): Promise<Evaluation> {
    const { history } = await this.fit({ x, y }, { batchSize: Math.max(1, x.shape[0] ?? 1), shuffle: false });
    return { loss: history.loss[0] as number, mae: history.mae[0] as number };
  }

  /**
   * Mean loss and absolute error, dropout off.
   * @throws GatewiseError for data that do not fit; 'diverged' when a prediction is NaN or infinite
   */
  async evaluate(data: Dataset, options: InferenceOptions = {}): Promise<Evaluation> {
    const { gpu, state, programs } = this.requireBuilt();
    this.requireCompiled();
    const samples = samplesOf(data, this.inputShape, this.outputShape);
    return programs.use('inference', predictionBatch(samples, null, options), async (program) => {
      const uploaded = await gpu.allocate(() => new UploadedSamples(gpu, samples, state.members));
      const reader = new MetricsReader(gpu, state.members);
      try {
        const plan = program.bind(uploaded.slots);
        return await evaluateSamples(gpu, program, plan, uploaded, new StepRunner(gpu), reader);
      } finally {
        reader.dispose();
        uploaded.dispose();
      }
    });
  }

  /**
   * Predictions, [N, ...outputShape].
   * A stateful layer begins at zero with each call and goes on from batch to batch, in the model's own batch size.
   * @param data x [N, T, D], or a window data set (its targets are not looked at)
   * @throws GatewiseError for data that do not fit
   */
  async predict(
    data: Tensor | Exclude<Dataset, ArrayDataset>,
    options: InferenceOptions = {},
  ): Promise<Tensor> {
    const { gpu, state, programs } = this.requireBuilt();
    const { outputShape } = this;
    const samples = samplesOf('kind' in data ? data : { x: data }, this.inputShape, null);
    const batchSize = predictionBatch(samples, this.origin, options);
    return programs.use('inference', batchSize, async (program) => {
      const uploaded = await gpu.allocate(() => new UploadedSamples(gpu, samples, state.members));
      try {
        return await program.exclusively(() => predictSamples(gpu, program, uploaded, outputShape));
      } finally {
        uploaded.dispose();
      }
    });
  }

  /**
   * The GPU's own gates and states of every time step, each [N, T, H]: for an LSTM under `<layer>/i`, `/f`, `/candidate`,
   * `/o`, `/c` and `/h`, for a GRU `/z`, `/r`, `/candidate` and `/h`, for a SimpleRNN `/h`; in a Bidirectional under
   * `<layer>/forward/i` and `<layer>/backward/i`. Steps stand in the order of processing: with goBackwards, and in a
   * backward direction, the last time step comes first. c and h are the states; a masked step has those of the step before.
   * @param x [N, T, D]
   * @throws GatewiseError for data that do not fit
   */
  async trace(x: Tensor): Promise<Map<string, Tensor>> {
    const { gpu, state, programs } = this.requireBuilt();
    const samples = samplesOf({ x }, this.inputShape, null);
    const batchSize = predictionBatch(samples, this.origin, {}, TRACE_BATCH);
    return programs.use('trace', batchSize, async (program) => {
      const uploaded = await gpu.allocate(() => new UploadedSamples(gpu, samples, state.members));
      try {
        return await program.exclusively(() => traceSamples(gpu, program, uploaded));
      } finally {
        uploaded.dispose();
      }
    });
  }

  /** Weights in Keras' order and layout: kernel [D, 4H], recurrent_kernel [H, 4H], bias [4H] of each LSTM; kernel, bias of each Dense. */
  async getWeights(): Promise<Tensor[]> {
    return this.requireBuilt().state.readWeights();
  }

  /** @throws GatewiseError when number or shapes do not fit, or a value is NaN or infinite */
  setWeights(weights: readonly Tensor[]): void {
    const { state, layout, guard } = this.requireBuilt();
    weights.forEach(({ data }, k) => {
      const bad = data.findIndex((value) => !Number.isFinite(value));
      if (bad >= 0)
        throw badInput(
          `Weight ${layout.weights[k]?.path ?? k} holds ${data[bad]} at element ${bad}. Weights must be finite.`,
        );
    });
    state.writeWeights(weights);
    guard.reset();
  }

  /**
   * Fresh weights and a fresh optimizer: the same seed gives the same weights.
   * @throws GatewiseError for a model from a file that can't be trained here
   */
  resetWeights(seed: number = this.seed): void {
    const { state, guard } = this.requireBuilt();
    if (this.origin?.refusal) throw badInput(this.origin.refusal);
    this.seed = seed;
    state.initialize(seed);
    guard.reset();
  }

  async getOptimizerState(): Promise<OptimizerState> {
    const { state } = this.requireBuilt();
    const { optimizer } = this.requireCompiled();
    const { iterations, slots } = await state.readAll();
    return { iterations, slots: optimizer.slots.map((name, k) => ({ name, tensors: slots[k] ?? [] })) };
  }

  /** @throws GatewiseError when slots or shapes do not fit the optimizer */
  setOptimizerState({ iterations, slots }: OptimizerState): void {
    const { state } = this.requireBuilt();
    const { optimizer } = this.requireCompiled();
    const expected = optimizer.slots.join(', ');
    const received = slots.map(({ name }) => name).join(', ');
    if (received !== expected)
      throw badInput(`${optimizer.className} keeps the slots [${expected}], received [${received}].`);
    state.writeSlots(
      slots.map(({ tensors }) => tensors),
      iterations,
    );
  }

  /** The dispatches of one training step of this batch size. Compiles the program if need be. */
  async plan(batchSize = 32): Promise<DispatchInfo[]> {
    const { programs } = this.requireBuilt();
    this.requireCompiled();
    return programs.use('training', batchSize, async (program) => program.describe());
  }

  /**
   * Gives all GPU memory of the model back. The device stays.
   * @throws GatewiseError while a fit, evaluate or predict is under way
   */
  dispose(): void {
    const { built } = this;
    if (!built) return;
    if (built.programs.isInUse && !built.gpu.isGone) {
      throw badInput(
        'This model is at work. Stop its fit() and wait for what is under way before dispose().',
      );
    }
    built.programs.dispose();
    built.state.dispose();
    this.built = null;
  }

  private requireCompiled(): Compiled {
    if (this.compiled) return this.compiled;
    throw badInput(
      this.origin?.refusal ??
        `The model "${this.name}" is not compiled, so it can only predict. Call compile({ optimizer: adam(), loss: "mse" }) before build().`,
    );
  }

  private requireBuilt(): Built {
    if (!this.built) {
      throw new GatewiseError(
        'bad-input',
        `The model "${this.name}" is not built. Call await model.build(gpu), for example with inputShape ${formatShape([14, 6])}.`,
      );
    }
    return this.built;
  }
}
