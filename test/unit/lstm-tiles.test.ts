/** kernels/lstm-tiles.ts: how the recurrence is cut into workgroups, for software adapters and GPUs. */
import { describe, expect, it } from 'vitest';
import { chooseTiles } from '../../src/engine/kernels/lstm-tiles.ts';

describe('tiles of the recurrence', () => {
  it('take as many rows as leave a workgroup for each core of a software adapter', () => {
    const rows = (cores: number, members: number, batch: number): number =>
      chooseTiles(true, cores, members, batch).rows;

    expect([rows(2, 1, 32), rows(2, 1, 16), rows(2, 1, 8), rows(2, 1, 1)]).toEqual([16, 8, 4, 4]);
    expect([rows(4, 1, 32), rows(8, 1, 32), rows(8, 8, 1)]).toEqual([8, 4, 16]);
  });

  it('do not depend on batch, members or cores on a GPU', () => {
    expect(chooseTiles(false, 2, 1, 256)).toEqual(chooseTiles(false, 64, 8, 1));
    expect(chooseTiles(false, 2, 1, 256)).toMatchObject({ rows: 4, inStorage: false });
  });
});
