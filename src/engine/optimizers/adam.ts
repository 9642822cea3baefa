/** Adam (Kingma and Ba 2015) in Keras' epsilon-hat form: lr * sqrt(1 - beta2^t) / (1 - beta1^t) * m / (sqrt(v) + epsilon). */
import { badInput } from '../core/errors.ts';
import type { Dispatch } from '../gpu/plan.ts';
import { adamUpdate, type UpdateBuffers } from '../kernels/optimizer.ts';
import type { KernelContext } from '../kernels/value.ts';
import { checkDecay, Optimizer, type OptimizerDescription, type OptimizerSettings } from './optimizer.ts';

export interface AdamSettings extends OptimizerSettings {
  readonly beta1?: number;
  readonly beta2?: number;
  /** Added to sqrt(v); Keras' default 1e-7. */
  readonly epsilon?: number;
}

/**
 * Adam with Keras' defaults (learning rate 0.001).
 * @throws GatewiseError for settings out of range
 */
export function adam(settings: AdamSettings = {}): Adam {
  return new Adam(settings);
}

export class Adam extends Optimizer {
  readonly className = 'Adam';
  readonly slots = ['m', 'v'] as const;
  private readonly beta1: number;
  private readonly beta2: number;
  private readonly epsilon: number;

  constructor(settings: AdamSettings) {
    super(settings, 0.001);
    this.beta1 = checkDecay(settings.beta1 ?? 0.9, 'beta1');
    this.beta2 = checkDecay(settings.beta2 ?? 0.999, 'beta2');
    this.epsilon = settings.epsilon ?? 1e-7;
    if (!(Number.isFinite(this.epsilon) && this.epsilon > 0)) {
      throw badInput(`Adam's epsilon must be a number above 0, received ${this.epsilon}.`);
    }
  }

  /** In float32 at every operation, as Keras computes it: step 1 differs by 6.7e-6 from float64 otherwise. */
  override stepRate(iteration: number): number {
    const f = Math.fround;
    const power1 = f(f(this.beta1) ** (iteration + 1));
    const power2 = f(f(this.beta2) ** (iteration + 1));
    const corrected = f(f(this.learningRate) * f(Math.sqrt(f(1 - power2))));
    return f(corrected / f(1 - power1));
  }

  override update(context: KernelContext, buffers: UpdateBuffers, slots: readonly GPUBuffer[]): Dispatch {
    const [first, second] = slots as readonly [GPUBuffer, GPUBuffer];
    const { beta1, beta2, epsilon } = this;
    return adamUpdate(context, { beta1, beta2, epsilon }, this.clipping, buffers, { first, second });
  }

  override describe(): OptimizerDescription {
    const { className, beta1, beta2, epsilon } = this;
    return { className, ...this.sharedSettings(), beta1, beta2, epsilon };
  }
}
