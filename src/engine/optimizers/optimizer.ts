/** What an optimizer is to the model: its settings, how many slots it keeps per parameter, and its dispatch. */
import { badInput } from '../core/errors.ts';
import type { Dispatch } from '../gpu/plan.ts';
import type { Clipping, UpdateBuffers } from '../kernels/optimizer.ts';
import type { KernelContext } from '../kernels/value.ts';

/** Name of a value kept per parameter between steps, as Keras names it. */
export type SlotName = 'm' | 'v' | 'momentum';

/** Settings every optimizer takes. */
export interface OptimizerSettings {
  readonly learningRate?: number;
  /** Scale each variable's gradient down to this norm at most (Keras 3's clipnorm). */
  readonly clipnorm?: number;
  /** Scale all gradients together down to this norm at most (Keras 3's global_clipnorm). */
  readonly globalClipnorm?: number;
}

interface SharedSettings {
  readonly learningRate: number;
  readonly clipnorm?: number;
  readonly globalClipnorm?: number;
}

/** An optimizer as plain data. */
export type OptimizerDescription = SharedSettings &
  (
    | { readonly className: 'Adam'; readonly beta1: number; readonly beta2: number; readonly epsilon: number }
    | { readonly className: 'SGD'; readonly momentum: number; readonly nesterov: boolean }
  );

export abstract class Optimizer {
  abstract readonly className: 'Adam' | 'SGD';
  abstract readonly slots: readonly SlotName[];
  readonly clipping: Clipping;
  private rate: number;

  constructor(settings: OptimizerSettings, defaultRate: number) {
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

  /** The rate handed to the kernel at step `iteration` (0 for the first), bias corrections included. */
  abstract stepRate(iteration: number): number;
  abstract update(
    context: KernelContext,
    buffers: UpdateBuffers,
    slots: readonly GPUBuffer[],
    unused: GPUBuffer,
  ): Dispatch;
  /** Every setting as it stands. */
  abstract describe(): OptimizerDescription;

  /** Settings all optimizers share, for describe(). */
  protected sharedSettings(): SharedSettings {
    const { clipping, rate } = this;
    if (clipping.kind === 'none') return { learningRate: rate };
    return {
      learningRate: rate,
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
