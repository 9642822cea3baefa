/** kernels/lstm-tiles.ts: how the recurrence is cut into workgroups, for software adapters and GPUs. */
import { describe, expect, it } from 'vitest';
import { backwardTile, chooseTiles, forwardTile } from '../../src/engine/kernels/lstm-tiles.ts';

describe('tiles of the recurrence', () => {
  it('take as many rows as leave a workgroup for each core of a software adapter', () => {
    const rows = (cores: number, members: number, batch: number): number =>
      chooseTiles(true, cores, members, batch).rows;

    expect([rows(2, 1, 32), rows(2, 1, 16), rows(2, 1, 8), rows(2, 1, 1)]).toEqual([16, 8, 4, 4]);
    expect([rows(4, 1, 32), rows(8, 1, 32), rows(8, 8, 1)]).toEqual([8, 4, 16]);
  });

  it('take twice as many for changed windows, and no more than leave a workgroup for each core there too', () => {
    const rows = (cores: number, batch: number, takesChanges: boolean): number =>
      chooseTiles(true, cores, 1, batch, 4, takesChanges).rows;

    expect([rows(2, 1216, true), rows(2, 1216, false)]).toEqual([32, 16]);
    expect([rows(2, 32, true), rows(2, 33, true), rows(4, 64, true)]).toEqual([16, 32, 16]);
    expect(chooseTiles(false, 2, 1, 1216, 0, true).rows).toBe(4);
  });

  it('do not depend on batch, members or cores on a GPU', () => {
    expect(chooseTiles(false, 2, 1, 256)).toEqual(chooseTiles(false, 64, 8, 1));
    expect(chooseTiles(false, 2, 1, 256)).toMatchObject({ rows: 4, inStorage: false });
  });

  it('let threads load together where subgroups are four threads and none is missing', () => {
    const shared = (subgroup: number, units: number): boolean[] => {
      const tiles = chooseTiles(true, 1, 1, 16, subgroup);
      return [forwardTile({ tiles }, 3, units), backwardTile({ tiles }, units)].map(
        ({ sharesLoads }) => sharesLoads,
      );
    };

    expect([shared(4, 32), shared(4, 29), shared(4, 61)]).toEqual(Array(3).fill([true, true]));
    // Two fours a thread leave two threads; five fours of units are no whole four of threads.
    expect([shared(4, 16), shared(4, 20), shared(4, 3)]).toEqual([
      [true, false],
      [false, false],
      [false, false],
    ]);
    expect([shared(0, 32), shared(8, 32)]).toEqual(Array(2).fill([false, false]));
    expect(chooseTiles(false, 1, 1, 16, 4).sharesLoads).toBe(false);
  });
});
