/** Stochastic gradient descent with Keras' momentum and Nesterov forms. */
import { badInput } from '../core/errors.ts';
import type { Dispatch } from '../gpu/plan.ts';
import { sgdUpdate, type UpdateBuffers } from '../kernels/optimizer.ts';
import type { KernelContext } from '../kernels/value.ts';
import {
  checkDecay,
  Optimizer,
  type OptimizerDescription,
  type OptimizerSettings,
  type SlotName,
  type Unused,
} from './optimizer.ts';

export interface SgdSettings extends OptimizerSettings {
  readonly momentum?: number;
  readonly nesterov?: boolean;
}

/**
 * SGD with Keras' defaults (learning rate 0.01, no momentum).
 * @throws GatewiseError for settings out of range
 */
export function sgd(settings: SgdSettings = {}): Sgd {
  return new Sgd(settings);
}

export class Sgd extends Optimizer {
  readonly className = 'SGD';
  readonly slots: readonly SlotName[];
  private readonly momentum: number;
  private readonly nesterov: boolean;

  constructor(settings: SgdSettings) {
    super(settings, 0.01);
    this.momentum = checkDecay(settings.momentum ?? 0, 'momentum');
    this.nesterov = settings.nesterov ?? false;
    if (this.nesterov && this.momentum === 0) {
      throw badInput(
        'SGD with nesterov needs a momentum above 0, received momentum 0. Set momentum: 0.9 or drop nesterov.',
      );
    }
    this.slots = this.momentum === 0 ? [] : ['momentum'];
  }

  protected override stepRate(): number {
    return this.learningRate;
  }

  override update(
    context: KernelContext,
    buffers: UpdateBuffers,
    slots: readonly GPUBuffer[],
    unused: Unused,
  ): Dispatch {
    const { momentum, nesterov } = this;
    return sgdUpdate(context, { momentum, nesterov }, this.clipping, buffers, slots[0] ?? unused());
  }

  override describe(): OptimizerDescription {
    const { className, momentum, nesterov } = this;
    return { className, ...this.sharedSettings(), momentum, nesterov };
  }
}
