/** What follows from an LSTM's sizes and functions alone: how many numbers it holds, and whether its gates are shares. */
import type { TraceReport } from './protocol.ts';

/** Numbers in an LSTM of H units with D inputs: kernel, recurrent kernel and bias of four gates. */
export function lstmWeights(units: number, inputs: number): number {
  return 4 * (units * (inputs + units) + units);
}

/** Whether the gates i, f, o of a layer lie between 0 and 1. */
export function hasUnitGates({ recurrentActivation }: Pick<TraceReport, 'recurrentActivation'>): boolean {
  return recurrentActivation === 'sigmoid' || recurrentActivation === 'hard_sigmoid';
}
