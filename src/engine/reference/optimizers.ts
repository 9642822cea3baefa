/**
 * Optimizers in float64 with Keras 3's update rules and order: clip the gradients, then update
 * (keras/src/optimizers/{base_optimizer,adam,sgd}.py). Adam is the paper's epsilon-hat form, epsilon added to the
 * uncorrected sqrt(v):
 *
 *   m += (g - m)(1 - beta1)    v += (g^2 - v)(1 - beta2)
 *   alpha = learningRate sqrt(1 - beta2^t) / (1 - beta1^t)    w -= alpha m / (sqrt(v) + epsilon)
 *
 * SGD:  m = momentum m - learningRate g;  w += m, or with Nesterov w += momentum m - learningRate g.
 *
 * Keras keeps the settings and computes alpha in the variables' type. In float32 1 - beta2 is off by 4.7e-5 relative,
 * which moves the first steps by more than 1e-6; `float32Settings` rounds the settings and alpha the same way.
 */
import { checkLength } from './array64.ts';

/** Gradient clipping; at most one of the two, as in Keras 3. */
export interface ClipOptions {
  /** Each variable's gradient is scaled down to this L2 norm. */
  readonly clipnorm?: number;
  /** All gradients together are scaled down to this L2 norm. */
  readonly globalClipnorm?: number;
}

export interface AdamSpec extends ClipOptions {
  readonly kind: 'adam';
  /** 0.001 unless given */
  readonly learningRate?: number;
  /** 0.9 unless given */
  readonly beta1?: number;
  /** 0.999 unless given */
  readonly beta2?: number;
  /** 1e-7 unless given */
  readonly epsilon?: number;
  /** Round settings and bias corrections to float32 as Keras does for float32 weights; false unless given. */
  readonly float32Settings?: boolean;
}

export interface SgdSpec extends ClipOptions {
  readonly kind: 'sgd';
  /** 0.01 unless given */
  readonly learningRate?: number;
  /** 0 unless given */
  readonly momentum?: number;
  /** false unless given; without momentum it changes nothing, as in Keras */
  readonly nesterov?: boolean;
  /** Round the settings to float32 as Keras does for float32 weights; false unless given. */
  readonly float32Settings?: boolean;
}

export type OptimizerSpec = AdamSpec | SgdSpec;

/** What an optimizer remembers between steps. One tensor per weight in each slot. */
export interface OptimizerState {
  readonly spec: OptimizerSpec;
  /** Steps done. */
  iterations: number;
  /** Adam: m and v. SGD: momentum, or nothing when momentum is 0. */
  readonly slots: readonly {
    readonly name: 'm' | 'v' | 'momentum';
    readonly tensors: readonly Float64Array[];
  }[];
}

/**
 * A fresh optimizer state for a list of weights: zeros, no steps done.
 * @throws Error when both ways of clipping are asked for
 */
export function createOptimizerState(
  spec: OptimizerSpec,
  weights: readonly ArrayLike<number>[],
): OptimizerState {
  if (spec.clipnorm !== undefined && spec.globalClipnorm !== undefined) {
    throw new Error(
      `Only one of clipnorm and globalClipnorm can be set, received ${spec.clipnorm} and ${spec.globalClipnorm}. Leave one out.`,
    );
  }
  const zeros = (): Float64Array[] => weights.map((weight) => new Float64Array(weight.length));
  if (spec.kind === 'adam') {
    return {
      spec,
      iterations: 0,
      slots: [
        { name: 'm', tensors: zeros() },
        { name: 'v', tensors: zeros() },
      ],
    };
  }
  const hasMomentum = (spec.momentum ?? 0) !== 0;
  return { spec, iterations: 0, slots: hasMomentum ? [{ name: 'momentum', tensors: zeros() }] : [] };
}

function sumOfSquares(values: ArrayLike<number>): number {
  let sum = 0;
  for (let at = 0; at < values.length; at++) sum += (values[at] as number) ** 2;
  return sum;
}

function scaleBy(values: ArrayLike<number>, factor: number): Float64Array {
  return Float64Array.from(values, (value) => value * factor);
}

/**
 * Clipped copies of gradients. Per variable g c / max(|g|, c); globally g c min(1/N, 1/c), N the norm over all.
 * A norm of NaN or Infinity makes NaN, as in Keras. 0 clips nothing, as in Keras.
 */
export function clipGradients(gradients: readonly ArrayLike<number>[], clip: ClipOptions): Float64Array[] {
  const { clipnorm = 0, globalClipnorm = 0 } = clip;
  if (clipnorm > 0) {
    return gradients.map((gradient) => {
      const divisor = Math.max(Math.sqrt(sumOfSquares(gradient)), clipnorm);
      return Float64Array.from(gradient, (value) => (value * clipnorm) / divisor);
    });
  }
  if (globalClipnorm > 0) {
    let total = 0;
    for (const gradient of gradients) total += sumOfSquares(gradient);
    const norm = Math.sqrt(total);
    const factor = Number.isFinite(norm)
      ? globalClipnorm * Math.min(1 / norm, 1 / globalClipnorm)
      : Number.NaN;
    return gradients.map((gradient) => scaleBy(gradient, factor));
  }
  return gradients.map((gradient) => Float64Array.from(gradient));
}

/**
 * One optimizer step, in place: changes `weights` and `state`, leaves `gradients` alone.
 * @throws Error when the lists do not match the state
 */
export function applyGradients(
  state: OptimizerState,
  weights: readonly Float64Array[],
  gradients: readonly ArrayLike<number>[],
): void {
  if (gradients.length !== weights.length) {
    throw new Error(
      `Received ${gradients.length} gradients for ${weights.length} weights. Pass one per weight.`,
    );
  }
  weights.forEach((weight, at) => {
    checkLength(`Gradient ${at}`, gradients[at] as ArrayLike<number>, [weight.length]);
    for (const slot of state.slots) {
      checkLength(`Optimizer slot ${slot.name} ${at}`, slot.tensors[at] ?? [], [weight.length]);
    }
  });
  const clipped = clipGradients(gradients, state.spec);
  state.iterations += 1;
  if (state.spec.kind === 'adam') stepAdam(state, state.spec, weights, clipped);
  else stepSgd(state, state.spec, weights, clipped);
}

const exactly = (value: number): number => value;

/** Adam's factor of m / (sqrt(v) + epsilon) at step t = 1, 2, ...: learningRate sqrt(1 - beta2^t) / (1 - beta1^t). */
export function adamStepSize(spec: AdamSpec, t: number): number {
  const round = spec.float32Settings ? Math.fround : exactly;
  const learningRate = round(spec.learningRate ?? 0.001);
  const power1 = round(round(spec.beta1 ?? 0.9) ** t);
  const power2 = round(round(spec.beta2 ?? 0.999) ** t);
  const root = round(Math.sqrt(round(1 - power2)));
  return round(round(learningRate * root) / round(1 - power1));
}

function stepAdam(
  state: OptimizerState,
  spec: AdamSpec,
  weights: readonly Float64Array[],
  gradients: readonly Float64Array[],
): void {
  const round = spec.float32Settings ? Math.fround : exactly;
  const alpha = adamStepSize(spec, state.iterations);
  // Keras subtracts in Python's float64 and rounds the difference.
  const rate1 = round(1 - (spec.beta1 ?? 0.9));
  const rate2 = round(1 - (spec.beta2 ?? 0.999));
  const epsilon = round(spec.epsilon ?? 1e-7);
  weights.forEach((weight, index) => {
    const gradient = gradients[index] as Float64Array;
    const m = state.slots[0]?.tensors[index] as Float64Array;
    const v = state.slots[1]?.tensors[index] as Float64Array;
    for (let at = 0; at < weight.length; at++) {
      const g = gradient[at] as number;
      const nextM = (m[at] as number) + (g - (m[at] as number)) * rate1;
      const nextV = (v[at] as number) + (g * g - (v[at] as number)) * rate2;
      m[at] = nextM;
      v[at] = nextV;
      weight[at] = (weight[at] as number) - (nextM * alpha) / (Math.sqrt(nextV) + epsilon);
    }
  });
}

function stepSgd(
  state: OptimizerState,
  spec: SgdSpec,
  weights: readonly Float64Array[],
  gradients: readonly Float64Array[],
): void {
  const round = spec.float32Settings ? Math.fround : exactly;
  const learningRate = round(spec.learningRate ?? 0.01);
  const momentum = round(spec.momentum ?? 0);
  weights.forEach((weight, index) => {
    const gradient = gradients[index] as Float64Array;
    const velocity = state.slots[0]?.tensors[index];
    for (let at = 0; at < weight.length; at++) {
      const step = (gradient[at] as number) * learningRate;
      let change = -step;
      if (velocity !== undefined) {
        const next = (velocity[at] as number) * momentum - step;
        velocity[at] = next;
        change = spec.nesterov ? next * momentum - step : next;
      }
      weight[at] = (weight[at] as number) + change;
    }
  });
}
