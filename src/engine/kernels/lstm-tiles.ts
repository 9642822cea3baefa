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
/** Threads of the subgroups for which shaders/lib/lanes.wgsl is written. */
const LANES = 4;
/** Bytes of workgroup memory every WebGPU device has. */
const WORKGROUP_BYTES = 16384;
/** Bytes of a matrix of workgroup memory. */
const MATRIX_BYTES = 64;

/** What is chosen once for a program. */
export interface Tiles {
  /** Rows of the batch a workgroup of the recurrence owns; 32 only where nothing goes backward. */
  readonly rows: 4 | 8 | 16 | 32;
  /** What threads exchange goes through storage, not workgroup memory. */
  readonly inStorage: boolean;
  /** Threads of a subgroup load together what all of them need, where they come in whole fours. */
  readonly sharesLoads: boolean;
  /** Fours of units a thread of the backward recurrence owns. */
  readonly backwardFours: 1 | 2;
  /** Fours of rows, and of features, a thread of the input gradient owns. */
  readonly inputGradientFours: 1 | 2;
  /** Fours of rows of [W; b; U] a thread of the weight gradient owns: 2 or 4. */
  readonly weightGradientFours: 2 | 4;
  /** Threads of the workgroup that does the last Dense and the loss. */
  readonly headThreads: 64 | 256;
}

const GPU_TILES: Tiles = {
  rows: 4,
  inStorage: false,
  sharesLoads: false,
  backwardFours: 1,
  inputGradientFours: 1,
  weightGradientFours: 2,
  headThreads: 256,
};

const SOFTWARE_TILES: Omit<Tiles, 'rows' | 'sharesLoads'> = {
  inStorage: true,
  backwardFours: 2,
  inputGradientFours: 2,
  weightGradientFours: 4,
  headThreads: 64,
};

/**
 * Tiles for a batch: on a software adapter as many rows as leave a workgroup for each core.
 * @param workgroupsWanted cores of the processor
 * @param subgroup threads of a subgroup that can hand values to each other, 0 where they can't
 * @param takesChanges the program begins where windows change: it runs so many rows that the largest kernel pays for its compiling
 */
export function chooseTiles(
  isSoftware: boolean,
  workgroupsWanted: number,
  members: number,
  batch: number,
  subgroup = 0,
  takesChanges = false,
): Tiles {
  if (!isSoftware) return GPU_TILES;
  const most = takesChanges ? 32 : 16;
  const rows =
    ([32, 16, 8] as const).find(
      (count) => count <= most && Math.ceil(batch / count) * members >= workgroupsWanted,
    ) ?? 4;
  return { ...SOFTWARE_TILES, rows, sharesLoads: subgroup === LANES };
}

interface Tile {
  readonly rows: number;
  /** The threads of a workgroup load together (shaders/lib/lanes.wgsl). */
  readonly sharesLoads: boolean;
  readonly constants: KernelConstants;
}

export function forwardTile(context: Pick<KernelContext, 'tiles'>, features: number, units: number): Tile {
  const fours = Math.ceil((features + 1) / 4) + Math.ceil(units / 4);
  return tileOf(context, (context.tiles.rows / OPERAND_ROWS) * fours, Math.ceil(units / 4));
}

export function backwardTile(context: Pick<KernelContext, 'tiles'>, units: number): Tile {
  const { rows, backwardFours } = context.tiles;
  const fours = Math.ceil(units / 4);
  const tile = tileOf(context, rows * fours, Math.ceil(fours / backwardFours));
  return { ...tile, constants: { ...tile.constants, UNIT_TILES: backwardFours } };
}

/** Whether `threads` side by side, which need the same matrix, load it together: none of a subgroup is missing. */
export function sharesLoads({ tiles }: Pick<KernelContext, 'tiles'>, threads: number): boolean {
  return tiles.sharesLoads && threads % LANES === 0;
}

/**
 * @param matrices of workgroup memory needed; what does not fit goes through storage
 * @param threads of a workgroup
 */
function tileOf(context: Pick<KernelContext, 'tiles'>, matrices: number, threads: number): Tile {
  const { rows, inStorage } = context.tiles;
  const isOut = inStorage || matrices * MATRIX_BYTES > WORKGROUP_BYTES;
  return {
    rows,
    sharesLoads: isOut && sharesLoads(context, threads),
    constants: {
      ROWS: rows,
      THREADS: threads,
      TILE_IN_STORAGE: isOut ? 1 : 0,
      TILE_SIZE: isOut ? 1 : matrices,
    },
  };
}
