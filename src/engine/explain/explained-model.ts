/** What methods ask of a model that they explain: forecasts, forecasts of changed windows, gradients of its inputs. */
import type { Sequential } from '../models/sequential.ts';

/** A Sequential on a device, or one that answers without. */
export type ExplainedModel = Pick<
  Sequential,
  | 'inputShape'
  | 'outputShape'
  | 'members'
  | 'changedWindowsAtMost'
  | 'predictMembers'
  | 'predictChanges'
  | 'inputGradientsMembers'
> &
  // With both the float64 reference can answer for it, where float32 is too coarse.
  Partial<Pick<Sequential, 'layers' | 'getWeights'>> & {
    /** What lets other tasks come between two pieces of work on this thread; an error of it ends the work. */
    readonly turn?: () => Promise<void>;
  };
