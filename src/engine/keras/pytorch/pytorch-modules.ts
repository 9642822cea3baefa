/**
 * PyTorch's names of tensors (keras-reference 7.3): which of them make one nn.LSTM, nn.GRU, nn.RNN or nn.Linear, and in
 * which order the modules stand. A state dict tells neither order nor calls, so the order is found by the shapes.
 */
import { badInput, formatShape } from '../../core/errors.ts';
import type { RawArray } from '../raw-file.ts';

/** One direction of one layer of a recurrent module, as PyTorch stores it. */
export interface Direction {
  /** [G H, D] */
  readonly inputWeight: RawArray;
  /** [G H, H] */
  readonly hiddenWeight: RawArray;
  /** [G H]; both or none. */
  readonly biases: readonly [RawArray, RawArray] | null;
}

export interface RecurrentModule {
  readonly kind: 'recurrent';
  /** `encoder.lstm`; '' when the file is one module's own state dict. */
  readonly name: string;
  readonly cell: 'lstm' | 'gru' | 'simple_rnn';
  /** Layers l0, l1, ...: one direction or two. */
  readonly layers: readonly (readonly Direction[])[];
  readonly inputs: number;
  readonly outputs: number;
}

export interface LinearModule {
  readonly kind: 'linear';
  readonly name: string;
  /** [out, in] */
  readonly weight: RawArray;
  readonly bias: RawArray | null;
  readonly inputs: number;
  readonly outputs: number;
}

export type Module = RecurrentModule | LinearModule;

/** `lstm.weight_ih_l0_reverse`; nn.LSTMCell has no `_l0`. */
const RECURRENT = /^(?:(.*)\.)?(weight_ih|weight_hh|bias_ih|bias_hh)(?:_l(\d{1,3})(_reverse)?)?$/;
const LINEAR = /^(?:(.*)\.)?(weight|bias)$/;
const CELLS = { 4: 'lstm', 3: 'gru', 1: 'simple_rnn' } as const;
const MAX_MODULES = 64;

/**
 * Modules in an order in which each takes what the one before gives: as they are numbered (nn.Sequential), else recurrent
 * ones first.
 * @returns isOnlyOrder false: the shapes allow another order too
 * @throws GatewiseError when no order fits
 */
export function orderModules(
  modules: readonly Module[],
  fileName: string,
): { readonly chain: readonly Module[]; readonly isOnlyOrder: boolean } {
  const names = modules.map(({ name }) => name);
  const isNumbered = names.every((name) => /(?:^|\.)\d+$/.test(name));
  const preferred = [...modules].sort((a, b) => {
    const byKind = Number(a.kind === 'linear') - Number(b.kind === 'linear');
    return (isNumbered ? 0 : byKind) || a.name.localeCompare(b.name, 'en', { numeric: true });
  });
  const chains = findChains(preferred);
  const first = chains[0];
  if (!first) {
    const shapes = preferred.map((one) => `${one.name || 'the module'} (${one.inputs} to ${one.outputs})`);
    throw badInput(
      `${fileName}: its modules make no chain in which each takes what the one before gives: ${shapes.join(', ')}. Models of one chain of nn.LSTM, nn.GRU, nn.RNN and nn.Linear are understood.`,
    );
  }
  return { chain: first, isOnlyOrder: isNumbered || chains.length === 1 };
}

/** The first two chains through all modules, tried in their order. The search stops where it would take long. */
function findChains(modules: readonly Module[]): Module[][] {
  const chains: Module[][] = [];
  let steps = 0;
  const extend = (chain: readonly Module[]): void => {
    if (chains.length === 2 || ++steps > 10_000) return;
    if (chain.length === modules.length) chains.push([...chain]);
    const features = chain.at(-1)?.outputs;
    for (const next of modules) {
      if (chain.includes(next) || (features !== undefined && next.inputs !== features)) continue;
      extend([...chain, next]);
    }
  };
  extend([]);
  return chains;
}

/**
 * The modules of a state dict.
 * @throws GatewiseError for a tensor of another module, naming it
 */
export function groupModules(tensors: readonly RawArray[], fileName: string): Module[] {
  const groups = new Map<string, Map<string, RawArray>>();
  for (const tensor of tensors) {
    const match = RECURRENT.exec(tensor.path) ?? LINEAR.exec(tensor.path);
    if (!match) {
      const isProjection = /weight_hr_l\d+/.test(tensor.path);
      throw badInput(
        `${fileName}: tensor "${tensor.path}" ${formatShape(tensor.shape)} ${isProjection ? 'projects the output of an LSTM (proj_size), which Keras does not have' : 'belongs to no nn.LSTM, nn.GRU, nn.RNN or nn.Linear'}. Models of these modules are understood.`,
      );
    }
    const [, name = '', kind = '', layer = '0', reverse = ''] = match;
    const group = groups.get(name) ?? new Map<string, RawArray>();
    const key = kind === 'weight' || kind === 'bias' ? kind : `${kind}_l${layer}${reverse}`;
    if (group.has(key)) throw badInput(`${fileName}: it holds ${key} of "${name}" twice.`);
    groups.set(name, group.set(key, tensor));
  }
  if (groups.size === 0 || groups.size > MAX_MODULES) {
    throw badInput(
      `${fileName} holds ${groups.size} modules; from 1 to ${MAX_MODULES} are read. Save the state dict of the model.`,
    );
  }
  return [...groups].map(([name, group]) =>
    group.has('weight') || group.has('bias')
      ? linearModule(name, group, fileName)
      : recurrentModule(name, group, fileName),
  );
}

function linearModule(name: string, group: ReadonlyMap<string, RawArray>, fileName: string): LinearModule {
  const weight = group.get('weight');
  const bias = group.get('bias') ?? null;
  const [outputs = 0, inputs = 0] = weight?.shape ?? [];
  const isLinear =
    weight?.shape.length === 2 &&
    group.size === (bias ? 2 : 1) &&
    (bias === null || (bias.shape.length === 1 && bias.shape[0] === outputs));
  if (isLinear && weight) return { kind: 'linear', name, weight, bias, inputs, outputs };
  const shapes = [...group].map(([key, { shape }]) => `${key} ${formatShape(shape)}`).join(', ');
  throw badInput(
    `${fileName}: module "${name}" (${shapes}) is no nn.Linear: weight [out, in] and bias [out] were expected. Models of nn.LSTM, nn.GRU, nn.RNN and nn.Linear are understood.`,
  );
}

function recurrentModule(
  name: string,
  group: ReadonlyMap<string, RawArray>,
  fileName: string,
): RecurrentModule {
  const layers: (readonly Direction[])[] = [];
  let taken = 0;
  const direction = (suffix: string): Direction | null => {
    const inputWeight = group.get(`weight_ih_${suffix}`);
    const hiddenWeight = group.get(`weight_hh_${suffix}`);
    if (!inputWeight || !hiddenWeight) return null;
    const [first, second] = [group.get(`bias_ih_${suffix}`), group.get(`bias_hh_${suffix}`)];
    taken += first && second ? 4 : 2;
    return { inputWeight, hiddenWeight, biases: first && second ? [first, second] : null };
  };
  for (let forward = direction('l0'); forward; forward = direction(`l${layers.length}`)) {
    const backward = direction(`l${layers.length}_reverse`);
    layers.push(backward ? [forward, backward] : [forward]);
  }
  const first = layers[0]?.[0];
  const [rows = 0, units = 0] = first?.hiddenWeight.shape ?? [];
  const gates = rows / units;
  const inputs = first?.inputWeight.shape[1] ?? 0;
  const directions = layers[0]?.length ?? 1;
  const fits = layers.every((layer, i) => {
    const features = i === 0 ? inputs : directions * units;
    return layer.length === directions && layer.every((one) => fitsShapes(one, rows, units, features));
  });
  if (!(gates === 4 || gates === 3 || gates === 1) || !fits || taken !== group.size || inputs < 1) {
    const shapes = [...group].map(([key, { shape }]) => `${key} ${formatShape(shape)}`).join(', ');
    throw badInput(
      `${fileName}: the tensors of "${name}" make no nn.LSTM, nn.GRU or nn.RNN: ${shapes.slice(0, 600)}. Expected weight_ih [G H, D], weight_hh [G H, H] and both biases [G H] or none, for each layer and direction.`,
    );
  }
  return { kind: 'recurrent', name, cell: CELLS[gates], layers, inputs, outputs: directions * units };
}

function fitsShapes(one: Direction, rows: number, units: number, features: number): boolean {
  const expected: [RawArray, readonly number[]][] = [
    [one.inputWeight, [rows, features]],
    [one.hiddenWeight, [rows, units]],
    ...(one.biases ?? []).map((bias): [RawArray, readonly number[]] => [bias, [rows]]),
  ];
  return expected.every(([{ shape }, wanted]) => formatShape(shape) === formatShape(wanted));
}
