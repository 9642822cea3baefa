/**
 * Weights of PyTorch in safetensors: a chain of nn.LSTM, nn.GRU, nn.RNN and nn.Linear, for which an architecture is made
 * and what was assumed is said. Our own files carry their architecture.
 */

import { own } from '../bytes/untrusted-json.ts';
import { kerasLayer, sequentialConfig } from '../keras3/keras-config.ts';
import { reorderBlocks, sumOfBiases, transposed } from '../model/gate-blocks.ts';
import type { KerasObject } from '../model/keras-model.ts';
import type { RecurrentSettings } from '../model/layer-settings.ts';
import { findOwn, ownConfig } from '../own-metadata.ts';
import type { RawArray, RawFile, RawLayer, ReadModelOptions } from '../raw-file.ts';
import { moduleName, TORCH_BLOCKS } from './pytorch-layout.ts';
import { type Direction, groupModules, type Module, orderModules } from './pytorch-modules.ts';
import { readSafetensorsFile } from './safetensors.ts';

/**
 * A state dict as a model in Keras' layout.
 * @throws GatewiseError when the file is damaged or holds other modules
 */
export async function readSafetensors(bytes: Uint8Array, options: ReadModelOptions): Promise<RawFile> {
  const { fileName } = options;
  const { metadata, tensors } = readSafetensorsFile(bytes, fileName);
  const modules = groupModules(tensors, fileName);
  const ours = findOwn(metadata);
  const { config, layers, notes } =
    ours === undefined ? assumedModel(modules, fileName) : await ownModel(ours, modules, tensors, fileName);
  const rounded = tensors.filter(({ dtype }) => dtype === 'F64').length;
  return {
    source: {
      fileName,
      container: 'safetensors',
      holds: ours === undefined ? 'weights' : 'model',
      generation: 'pytorch',
      kerasVersion: null,
      backend: null,
    },
    architecture: { module: 'keras', class_name: 'Sequential', config },
    compile: null,
    weights: { kind: 'by-layer', layers },
    optimizer: null,
    recipe: null,
    stored: tensors.map(({ path, dtype, shape }) => ({ path, dtype, shape })),
    notes: [
      ...notes,
      ...(rounded > 0 ? [`${rounded} tensors are float64 and were rounded to float32.`] : []),
    ],
  };
}

interface ReadModel {
  readonly config: unknown;
  readonly layers: readonly RawLayer[];
  readonly notes: readonly string[];
}

function assumedModel(modules: readonly Module[], fileName: string): ReadModel {
  const { chain, isOnlyOrder } = orderModules(modules, fileName);
  const made = layersOf(chain);
  const layers = made.map(({ layer }) => layer);
  return {
    config: sequentialConfig('model', [null, chain[0]?.inputs ?? 0], layers),
    layers: made.map(({ raw }) => raw),
    notes: assumptions(chain, isOnlyOrder),
  };
}

/** The config that we wrote beside the tensors, neither of which may have changed since. */
async function ownModel(
  text: string,
  modules: readonly Module[],
  tensors: readonly RawArray[],
  fileName: string,
): Promise<ReadModel> {
  const config = await ownConfig(text, tensors, fileName);
  const listed = own(config, 'layers');
  const layers = (Array.isArray(listed) ? listed : []).map((layer): RawLayer => {
    const name = String(own(own(layer, 'config'), 'name'));
    const module = modules.find((one) => one.name === moduleName(name));
    return { name, arrays: module ? layersOf([module]).flatMap(({ raw }) => raw.arrays) : [] };
  });
  return { config, layers, notes: [] };
}

interface MadeLayer {
  readonly layer: KerasObject;
  readonly raw: RawLayer;
}

function layersOf(modules: readonly Module[]): MadeLayer[] {
  const lastRecurrent = modules.findLastIndex(({ kind }) => kind === 'recurrent');
  const names = new Set<string>();
  const unique = (name: string, fallback: string): string => {
    const base = name.replace(/[^A-Za-z0-9_.>-]+/g, '_').replaceAll('.', '_');
    let result = base === '' || /^\d/.test(base) ? `${fallback}${base && `_${base}`}` : base;
    while (names.has(result)) result = `${result}_1`;
    names.add(result);
    return result;
  };
  return modules.flatMap((module, at) => {
    if (module.kind === 'linear') {
      const name = unique(module.name, 'dense');
      const { weight, bias, inputs, outputs } = module;
      const config = { name, units: outputs, activation: 'linear', use_bias: bias !== null };
      const kernel = {
        ...weight,
        path: `${name}/kernel`,
        shape: [inputs, outputs],
        data: transposed(weight.data, outputs, inputs),
      };
      const arrays = bias ? [kernel, { ...bias, path: `${name}/bias` }] : [kernel];
      return { layer: kerasLayer('Dense', config), raw: { name, arrays } };
    }
    return module.layers.map((directions, i): MadeLayer => {
      const suffix = module.layers.length > 1 ? `_l${i}` : '';
      const isLast = at === lastRecurrent && i === module.layers.length - 1;
      // A module that nothing follows gives what nn.LSTM gives: the whole sequence.
      const returnSequences = !isLast || at === modules.length - 1;
      const name = `${unique(`${module.name || module.cell}${suffix}`, module.cell)}`;
      return recurrentLayer(name, module.cell, directions, returnSequences);
    });
  });
}

const CLASSES = { lstm: 'LSTM', gru: 'GRU', simple_rnn: 'SimpleRNN' } as const;

function recurrentLayer(
  name: string,
  cell: RecurrentSettings['cell'],
  directions: readonly Direction[],
  returnSequences: boolean,
): MadeLayer {
  const isTwoWay = directions.length === 2;
  const units = directions[0]?.hiddenWeight.shape[1] ?? 0;
  const config = {
    name: isTwoWay ? `${name}_inner` : name,
    units,
    activation: 'tanh',
    ...(cell === 'simple_rnn' ? {} : { recurrent_activation: 'sigmoid' }),
    use_bias: directions[0]?.biases != null,
    return_sequences: returnSequences,
    ...(cell === 'gru' ? { reset_after: true } : {}),
  };
  const inner = kerasLayer(CLASSES[cell], config);
  const arrays = directions.flatMap((direction, i) =>
    kerasArrays(direction, cell, `${name}/${isTwoWay ? (i === 0 ? 'forward/' : 'backward/') : ''}`),
  );
  const layer = isTwoWay ? kerasLayer('Bidirectional', { name, layer: inner, merge_mode: 'concat' }) : inner;
  return { layer, raw: { name, arrays } };
}

function kerasArrays(
  { inputWeight, hiddenWeight, biases }: Direction,
  cell: RecurrentSettings['cell'],
  prefix: string,
): RawArray[] {
  const order = TORCH_BLOCKS[cell];
  const matrix = ({ dtype, shape, data }: RawArray, name: string): RawArray => {
    const [rows = 0, columns = 0] = shape;
    return {
      path: `${prefix}${name}`,
      dtype,
      shape: [columns, rows],
      data: transposed(reorderBlocks(data, order), rows, columns),
    };
  };
  const arrays = [matrix(inputWeight, 'kernel'), matrix(hiddenWeight, 'recurrent_kernel')];
  if (!biases) return arrays;
  const [input, hidden] = biases.map(({ data }) => reorderBlocks(data, order)) as [
    Float32Array,
    Float32Array,
  ];
  const rows = input.length;
  const bias = { path: `${prefix}bias`, dtype: biases[0].dtype };
  if (cell !== 'gru') return [...arrays, { ...bias, shape: [rows], data: sumOfBiases(input, hidden) }];
  return [...arrays, { ...bias, shape: [2, rows], data: Float32Array.from([...input, ...hidden]) }];
}

function assumptions(modules: readonly Module[], isOnlyOrder: boolean): string[] {
  const notes = [
    `A PyTorch state dict holds no architecture. Assumed: ${modules.map(({ name, kind }) => name || kind).join(', then ')}, with the number of time steps open.`,
  ];
  if (!isOnlyOrder) notes.push('The shapes would allow another order of the modules too.');
  const recurrent = modules.filter((one) => one.kind === 'recurrent');
  const last = modules.findLastIndex(({ kind }) => kind === 'recurrent');
  if (last >= 0 && last < modules.length - 1) {
    notes.push('Assumed: what follows the last recurrent layer is given its last time step alone.');
    if (recurrent.at(-1)?.layers[0]?.length === 2) {
      notes.push(
        'Assumed: of the backward direction the last state (h_n) is taken, as Keras does; code that takes output[:, -1] gives other numbers.',
      );
    }
  }
  if (recurrent.some(({ cell }) => cell === 'simple_rnn')) notes.push('Assumed: nn.RNN with tanh.');
  if (modules.some(({ kind }) => kind === 'linear')) {
    notes.push('Assumed: no activation after nn.Linear (none is stored), and no dropout at inference.');
  }
  return notes;
}
