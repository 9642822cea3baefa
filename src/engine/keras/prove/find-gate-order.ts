/**
 * Which order of the gates, which recurrent activation and which orientation of the recurrent kernel give the expected
 * outputs: all 24 orders with sigmoid and both hard_sigmoids, as stored and with every block transposed; where none of these
 * fits, with each subset of the blocks transposed.
 */
import type { Activation } from '../../core/activations.ts';
import { badInput } from '../../core/errors.ts';
import { GATES } from '../../core/gates.ts';
import type { Tensor } from '../../core/tensor.ts';
import { fromOrder, type GateOrder, gateOrders } from '../model/gate-orders.ts';
import type { KerasModel } from '../model/keras-model.ts';
import { type Cell, cellsOf, changeCells, changeSettings, transposeBlocks } from './change-model.ts';
import { bestFirst, type Predict, type Trial, tryModel } from './trial.ts';

export interface GateOrderTrial extends Trial {
  /** How the blocks lie in the file: `icfo` is that of Keras 1. */
  readonly order: GateOrder;
  /** Whose hard_sigmoid: `keras2` is clip(0.2x + 0.5, 0, 1), `keras3` clip(x/6 + 0.5, 0, 1); null: another activation. */
  readonly hardSigmoid: 'keras2' | 'keras3' | null;
  readonly recurrentActivation: Activation;
  /** Gates whose recurrent kernel is stored transposed; absent: none. */
  readonly transposed?: readonly string[];
}

export interface GateOrderResult {
  readonly best: GateOrderTrial;
  /** Best first. */
  readonly all: readonly GateOrderTrial[];
}

/**
 * @param onTrial told after each trial: how many are done and how many there will be at least
 * @throws GatewiseError when the model has no LSTM
 */
export async function findGateOrder(
  model: KerasModel,
  predict: Predict,
  expected: Tensor,
  tolerance: number,
  onTrial: (done: number, total: number) => void = () => {},
): Promise<GateOrderResult> {
  const cells = cellsOf(model).filter(({ settings }) => settings.cell === 'lstm');
  if (cells.length === 0) {
    throw badInput('The model has no LSTM layer, so there is no order of four gates to find.');
  }
  const all: GateOrderTrial[] = [];
  const activations = activationsOf(cells);
  const keys = GATES.map(({ key }) => key as string);
  const subsets = Array.from({ length: 2 ** keys.length }, (_, bits) =>
    keys.filter((_, place) => (bits >> place) & 1),
  );
  const isWhole = (subset: readonly string[]): boolean => [0, keys.length].includes(subset.length);
  const stages = [subsets.filter(isWhole), subsets.filter((subset) => !isWhole(subset))];
  let total = 0;
  for (const stage of stages) {
    if (all.some(({ fits }) => fits)) break;
    total += stage.length * activations.length * gateOrders().length;
    for (const recurrentActivation of activations) {
      const active = withActivation(model, cells, recurrentActivation);
      for (const transposed of stage) {
        for (const order of gateOrders()) {
          const meant = withTransposed(fromOrder(active, cells, order), cells, transposed);
          const trial = await tryModel(meant, predict, expected, tolerance);
          all.push({
            order,
            hardSigmoid: hardSigmoidOf(recurrentActivation),
            recurrentActivation,
            ...(transposed.length > 0 ? { transposed } : {}),
            ...trial,
          });
          onTrial(all.length, total);
        }
      }
    }
  }
  const sorted = bestFirst(all);
  const [best] = sorted;
  if (best === undefined) throw badInput('No order of the gates could be tried.');
  return { best, all: sorted };
}

/** The model's own first, so that it wins where several fit. */
function activationsOf(cells: readonly Cell[]): Activation[] {
  const own = cells.map(({ settings }) => settings.recurrentActivation);
  return [...new Set<Activation>([...own, 'sigmoid', 'hard_sigmoid_keras2', 'hard_sigmoid'])];
}

function withActivation(model: KerasModel, cells: readonly Cell[], activation: Activation): KerasModel {
  if (cells.every(({ settings }) => settings.recurrentActivation === activation)) return model;
  const layers = cells.map(({ layer }) => layer);
  return changeSettings(model, layers, { recurrent_activation: activation });
}

function withTransposed(model: KerasModel, cells: readonly Cell[], gates: readonly string[]): KerasModel {
  if (gates.length === 0) return model;
  const blocks = GATES.flatMap(({ key }, place) => (gates.includes(key) ? [place] : []));
  return changeCells(model, cells, (part, { data }, { settings }) =>
    part === 'recurrent_kernel' ? transposeBlocks(data, settings.units, blocks) : null,
  );
}

function hardSigmoidOf(activation: Activation): 'keras2' | 'keras3' | null {
  if (activation === 'hard_sigmoid_keras2') return 'keras2';
  return activation === 'hard_sigmoid' ? 'keras3' : null;
}
