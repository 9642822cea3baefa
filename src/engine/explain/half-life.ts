/**
 * How long a unit's cell state lasts on the direct path c_t = f_t c_{t-1} + ...: what was in c is multiplied by the forget
 * gate of every step after it. What travels on through h is not counted here.
 */
import { badInput } from '../core/errors.ts';

/**
 * What is left at the newest step of the c each step ended with: the product of the forget gates of the steps after it.
 * @param forget f of one unit, the oldest step first
 * @returns as long as `forget`, the oldest step first; 1 at the newest
 * @throws GatewiseError where a value is no gate, that is outside 0 to 1
 */
export function survival(forget: ArrayLike<number>): Float64Array {
  checkGates(forget);
  const left = new Float64Array(forget.length).fill(1);
  for (let t = forget.length - 2; t >= 0; t--) {
    left[t] = (left[t + 1] as number) * (forget[t + 1] as number);
  }
  return left;
}

/**
 * The constant gate with the same product: the geometric mean of f, exp(mean of ln f).
 * @throws as survival(); also for no values
 */
export function meanForget(forget: ArrayLike<number>): number {
  checkGates(forget);
  if (forget.length === 0) throw badInput('A mean of forget gates needs at least one, received none.');
  let logs = 0;
  for (let t = 0; t < forget.length; t++) logs += Math.log(forget[t] as number);
  return Math.exp(logs / forget.length);
}

/**
 * Steps after which half of c is left: ln 0.5 / ln f for a constant f. For gates that vary, ln f is its mean over them.
 * Infinity where every f is 1, 0 where one is 0.
 * @throws as meanForget()
 */
export function halfLife(forget: ArrayLike<number>): number {
  const mean = meanForget(forget);
  return mean === 1 ? Number.POSITIVE_INFINITY : Math.log(0.5) / Math.log(mean);
}

function checkGates(values: ArrayLike<number>): void {
  for (let t = 0; t < values.length; t++) {
    const value = values[t] as number;
    if (!(value >= 0 && value <= 1)) {
      throw badInput(
        `A forget gate lies between 0 and 1, received ${value} at step ${t}. Half-lives need gates of a sigmoid or hard sigmoid.`,
      );
    }
  }
}
