/** Options that several methods take, each refused in the same words wherever it does not fit. */
import { badInput } from '../core/errors.ts';

/** @throws GatewiseError unless it is one of so many outputs, counted from 0 */
export function checkOutput(output: number, outputs: number): void {
  if (Number.isInteger(output) && output >= 0 && output < outputs) return;
  throw badInput(`The output is ${output}, expected a whole number from 0 to ${outputs - 1}.`);
}

/** @throws GatewiseError for no window, and for what is no number of windows */
export function checkMostWindows(most: number): void {
  if (Number.isSafeInteger(most) && most >= 1) return;
  throw badInput(`The most windows to look at are ${most}, expected a whole number of 1 or more.`);
}

/** @throws GatewiseError unless it is a number above 0: errors are multiplied by it */
export function checkTargetScale(scale: number): void {
  if (Number.isFinite(scale) && scale > 0) return;
  throw badInput(`targetScale must be a number above 0, received ${scale}.`);
}
