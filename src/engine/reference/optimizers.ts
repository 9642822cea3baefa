/**
 * Optimizers in float64 with Keras 3's update rules and order: clip the gradients, then update
 * (keras/src/optimizers/{base_optimizer,adam,sgd,rmsprop}.py). Between the two stands weight decay, the same for all:
 * w -= w weightDecay learningRate. Adam is the paper's epsilon-hat form, epsilon added to the uncorrected sqrt(v):
 *
 *   m += (g - m)(1 - beta1)    v += (g^2 - v)(1 - beta2)
 *   alpha = learningRate sqrt(1 - beta2^t) / (1 - beta1^t)    w -= alpha m / (sqrt(v) + epsilon)
 *
 * with amsgrad the largest v so far in place of v. AdamW is Adam with a weight decay of 0.004.
 *
 * SGD:  m = momentum m - learningRate g;  w += m, or with Nesterov w += momentum m - learningRate g.
 *
 * RMSprop:  v = rho v + (1 - rho) g^2;  centered a = rho a + (1 - rho) g;
 *   change = learningRate g / sqrt(v - a^2 + epsilon), a = 0 unless centered;  m = momentum m + change;  w -= m
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

/** What every optimizer takes. */
interface SharedOptions extends ClipOptions {
  readonly learningRate?: number;
  /** None unless given; AdamW: 0.004. */
  readonly weightDecay?: number;
  /** Round settings and bias corrections to float32 as Keras does for float32 weights; false unless given. */
  readonly float32Settings?: boolean;
}

/** Learning rate 0.001 unless given. */
export interface AdamSpec extends SharedOptions {
  readonly kind: 'adam' | 'adamw';
  /** 0.9 unless given */
  readonly beta1?: number;
  /** 0.999 unless given */
  readonly beta2?: number;
  /** 1e-7 unless given */
  readonly epsilon?: number;
  /** false unless given */
  readonly amsgrad?: boolean;
}

/** Learning rate 0.01 unless given. */
export interface SgdSpec extends SharedOptions {
  readonly kind: 'sgd';
  /** 0 unless given */
  readonly momentum?: number;
  /** false unless given; without momentum it changes nothing, as in Keras */
  readonly nesterov?: boolean;
}

/** Learning rate 0.001 unless given. */
export interface RmspropSpec extends SharedOptions {
  readonly kind: 'rmsprop';
  /** 0.9 unless given */
  readonly rho?: number;
  /** 0 unless given */
  readonly momentum?: number;
  /** 1e-7 unless given */
  readonly epsilon?: number;
  /** false unless given */
  readonly centered?: boolean;
}

export type OptimizerSpec = AdamSpec | SgdSpec | RmspropSpec;

type SlotName = 'm' | 'v' | 'vhat' | 'momentum' | 'velocity' | 'average_gradient';

/** What an optimizer remembers between steps. One tensor per weight in each slot. */
export interface OptimizerState {
  readonly spec: OptimizerSpec;
  /** Steps done. */
  iterations: number;
  /** Adam: m, v, with amsgrad vhat. SGD: momentum unless it is 0. RMSprop: velocity, momentum unless 0, average_gradient if centered. */
  readonly slots: readonly {
    readonly name: SlotName;
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
  const slots = slotNamesOf(spec).map((name) => ({
    name,
    tensors: weights.map((weight) => new Float64Array(weight.length)),
  }));
  return { spec, iterations: 0, slots };
}

function slotNamesOf(spec: OptimizerSpec): SlotName[] {
  if (spec.kind === 'sgd') return spec.momentum ? ['momentum'] : [];
  if (spec.kind !== 'rmsprop') return spec.amsgrad ? ['m', 'v', 'vhat'] : ['m', 'v'];
  const { momentum, centered } = spec;
  return [
    'velocity',
    ...(momentum ? (['momentum'] as const) : []),
    ...(centered ? (['average_gradient'] as const) : []),
  ];
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
  decay(state.spec, weights);
  if (state.spec.kind === 'sgd') stepSgd(state, state.spec, weights, clipped);
  else if (state.spec.kind === 'rmsprop') stepRmsprop(state, state.spec, weights, clipped);
  else stepAdam(state, state.spec, weights, clipped);
}

function decay(spec: OptimizerSpec, weights: readonly Float64Array[]): void {
  const { weightDecay = spec.kind === 'adamw' ? 0.004 : 0 } = spec;
  if (weightDecay === 0) return;
  const round = spec.float32Settings ? Math.fround : exactly;
  const { learningRate = spec.kind === 'sgd' ? 0.01 : 0.001 } = spec;
  const share = round(weightDecay) * round(learningRate);
  for (const weight of weights) {
    for (let at = 0; at < weight.length; at++) weight[at] = (weight[at] as number) * (1 - share);
  }
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
    const highest = state.slots[2]?.tensors[index];
    for (let at = 0; at < weight.length; at++) {
      const g = gradient[at] as number;
      const nextM = (m[at] as number) + (g - (m[at] as number)) * rate1;
      const nextV = (v[at] as number) + (g * g - (v[at] as number)) * rate2;
      m[at] = nextM;
      v[at] = nextV;
      const spread = highest ? Math.max(highest[at] as number, nextV) : nextV;
      if (highest) highest[at] = spread;
      weight[at] = (weight[at] as number) - (nextM * alpha) / (Math.sqrt(spread) + epsilon);
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

function stepRmsprop(
  state: OptimizerState,
  spec: RmspropSpec,
  weights: readonly Float64Array[],
  gradients: readonly Float64Array[],
): void {
  const round = spec.float32Settings ? Math.fround : exactly;
  const learningRate = round(spec.learningRate ?? 0.001);
  const rho = round(spec.rho ?? 0.9);
  const oneMinusRho = round(1 - (spec.rho ?? 0.9));
  const momentum = round(spec.momentum ?? 0);
  const epsilon = round(spec.epsilon ?? 1e-7);
  const slot = (name: SlotName, index: number): Float64Array | undefined =>
    state.slots.find((one) => one.name === name)?.tensors[index];
  weights.forEach((weight, index) => {
    const gradient = gradients[index] as Float64Array;
    const velocity = slot('velocity', index) as Float64Array;
    const moment = slot('momentum', index);
    const average = slot('average_gradient', index);
    for (let at = 0; at < weight.length; at++) {
      const g = gradient[at] as number;
      const v = rho * (velocity[at] as number) + oneMinusRho * g * g;
      velocity[at] = v;
      let mean = 0;
      if (average) {
        mean = rho * (average[at] as number) + oneMinusRho * g;
        average[at] = mean;
      }
      let change = (learningRate * g) / Math.sqrt(v - mean * mean + epsilon);
      if (moment) {
        change += momentum * (moment[at] as number);
        moment[at] = change;
      }
      weight[at] = (weight[at] as number) - change;
    }
  });
}
