/** Weights without an architecture: what is inferred, what is said about it, and when it is asked for. */
import { describe, expect, it } from 'vitest';
import type { RawArray, RawFile } from '../../src/engine/keras/raw-file.ts';
import { modelOf } from '../../src/engine/keras/upgrade/model-of-raw.ts';
import { byLayer, denseLayer, lstmLayer, rawArray, rawFile, rawLayer } from './raw-support.ts';

function bare(parts: Parameters<typeof rawFile>[0]): RawFile {
  return rawFile({ ...parts, source: { fileName: 'w.h5', holds: 'weights', ...parts.source } });
}

function layersOf(raw: RawFile): unknown[] {
  return modelOf(raw, null)
    .model.config.layers.slice(1)
    .map(({ class_name, config }) => {
      const { name, units, recurrent_activation, return_sequences, reset_after } = config;
      return [class_name, name, units, recurrent_activation, return_sequences, reset_after].filter(
        (one) => one !== undefined,
      );
    });
}

/** Keras 1's arrays of an LSTM or GRU. */
function gateArrays(letters: string, features: number, units: number): RawArray[] {
  return [...letters].flatMap((gate) => [
    rawArray(`l_W_${gate}`, [features, units]),
    rawArray(`l_U_${gate}`, [units, units]),
    rawArray(`l_b_${gate}`, [units]),
  ]);
}

describe('weights without an architecture', () => {
  it('become LSTMs and a Dense where shapes tell, in the generation of the file', () => {
    const weights = byLayer(
      lstmLayer('lstm_1', 3, 6),
      { name: 'dropout_1', arrays: [] },
      lstmLayer('lstm_2', 6, 4),
      denseLayer('dense_1', 4, 2),
    );

    expect(layersOf(bare({ weights, source: { generation: 'keras2', kerasVersion: '2.2.4' } }))).toEqual([
      ['LSTM', 'lstm_1', 6, 'hard_sigmoid_keras2', true],
      ['LSTM', 'lstm_2', 4, 'hard_sigmoid_keras2', false],
      ['Dense', 'dense_1', 2],
    ]);
    expect(layersOf(bare({ weights, source: { generation: 'keras2', kerasVersion: '2.3.1' } }))[0]).toEqual([
      'LSTM',
      'lstm_1',
      6,
      'sigmoid',
      true,
    ]);
  });

  it('say what was assumed', () => {
    const raw = bare({ weights: byLayer(lstmLayer('lstm', 1, 5), denseLayer('dense', 5, 1)) });

    const { notes, model } = modelOf(raw, null);

    expect(notes.join(' ')).toMatch(
      /w\.h5 holds weights alone.*LSTM\(5\), Dense\(1\).*--architecture.*Assumed.*tanh.*hard_sigmoid.*Assumed.*linear/,
    );
    expect(model.config.build_input_shape).toEqual([null, null, 1]);
  });

  it('find the order of classes in a .weights.h5 by the shapes', () => {
    const arrays = [
      rawArray('layers/dense/vars/0', [8, 3]),
      rawArray('layers/dense/vars/1', [3]),
      rawArray('layers/bidirectional/forward_layer/cell/vars/0', [5, 16]),
      rawArray('layers/bidirectional/forward_layer/cell/vars/1', [4, 16]),
      rawArray('layers/bidirectional/forward_layer/cell/vars/2', [16]),
      rawArray('layers/bidirectional/backward_layer/cell/vars/0', [5, 16]),
      rawArray('layers/bidirectional/backward_layer/cell/vars/1', [4, 16]),
      rawArray('layers/bidirectional/backward_layer/cell/vars/2', [16]),
      rawArray('layers/gru/cell/vars/0', [2, 15]),
      rawArray('layers/gru/cell/vars/1', [5, 15]),
      rawArray('layers/gru/cell/vars/2', [2, 15]),
    ];
    const raw = bare({ weights: { kind: 'by-path', arrays }, source: { generation: 'keras3' } });

    expect(layersOf(raw)).toEqual([
      ['GRU', 'gru', 5, 'sigmoid', true, true],
      ['Bidirectional', 'bidirectional'],
      ['Dense', 'dense', 3],
    ]);
    expect(modelOf(raw, null).model.weights.map(({ data }) => data)).toEqual(
      [8, 9, 10, 2, 3, 4, 5, 6, 7, 0, 1].map((i) => arrays[i]?.data),
    );
  });

  it('read the numbers and the statistics of tf.keras 2.12 as what they are', () => {
    const arrays = [
      rawArray('_layer_checkpoint_dependencies/dense/vars/0', [4, 1]),
      rawArray('_layer_checkpoint_dependencies/dense/vars/1', [1]),
      ...[0, 1, 2].map((i) =>
        rawArray(`_layer_checkpoint_dependencies/lstm/cell/vars/${i}`, lstmShape(i, 3, 5)),
      ),
      ...[0, 1, 2].map((i) =>
        rawArray(`_layer_checkpoint_dependencies/lstm_2/cell/vars/${i}`, lstmShape(i, 5, 4)),
      ),
      rawArray('metrics/mean/vars/0', []),
    ];
    const raw = bare({ weights: { kind: 'by-path', arrays }, source: { generation: 'keras3' } });

    expect(layersOf(raw)).toEqual([
      ['LSTM', 'lstm', 5, 'sigmoid', true],
      ['LSTM', 'lstm_1', 4, 'sigmoid', false],
      ['Dense', 'dense', 1],
    ]);
    expect(modelOf(raw, null).model.weights.map(({ data }) => data)).toEqual(
      [2, 3, 4, 5, 6, 7, 0, 1].map((i) => arrays[i]?.data),
    );
  });

  it('ask for the architecture where a layer without weights may change the numbers', () => {
    const arrays = [0, 1, 2].map((i) => rawArray(`layers/lstm/cell/vars/${i}`, lstmShape(i, 3, 5)));
    const withGroups = (...emptyGroups: string[]) =>
      bare({ weights: { kind: 'by-path', arrays, emptyGroups }, source: { generation: 'keras3' } });

    expect(() => modelOf(withGroups('vars', 'layers/lstm/vars', 'layers/masking/vars'), null)).toThrow(
      'the layer "masking" without weights, whose effect is not known',
    );
    expect(layersOf(withGroups('vars', 'layers/lstm/vars', 'layers/dropout/vars'))).toHaveLength(1);
  });

  it('tell Keras 1 by its arrays per gate in a bare list', () => {
    const arrays = [
      ...gateArrays('icfo', 2, 3),
      ...gateArrays('zrh', 3, 4),
      rawArray('d', [4, 1]),
      rawArray('b', [1]),
    ];
    const raw = bare({ weights: { kind: 'ordered', arrays }, source: { generation: 'unknown' } });

    expect(layersOf(raw)).toEqual([
      ['LSTM', 'lstm', 3, 'hard_sigmoid_keras2', true],
      ['GRU', 'gru', 4, 'hard_sigmoid_keras2', false, false],
      ['Dense', 'dense', 1],
    ]);
  });

  it('are asked to come with an architecture when a layer without weights may do anything', () => {
    const raw = bare({
      weights: byLayer(lstmLayer('lstm', 1, 5), { name: 'activation_1', arrays: [] }, denseLayer('d', 5, 1)),
    });

    expect(() => modelOf(raw, null)).toThrow(/"activation_1".*--architecture/);
  });

  it('are asked to come with an architecture when no chain fits', () => {
    const raw = bare({ weights: byLayer(lstmLayer('lstm', 1, 5), denseLayer('dense', 6, 1)) });

    expect(() => modelOf(raw, null)).toThrow(/w\.h5.*no chain of known layers.*\[6, 1\].*--architecture/);
  });

  it('are not taken for a Dense when they are an Embedding', () => {
    const raw = bare({
      weights: byLayer(rawLayer('embedding_1', { embeddings: [100, 8] }), lstmLayer('lstm', 8, 5)),
    });

    expect(() => modelOf(raw, null)).toThrow(/--architecture/);
  });

  const shapesOf = (weights: readonly (readonly number[])[]): unknown[] => {
    const arrays = weights.map((shape, i) => rawArray(`${i}`, shape));
    const { config } = modelOf(bare({ weights: { kind: 'ordered', arrays } }), null).model;
    return config.layers
      .slice(1)
      .map(({ class_name: name, config: { units, use_bias: bias } }) => [name, units, bias]);
  };
  const lstm = (features: number, units: number): number[][] =>
    [0, 1, 2].map((i) => lstmShape(i, features, units));
  const lstmNoBias = (features: number, units: number): number[][] => lstm(features, units).slice(0, 2);

  it('become layers without bias where a recurrent layer begins them and nothing else fits', () => {
    expect(shapesOf([...lstmNoBias(3, 4), [4, 2]])).toEqual([
      ['LSTM', 4, false],
      ['Dense', 2, false],
    ]);
    expect(shapesOf([...lstmNoBias(3, 4), ...lstmNoBias(3, 4), [8, 12]])).toEqual([
      ['Bidirectional', undefined, undefined],
      ['Dense', 12, false],
    ]);
    expect(shapesOf([...lstmNoBias(3, 4), [4, 5], [5], [5, 2]]).slice(1)).toEqual([
      ['Dense', 5, true],
      ['Dense', 2, false],
    ]);
  });

  it('are no Dense without bias where a SimpleRNN or an Embedding may be meant', () => {
    expect(() => shapesOf([...lstmNoBias(3, 4), [4, 5], [5, 5]])).toThrow(
      /more than one chain.*--architecture/,
    );
    expect(() => shapesOf([[10, 4]])).toThrow(/no chain.*--architecture/);
    expect(() => shapesOf([[10, 3], ...lstmNoBias(3, 4)])).toThrow(/no chain.*--architecture/);
  });

  it('are a Bidirectional where the next layer takes both directions, and refused where it takes one', () => {
    expect(shapesOf([...lstm(3, 4), ...lstm(3, 4), [8, 12], [12]])).toEqual([
      ['Bidirectional', undefined, undefined],
      ['Dense', 12, true],
    ]);
    expect(() => shapesOf([...lstm(3, 4), ...lstm(3, 4), [4, 2], [2]])).toThrow(
      /Bidirectional are merged by sum, mul or ave, and shapes do not tell.*--architecture/,
    );
  });

  it('end the search soon, however many arrays there are', () => {
    const square = Array.from({ length: 60 }, (_, i) => [
      rawArray(`layers/dense_${i}/vars/0`, [4, 4]),
      rawArray(`layers/dense_${i}/vars/1`, [4]),
      rawArray(`layers/lstm_${i}/cell/vars/0`, [4, 16]),
      rawArray(`layers/lstm_${i}/cell/vars/1`, [4, 16]),
    ]).flat();
    const dead = [
      ...square,
      rawArray('layers/gru/cell/vars/0', [5, 9]),
      rawArray('layers/gru/cell/vars/1', [3, 9]),
    ];

    expect(() => modelOf(bare({ weights: { kind: 'by-path', arrays: dead } }), null)).toThrow(
      /--architecture/,
    );
    const many = { kind: 'ordered', arrays: [...square, ...square] } as const;
    expect(() => modelOf(bare({ weights: many }), null)).toThrow(/480 arrays.*--architecture/);
  });
});

function lstmShape(variable: number, features: number, units: number): number[] {
  return [[features, 4 * units], [units, 4 * units], [4 * units]][variable] ?? [];
}
