/** The loss dispatch, and how its running sums are read. */
import type { KernelConstants } from '../gpu/kernel.ts';
import type { Dispatch } from '../gpu/plan.ts';
import { LOSS } from './kernels.ts';
import type { KernelContext } from './value.ts';

/** What is made small: a loss and, of Huber's, the error where it turns from square to straight. */
export type LossRule = { readonly name: 'mse' | 'mae' } | { readonly name: 'huber'; readonly delta: number };

const LOSS_CODES = { mse: 0, mae: 1, huber: 2 } as const;

/** Bytes of one member's Metrics struct (lib/metrics.wgsl). */
export const METRICS_BYTES = 32;

/** Running sums of one member since they were cleared. */
export interface Metrics {
  /** Mean loss over the windows counted. */
  readonly loss: number;
  /** Mean absolute error over the windows counted. */
  readonly mae: number;
  readonly windows: number;
  /** NaN or infinite values met. */
  readonly badValues: number;
  /** Mean loss and absolute error of the newest batch. */
  readonly batchLoss: number;
  readonly batchMae: number;
}

/**
 * Loss, its gradient by the prediction, and the running sums.
 * @param prediction [E, B, steps, columns]
 * @param gradient same shape, or null where only the sums are wanted
 * @param unused a buffer to fill the gradient's binding then
 */
export function loss(
  context: KernelContext,
  rule: LossRule,
  prediction: { readonly source: GPUBuffer; readonly steps: number; readonly features: number },
  gradient: GPUBuffer | null,
  unused: GPUBuffer,
  metrics: GPUBuffer,
): Dispatch {
  return {
    kernel: LOSS,
    constants: {
      BATCH: context.batch,
      STEPS: prediction.steps,
      ...lossConstants(rule, prediction.features),
      HAS_GRADIENT: gradient ? 1 : 0,
    },
    buffers: {
      windows: 'windows',
      targets: 'targets',
      prediction: prediction.source,
      prediction_gradient: gradient ?? unused,
      metrics,
    },
    workgroups: [1, 1, context.members],
  };
}

/** Constants of lib/loss.wgsl. */
export function lossConstants(rule: LossRule, columns: number): KernelConstants {
  return {
    COLUMNS: columns,
    LOSS: LOSS_CODES[rule.name],
    DELTA: rule.name === 'huber' ? rule.delta : 1,
  };
}

/** Reads one member's struct out of the metrics buffer's bytes. */
export function parseMetrics(bytes: ArrayBuffer, member = 0): Metrics {
  const view = new DataView(bytes, member * METRICS_BYTES, METRICS_BYTES);
  const float = (field: number): number => view.getFloat32(field * 4, true);
  const windows = view.getUint32(16, true);
  return {
    loss: (float(0) + float(1)) / windows,
    mae: (float(2) + float(3)) / windows,
    windows,
    badValues: view.getUint32(20, true),
    batchLoss: float(6),
    batchMae: float(7),
  };
}
