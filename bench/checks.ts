/** Whether the contenders compute the same model: a time counts only then. */
import { ReferenceModel } from '../src/engine/reference/index.ts';
import type { Config, ContenderName, Round, WarmUp } from './protocol.ts';
import { createWork, sliceBatches } from './work.ts';

/** The first losses must agree with the reference to this, relative. */
export const FIRST_LOSS_TOLERANCE = 1e-5;
/**
 * The next two with each other's to this; from step to step they move by 1 to 30 %. TensorFlow.js adds Adam's epsilon to
 * the corrected root of v, Keras to the uncorrected one, which makes it 32 times larger in the first step. Measured: 2e-5
 * at G, 3e-4 at D, 1.4e-3 at E.
 */
export const NEXT_LOSS_TOLERANCE = 5e-3;

/** Loss of batch 0 with the initial weights, in float64. */
export function referenceLoss(config: Config): number {
  const work = createWork(config);
  const { units, features } = config;
  const model = new ReferenceModel(
    [
      {
        kind: 'lstm',
        units,
        activation: 'tanh',
        recurrentActivation: 'sigmoid',
        useBias: true,
        returnSequences: false,
      },
      { kind: 'dense', units: features, activation: 'linear', useBias: true },
    ],
    features,
    work.weights.map(({ data }) => data),
  );
  const { x, y } = sliceBatches(work, config, 0, 1);
  const { data } = model.predict(x);
  const errors = data.map((value, at) => (value - (y.data[at] ?? Number.NaN)) ** 2);
  return errors.reduce((sum, error) => sum + error, 0) / errors.length;
}

/** @throws Error when the loss is not the reference's */
export function checkFirstLoss(name: ContenderName, loss: number, expected: number): void {
  if (Math.abs(loss - expected) <= FIRST_LOSS_TOLERANCE * expected) return;
  throw new Error(
    `${name}: the first loss is ${loss}, the float64 reference has ${expected}: it does not compute the same model, its times mean nothing.`,
  );
}

/** @throws Error when the losses after the first updates are not those of the first contender */
export function checkNextLosses(warmUps: ReadonlyMap<ContenderName, WarmUp>): void {
  const [[first, { losses: expected }] = ['none', { losses: [] }]] = warmUps;
  for (const [name, { losses }] of warmUps) {
    losses.forEach((loss, k) => {
      const wanted = expected[k] ?? Number.NaN;
      if (Math.abs(loss - wanted) <= NEXT_LOSS_TOLERANCE * wanted) return;
      throw new Error(
        `${name}: the loss of step ${k + 2} is ${loss} where ${first} has ${wanted}: they do not train the same model.`,
      );
    });
  }
}

/** @throws Error for a time or a loss that cannot be */
export function checkRound(name: ContenderName, { stepMs, fitMs, predictMs, loss }: Round): void {
  if (!(Math.min(stepMs, fitMs, predictMs) > 0)) {
    throw new Error(
      `${name}: a step took ${stepMs} ms, fit ${fitMs} ms and predict ${predictMs} ms, which cannot be.`,
    );
  }
  if (!Number.isFinite(loss)) throw new Error(`${name}: the mean loss of a round is ${loss}.`);
}
