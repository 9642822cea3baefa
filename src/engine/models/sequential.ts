/** Sequential: a stack of layers with Keras' verbs. Holds settings until build(), then everything on one GPU device. */
import { badInput, formatShape, GatewiseError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { DispatchInfo } from '../gpu/plan.ts';
import type { KerasModel, SequentialConfig } from '../keras/model/keras-model.ts';
import type { Layer, SampleShape } from '../layers/layer.ts';
import { type Loss, lossOf } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { PlaceChange } from './changed-windows.ts';
import { configOf, type ModelOrigin } from './config.ts';
import { DivergenceGuard } from './divergence.ts';
import type { Evaluation } from './evaluate.ts';
import type { History } from './fit-options.ts';
import { Inference, type InputData } from './inference.ts';
import type { InputGradientOptions } from './input-gradients.ts';
import type { KeptTrace } from './kept-trace.ts';
import {
  checkWeights,
  type OptimizerState,
  readOptimizerState,
  writeOptimizerState,
} from './model-values.ts';
import { layoutOf, type ParameterLayout, type WeightSpec } from './parameters.ts';
import type { StepProfile } from './profile.ts';
import { ProgramPool } from './program-pool.ts';
import { fitModel } from './run-fit.ts';
import type { Dataset } from './samples.ts';
import type {
  BuildOptions,
  CompileOptions,
  InferenceOptions,
  MemberOptions,
  SequentialFitOptions,
  SequentialOptions,
} from './sequential-options.ts';
import { ModelState } from './state.ts';
import { summaryTable } from './summary.ts';
import type { TracedGradients } from './trace.ts';

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
  readonly inference: Inference;
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
   * With members: 8 there are eight models of this architecture, trained in the dispatches of one. Member e is to the bit
   * what a single model becomes with this model's seed + e, fitted with the seed of fit + e.
   * @throws GatewiseError when the model has no input shape, or layers do not fit together
   */
  async build(gpu: GpuDevice, options: BuildOptions = {}): Promise<this> {
    if (this.built) throw badInput('This model is built already. dispose() it before building it again.');
    gpu.check();
    const { inputShape = this.layers[0]?.inputShape, members = 1, weights } = options;
    if (!inputShape) {
      throw badInput(
        'The input shape is not known. Give the first layer an inputShape, e.g. lstm({ units: 32, inputShape: [14, 6] }), or build(gpu, { inputShape }).',
      );
    }
    if (!(Number.isInteger(members) && members >= 1))
      throw badInput(`members must be a whole number of 1 or more, received ${members}.`);
    const layout = layoutOf(this.layers, inputShape);
    const slots = this.compiled?.optimizer.slots ?? [];
    const state = await gpu.allocate(() => new ModelState(gpu, layout, slots, members));
    // The weights of a model from a file are set next; drawing orthogonal ones for nothing takes seconds at H 512.
    if (!this.origin && !weights) state.initialize(this.seed);
    const programs = new ProgramPool(gpu, state, this.compiled);
    const inference = new Inference(gpu, layout, state, programs, this.origin);
    this.built = { gpu, layout, state, programs, inference, guard: new DivergenceGuard() };
    try {
      if (weights) this.setWeights(weights);
    } catch (error) {
      this.dispose();
      throw error;
    }
    return this;
  }

  /**
   * A model of the same layers on the same device that only predicts: so many members, each with the weights of one of
   * this model. For trying out other weights; this model stays as it is. dispose() the copy.
   */
  async copy(members: number, { member }: MemberOptions = {}): Promise<Sequential> {
    const { gpu } = this.requireBuilt();
    const weights = await this.getWeights(member === undefined ? {} : { member });
    const { name, seed, origin, inputShape } = this;
    const copy = new Sequential(this.layers, { name, seed, ...(origin && { origin }) });
    return copy.build(gpu, { inputShape, members, weights });
  }

  /** E, the models trained side by side. */
  get members(): number {
    return this.requireBuilt().state.members;
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

  /** The parameter buffer itself, member 0 first, for drawing straight from it; see parameters.ts for its layout. Do not write or destroy it. */
  get parameters(): { readonly buffer: GPUBuffer; readonly layout: readonly WeightSpec[] } {
    const { state, layout } = this.requireBuilt();
    return { buffer: state.parameters, layout: layout.weights };
  }

  /** The model as a Keras 3 Sequential config. */
  toConfig(): SequentialConfig {
    return this.origin?.model.config ?? configOf(this.name, this.requireBuilt().layout);
  }

  /** Everything a Keras file of this model, or of one member, holds; add a recipe and give it to writeKeras() of gatewise/keras. */
  async toExport({ member }: MemberOptions = {}): Promise<KerasModel> {
    const { state } = this.requireBuilt();
    const [config, compiled] = [this.toConfig(), this.compiled];
    // Read as they are now, whatever comes while the script is on its way.
    const [read, { exportOf }] = await Promise.all([
      state.readAll(state.memberOf(member)),
      import('./export.ts'),
    ]);
    return exportOf(config, state.layout.weights, read, compiled, this.origin);
  }

  /**
   * Trains all members. Never waits for a step; yields to the page between submissions.
   * A member that diverges goes back to its last good weights and trains no more; history.members tells, the others go on.
   * @throws GatewiseError for data that do not fit; 'diverged', with the last good weights in place, when no member is left
   */
  async fit(data: Dataset, options: SequentialFitOptions = {}): Promise<History> {
    const built = this.requireBuilt();
    const compiled = this.requireCompiled();
    if (this.isFitting) {
      throw badInput('This model is being trained already. Wait for its fit() to end, or stop it.');
    }
    this.isFitting = true;
    try {
      return await fitModel({ ...built, ...compiled }, data, options);
    } finally {
      this.isFitting = false;
    }
  }

  /** One step on one batch: all samples given. Returns loss and mae before the update, means over the members. */
  async trainOnBatch(x: Tensor, y: Tensor): Promise<Evaluation> {
    const { history } = await this.fit({ x, y }, { batchSize: Math.max(1, x.shape[0] ?? 1), shuffle: false });
    return { loss: history.loss[0] as number, mae: history.mae[0] as number };
  }

  /**
   * Mean loss and absolute error, dropout off.
   * @throws GatewiseError for data that do not fit; 'diverged' when a prediction is NaN or infinite
   */
  async evaluate(data: Dataset, options: InferenceOptions & MemberOptions = {}): Promise<Evaluation> {
    const member = this.requireBuilt().state.memberOf(options.member);
    const result = (await this.evaluateMembers(data, options))[member];
    if (result instanceof GatewiseError) throw result;
    return result as Evaluation;
  }

  /** The same of every member; an error in the place of one whose predictions hold NaN or infinity. */
  async evaluateMembers(
    data: Dataset,
    options: InferenceOptions = {},
  ): Promise<(Evaluation | GatewiseError)[]> {
    const { inference } = this.requireBuilt();
    this.requireCompiled();
    return inference.evaluate(data, options);
  }

  /**
   * Predictions, [N, ...outputShape].
   * A stateful layer begins at zero with each call and goes on from batch to batch, in the model's own batch size.
   * @param data x [N, T, D], or a window data set (its targets are not looked at)
   * @throws GatewiseError for data that do not fit
   */
  async predict(data: InputData, options: InferenceOptions & MemberOptions = {}): Promise<Tensor> {
    const { inference, state } = this.requireBuilt();
    const [prediction] = await inference.predict(data, options, [state.memberOf(options.member)]);
    return prediction as Tensor;
  }

  /** Predictions of every member, [E] tensors of [N, ...outputShape]. */
  async predictMembers(data: InputData, options: InferenceOptions = {}): Promise<Tensor[]> {
    const { inference, state } = this.requireBuilt();
    return inference.predict(data, options, [...Array(state.members).keys()]);
  }

  /** Windows that predictChanges() takes at most; 0 for a model that can't, because its first layer is no LSTM up to 256 units. */
  get changedWindowsAtMost(): number {
    return this.requireBuilt().inference.changedWindowsAtMost;
  }

  /**
   * Predictions of every member for the windows with one place changed, for each change: [E] tensors of
   * [changes, N, ...outputShape], to the bit those of predictMembers() for such windows. What comes before a place is
   * computed once for all changes.
   * @throws GatewiseError for data that do not fit, too many windows, and changes that are not of them
   */
  async predictChanges(
    data: InputData,
    changes: readonly PlaceChange[],
    options: InferenceOptions = {},
  ): Promise<Tensor[]> {
    return this.requireBuilt().inference.predictChanges(data, changes, options);
  }

  /**
   * The GPU's own gates and states of every time step, each [N, T, H]: for an LSTM under `<layer>/i`, `/f`, `/candidate`,
   * `/o`, `/c` and `/h`, for a GRU `/z`, `/r`, `/candidate` and `/h`, for a SimpleRNN `/h`; in a Bidirectional under
   * `<layer>/forward/i` and `<layer>/backward/i`. Steps stand in the order of processing: with goBackwards, and in a
   * backward direction, the last time step comes first. c and h are the states; a masked step has those of the step before.
   * @param x [N, T, D]
   * @throws GatewiseError for data that do not fit
   */
  async trace(x: Tensor, { member }: MemberOptions = {}): Promise<Map<string, Tensor>> {
    const { inference, state } = this.requireBuilt();
    return inference.trace(x, state.memberOf(member));
  }

  /**
   * The same of one sample, kept in a buffer of its own on the GPU: for drawing straight from it. dispose() it.
   * @param x [1, T, D]
   * @throws GatewiseError for data that do not fit
   */
  async keepTrace(x: Tensor, { member }: MemberOptions = {}): Promise<KeptTrace> {
    const { inference, state } = this.requireBuilt();
    return inference.keepTrace(x, state.memberOf(member));
  }

  /**
   * What training on these samples as one batch would change the weights by, and how: the gradients of the mean loss,
   * read where lstm_backward and lstm_weight_gradient leave them. Traces are dz of each gate under `<layer>/i`, `/f`,
   * `/candidate` and `/o`, and under `<layer>/above` what reaches h from the layer above. Nothing is dropped out, no
   * weight changes.
   * @throws GatewiseError for data that do not fit, and for a model that can't be trained
   */
  async traceGradients(data: Dataset, { member }: MemberOptions = {}): Promise<TracedGradients> {
    const { inference, state } = this.requireBuilt();
    this.requireCompiled();
    return inference.traceGradients(data, state.memberOf(member));
  }

  /**
   * dy/dx, [N, ...inputShape], the oldest time step first as in x: how a value of the prediction answers to each value
   * of the input (Simonyan et al. 2013), by the backward kernels that train. In units of y per unit of x, as the model
   * sees them. Needs no compile(); nothing is dropped out, no weight changes.
   * @throws GatewiseError for data that do not fit, an output that is not there, and a layer that has no gradients here
   */
  async inputGradients(
    data: InputData,
    { member, ...options }: InputGradientOptions & MemberOptions = {},
  ): Promise<Tensor> {
    const { inference, state } = this.requireBuilt();
    const [gradient] = await inference.inputGradients(data, options, [state.memberOf(member)]);
    return gradient as Tensor;
  }

  /** The same of every member, [E] tensors. */
  async inputGradientsMembers(data: InputData, options: InputGradientOptions = {}): Promise<Tensor[]> {
    const { inference, state } = this.requireBuilt();
    return inference.inputGradients(data, options, [...Array(state.members).keys()]);
  }

  /** Weights in Keras' order and layout: kernel [D, 4H], recurrent_kernel [H, 4H], bias [4H] of each LSTM; kernel, bias of each Dense. */
  async getWeights({ member }: MemberOptions = {}): Promise<Tensor[]> {
    const { state } = this.requireBuilt();
    return state.readWeights(state.memberOf(member));
  }

  /** Of one member, or the same for all. @throws GatewiseError when number or shapes do not fit, or a value is NaN or infinite */
  setWeights(weights: readonly Tensor[], { member }: MemberOptions = {}): void {
    const { state, layout, guard } = this.requireBuilt();
    checkWeights(weights, layout);
    state.writeWeights(weights, member);
    guard.reset();
  }

  /**
   * Fresh weights and a fresh optimizer: the same seed gives the same weights, member e those of seed + e.
   * @throws GatewiseError for a model from a file that can't be trained here
   */
  resetWeights(seed: number = this.seed): void {
    const { state, guard } = this.requireBuilt();
    if (this.origin?.refusal) throw badInput(this.origin.refusal);
    this.seed = seed;
    state.initialize(seed);
    guard.reset();
  }

  /** Values the optimizer keeps for a member; the number of steps is that of all. */
  async getOptimizerState({ member }: MemberOptions = {}): Promise<OptimizerState> {
    const { state } = this.requireBuilt();
    return readOptimizerState(state, this.requireCompiled().optimizer, state.memberOf(member));
  }

  /** Of one member, or the same for all. @throws GatewiseError when slots or shapes do not fit the optimizer */
  setOptimizerState(values: OptimizerState, { member }: MemberOptions = {}): void {
    const { state } = this.requireBuilt();
    writeOptimizerState(state, this.requireCompiled().optimizer, values, member);
  }

  /** The dispatches of one training step of this batch size. Compiles the program if need be. */
  async plan(batchSize = 32): Promise<DispatchInfo[]> {
    const { programs } = this.requireBuilt();
    this.requireCompiled();
    return programs.use('training', batchSize, async (program) => program.describe());
  }

  /**
   * Times each dispatch of a training step of this batch size, on a copy of the model with its weights as they are and
   * made-up data: the model itself learns nothing. Takes about a second, two where a step is long.
   */
  async profile(batchSize = 32): Promise<StepProfile> {
    const { gpu, state } = this.requireBuilt();
    const compiled = this.requireCompiled();
    const { profileStep } = await import('./profile.ts');
    return profileStep(gpu, state, compiled, batchSize);
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
