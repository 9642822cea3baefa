/** Which block is which gate, in code and in the words of other formats. */
import { describe, expect, it } from 'vitest';
import { allOnes, biasQuarters, pythonSlices, storedAs } from '../../src/demo/gate-guide.ts';
import { gateName } from '../../src/demo/views/gate-words.ts';
import { GATES } from '../../src/engine/index.ts';

describe('the guide to the gates', () => {
  it('cuts each array at the engine\u2019s own blocks, with the model\u2019s shapes', () => {
    const lines = pythonSlices(6, 16).split('\n');
    expect(lines[0]).toBe('W, U, b = model.layers[0].get_weights()  # (6, 64), (16, 64), (64,)');
    for (const [k, { key }] of GATES.entries()) {
      expect(lines).toContain(`W_${key} = W[:, ${16 * k}:${16 * k + 16}]  # (6, 16)`);
      expect(lines).toContain(`U_${key} = U[:, ${16 * k}:${16 * k + 16}]  # (16, 16)`);
      expect(lines).toContain(`b_${key} = b[${16 * k}:${16 * k + 16}]  # (16,)`);
    }
    expect(lines).toContain('W_f = W[:, 16:32]  # (6, 16)');
  });

  it('knows four formats and their orders', () => {
    expect(storedAs(6, 16).map(({ order }) => order)).toEqual([
      'i, f, c\u0303, o',
      'i, c\u0303, f, o',
      'i, f, g, o (g is the candidate)',
      'i, o, f, c\u0303',
    ]);
  });

  it('never calls the candidate by the letter of the memory', () => {
    expect(GATES.map(({ key }) => gateName(key))).toEqual([
      'i, input gate',
      'f, forget gate',
      'c\u0303, candidate',
      'o, output gate',
    ]);
  });

  it('finds the forget gate by its ones, and nothing once one of them has moved', () => {
    const bias = Float32Array.from({ length: 12 }, (_, k) => (k >= 3 && k < 6 ? 1 : 0));
    expect(allOnes(biasQuarters(bias))).toEqual(['f']);
    bias[4] = 1.001;
    expect(allOnes(biasQuarters(bias))).toEqual([]);
  });
});
