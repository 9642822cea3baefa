/**
 * Why a model's outputs differ from the expected ones: each likely cause is undone in turn, and the one with which the numbers
 * fit is named. The search ends with the first stage of causes (causes.ts) in which one fits.
 */
import type { Tensor } from '../../core/tensor.ts';
import type { KerasModel } from '../model/keras-model.ts';
import { causeStages } from './causes.ts';
import { bestFirst, type Predict, type Trial, tryModel } from './trial.ts';

export interface Finding extends Trial {
  /** The cause, as half a sentence. */
  readonly what: string;
}

export interface Diagnosis {
  /** What fits; null where no cause that was tried does. */
  readonly verdict: string | null;
  /**
   * How far the outputs are from the expected ones once the cause is undone; best first. Where none fits, only those that
   * explain most of the difference: the rest would lead astray.
   */
  readonly findings: readonly Finding[];
  /** Where none fits: sentences on what looks odd in the weights. */
  readonly clues: readonly string[];
}

/** A cause that explains something brings the outputs nearer by this factor. */
const TELLING = 10;

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
  if (best?.fits) return { verdict: best.what, findings: sorted, clues: [] };
  const unchanged = await tryModel(model, predict, expected, tolerance);
  const telling = sorted.filter(({ maxAbs }) => maxAbs < unchanged.maxAbs / TELLING);
  return { verdict: null, findings: telling, clues: emptyBiases(model) };
}

/** Biases as a layer starts with them: a file or a converter may have left them out. */
function emptyBiases({ weights }: KerasModel): string[] {
  return weights.flatMap(({ path, name, data }) => {
    if (!/(^|\/)bias$/.test(name) || data.length === 0) return [];
    const layer = path.slice(0, -'/bias'.length);
    if (data.every((value) => value === 0)) {
      return [`The bias of "${layer}" is 0 everywhere: was it left out?`];
    }
    const quarter = data.length / 4; // the second is an LSTM's forget gate, which unit_forget_bias starts at 1
    const isStart = data.every((value, at) => value === (at >= quarter && at < 2 * quarter ? 1 : 0));
    return isStart && quarter >= 1
      ? [
          `The bias of "${layer}" is 1 for the forget gate and 0 elsewhere, as training begins: was it left out?`,
        ]
      : [];
  });
}
