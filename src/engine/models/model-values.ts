/** Weights and optimizer values as callers give and get them: checked by name, number and value. */
import { badInput } from '../core/errors.ts';
import type { Tensor } from '../core/tensor.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import type { ParameterLayout } from './parameters.ts';
import type { ModelState } from './state.ts';

/** Values an optimizer keeps, in Keras' layout. */
export interface OptimizerState {
  readonly iterations: number;
  readonly slots: readonly { readonly name: string; readonly tensors: readonly Tensor[] }[];
}

/** @throws GatewiseError when a value is NaN or infinite */
export function checkWeights(weights: readonly Tensor[], layout: ParameterLayout): void {
  weights.forEach(({ data }, k) => {
    const bad = data.findIndex((value) => !Number.isFinite(value));
    if (bad >= 0)
      throw badInput(
        `Weight ${layout.weights[k]?.path ?? k} holds ${data[bad]} at element ${bad}. Weights must be finite.`,
      );
  });
}

export async function readOptimizerState(
  state: ModelState,
  optimizer: Optimizer,
  member: number,
): Promise<OptimizerState> {
  const { iterations, slots } = await state.readAll(member);
  return { iterations, slots: optimizer.slots.map((name, k) => ({ name, tensors: slots[k] ?? [] })) };
}

/** @throws GatewiseError when slots or shapes do not fit the optimizer */
export function writeOptimizerState(
  state: ModelState,
  optimizer: Optimizer,
  { iterations, slots }: OptimizerState,
  member: number | undefined,
): void {
  const expected = optimizer.slots.join(', ');
  const received = slots.map(({ name }) => name).join(', ');
  if (received !== expected)
    throw badInput(`${optimizer.className} keeps the slots [${expected}], received [${received}].`);
  state.writeSlots(
    slots.map(({ tensors }) => tensors),
    iterations,
    member,
  );
}
