/**
 * A model built for one batch size and purpose: every buffer, pipeline and dispatch made once. A training program runs
 * forward, loss, backward and update; a gradient program all of it but the update; an inference program forward, and the
 * loss where targets are given.
 */

import { GatewiseError } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import { BufferOwner, readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import { UNIFORM_SLOT_BYTES } from '../gpu/kernel.ts';
import { type BoundPlan, type Dispatch, type DispatchInfo, Plan, type Slot } from '../gpu/plan.ts';
import { StepUniform } from '../gpu/step-uniform.ts';
import { type GradientParts, gradientPartCount } from '../kernels/dense.ts';
import { activationForward } from '../kernels/elementwise.ts';
import { loss as lossDispatch, METRICS_BYTES } from '../kernels/loss.ts';
import { chooseTiles, type Tiles } from '../kernels/lstm-tiles.ts';
import { gradientNorms, type UpdateBuffers, variableNorms } from '../kernels/optimizer.ts';
import { denseValue, type KernelContext, seriesValue, type Value } from '../kernels/value.ts';
import type { HeadPass, LayerPass, Trace } from '../layers/layer.ts';
import type { Loss } from '../losses/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { unpackParameters } from './parameters.ts';
import type { ModelState } from './state.ts';

/** Steps one submission can hold. */
export const STEPS_PER_SUBMIT = 64;

export interface ProgramOptions {
  /** B */
  readonly batch: number;
  /** Absent: forward is all the program runs. A training program has one. */
  readonly loss?: Loss;
  /** Present in a training program, absent for inference. */
  readonly optimizer?: Optimizer;
  /**
   * Go backward without an optimizer: gradients to look at, no weight changes, nothing is dropped out. From the loss where
   * there is one; else from `outputGradient`, which the caller fills, and then no weight's gradient is computed.
   */
  readonly backward?: boolean;
  /** Also compute the gradient by the input x (attribution, tests). Only with a backward pass. */
  readonly inputGradient?: boolean;
  /** Keep the gates and states of every time step. */
  readonly keepsTrace?: boolean;
  /** Each step after the first may change a place of the windows (models/changed-windows.ts). */
  readonly takesChanges?: boolean;
  /** Which kernels run the recurrence; default 'auto'. Tests hold both against the reference at every size. */
  readonly recurrence?: KernelContext['recurrence'];
  /** How the kernels are cut into workgroups; default chooseTiles(). Tests hold them against each other. */
  readonly tiles?: Tiles;
}

/** What a layer shows, with the layer's name. */
export type LayerTrace = Trace & { readonly layer: string };

export class Program {
  readonly batch: number;
  readonly step: StepUniform;
  /** [E] Metrics structs */
  readonly metrics: GPUBuffer;
  /** Dense [E, B, steps, features] of the last layer. */
  readonly output: Value & { readonly source: GPUBuffer };
  /** Gradient of the output [E, B, steps, features] where no head computes it: written by the loss or, without one, by the caller. */
  readonly outputGradient: GPUBuffer | null;
  /** dx [E, B, T, D], where asked for. */
  readonly inputGradient: GPUBuffer | null;
  /** With keepsTrace: what each layer shows, with the layer's name. */
  readonly traces: readonly LayerTrace[];
  /** With keepsTrace and a backward pass: dz of each gate, and under `above` what the layer above gives back for h. */
  readonly gradientTraces: readonly LayerTrace[];
  private readonly gpu: GpuDevice;
  private readonly state: ModelState;
  private readonly owner: BufferOwner;
  private readonly parts: GradientParts | null;
  /** Parts that make up a gradient after a step: gradient_norms leaves their sum in the first. */
  private readonly summedParts: number;
  private readonly time: GPUBuffer | null;
  private readonly dispatches: Dispatch[] = [];
  private readonly forwardCount: number; // dispatches before the loss; a head holds both
  private plan: Plan | null = null;
  private lastWork: Promise<unknown> = Promise.resolve();
  private forwardPlan: Plan | null = null;

  private constructor(gpu: GpuDevice, state: ModelState, options: ProgramOptions, owner: BufferOwner) {
    const { layout, members } = state;
    const { batch, optimizer, keepsTrace = false, takesChanges = false } = options;
    this.gpu = gpu;
    this.state = state;
    this.batch = batch;
    this.owner = owner;
    const context: KernelContext = {
      members,
      batch,
      parameters: state.parameters,
      parameterStride: layout.stride,
      tiles:
        options.tiles ??
        chooseTiles(
          gpu.info.isFallback,
          processorCores(),
          members,
          batch,
          gpu.info.subgroupSize,
          takesChanges,
        ),
      recurrence: options.recurrence ?? 'auto',
    };
    const isBackward = goesBackward(options);
    this.parts = isBackward && options.loss ? this.createParts(context) : null;
    this.summedParts = (optimizer?.clipping.kind ?? 'none') === 'none' ? (this.parts?.count ?? 0) : 1;

    let value: Value = seriesValue(...inputSize(layout.layers[0]?.input ?? []));
    const metrics = this.owner.tensor('metrics', (members * METRICS_BYTES) / 4);
    this.metrics = metrics;
    const unused = this.owner.tensor('unused', 1);
    const passes: LayerPass[] = [];
    let head: HeadPass | null = null;
    const last = layout.layers.findLastIndex(({ layer }) => !layer.isIdentity);
    for (const [index, { layer, offset }] of layout.layers.entries()) {
      const { dispatches, parts } = this;
      const isTraining = optimizer !== undefined;
      const build = {
        context,
        owner,
        dispatches,
        parameterOffset: offset,
        index,
        parts,
        isBackward,
        keepsTrace,
        takesChanges,
        isTraining,
      };
      if (parts && options.loss && index === last) {
        const loss = { rule: options.loss, metrics, unused };
        head = layer.buildHead(build, value, loss, this.needsGradient(index, options));
        if (head) break;
      }
      const pass = layer.build(build, value);
      passes.push(pass);
      const { mask } = value;
      value = mask && !pass.output.mask && layer.passesMask ? { ...pass.output, mask } : pass.output;
    }
    this.traces = passes.flatMap(({ traces = [] }, k) =>
      traces.map((trace) => ({ ...trace, layer: layout.layers[k]?.name ?? '' })),
    );
    this.output = head?.output ?? this.densify(context, value);
    this.forwardCount = this.dispatches.length;

    const outputSize = members * batch * value.steps * value.features;
    this.outputGradient = isBackward && !head ? this.owner.tensor('predictionGradient', outputSize) : null;
    if (options.loss && !head) {
      const { output, outputGradient } = this;
      this.dispatches.push(lossDispatch(context, options.loss, output, outputGradient, unused, metrics));
    }
    const gradient = head?.inputGradient ?? this.outputGradient;
    const traced: LayerTrace[] = [];
    this.inputGradient = gradient ? this.addBackward(passes, gradient, options, traced) : null;
    this.gradientTraces = traced;
    if (optimizer && this.parts) this.addUpdate(context, optimizer, this.parts);
    this.step = new StepUniform(gpu, this.owner, STEPS_PER_SUBMIT);
    this.time = this.createTimeUniform();
  }

  /**
   * Makes every buffer and compiles every pipeline.
   * @throws GatewiseError when the GPU has too little room or a kernel does not compile
   */
  static async create(gpu: GpuDevice, state: ModelState, options: ProgramOptions): Promise<Program> {
    const owner = new BufferOwner(
      gpu,
      options.optimizer ? 'training' : options.backward ? 'gradients' : 'inference',
    );
    try {
      const program = await gpu.allocate(() => new Program(gpu, state, options, owner));
      program.plan = await Plan.compile(gpu, program.dispatches);
      // A program that goes backward never runs forward alone: its head has the loss in it.
      if (!goesBackward(options))
        program.forwardPlan = await Plan.compile(gpu, program.dispatches.slice(0, program.forwardCount));
      return program;
    } catch (error) {
      owner.dispose();
      throw error;
    }
  }

  /** Bind groups for a data set: the whole plan, or, of a program that does not train, its forward part alone. */
  bind(slots: Readonly<Record<Slot, GPUBuffer>>, part: 'all' | 'forward' = 'all'): BoundPlan {
    const plan = part === 'all' ? this.plan : this.forwardPlan;
    if (!plan) throw new GatewiseError('internal', `This program has no plan for ${part}.`);
    return plan.bind(slots, this.step.buffer, this.time);
  }

  /** Runs work that clears, adds to and reads `metrics` after any such work begun before. */
  exclusively<T>(work: () => Promise<T>): Promise<T> {
    const result = this.lastWork.then(work);
    this.lastWork = result.catch(() => {});
    return result;
  }

  /** The dispatches of one step, in order. */
  describe(): DispatchInfo[] {
    return this.plan?.describe() ?? [];
  }

  /** The gradients of the newest step, split-K parts added, one tensor per weight in Keras' order. For tests and views. */
  async readGradients(member = 0): Promise<Tensor[]> {
    const { layout, members } = this.state;
    const flat = new Float32Array(layout.stride);
    if (this.parts) {
      const all = new Float32Array(await readBuffer(this.gpu, this.parts.buffer));
      for (let part = 0; part < this.summedParts; part++) {
        const start = (part * members + member) * layout.stride;
        for (let i = 0; i < layout.stride; i++) flat[i] = (flat[i] as number) + (all[start + i] as number);
      }
    }
    return unpackParameters(layout, flat);
  }

  dispose(): void {
    this.owner.dispose();
  }

  private createParts(context: KernelContext): GradientParts {
    const steps = this.state.layout.layers.map(({ input, parameterCount }) =>
      parameterCount > 0 && input.length > 1 ? (input[0] ?? 1) : 1,
    );
    const count = gradientPartCount(this.batch * Math.max(...steps), context.parameterStride);
    return {
      buffer: this.owner.tensor('gradientParts', count * context.members * context.parameterStride),
      count,
    };
  }

  /** The last output as a dense tensor; a copy is made only where it is a view (an LSTM's last step, the series itself). */
  private densify(context: KernelContext, value: Value): Value & { readonly source: GPUBuffer } {
    const { source, steps, features } = value;
    const dense = source === 'series' ? null : denseValue(source, this.batch, steps, features);
    if (source !== 'series' && dense && value.offset === 0 && value.rowStride === features)
      return { ...dense, source };
    const copy = this.owner.tensor('prediction', context.members * this.batch * steps * features);
    this.dispatches.push(activationForward(context, 0, value, copy));
    return { ...denseValue(copy, this.batch, steps, features), source: copy };
  }

  private addBackward(
    passes: readonly LayerPass[],
    gradient: GPUBuffer,
    options: ProgramOptions,
    traced: LayerTrace[],
  ): GPUBuffer | null {
    let flowing: GPUBuffer | null = gradient;
    for (let k = passes.length - 1; k >= 0 && flowing; k--) {
      const pass = passes[k] as LayerPass;
      if (pass.gradientTraces) {
        const layer = this.state.layout.layers[k]?.name ?? '';
        const above = denseTrace('above', flowing, pass.output);
        traced.push(...[...pass.gradientTraces, above].map((trace) => ({ ...trace, layer })));
      }
      flowing = pass.backward(flowing, this.needsGradient(k, options));
    }
    return options.inputGradient ? flowing : null;
  }

  /** Whether the gradient by the input of layer `index` is needed: by a layer below that learns, or by the caller. */
  private needsGradient(index: number, { inputGradient = false }: ProgramOptions): boolean {
    const below = this.state.layout.layers.slice(0, index);
    return inputGradient || below.some(({ parameterCount }) => parameterCount > 0);
  }

  private addUpdate(context: KernelContext, optimizer: Optimizer, parts: GradientParts): void {
    const variables = this.state.layout.weights.map(({ offset, extent }) => ({
      first: offset,
      size: extent,
    }));
    const norms = this.owner.upload('norms', variableNorms(variables, context.members));
    const buffers: UpdateBuffers = { parts, norms, variables: variables.length, metrics: this.metrics };
    const unused = (): GPUBuffer => this.owner.tensor('unused', 1);
    this.dispatches.push(...gradientNorms(context, optimizer.clipping, buffers));
    this.dispatches.push(optimizer.update(context, buffers, this.state.slots, unused));
  }

  private createTimeUniform(): GPUBuffer | null {
    const last = Math.max(-1, ...this.dispatches.map(({ time }) => time ?? -1));
    if (last < 0) return null;
    const words = new Uint32Array(((last + 1) * UNIFORM_SLOT_BYTES) / 4);
    for (let t = 0; t <= last; t++) words[(t * UNIFORM_SLOT_BYTES) / 4] = t;
    const buffer = this.owner.uniform('time', words.byteLength);
    this.gpu.device.queue.writeBuffer(buffer, 0, words);
    return buffer;
  }
}

function goesBackward({ optimizer, backward = false }: ProgramOptions): boolean {
  return optimizer !== undefined || backward;
}

/** A dense gradient [E, B, steps, features] as a trace. */
function denseTrace(key: string, buffer: GPUBuffer, { steps, features }: Value): Trace {
  return { key, buffer, steps, units: features, offset: 0, stepStride: features, unitStride: 1 };
}

/** Cores that a software adapter may use; Node before 21 does not tell. */
function processorCores(): number {
  return (globalThis as { navigator?: { hardwareConcurrency?: number } }).navigator?.hardwareConcurrency ?? 4;
}

/** Rows and floats of one input sample: [T, D], or [D] as one row. */
function inputSize(shape: readonly number[]): [number, number] {
  return shape.length === 2 ? [shape[0] ?? 1, shape[1] ?? 1] : [1, shape[0] ?? 1];
}
