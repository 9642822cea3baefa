/** What flows between kernels: where a tensor lies, and the sizes every dispatch of a program shares. */
import type { KernelConstants } from '../gpu/kernel.ts';
import type { Slot } from '../gpu/plan.ts';
import type { Tiles } from './lstm-tiles.ts';

/** Sizes and buffers common to all dispatches of one program. */
export interface KernelContext {
  /** E */
  readonly members: number;
  /** B: rows of a full batch */
  readonly batch: number;
  /** Flat parameters of all members, [E, parameterStride] floats. */
  readonly parameters: GPUBuffer;
  readonly parameterStride: number;
  readonly tiles: Tiles;
  /** Which kernels run a recurrence; 'auto' asks usesPersistentKernel(). */
  readonly recurrence: 'auto' | 'persistent' | 'per-step';
}

/** A layer's input or output: for each member and row b, `steps` rows of `features` floats. */
export interface Value {
  /** 'series' when the rows are windows of the series, read in place. */
  readonly source: GPUBuffer | Extract<Slot, 'series'>;
  /** T, or 1 once the time axis is gone. */
  readonly steps: number;
  readonly features: number;
  /** Floats between members, between rows, and before the first row. */
  readonly memberStride: number;
  readonly rowStride: number;
  readonly offset: number;
  /** [E, B, steps], 0 for a step that does not count; absent where all do. */
  readonly mask?: GPUBuffer;
}

/** A value that lies densely as [E, B, steps, features]. */
export function denseValue(source: GPUBuffer, batch: number, steps: number, features: number): Value {
  return { source, steps, features, memberStride: batch * steps * features, rowStride: features, offset: 0 };
}

/** The windows of the series as a value. */
export function seriesValue(steps: number, features: number): Value {
  return { source: 'series', steps, features, memberStride: 0, rowStride: features, offset: 0 };
}

/** Constants of lib/input.wgsl for this input. */
export function inputConstants(context: KernelContext, input: Value): KernelConstants {
  return {
    ...rowConstants(context, input),
    FROM_SERIES: input.source === 'series' ? 1 : 0,
    INPUT_MEMBER_STRIDE: input.memberStride,
    INPUT_ROW_STRIDE: input.rowStride,
    INPUT_OFFSET: input.offset,
  };
}

/** Sizes of kernels that read dense gradients only. */
export function rowConstants(context: KernelContext, value: Value): KernelConstants {
  return { BATCH: context.batch, STEPS: value.steps, FEATURES: value.features };
}

/** Work groups for `elements` threads of 64 each, folded into two dimensions: one allows only 65,535. */
export function elementGroups(elements: number, members: number): [number, number, number] {
  const groups = Math.max(1, Math.ceil(elements / 64));
  const columns = Math.min(groups, 32768);
  return [columns, Math.ceil(groups / columns), members];
}
