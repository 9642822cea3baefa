/**
 * How the persistent kernels are cut into workgroups. Tiles change how fast a step is, never a sum: what a row or a
 * weight adds up, and in which order, depends on shapes alone.
 *
 * Measured (bench/RESULTS.md): on a software adapter a load costs as much as ten to twenty multiplications whatever it
 * reads, and workgroup memory is cleared value by value at each dispatch; so many rows share each weight, and what
 * threads exchange goes through storage. A GPU has fast workgroup memory and wants many small workgroups.
 */
import type { KernelConstants } from '../gpu/kernel.ts';
import type { KernelContext } from './value.ts';

/** Rows of the batch in one matrix of `operand`. */
export const OPERAND_ROWS = 4;
/** Bytes of workgroup memory every WebGPU device has. */
const WORKGROUP_BYTES = 16384;
/** Bytes of a matrix of workgroup memory. */
const MATRIX_BYTES = 64;

/** What is chosen once for a program. */
export interface Tiles {
  /** Rows of the batch a workgroup of the recurrence owns: 4, 8 or 16. */
  readonly rows: 4 | 8 | 16;
  /** What threads exchange goes through storage, not workgroup memory. */
  readonly inStorage: boolean;
  /** Fours of units a thread of the backward recurrence owns: 1 or 2. */
  readonly backwardFours: 1 | 2;
  /** Fours of rows of [W; b; U] a thread of the weight gradient owns: 2 or 4. */
  readonly weightGradientFours: 2 | 4;
  /** Threads of the workgroup that does the last Dense and the loss. */
  readonly headThreads: 64 | 256;
}

const GPU_TILES: Tiles = {
  rows: 4,
  inStorage: false,
  backwardFours: 1,
  weightGradientFours: 2,
  headThreads: 256,
};

/**
 * Tiles for a batch: on a software adapter as many rows as leave a workgroup for each core.
 * @param workgroupsWanted cores of the processor
 */
export function chooseTiles(
  isSoftware: boolean,
  workgroupsWanted: number,
  members: number,
  batch: number,
): Tiles {
  if (!isSoftware) return GPU_TILES;
  const rows =
    ([16, 8] as const).find((count) => Math.ceil(batch / count) * members >= workgroupsWanted) ?? 4;
  return { rows, inStorage: true, backwardFours: 2, weightGradientFours: 4, headThreads: 64 };
}

interface Tile {
  readonly rows: number;
  readonly constants: KernelConstants;
}

export function forwardTile({ tiles }: KernelContext, features: number, units: number): Tile {
  const fours = Math.ceil((features + 1) / 4) + Math.ceil(units / 4);
  return tileOf(tiles, (tiles.rows / OPERAND_ROWS) * fours);
}

export function backwardTile({ tiles }: KernelContext, units: number): Tile {
  const unitFours = Math.ceil(units / 4);
  const { rows, constants } = tileOf(tiles, tiles.rows * unitFours);
  return {
    rows,
    constants: {
      ...constants,
      UNIT_TILES: tiles.backwardFours,
      THREADS: Math.ceil(unitFours / tiles.backwardFours),
    },
  };
}

/** @param matrices of workgroup memory needed; what does not fit goes through storage */
function tileOf({ rows, inStorage }: Tiles, matrices: number): Tile {
  const isOut = inStorage || matrices * MATRIX_BYTES > WORKGROUP_BYTES;
  return {
    rows,
    constants: { ROWS: rows, TILE_IN_STORAGE: isOut ? 1 : 0, TILE_SIZE: isOut ? 1 : matrices },
  };
}
