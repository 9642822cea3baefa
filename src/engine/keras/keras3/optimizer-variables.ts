/**
 * The variables of a Keras 3 optimizer in the order its files hold them (keras-reference 2.4; keras v3.15.1 optimizers/*.py):
 * iteration, learning rate, then the slots. Adam interleaves m and v; everything else is slot by slot.
 */
import { type FilledLayer, trainableWeights } from '../model/check-model.ts';
import type { KerasModel, KerasSlotName, OptimizerState } from '../model/keras-model.ts';

export interface OptimizerVariable {
  /** As Keras names it, without the optimizer: `iteration`, `model_lstm_lstm_cell_kernel_momentum`. */
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | BigInt64Array;
}

/** Keras' word for a slot; m of Adam is its momentum. */
const SLOT_WORDS: Readonly<Record<KerasSlotName, string>> = {
  m: 'momentum',
  v: 'velocity',
  vhat: 'velocity_hat',
  momentum: 'momentum',
  velocity: 'velocity',
  average_gradient: 'average_gradient',
};

/** What a compiled model's optimizer holds; nothing when the model has no state. */
export function optimizerVariables(model: KerasModel, layers: readonly FilledLayer[]): OptimizerVariable[] {
  const { compile, optimizerState: state } = model;
  if (!compile || !state) return [];
  const weights = trainableWeights(layers);
  const variable = ({ name, tensors }: OptimizerState['slots'][number], i: number): OptimizerVariable[] => {
    const tensor = tensors[i];
    const weight = weights[i]?.path.replaceAll('/', '_');
    return tensor ? [{ ...tensor, name: `${model.config.name}_${weight}_${SLOT_WORDS[name]}` }] : [];
  };
  const pair = state.slots.filter(({ name }) => name === 'm' || name === 'v');
  const others = state.slots.filter((slot) => !pair.includes(slot));
  // With a schedule there is no variable for the rate: Keras computes it from the iteration.
  const hasRate = typeof compile.optimizer.config.learning_rate !== 'object';
  return [
    { name: 'iteration', shape: [], data: BigInt64Array.of(BigInt(state.iterations)) },
    ...(hasRate ? [{ name: 'learning_rate', shape: [], data: Float32Array.of(state.learningRate) }] : []),
    ...weights.flatMap((_, i) => pair.flatMap((slot) => variable(slot, i))),
    ...others.flatMap((slot) => weights.flatMap((_, i) => variable(slot, i))),
  ];
}
