/** Functional models: one chain in both ways of writing calls, and what is no chain, named. */
import { describe, expect, it } from 'vitest';
import type { FileSource } from '../../src/engine/keras/model/keras-model.ts';
import { upgradeConfig } from '../../src/engine/keras/upgrade/upgrade-config.ts';

type Json = Readonly<Record<string, unknown>>;

const SOURCE: FileSource = {
  fileName: 'm.h5',
  container: 'hdf5',
  holds: 'model',
  generation: 'tf.keras',
  kerasVersion: '2.4.0',
  backend: null,
};

/** A layer called as Keras 1 and 2 write it: `["input", 0, 0, {}]` for each input. */
function called(className: string, name: string, config: Json, ...inputs: readonly unknown[][]): Json {
  return {
    class_name: className,
    name,
    config: { name, ...config },
    inbound_nodes: inputs.length === 0 ? [] : [inputs],
  };
}

const INPUT = called('InputLayer', 'in', { batch_input_shape: [null, 6, 3] });

function model(layers: readonly Json[], output: unknown = [['out', 0, 0]], inputs: unknown = [['in', 0, 0]]) {
  return { class_name: 'Model', config: { name: 'm', layers, input_layers: inputs, output_layers: output } };
}

function names(architecture: unknown, generation: FileSource['generation'] = 'tf.keras'): unknown[] {
  const { config } = upgradeConfig(architecture, { ...SOURCE, generation }, undefined, []);
  return config.layers.slice(1).map((layer) => layer.config.name);
}

describe('functional models', () => {
  it('are read from input to output, whatever the order of the list', () => {
    const layers = [
      called('Dense', 'out', { units: 1 }, ['second', 0, 0, {}]),
      INPUT,
      called('LSTM', 'second', { units: 2 }, ['first', 0, 0, { training: false, mask: null }]),
      called('LSTM', 'first', { units: 4, return_sequences: true }, ['in', 0, 0]),
    ];

    expect(names(model(layers))).toEqual(['first', 'second', 'out']);
    expect(names(model(layers, ['out', 0, 0], ['in', 0, 0]))).toEqual(['first', 'second', 'out']);
  });

  it('of Keras 3 keep their Masking, whose mask is spelled out beside it', () => {
    const tensor = (name: string) => ({
      class_name: '__keras_tensor__',
      config: { shape: [null, 6, 3], dtype: 'float32', keras_history: [name, 0, 0] },
    });
    const layer = (className: string, name: string, config: Json, args: unknown[], kwargs: Json = {}) => ({
      module: 'keras.layers',
      class_name: className,
      name,
      config: { name, ...config },
      inbound_nodes: [{ args, kwargs }],
    });
    const input = { ...INPUT, config: { name: 'in', batch_shape: [null, 6, 3] } };
    const layers = [
      input,
      { ...layer('NotEqual', 'not_equal', {}, [tensor('in'), 0]), module: 'keras.src.ops.numpy' },
      layer('Masking', 'masking', { mask_value: 0 }, [tensor('in')]),
      { ...layer('Any', 'any', { axis: -1 }, [tensor('not_equal')]), module: 'keras.src.ops.numpy' },
      layer('LSTM', 'lstm', { units: 2 }, [tensor('masking')], { training: false, mask: tensor('any') }),
      layer('Dense', 'out', { units: 1 }, [tensor('lstm')]),
    ];

    expect(names(model(layers, ['out', 0, 0], ['in', 0, 0]), 'keras3')).toEqual(['masking', 'lstm', 'out']);
  });

  it('take a nested model as more of the chain and keep names apart', () => {
    const inner = {
      class_name: 'Functional',
      name: 'inner',
      config: model([
        called('InputLayer', 'in', { batch_input_shape: [null, 6, 3] }),
        called('LSTM', 'out', { units: 4, return_sequences: true }, ['in', 0, 0, {}]),
      ]).config,
      inbound_nodes: [[['in', 0, 0, {}]]],
    };
    const layers = [
      INPUT,
      inner,
      called('LSTM', 'lstm', { units: 3 }, ['inner', 1, 0, {}]),
      called('Dense', 'out', { units: 1 }, ['lstm', 0, 0, {}]),
    ];

    expect(names(model(layers))).toEqual(['out', 'lstm', 'out_1']);
  });

  const lstm = (name: string, ...inputs: unknown[][]) => called('LSTM', name, { units: 2 }, ...inputs);

  it.each([
    [
      'two inputs of a layer',
      model([
        INPUT,
        lstm('a', ['in', 0, 0, {}]),
        lstm('b', ['in', 0, 0, {}]),
        called('Add', 'out', {}, ['a', 0, 0, {}], ['b', 0, 0, {}]),
      ]),
      /"out" \(Add\) of a file of tf\.keras 2\.4\.0 takes 2 inputs \("a", "b"\)/,
    ],
    [
      'a state that goes into another layer',
      model([
        INPUT,
        lstm('a', ['in', 0, 0, {}]),
        lstm('out', [
          'in',
          0,
          0,
          {
            initial_state: [
              ['a', 0, 1],
              ['a', 0, 2],
            ],
          },
        ]),
      ]),
      /"out" \(LSTM\).*takes 3 inputs/,
    ],
    [
      'a state instead of the output',
      model([INPUT, lstm('a', ['in', 0, 0, {}]), called('Dense', 'out', { units: 1 }, ['a', 0, 1, {}])]),
      /Output 1 of Layer "a" \(LSTM\)/,
    ],
    [
      'two outputs',
      model(
        [INPUT, lstm('out', ['in', 0, 0, {}])],
        [
          ['out', 0, 0],
          ['in', 0, 0],
        ],
      ),
      /1 inputs \("in"\) and 2 outputs \("out", "in"\)/,
    ],
    [
      'a layer called twice',
      model([
        INPUT,
        { ...lstm('out', ['in', 0, 0, {}]), inbound_nodes: [[['in', 0, 0, {}]], [['out', 0, 0, {}]]] },
      ]),
      /"out" \(LSTM\).*is called 2 times/,
    ],
    [
      'a circle',
      model([INPUT, lstm('out', ['a', 0, 0, {}]), lstm('a', ['out', 0, 0, {}])]),
      /in a circle: "out"/,
    ],
    ['a layer that is missing', model([INPUT, lstm('out', ['gone', 0, 0, {}])]), /not there: "gone"/],
    [
      'a layer beside the way',
      model([INPUT, lstm('out', ['in', 0, 0, {}]), lstm('b', ['in', 0, 0, {}])]),
      /"b" \(LSTM\).*not on the way/,
    ],
    ['calls that are no calls', model([INPUT, { ...lstm('out'), inbound_nodes: 7 }]), /"out" \(LSTM\)/],
  ])('with %s are refused', (_, architecture, message) => {
    expect(() => names(architecture)).toThrow(message);
  });

  it('of TF.js are not read where its masks would go another way', () => {
    const layer = { class_name: 'LSTM', config: { name: 'l', units: 2 } };
    const layers = [
      INPUT,
      called('Masking', 'mask', {}, ['in', 0, 0, {}]),
      called('Bidirectional', 'out', { layer }, ['mask', 0, 0, {}]),
    ];

    expect(() => names(model(layers), 'tfjs')).toThrow(/Masking before a Bidirectional.*TF\.js/);
    expect(names(model(layers))).toEqual(['mask', 'out']);
  });
});
