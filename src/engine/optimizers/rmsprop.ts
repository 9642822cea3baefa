/** RMSprop (Tieleman and Hinton 2012) in Keras 3's form, epsilon inside the root, with momentum and centering. */
import type { Dispatch } from '../gpu/plan.ts';
import { rmspropUpdate, type UpdateBuffers } from '../kernels/optimizer.ts';
import type { KernelContext } from '../kernels/value.ts';
import {
  checkDecay,
  checkEpsilon,
  Optimizer,
  type OptimizerDescription,
  type OptimizerSettings,
  type SlotName,
  type Unused,
} from './optimizer.ts';

export interface RmspropSettings extends OptimizerSettings {
  /** What the running mean of squared gradients keeps of itself each step. */
  readonly rho?: number;
  readonly momentum?: number;
  /** Added under the root; Keras' default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the estimated spread of the gradient instead of its mean square; default false. */
  readonly centered?: boolean;
}

/**
 * RMSprop with Keras' defaults (learning rate 0.001, rho 0.9, no momentum).
 * @throws GatewiseError for settings out of range
 */
export function rmsprop(settings: RmspropSettings = {}): Rmsprop {
  return new Rmsprop(settings);
}

class Rmsprop extends Optimizer {
  readonly className = 'RMSprop';
  readonly slots: readonly SlotName[];
  private readonly rho: number;
  private readonly momentum: number;
  private readonly epsilon: number;
  private readonly centered: boolean;

  constructor(settings: RmspropSettings) {
    super(settings, 0.001);
    this.rho = checkDecay(settings.rho ?? 0.9, 'rho');
    this.momentum = checkDecay(settings.momentum ?? 0, 'momentum');
    this.epsilon = checkEpsilon(settings.epsilon ?? 1e-7, 'RMSprop');
    this.centered = settings.centered ?? false;
    this.slots = [
      'velocity',
      ...(this.momentum === 0 ? [] : (['momentum'] as const)),
      ...(this.centered ? (['average_gradient'] as const) : []),
    ];
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
    const slot = (name: SlotName): GPUBuffer => slots[this.slots.indexOf(name)] ?? unused();
    const { rho, momentum, epsilon, centered } = this;
    return rmspropUpdate(context, { rho, momentum, epsilon, centered }, this.clipping, buffers, {
      velocity: slot('velocity'),
      momentum: slot('momentum'),
      averageGradient: slot('average_gradient'),
    });
  }

  override describe(): OptimizerDescription {
    const { className, rho, momentum, epsilon, centered } = this;
    return { className, ...this.sharedSettings(), rho, momentum, epsilon, centered };
  }
}
