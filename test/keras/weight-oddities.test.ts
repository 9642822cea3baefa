/** Weights that no training leaves behind are reported with their place, whatever the file's format. */
import { describe, expect, it } from 'vitest';
import { reportOddities } from '../../src/engine/keras/bytes/weight-oddities.ts';
import { kerasLayer, readModelFile, writeModelFile } from '../../src/engine/keras/index.ts';
import { modelOf } from './random-model.ts';

describe('weights that no training leaves', () => {
  it('are counted, and the first of them or the largest is named by its index', () => {
    const data = Float32Array.of(1, 2, Number.NaN, 4, Number.NaN, Number.POSITIVE_INFINITY);

    expect(reportOddities('dense/kernel', [2, 3], data)).toEqual([
      'Weight dense/kernel holds 2 NaN and 1 infinite values, the first at [0, 2]; the model cannot predict with it.',
    ]);
    expect(reportOddities('dense/bias', [2], Float32Array.of(0.5, -3e9))).toEqual([
      'Weight dense/bias holds the implausible value -3000000000 at [1]; the file may be damaged.',
    ]);
    expect(reportOddities('dense/bias', [2], Float32Array.of(0.5, -1e6))).toEqual([]);
  });

  it.each(['keras', 'h5', 'weights.h5', 'npz', 'keras1', 'tfjs', 'safetensors', 'onnx'] as const)(
    'are noted of a file of the format %s, once each',
    async (format) => {
      const model = modelOf(
        [kerasLayer('LSTM', { name: 'lstm', units: 4 }), kerasLayer('Dense', { name: 'dense', units: 2 })],
        [5, 3],
      );
      const dataOf = (path: string) => model.weights.find((one) => one.path === path)?.data ?? expect.fail();
      dataOf('dense/kernel')[7] = Number.NaN;
      dataOf('dense/bias')[0] = 1e30;
      const { files } = await writeModelFile(model, format);

      const { notes } = await readModelFile(files[0]?.bytes ?? expect.fail(), {
        fileName: 'model',
        sibling: async (name) => files.find((file) => file.name === name)?.bytes ?? null,
      });

      const said = notes.filter((note) => note.startsWith('Weight '));
      expect(said).toHaveLength(2);
      expect(said[0]).toMatch(/^Weight \w+\/kernel holds 1 NaN, the first at \[3, 1\]/);
      expect(said[1]).toMatch(/^Weight \w+\/bias holds the implausible value 1\.0\d+e\+30 at \[0\]/);
    },
  );
});
