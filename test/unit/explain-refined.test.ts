/** Integrated gradients where a network switches on the way, without a GPU, against a dense integral in float64. */
import { describe, expect, it } from 'vitest';
import type { Tensor } from '../../src/engine/core/tensor.ts';
import type { ExplainedModel } from '../../src/engine/explain/explained-model.ts';
import { gaussLegendre } from '../../src/engine/explain/gauss-legendre.ts';
import { CpuExplained, CpuForecaster, integratedGradients } from '../../src/engine/explain/index.ts';
import { rowsOf } from '../gpu/attribution-reference.ts';
import {
  assertParts,
  cueWindows,
  INPUT_SHAPE,
  missedShares,
  partsBy,
  referenceOf,
  SWITCHING,
  switchingWeights,
  UNITS,
  zerosLike,
} from '../gpu/bistable-lstm.ts';

const x = cueWindows();
const zeros = zerosLike(x);
/** The windows in the order in which each that switches begins at one that does not, as far as there are such. */
const turned = {
  shape: x.shape,
  data: Float32Array.from([4, 5, 4, 5, 0, 1].flatMap((n) => Array.from(rowsOf(x, n, 1).data))),
};

/** A model with float32 points alone, and the rows of each time that it goes back. */
function counted(
  pull: number,
  onCall: () => void = () => {},
): { readonly model: ExplainedModel; readonly rows: number[] } {
  const [time, features] = INPUT_SHAPE;
  const forecaster = new CpuForecaster(UNITS, features, switchingWeights(pull));
  const own = new CpuExplained(forecaster, [time, features], 256, async () => {});
  const rows: number[] = [];
  const model: ExplainedModel = {
    inputShape: own.inputShape,
    outputShape: own.outputShape,
    members: 1,
    changedWindowsAtMost: 0,
    predictMembers: (data) => own.predictMembers(data),
    predictChanges: async () => [],
    inputGradientsMembers: (data) => {
      rows.push(('kind' in data ? data.starts.length : data.shape[0]) ?? 0);
      onCall();
      return own.inputGradientsMembers(data);
    },
  };
  return { model, rows };
}

describe('integrated gradients of a network that switches on the way', () => {
  const reference = referenceOf(switchingWeights(2.5));

  it.each([
    ['the mean', zeros, undefined],
    ['other windows', turned, { kind: 'rows', x: turned } as const],
  ])('add up from %s, each part as a dense integral has it', async (label, from, baseline) => {
    const plain = missedShares(reference, x, from, partsBy(reference, x, from, gaussLegendre(64)));
    expect(Math.max(...plain)).toBeGreaterThan(0.1);
    const [found] = await integratedGradients(counted(2.5).model, x, baseline ? { baseline } : {});
    expect(found?.residual).toBeLessThanOrEqual(1e-3);
    assertParts(found?.samples.data ?? [], partsBy(reference, x, from), label);
  });

  it('take no more rows where nothing switches', async () => {
    const { model, rows } = counted(2.5);
    await integratedGradients(model, rowsOf(x, SWITCHING.length, 2));
    expect(rows).toEqual([2 * 64]);
  });

  it('tell what is missing of a switch between two float32 numbers, after so many rows', async () => {
    const { model, rows } = counted(20);
    const [found] = await integratedGradients(model, x);
    const own = referenceOf(switchingWeights(20));
    const missed = missedShares(own, x, zeros, found?.samples.data ?? []);
    expect(found?.residual).toBeGreaterThan(0.5);
    expect(found?.residual).toBeCloseTo(Math.max(...missed), 5);
    const ofWays = rows.slice(1).reduce((sum, count) => sum + count, 0);
    expect(ofWays).toBeLessThanOrEqual(SWITCHING.length * 2 * 8 * 255);
  });

  it('take so many rows of a way whose gradients never add up, and no more', async () => {
    const rows: number[] = [];
    const told: string[] = [];
    const ofRows = ({ shape }: Tensor, value: (row: number) => number): Tensor[] => {
      const [count = 0] = shape;
      return [{ shape: [count, 1], data: Float32Array.from({ length: count }, (_, row) => value(row)) }];
    };
    // y = x, and slopes that are a hundredth too large.
    const model: ExplainedModel = {
      inputShape: [1, 1],
      outputShape: [1],
      members: 1,
      changedWindowsAtMost: 0,
      predictMembers: async (data) => ofRows(data as Tensor, (row) => (data as Tensor).data[row] as number),
      predictChanges: async () => [],
      inputGradientsMembers: async (data) => {
        rows.push((data as Tensor).shape[0] ?? 0);
        told.push('row');
        return ofRows(data as Tensor, () => 1.01);
      },
    };
    const one = { shape: [1, 1, 1], data: Float32Array.of(1) };
    const [found] = await integratedGradients(model, one, {
      onProgress: (done, total) => told.push(`${done} of ${total}`),
    });
    expect(rows.slice(1).reduce((sum, count) => sum + count, 0)).toBe(255 * 2 * 8);
    expect(found?.samples.data[0]).toBeCloseTo(1.01, 6);
    expect(told.indexOf('1 of 1')).toBe(told.length - 1);
  });

  it('are left as they were where cuts make them worse', async () => {
    const own = referenceOf(switchingWeights(7.75));
    const plain = missedShares(own, x, zeros, partsBy(own, x, zeros, gaussLegendre(64)));
    const [found] = await integratedGradients(counted(7.75).model, x);
    const missed = missedShares(own, x, zeros, found?.samples.data ?? []);
    missed.forEach((share, n) => {
      expect(share).toBeLessThanOrEqual((plain[n] as number) + 1e-4);
    });
  });

  it('end while ways are refined when they are told to', async () => {
    const stop = new AbortController();
    const { model, rows } = counted(2.5, () => {
      if (rows.length === 2) stop.abort();
    });
    await expect(integratedGradients(model, x, { signal: stop.signal })).rejects.toMatchObject({
      code: 'aborted',
    });
    expect(rows.length).toBe(2);
  });
});
