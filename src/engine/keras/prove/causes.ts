/** The likely reasons why a model gives other numbers than Keras, each as the model it would be without the fault. */
import type { Activation } from '../../core/activations.ts';
import { fromOrder, gateOrders, KERAS_ORDER, orderWords } from '../model/gate-orders.ts';
import type { KerasModel } from '../model/keras-model.ts';
import { placeLayers } from '../model/layer-variables.ts';
import { blocksReread } from '../upgrade/cudnn-arrays.ts';
import {
  type Cell,
  cellsOf,
  changeCells,
  changeSettings,
  fromTransposed,
  permuteBlocks,
  transposeBlocks,
} from './change-model.ts';

export interface Cause {
  /** What is wrong, as half a sentence: `the recurrent kernel is stored transposed`. */
  readonly what: string;
  /** Of two models that are compared, where that reads otherwise: `A's recurrent kernel is B's transposed`. */
  readonly between?: string;
  /** The model without the fault. */
  repair(model: KerasModel): KerasModel;
}

/** How sentences call recurrent activations. */
const ACTIVATION_WORDS: Readonly<Partial<Record<Activation, string>>> = {
  sigmoid: 'sigmoid',
  hard_sigmoid: 'hard_sigmoid (Keras 3: clip(x/6 + 0.5))',
  hard_sigmoid_keras2: 'hard_sigmoid (Keras 1 and 2: clip(0.2x + 0.5))',
};
const GATE_ACTIVATIONS = ['hard_sigmoid_keras2', 'hard_sigmoid', 'sigmoid'] as const;

/**
 * Causes that a model can have, in stages: those of a later stage are worth trying where none of an earlier one fits. First
 * what changes weights only, which costs no new kernels: of all cells at once, of one layer, of one direction of it, of
 * Dense layers; then the gates' activation; then other settings; then an order or transposition of the gates together with
 * another activation.
 */
export function causeStages(model: KerasModel): readonly (() => Cause[])[] {
  const cells = cellsOf(model);
  const scopes = scopesOf(cells);
  return [
    ...scopes.map((scope) => () => weightCauses(scope)),
    () => denseWeightCauses(model),
    () => scopes.flatMap(gateActivationCauses),
    () => [...scopes.flatMap(settingCauses), ...layerSettingCauses(model)],
    () => pairedCauses({ cells, where: '' }),
  ];
}

/** Causes that change weights only. */
export function weightFaults(model: KerasModel): Cause[] {
  return [...scopesOf(cellsOf(model)).flatMap(weightCauses), ...denseWeightCauses(model)];
}

/** Orders and transpositions of all LSTM cells together with another activation of the gates. */
function pairedCauses(scope: Scope): Cause[] {
  if (scope.cells.length === 0 || scope.cells.some(({ settings }) => settings.cell !== 'lstm')) return [];
  const second = [...orderCauses(scope), ...transposeCauses(scope)];
  return gateActivationCauses(scope).flatMap((one) => second.map((other) => both(one, other)));
}

function both(one: Cause, other: Cause): Cause {
  return {
    what: `${other.what}, and ${one.what}`,
    repair: (model) => one.repair(other.repair(model)),
  };
}

/** Cells that have a fault together. */
interface Scope {
  readonly cells: readonly Cell[];
  /** Ends the sentence: ` in layer "lstm_1"`; empty for all. */
  readonly where: string;
}

function scopesOf(cells: readonly Cell[]): Scope[] {
  if (cells.length === 0) return [];
  const layers = [...new Set(cells.map(({ layer }) => layer))];
  const ofLayer = (layer: string): readonly Cell[] => cells.filter((cell) => cell.layer === layer);
  return [
    { cells, where: '' },
    ...(layers.length > 1
      ? layers.map((layer) => ({ cells: ofLayer(layer), where: ` in layer "${layer}"` }))
      : []),
    ...cells.flatMap((cell) =>
      cell.prefix === ''
        ? []
        : [{ cells: [cell], where: ` in the ${cell.prefix.slice(0, -1)} half of "${cell.layer}"` }],
    ),
  ];
}

function weightCauses(scope: Scope): Cause[] {
  return [...orderCauses(scope), ...transposeCauses(scope), ...layoutCauses(scope), ...biasCauses(scope)];
}

function orderCauses({ cells, where }: Scope): Cause[] {
  if (cells.some(({ settings }) => settings.cell === 'simple_rnn')) return [];
  if (cells.every(({ settings }) => settings.cell === 'gru')) {
    return [
      {
        what: `the z and r blocks are swapped${where}`,
        repair: (model) =>
          changeCells(model, cells, (_, { data, shape }) =>
            permuteBlocks(data, shape.at(-1) ?? 1, [1, 0, 2]),
          ),
      },
    ];
  }
  if (cells.some(({ settings }) => settings.cell !== 'lstm')) return [];
  return gateOrders()
    .filter((order) => order !== KERAS_ORDER)
    .map((order) => ({
      what: `${orderWords(order)}${where}`,
      repair: (model) => fromOrder(model, cells, order),
    }));
}

function gateActivationCauses({ cells, where }: Scope): Cause[] {
  if (
    cells.some(
      ({ settings, prefix }) => settings.cell === 'simple_rnn' || (prefix !== '' && cells.length === 1),
    )
  )
    return [];
  const layers = cells.map(({ layer }) => layer);
  const own = new Set(cells.map(({ settings }) => settings.recurrentActivation));
  return GATE_ACTIVATIONS.filter((name) => own.size > 1 || !own.has(name)).map((name) => {
    const [given = ''] = own;
    const received = own.size > 1 ? 'different ones' : (ACTIVATION_WORDS[given as Activation] ?? given);
    return {
      what: `the gates use ${received}${where}, expected ${ACTIVATION_WORDS[name]}`,
      repair: (model) => changeSettings(model, layers, { recurrent_activation: name }),
    };
  });
}

function transposeCauses({ cells, where }: Scope): Cause[] {
  const transposed = (what: string, blocks: readonly number[] | null): Cause => ({
    what: `the ${what} is stored transposed${where}`,
    between: `A's ${what} is B's transposed${where}`,
    repair: (model) =>
      changeCells(model, cells, (part, { data }, { settings }) =>
        part === 'recurrent_kernel' ? transposeBlocks(data, settings.units, blocks) : null,
      ),
  });
  const gates = cells.every(({ settings }) => settings.cell === 'lstm')
    ? [...KERAS_ORDER].map((gate, place) => transposed(`recurrent kernel of gate ${gate}`, [place]))
    : [];
  return [transposed('recurrent kernel', null), ...gates];
}

function layoutCauses({ cells, where }: Scope): Cause[] {
  return [
    {
      what: `the kernels are stored in CuDNN's layout${where}`,
      repair: (model) =>
        changeCells(model, cells, (part, { data, shape }, { settings }) => {
          const gates = (shape.at(-1) ?? 0) / settings.units;
          if (part === 'kernel')
            return blocksReread(data, gates, data.length / (gates * settings.units), settings.units);
          return part === 'recurrent_kernel' ? transposeBlocks(data, settings.units) : null;
        }),
    },
    ...(['kernel', 'recurrent_kernel'] as const).map((part) => ({
      what: `the memory of the ${part.replace('_', ' ')} holds its transpose, [4H, D] as in PyTorch${where}`,
      repair: (model: KerasModel) =>
        changeCells(model, cells, (own, { data, shape }) =>
          own === part ? fromTransposed(data, shape[0] ?? 1) : null,
        ),
    })),
    {
      what: `both kernels are stored as their transposes, [4H, D] and [4H, H] as in PyTorch${where}`,
      repair: (model) =>
        changeCells(model, cells, (part, { data, shape }) =>
          part === 'bias' ? null : fromTransposed(data, shape[0] ?? 1),
        ),
    },
  ];
}

function biasCauses({ cells, where }: Scope): Cause[] {
  if (cells.every(({ settings }) => !settings.useBias)) return [];
  const scaled = (what: string, change: (value: number, place: number) => number): Cause => ({
    what: `${what}${where}`,
    repair: (model) =>
      changeCells(model, cells, (part, { data }) =>
        part === 'bias' ? data.map((value, at) => change(value, Math.floor((4 * at) / data.length))) : null,
      ),
  });
  const isLstm = cells.every(({ settings }) => settings.cell === 'lstm');
  return [
    scaled('the bias was to be left out', () => 0),
    scaled('the bias is added twice', (value) => value / 2),
    scaled('only half of the bias is there (one of the two of PyTorch or CuDNN)', (value) => 2 * value),
    ...(isLstm
      ? [
          scaled("1 is missing in the forget gate's bias", (value, gate) => value + (gate === 1 ? 1 : 0)),
          scaled("the forget gate's bias has 1 too much", (value, gate) => value - (gate === 1 ? 1 : 0)),
        ]
      : []),
  ];
}

function settingCauses({ cells, where }: Scope): Cause[] {
  if (cells.length === 1 && cells[0]?.prefix !== '') return [];
  const layers = cells.map(({ layer }) => layer);
  const setting = (what: string, values: Readonly<Record<string, unknown>>): Cause => ({
    what: `${what}${where}`,
    repair: (model) => changeSettings(model, layers, values),
  });
  const causes: Cause[] = [];
  for (const activation of ['tanh', 'linear', 'relu', 'sigmoid', 'softsign']) {
    const [own] = cells.map(({ settings }) => settings.activation as string);
    if (own !== activation)
      causes.push(setting(`the activation is ${own}, expected ${activation}`, { activation }));
  }
  if (cells.every(({ prefix }) => prefix === '')) {
    const isBackwards = cells.every(({ settings }) => settings.goBackwards);
    const words = isBackwards ? 'go_backwards was to be off' : 'go_backwards was to be on';
    causes.push(setting(words, { go_backwards: !isBackwards }));
  }
  return causes;
}

/** Of the Dense layers' weights. */
function denseWeightCauses(model: KerasModel): Cause[] {
  return placeLayers(model.config).flatMap(({ name, settings, input }): Cause[] => {
    if (settings.kind !== 'dense') return [];
    const rows = input.at(-1) ?? 1;
    const bias: Cause = {
      what: `the bias of "${name}" was to be left out`,
      repair: (one) => changeWeight(one, `${name}/bias`, (data) => new Float32Array(data.length)),
    };
    return [
      {
        what: `the kernel of "${name}" is stored transposed`,
        between: `A's kernel of "${name}" is B's transposed`,
        repair: (one) => changeWeight(one, `${name}/kernel`, (data) => fromTransposed(data, rows)),
      },
      ...(settings.useBias ? [bias] : []),
    ];
  });
}

/** Of layers around the recurrent ones. */
function layerSettingCauses(model: KerasModel): Cause[] {
  const layers = placeLayers(model.config);
  const last = layers.findLast(
    ({ settings }) => settings.kind === 'recurrent' || settings.kind === 'bidirectional',
  );
  const causes: Cause[] = [];
  if (last !== undefined) {
    const { settings } = last;
    const cell = settings.kind === 'bidirectional' ? settings.forward : settings;
    const returns = cell.kind === 'recurrent' && cell.returnSequences;
    causes.push({
      what: `return_sequences of "${last.name}" is ${returns ? 'on, expected the last step only' : 'off, expected all steps'}`,
      repair: (one) => changeSettings(one, [last.name], { return_sequences: !returns }),
    });
  }
  for (const { name, settings } of layers) {
    if (settings.kind === 'bidirectional') {
      for (const mode of ['concat', 'sum', 'mul', 'ave']) {
        if (mode === settings.mergeMode) continue;
        causes.push({
          what: `merge_mode of "${name}" is ${settings.mergeMode}, expected ${mode}`,
          repair: (one) => withOwnSettings(one, name, { merge_mode: mode }),
        });
      }
    }
    if (settings.kind !== 'dense') continue;
    for (const activation of ['linear', 'sigmoid', 'tanh', 'relu', 'softmax']) {
      if (activation === settings.activation) continue;
      causes.push({
        what: `the activation of "${name}" is ${settings.activation}, expected ${activation}`,
        repair: (one) => changeSettings(one, [name], { activation }),
      });
    }
  }
  return causes;
}

/** Of the layer itself, not of the one it wraps. */
function withOwnSettings(
  model: KerasModel,
  name: string,
  settings: Readonly<Record<string, unknown>>,
): KerasModel {
  const layers = model.config.layers.map((layer) =>
    layer.config.name === name ? { ...layer, config: { ...layer.config, ...settings } } : layer,
  );
  return { ...model, config: { ...model.config, layers } };
}

function changeWeight(
  model: KerasModel,
  path: string,
  change: (data: Float32Array) => Float32Array,
): KerasModel {
  const weights = model.weights.map((weight) =>
    weight.path === path ? { ...weight, data: change(weight.data) } : weight,
  );
  return { ...model, weights };
}
