/**
 * Adam (Kingma and Ba 2015) in Keras' epsilon-hat form: lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon),
 * and AdamW (Loshchilov and Hutter 2019), Adam with weight decay.
 */
import type { Dispatch } from '../gpu/plan.ts';
import { adamUpdate, type UpdateBuffers } from '../kernels/optimizer.ts';
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

export interface AdamSettings extends OptimizerSettings {
  readonly beta1?: number;
  readonly beta2?: number;
  /** Added to sqrt(v); Keras' default 1e-7. */
  readonly epsilon?: number;
  /** Divide by the largest v so far (Reddi et al. 2018); default false. */
  readonly amsgrad?: boolean;
}

/**
 * Adam with Keras' defaults (learning rate 0.001).
 * @throws GatewiseError for settings out of range
 */
export function adam(settings: AdamSettings = {}): Adam {
  return new Adam(settings, 'Adam');
}

/**
 * AdamW with Keras' defaults (learning rate 0.001, weight decay 0.004).
 * @throws GatewiseError for settings out of range
 */
export function adamw(settings: AdamSettings = {}): Adam {
  return new Adam({ weightDecay: 0.004, ...settings }, 'AdamW');
}

export class Adam extends Optimizer {
  readonly className: 'Adam' | 'AdamW';
  readonly slots: readonly SlotName[];
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;
  private readonly amsgrad: boolean;

  constructor(settings: AdamSettings, className: 'Adam' | 'AdamW') {
    super(settings, 0.001);
    this.className = className;
    this.beta1 = checkDecay(settings.beta1 ?? 0.9, 'beta1');
    this.beta2 = checkDecay(settings.beta2 ?? 0.999, 'beta2');
    this.epsilon = checkEpsilon(settings.epsilon ?? 1e-7, className);
    this.amsgrad = settings.amsgrad ?? false;
    this.slots = this.amsgrad ? ['m', 'v', 'vhat'] : ['m', 'v'];
  }

  /** In float32 at every operation, as Keras computes it: step 1 differs by 6.7e-6 from float64 otherwise. */
  protected override stepRate(iteration: number): number {
    const f = Math.fround;
    const power1 = f(f(this.beta1) ** (iteration + 1));
    const power2 = f(f(this.beta2) ** (iteration + 1));
    const corrected = f(f(this.learningRate) * f(Math.sqrt(f(1 - power2))));
    return f(corrected / f(1 - power1));
  }

  override update(
    context: KernelContext,
    buffers: UpdateBuffers,
    slots: readonly GPUBuffer[],
    unused: Unused,
  ): Dispatch {
    const [first, second] = slots as readonly [GPUBuffer, GPUBuffer];
    const moments = { first, second, highest: slots[2] ?? unused() };
    const { beta1, beta2, epsilon, amsgrad } = this;
    return adamUpdate(context, { beta1, beta2, epsilon, amsgrad }, this.clipping, buffers, moments);
  }

  override describe(): OptimizerDescription {
    const { className, beta1, beta2, epsilon, amsgrad } = this;
    return { className, ...this.sharedSettings(), beta1, beta2, epsilon, amsgrad };
  }
}
