/** Puts an ONNX graph together, one node behind the other, and writes it as bytes (onnx.proto, IR version 8). */

import { encodeFloat32 } from '../bytes/number-formats.ts';
import type { SequentialConfig } from '../model/keras-model.ts';
import type { OpenShape } from '../model/layer-variables.ts';
import { OWN_METADATA, ownMetadata } from '../own-metadata.ts';
import { MessageWriter } from './protobuf.ts';

/** A number is a float, a bigint an integer, a list of numbers one of integers or, under activation_*, of floats. */
type Attributes = Readonly<Record<string, number | bigint | string | readonly number[] | readonly string[]>>;

const IR_VERSION = 8;
const OPSET = 17;
/** TensorProto.DataType */
const FLOAT = 1;
const INT64 = 7;
/** AttributeProto.AttributeType */
const TYPES = { float: 1, int: 2, string: 3, floats: 6, ints: 7, strings: 8 } as const;

export class GraphWriter {
  /** Name of the value that the next node takes. */
  #value = 'x';
  readonly #nodes: MessageWriter[] = [];
  readonly #tensors: MessageWriter[] = [];
  readonly #floats: {
    readonly path: string;
    readonly shape: readonly number[];
    readonly data: Float32Array;
  }[] = [];
  readonly #integers = new Map<string, string>();

  /**
   * A node that takes the current value and constants, and gives the next value.
   * @param output which of its outputs that is; those before it are left out
   */
  node(op: string, constants: readonly string[] = [], attributes: Attributes = {}, output = 0): this {
    const name = `${op}_${this.#nodes.length}`;
    const message = new MessageWriter();
    for (const input of [this.#value, ...constants]) message.bytes(1, input);
    for (let i = 0; i < output; i++) message.bytes(2, '');
    message.bytes(2, `${name}:0`).bytes(3, name).bytes(4, op);
    for (const [key, value] of Object.entries(attributes)) {
      if (Array.isArray(value) && value.length === 0) continue;
      message.bytes(5, attribute(key, value));
    }
    this.#nodes.push(message);
    this.#value = `${name}:0`;
    return this;
  }

  /** A constant of float32, by its name. */
  float(name: string, shape: readonly number[], data: Float32Array): string {
    this.#floats.push({ path: name, shape, data });
    this.#tensors.push(tensor(name, FLOAT, shape, encodeFloat32(data)));
    return name;
  }

  scalar(value: number): string {
    return this.float(`scalar_${this.#floats.length}`, [], Float32Array.of(value));
  }

  /** A list of integers. */
  integers(values: readonly number[]): string {
    const key = values.join(' ');
    const known = this.#integers.get(key);
    if (known) return known;
    const name = `integers_${this.#integers.size}`;
    const bytes = new Uint8Array(values.length * 8);
    const view = new DataView(bytes.buffer);
    values.forEach((value, i) => {
      view.setBigInt64(8 * i, BigInt(value), true);
    });
    this.#tensors.push(tensor(name, INT64, [values.length], bytes));
    this.#integers.set(key, name);
    return name;
  }

  /** The model whose output is the current value, called y. */
  async finish(
    config: SequentialConfig,
    input: OpenShape,
    output: OpenShape,
  ): Promise<Uint8Array<ArrayBuffer>> {
    const graph = new MessageWriter();
    for (const node of this.#nodes) graph.bytes(1, node);
    graph.bytes(
      1,
      new MessageWriter().bytes(1, this.#value).bytes(2, 'y').bytes(3, 'output').bytes(4, 'Identity'),
    );
    graph.bytes(2, config.name);
    for (const one of this.#tensors) graph.bytes(5, one);
    graph.bytes(11, valueInfo('x', input)).bytes(12, valueInfo('y', output));
    const metadata = await ownMetadata(config, this.#floats);
    return new MessageWriter()
      .integer(1, IR_VERSION)
      .bytes(2, 'gatewise')
      .bytes(7, graph)
      .bytes(8, new MessageWriter().bytes(1, '').integer(2, OPSET))
      .bytes(14, new MessageWriter().bytes(1, OWN_METADATA).bytes(2, metadata))
      .finish();
  }
}

function attribute(key: string, value: Attributes[string]): MessageWriter {
  const message = new MessageWriter().bytes(1, key);
  if (typeof value === 'number') return message.float(2, value).integer(20, TYPES.float);
  if (typeof value === 'bigint') return message.integer(3, Number(value)).integer(20, TYPES.int);
  if (typeof value === 'string') return message.bytes(4, value).integer(20, TYPES.string);
  const isFloats = key.startsWith('activation_');
  for (const one of value) {
    if (typeof one === 'string') message.bytes(9, one);
    else if (isFloats) message.float(7, one);
    else message.integer(8, one);
  }
  const type = typeof value[0] === 'string' ? TYPES.strings : isFloats ? TYPES.floats : TYPES.ints;
  return message.integer(20, type);
}

function tensor(name: string, type: number, shape: readonly number[], bytes: Uint8Array): MessageWriter {
  const message = new MessageWriter();
  for (const size of shape) message.integer(1, size);
  return message.integer(2, type).bytes(8, name).bytes(9, bytes);
}

/** One sample's shape with an open batch before it. */
function valueInfo(name: string, sample: OpenShape): MessageWriter {
  const shape = new MessageWriter();
  [null, ...sample].forEach((size, i) => {
    const dimension = new MessageWriter();
    if (size === null) dimension.bytes(2, i === 0 ? 'batch' : 'time');
    else dimension.integer(1, size);
    shape.bytes(1, dimension);
  });
  const type = new MessageWriter().bytes(1, new MessageWriter().integer(1, FLOAT).bytes(2, shape));
  return new MessageWriter().bytes(1, name).bytes(2, type);
}
