/** What an optimizer is to the model: its settings, how many slots it keeps per parameter, and its dispatch. */
import { badInput } from '../core/errors.ts';
import type { Dispatch } from '../gpu/plan.ts';
import type { Clipping, UpdateBuffers } from '../kernels/optimizer.ts';
import type { KernelContext } from '../kernels/value.ts';

/** Name of a value kept per parameter between steps, as Keras names it. */
export type SlotName = 'm' | 'v' | 'vhat' | 'momentum' | 'velocity' | 'average_gradient';

/** Settings every optimizer takes. */
export interface OptimizerSettings {
  readonly learningRate?: number;
  /** Scale each variable's gradient down to this norm at most (Keras 3's clipnorm). */
  readonly clipnorm?: number;
  /** Scale all gradients together down to this norm at most (Keras 3's global_clipnorm). */
  readonly globalClipnorm?: number;
  /** Share of itself that each weight, biases too, loses per step before the update, times the learning rate. */
  readonly weightDecay?: number;
}

/** Makes a buffer to bind where a kernel has a binding that the settings do not need. */
export type Unused = () => GPUBuffer;

interface SharedSettings {
  readonly learningRate: number;
  readonly weightDecay?: number;
  readonly clipnorm?: number;
  readonly globalClipnorm?: number;
}

/** An optimizer as plain data. */
export type OptimizerDescription = SharedSettings &
  (
    | {
        readonly className: 'Adam' | 'AdamW';
        readonly beta1: number;
        readonly beta2: number;
        readonly epsilon: number;
        readonly amsgrad: boolean;
      }
    | { readonly className: 'SGD'; readonly momentum: number; readonly nesterov: boolean }
    | {
        readonly className: 'RMSprop';
        readonly rho: number;
        readonly momentum: number;
        readonly epsilon: number;
        readonly centered: boolean;
      }
  );

export abstract class Optimizer {
  abstract readonly className: OptimizerDescription['className'];
  abstract readonly slots: readonly SlotName[];
  readonly clipping: Clipping;
  private readonly weightDecay: number | undefined;
  private rate: number;

  constructor(settings: OptimizerSettings, defaultRate: number) {
    this.weightDecay = checkWeightDecay(settings.weightDecay);
    this.rate = checkRate(settings.learningRate ?? defaultRate);
    this.clipping = clippingOf(settings);
  }

  get learningRate(): number {
    return this.rate;
  }

  /** May be changed between steps. @throws GatewiseError unless finite and not negative */
  set learningRate(value: number) {
    this.rate = checkRate(value);
  }

  /** What the kernel gets at step `iteration` (0 for the first). */
  stepRates(iteration: number): { readonly learningRate: number; readonly weightDecay: number } {
    const f = Math.fround;
    const weightDecay = f(f(this.weightDecay ?? 0) * f(this.rate));
    return { learningRate: this.stepRate(iteration), weightDecay };
  }

  abstract update(
    context: KernelContext,
    buffers: UpdateBuffers,
    slots: readonly GPUBuffer[],
    unused: Unused,
  ): Dispatch;
  /** Every setting as it stands. */
  abstract describe(): OptimizerDescription;

  /** The learning rate as the kernel gets it, bias corrections included. */
  protected abstract stepRate(iteration: number): number;

  /** Settings all optimizers share, for describe(). */
  protected sharedSettings(): SharedSettings {
    const { clipping, rate, weightDecay } = this;
    const settings = { learningRate: rate, ...(weightDecay === undefined ? {} : { weightDecay }) };
    if (clipping.kind === 'none') return settings;
    return {
      ...settings,
      [clipping.kind === 'variable' ? 'clipnorm' : 'globalClipnorm']: clipping.norm,
    };
  }
}

function checkRate(rate: number): number {
  if (!(Number.isFinite(rate) && rate >= 0)) {
    throw badInput(
      `The learning rate must be a finite number of 0 or more, received ${rate}. Adam is usually started at 0.001.`,
    );
  }
  return rate;
}

function checkWeightDecay(decay: number | undefined): number | undefined {
  if (decay !== undefined && !(Number.isFinite(decay) && decay >= 0)) {
    throw badInput(`weightDecay must be a finite number of 0 or more, received ${decay}. AdamW's is 0.004.`);
  }
  return decay;
}

function clippingOf({ clipnorm, globalClipnorm }: OptimizerSettings): Clipping {
  if (clipnorm !== undefined && globalClipnorm !== undefined) {
    throw badInput(`Give clipnorm or globalClipnorm, not both (received ${clipnorm} and ${globalClipnorm}).`);
  }
  const norm = clipnorm ?? globalClipnorm;
  if (norm === undefined) return { kind: 'none' };
  if (!(Number.isFinite(norm) && norm > 0))
    throw badInput(`A clipping norm must be a number above 0, received ${norm}.`);
  return { kind: clipnorm === undefined ? 'global' : 'variable', norm };
}

/** @throws GatewiseError unless 0 <= value < 1 */
export function checkDecay(value: number, name: string): number {
  if (!(value >= 0 && value < 1))
    throw badInput(`${name} must be at least 0 and below 1, received ${value}.`);
  return value;
}

/** @throws GatewiseError unless the value is finite and above 0 */
export function checkEpsilon(value: number, className: string): number {
  if (!(Number.isFinite(value) && value > 0))
    throw badInput(`${className}'s epsilon must be a number above 0, received ${value}.`);
  return value;
}
