/** What the nodes of a graph make their layers with. */
import { kerasLayer } from '../keras3/keras-config.ts';
import type { RawArray } from '../raw-file.ts';
import type { ChainOfLayers } from './onnx-layers.ts';
import type { Axis, DataValue } from './onnx-values.ts';

export interface NodeContext {
  readonly chain: ChainOfLayers;
  /** Makes the layer of a recurrent node whose output is used now. */
  settle(data: DataValue): DataValue;
  /** An error that names the node. */
  refuse(reason: string): Error;
}

/** A layer behind a value, named by its class. */
export function append(
  context: NodeContext,
  data: DataValue,
  className: string,
  config: object,
  axes: readonly Axis[],
  arrays: RawArray[] = [],
): DataValue {
  const base = className.replace(/([a-z])([A-Z])/g, '$1_$2').toLowerCase();
  const name = context.chain.nameFor(base);
  const named = arrays.map((array) => ({ ...array, path: `${name}/${array.path}` }));
  return context.chain.append(data, kerasLayer(className, { name, ...config }), named, axes, context.refuse);
}
