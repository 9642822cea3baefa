/** Keras 1's arrays per gate and cuDNN's transposed ones, against loops written out from keras-reference 3.1 and 3.2. */
import { describe, expect, it } from 'vitest';
import { kerasLayer } from '../../src/engine/keras/keras3/keras-config.ts';
import { type PlacedLayer, placeLayers } from '../../src/engine/keras/model/layer-variables.ts';
import type { RawArray } from '../../src/engine/keras/raw-file.ts';
import { layerArrays } from '../../src/engine/keras/upgrade/layer-arrays.ts';
import { rawArray } from './raw-support.ts';

const D = 3;
const H = 2;

function placed(className: string, config: Readonly<Record<string, unknown>>): PlacedLayer {
  const [layer] = placeLayers({
    name: 'm',
    layers: [kerasLayer(className, { name: 'l', units: H, ...config })],
    build_input_shape: [null, 4, D],
  });
  if (!layer) throw new Error('no layer');
  return layer;
}

function at(array: RawArray | undefined, ...index: number[]): number {
  const offset = index.reduce((sum, one, axis) => sum * (array?.shape[axis] ?? 0) + one, 0);
  return array?.data[offset] ?? Number.NaN;
}

/** W, U, b of each gate in a file's order, under names that say nothing. */
function perGate(gates: string, name: (kind: string, gate: string, i: number) => string): RawArray[] {
  let i = 0;
  return [...gates].flatMap((gate) => [
    rawArray(name('W', gate, i++), [D, H]),
    rawArray(name('U', gate, i++), [H, H]),
    rawArray(name('b', gate, i++), [H]),
  ]);
}

/** Every element by hand: kernel column `block * H + unit` is column `unit` of the gate's own array. */
function joinedByHand(arrays: readonly RawArray[], fileOrder: string, columns: string): number[][] {
  const of = (gate: string, kind: number) => arrays[3 * fileOrder.indexOf(gate) + kind];
  const rows = [D, H, 1];
  return rows.map((count, kind) =>
    Array.from({ length: count }, (_, row) =>
      [...columns].flatMap((gate) =>
        Array.from({ length: H }, (_, unit) =>
          kind === 2 ? at(of(gate, 2), unit) : at(of(gate, kind), row, unit),
        ),
      ),
    ).flat(),
  );
}

describe('arrays of Keras 1', () => {
  it('in the order i, c, f, o become i, f, c, o', () => {
    const arrays = perGate('icfo', (_, __, i) => `param_${i}`);

    const found = layerArrays(placed('LSTM', {}), arrays);

    expect(found?.values.map((values) => [...values])).toEqual(joinedByHand(arrays, 'icfo', 'ifco'));
    expect(found?.conversion).toMatch(/12 arrays of Keras 1/);
  });

  it('go by their names where these tell the gates', () => {
    const arrays = perGate('ofci', (kind, gate) => `model_weights/lstm_1/lstm_1_${kind}_${gate}:0`);

    const found = layerArrays(placed('LSTM', {}), arrays);

    expect(found?.values.map((values) => [...values])).toEqual(joinedByHand(arrays, 'ofci', 'ifco'));
  });

  it('of a GRU become z, r, h', () => {
    const arrays = perGate('zrh', (_, __, i) => `param_${i}`);

    const found = layerArrays(placed('GRU', { reset_after: false }), arrays);

    expect(found?.values.map((values) => [...values])).toEqual(joinedByHand(arrays, 'zrh', 'zrh'));
  });

  it('of a Bidirectional are one half for each direction', () => {
    const arrays = perGate('icfoicfo', (_, __, i) => `param_${i}`);
    const layer = kerasLayer('LSTM', { name: 'l', units: H });

    const found = layerArrays(placed('Bidirectional', { layer }), arrays);

    expect(found?.values.map((values) => [...values])).toEqual([
      ...joinedByHand(arrays.slice(0, 12), 'icfo', 'ifco'),
      ...joinedByHand(arrays.slice(12), 'icfo', 'ifco'),
    ]);
  });

  it('of other shapes fit nothing', () => {
    const arrays = perGate('icfo', (_, __, i) => `param_${i}`);
    const broken = arrays.map((array, i) => (i === 7 ? rawArray('U', [H, H + 1]) : array));

    expect(layerArrays(placed('LSTM', {}), broken)).toBeUndefined();
    expect(layerArrays(placed('LSTM', {}), arrays.slice(1))).toBeUndefined();
  });
});

/** New block = transpose of the block's buffer read as [H, rows]; the LSTM's bias is the sum of both halves. */
function rereadByHand(array: RawArray, rows: number, gates: number): number[] {
  const result: number[] = [];
  for (let row = 0; row < rows; row++) {
    for (let gate = 0; gate < gates; gate++) {
      const buffer: number[] = [];
      for (let r = 0; r < rows; r++) {
        for (let unit = 0; unit < H; unit++) buffer.push(at(array, r, gate * H + unit));
      }
      for (let unit = 0; unit < H; unit++) result.push(buffer[unit * rows + row] ?? Number.NaN);
    }
  }
  return result;
}

describe('arrays of cuDNN', () => {
  it('of an LSTM are transposed gate by gate and have one bias left', () => {
    const arrays = [rawArray('k', [D, 4 * H]), rawArray('r', [H, 4 * H]), rawArray('b', [8 * H])];
    const [kernel, recurrent, bias] = arrays as [RawArray, RawArray, RawArray];

    const found = layerArrays(placed('LSTM', { recurrent_activation: 'sigmoid' }), arrays);

    expect(found?.values.map((values) => [...values])).toEqual([
      rereadByHand(kernel, D, 4),
      rereadByHand(recurrent, H, 4),
      Array.from({ length: 4 * H }, (_, i) => Math.fround(at(bias, i) + at(bias, 4 * H + i))),
    ]);
  });

  it('of a GRU keep both biases, as reset_after has them', () => {
    const arrays = [rawArray('k', [D, 3 * H]), rawArray('r', [H, 3 * H]), rawArray('b', [6 * H])];
    const [kernel, recurrent, bias] = arrays as [RawArray, RawArray, RawArray];

    const found = layerArrays(placed('GRU', { reset_after: true }), arrays);

    expect(found?.values.map((values) => [...values])).toEqual([
      rereadByHand(kernel, D, 3),
      rereadByHand(recurrent, H, 3),
      [...bias.data],
    ]);
  });

  it('do not go into a layer that computes something else', () => {
    const arrays = [rawArray('k', [D, 4 * H]), rawArray('r', [H, 4 * H]), rawArray('b', [8 * H])];

    expect(() =>
      layerArrays(placed('LSTM', { recurrent_activation: 'hard_sigmoid_keras2' }), arrays),
    ).toThrow(/"l" \(LSTM\).*cuDNN.*hard_sigmoid_keras2/);
  });
});
