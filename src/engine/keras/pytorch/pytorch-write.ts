/**
 * A model for PyTorch, in safetensors: one module for each Keras layer, so that `load_state_dict` takes it where the
 * attributes have the layers' names. The architecture goes into the metadata for our own reader.
 */
import { badInput } from '../../core/errors.ts';
import { type FilledLayer, fillLayers } from '../model/check-model.ts';
import { inverseOrder, reorderBlocks, transposed } from '../model/gate-blocks.ts';
import type { KerasModel, KerasWeight } from '../model/keras-model.ts';
import type { RecurrentSettings } from '../model/layer-settings.ts';
import { OWN_METADATA, ownMetadata } from '../own-metadata.ts';
import { moduleName, TORCH_BLOCKS } from './pytorch-layout.ts';
import { writeSafetensorsFile } from './safetensors.ts';

/**
 * The weights in PyTorch's layout and names: `<layer>.weight_ih_l0`, `<layer>.weight`. bias_hh is zero in an LSTM. The
 * metadata holds the architecture for our own reader.
 * @throws GatewiseError for what PyTorch's modules cannot compute
 */
export async function writeSafetensors(model: KerasModel): Promise<Uint8Array<ArrayBuffer>> {
  const tensors = fillLayers(model).flatMap(torchTensors);
  if (new Set(tensors.map(({ path }) => path)).size !== tensors.length) {
    throw badInput(
      'Two layers have names that differ in a dot only. Rename one; PyTorch knows no dots in names.',
    );
  }
  const own = await ownMetadata(model.config, tensors);
  return writeSafetensorsFile(tensors, { format: 'pt', [OWN_METADATA]: own });
}

interface TorchTensor {
  readonly path: string;
  readonly shape: readonly number[];
  readonly data: Float32Array;
}

function torchTensors(layer: FilledLayer): TorchTensor[] {
  const { settings, weights } = layer;
  const module = moduleName(layer.name);
  switch (settings.kind) {
    case 'recurrent':
      return torchRecurrent(layer, settings, weights, `${module}.`, '_l0');
    case 'bidirectional': {
      if (settings.mergeMode !== 'concat') {
        throw refusal(layer, `merge_mode is ${settings.mergeMode}; PyTorch joins the directions (concat)`);
      }
      const half = settings.forward.useBias ? 3 : 2;
      const backward = { ...settings.backward, goBackwards: false };
      return [
        ...torchRecurrent(layer, settings.forward, weights.slice(0, half), `${module}.`, '_l0'),
        ...torchRecurrent(layer, backward, weights.slice(half), `${module}.`, '_l0_reverse'),
      ];
    }
    case 'dense': {
      const [kernel, bias] = weights;
      const [inputs = 0, outputs = 0] = kernel?.shape ?? [];
      return [
        ...(kernel
          ? [
              {
                path: `${module}.weight`,
                shape: [outputs, inputs],
                data: transposed(kernel.data, inputs, outputs),
              },
            ]
          : []),
        ...(bias ? [{ path: `${module}.bias`, shape: bias.shape, data: bias.data }] : []),
      ];
    }
    case 'masking':
      throw refusal(layer, 'PyTorch has no masking inside recurrent modules');
    case 'batchNormalization':
    case 'layerNormalization':
      throw refusal(layer, 'only recurrent and dense layers are written for PyTorch');
    default:
      return [];
  }
}

function torchRecurrent(
  layer: FilledLayer,
  { cell, activation, recurrentActivation, goBackwards, resetAfter }: RecurrentSettings,
  [kernel, recurrentKernel, bias]: readonly KerasWeight[],
  prefix: string,
  suffix: string,
): TorchTensor[] {
  if (!kernel || !recurrentKernel) return [];
  const hasActivations =
    cell === 'simple_rnn'
      ? activation === 'tanh' || activation === 'relu'
      : activation === 'tanh' && recurrentActivation === 'sigmoid';
  if (!hasActivations) {
    throw refusal(
      layer,
      cell === 'simple_rnn'
        ? `its activation is ${activation}; nn.RNN has tanh and relu`
        : `its activations are ${activation} and ${recurrentActivation} (recurrent); PyTorch has tanh and sigmoid only`,
    );
  }
  if (goBackwards)
    throw refusal(layer, 'it goes backwards (go_backwards), which PyTorch has only in both directions');
  if (cell === 'gru' && !resetAfter) {
    throw refusal(layer, 'its reset gate works before the product (reset_after false), nn.GRU has it after');
  }
  const order = inverseOrder(TORCH_BLOCKS[cell]);
  const matrix = ({ shape, data }: KerasWeight, kind: string): TorchTensor => {
    const [rows = 0, columns = 0] = shape;
    return {
      path: `${prefix}${kind}${suffix}`,
      shape: [columns, rows],
      data: reorderBlocks(transposed(data, rows, columns), order),
    };
  };
  const matrices = [matrix(kernel, 'weight_ih'), matrix(recurrentKernel, 'weight_hh')];
  if (!bias) return matrices;
  const rows = kernel.shape[1] ?? 0;
  const halves =
    cell === 'gru'
      ? [bias.data.subarray(0, rows), bias.data.subarray(rows)]
      : [bias.data, new Float32Array(rows)];
  return [
    ...matrices,
    ...halves.map((half, i) => ({
      path: `${prefix}${i === 0 ? 'bias_ih' : 'bias_hh'}${suffix}`,
      shape: [rows],
      data: reorderBlocks(half, order),
    })),
  ];
}

function refusal({ name, className }: FilledLayer, reason: string): Error {
  return badInput(
    `Layer "${name}" (${className}) cannot be written for PyTorch: ${reason}. Write .keras, .npz or ONNX instead.`,
  );
}
