/**
 * Why a model's outputs differ from the expected ones: each likely cause is undone in turn, and the one with which the numbers
 * fit is named. The search ends with the first stage of causes (causes.ts) in which one fits.
 */
import type { Tensor } from '../core/tensor.ts';
import { causeStages } from './causes.ts';
import type { KerasModel } from './keras-model.ts';
import { bestFirst, type Predict, type Trial, tryModel } from './trial.ts';

export interface Finding extends Trial {
  /** The cause, as half a sentence. */
  readonly what: string;
}

export interface Diagnosis {
  /** What fits; null where no cause that was tried does. */
  readonly verdict: string | null;
  /** How far the outputs are from the expected ones once the cause is undone; best first. */
  readonly findings: readonly Finding[];
}

/**
 * @param onTrial told after each trial: how many are done
 */
export async function diagnose(
  model: KerasModel,
  predict: Predict,
  expected: Tensor,
  tolerance: number,
  onTrial: (done: number) => void = () => {},
): Promise<Diagnosis> {
  const findings: Finding[] = [];
  for (const causes of causeStages(model)) {
    for (const { what, repair } of causes()) {
      findings.push({ what, ...(await tryModel(repair(model), predict, expected, tolerance)) });
      onTrial(findings.length);
    }
    if (findings.some(({ fits }) => fits)) break;
  }
  const sorted = bestFirst(findings).filter(({ maxAbs }) => Number.isFinite(maxAbs));
  const [best] = sorted;
  return { verdict: best?.fits ? best.what : null, findings: sorted };
}
