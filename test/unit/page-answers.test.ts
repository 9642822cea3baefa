/** The numbers of the three answers. */
import { describe, expect, it } from 'vitest';
import { forgetBias, forgetColumns, heldFrom } from '../../src/demo/answers.ts';
import type { TraceReport } from '../../src/demo/protocol.ts';

const traceOf = (
  units: number,
  forget: readonly (readonly number[])[],
  recurrentActivation = 'sigmoid',
): TraceReport =>
  ({
    recurrentActivation,
    steps: forget.length,
    units,
    gates: { f: Float32Array.from(forget.flat()) },
  }) as unknown as TraceReport;

describe('the three answers', () => {
  it('the forget gate is the second of four', () => {
    expect(forgetColumns(32)).toEqual([32, 63]);
    expect(forgetColumns(1)).toEqual([1, 1]);
  });

  it('tell the smallest and the largest bias of that gate alone', () => {
    const bias = Float32Array.of(9, -9, 1, 0.5, 9, -9, 9, -9);
    expect(forgetBias({ units: 2, weights: { bias } as TraceReport['weights'] })).toEqual([0.5, 1]);
  });

  it('tell no bias of a layer without one', () => {
    expect(
      forgetBias({ units: 2, weights: { bias: new Float32Array() } as TraceReport['weights'] }),
    ).toBeNull();
  });

  it.each(['tanh', 'relu', 'linear'])('tell no memory where the gates are those of %s', (activation) => {
    expect(heldFrom(traceOf(1, [[0.5], [-0.5], [2]], activation), 1)).toBeNull();
    expect(heldFrom(traceOf(1, [[0.5], [0.5], [0.5]], activation), 1)).toBeNull();
  });

  it('tell no memory of gates that are no numbers', () => {
    expect(heldFrom(traceOf(1, [[0.5], [Number.NaN], [0.5]]), 1)).toBeNull();
  });

  it('tell what the middle unit holds: the product of its gates since that step', () => {
    // Three units, gates by step; the step itself does not count, only those after it.
    const forget = [
      [0.1, 0.1, 0.1],
      [0.5, 1, 0.25],
      [0.5, 1, 0.5],
    ];
    expect(heldFrom(traceOf(3, forget), 2)).toBe(0.25);
    expect(heldFrom(traceOf(3, forget), 0)).toBe(1);
    expect(heldFrom(traceOf(3, forget), 3)).toBeNull();
    expect(
      heldFrom(
        traceOf(
          2,
          forget.map((row) => row.slice(0, 2)),
        ),
        2,
      ),
    ).toBe((0.25 + 1) / 2);
  });
});
