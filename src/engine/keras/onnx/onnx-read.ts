/**
 * ONNX models that are one chain of recurrent and dense layers, as torch.onnx, tf2onnx, keras2onnx and our own writer make
 * them. The graph is followed once, by the meaning of each value's axes (onnx-values.ts); what a Keras layer cannot be is
 * refused by the node's name.
 */
import { badInput } from '../../core/errors.ts';
import { own } from '../bytes/untrusted-json.ts';
import { sequentialConfig } from '../keras3/keras-config.ts';
import type { SequentialConfig } from '../model/keras-model.ts';
import { placeLayers } from '../model/layer-variables.ts';
import { findOwn, ownConfig } from '../own-metadata.ts';
import type { RawFile, RawLayer, ReadModelOptions } from '../raw-file.ts';
import { GraphFollower } from './onnx-graph.ts';
import type { MadeLayer } from './onnx-layers.ts';
import { type OnnxModel, readOnnxModel } from './onnx-proto.ts';
import { isRecurrentOp } from './onnx-recurrent.ts';

/**
 * @throws GatewiseError when the file is damaged, or its graph is no chain of layers that Keras has
 */
export async function readOnnx(bytes: Uint8Array, options: ReadModelOptions): Promise<RawFile> {
  const { fileName } = options;
  const model = readOnnxModel(bytes, fileName);
  const { chain, input, isTimeFirst, openOutputs } = follow(model, fileName);
  const made = chain.layers;
  const ours = await ownModel(model, made, fileName);
  const notes = [];
  if (isTimeFirst) {
    notes.push('The ONNX model takes [time, batch, features]; here it is given [batch, time, features].');
  }
  if (openOutputs > 0) notes.push(`The graph has ${openOutputs} more outputs, which were left out.`);
  return {
    source: {
      fileName,
      container: 'onnx',
      holds: 'model',
      generation: 'onnx',
      kerasVersion: null,
      backend: model.producer || null,
    },
    architecture: {
      module: 'keras',
      class_name: 'Sequential',
      config:
        ours?.config ??
        sequentialConfig(
          'model',
          input,
          made.map(({ layer }) => layer),
        ),
    },
    compile: null,
    weights: {
      kind: 'by-layer',
      layers: ours?.layers ?? made.map(({ layer, arrays }) => ({ name: String(layer.config.name), arrays })),
    },
    optimizer: null,
    recipe: null,
    stored: model.tensors.map(({ name, dtype, shape }) => ({ path: name, dtype, shape })),
    notes,
  };
}

function follow(model: OnnxModel, fileName: string) {
  const names = new Set(model.tensors.map(({ name }) => name));
  // Old models list their weights among the inputs too.
  const inputs = model.inputs.filter(({ name }) => !names.has(name));
  const [input] = inputs;
  if (inputs.length !== 1 || !input) {
    throw badInput(
      `${fileName}: its graph has ${inputs.length} inputs (${inputs
        .map(({ name }) => name)
        .join(', ')
        .slice(0, 200)}); models with one are understood. Export it without states as inputs.`,
    );
  }
  const isDirect = model.nodes.some((node) => isRecurrentOp(node.opType) && node.inputs[0] === input.name);
  const layout =
    model.nodes.find((node) => isRecurrentOp(node.opType))?.attributes.integers.get('layout')?.[0] ?? 0;
  const isTimeFirst = isDirect && layout === 0;
  const graph = new GraphFollower(model, input, isTimeFirst, fileName);
  const sample = graph.run();
  return { chain: graph.chain, input: sample, isTimeFirst, openOutputs: model.outputs.length - 1 };
}

/** The config that we wrote beside the graph, which tells names, dropout and the like, with the graph's arrays. */
async function ownModel(
  { metadata, tensors }: OnnxModel,
  made: readonly MadeLayer[],
  fileName: string,
): Promise<{ readonly config: SequentialConfig; readonly layers: readonly RawLayer[] } | null> {
  const text = findOwn(metadata);
  if (text === undefined) return null;
  const floats = tensors.filter(({ dtype }) => dtype === 'float32');
  const stored = floats.map(({ name, shape, data }) => ({ path: name, shape, data }));
  const config = await ownConfig(text, stored, fileName);
  if (!Array.isArray(own(config, 'layers')) || !Array.isArray(own(config, 'build_input_shape'))) return null;
  const written = config as SequentialConfig;
  const filled = made.filter(({ arrays }) => arrays.length > 0);
  const layers = placeLayers(written)
    .filter(({ variables }) => variables.length > 0)
    .map(({ name, variables }, i): RawLayer => {
      const arrays = filled[i]?.arrays ?? [];
      const found = variables.flatMap((variable) =>
        arrays.filter(({ path }) => path.endsWith(`/${variable.name}`)),
      );
      return { name, arrays: found };
    });
  return { config: written, layers };
}
