/** Why the weights of two models differ, where one simple reason explains it: gates in another order, a transposed kernel, ... */
import { GatewiseError } from '../../core/errors.ts';
import { forKeras3 } from '../keras3/for-keras3.ts';
import type { KerasModel, KerasWeight } from '../model/keras-model.ts';
import { weightFaults } from './causes.ts';
import { distance } from './differences.ts';

/** Relative; a bias doubled and halved again is off by a rounding at most. */
const ROUNDING = 1e-6;

/**
 * Sentences; none where no single reason explains a difference. The models have layers of the same shapes, or there is nothing
 * to explain.
 */
export function explainDifference(a: KerasModel, b: KerasModel): string[] {
  const isSameShape =
    a.weights.length === b.weights.length &&
    a.weights.every(({ shape }, k) => shape.join() === b.weights[k]?.shape.join());
  if (!isSameShape) return [];
  const differing = a.weights.map((weight, k) => !isSame(weight, b.weights[k]));
  if (!differing.includes(true)) return [];
  if (isForKeras3(a, b)) {
    return [
      'B is A as Keras 3 needs it: what the gates of hard_sigmoid make is multiplied by 1.2, so that clip(x/6 + 0.5, 0, 1) gives what clip(0.2x + 0.5, 0, 1) gave. Predictions are the same.',
    ];
  }
  const explained = new Set<number>();
  const sentences: string[] = [];
  for (const { what, between, repair } of weightFaults(a)) {
    const repaired = repair(a).weights;
    const touched = repaired.flatMap((weight, k) => (weight.data === a.weights[k]?.data ? [] : [k]));
    const news = touched.filter((k) => differing[k] && !explained.has(k));
    if (news.length === 0) continue;
    if (!touched.every((k) => isSame(repaired[k], b.weights[k]))) continue;
    for (const k of touched) explained.add(k);
    sentences.push(between === undefined ? `In A, if B is right: ${what}.` : `${between}.`);
  }
  return sentences;
}

function isForKeras3(a: KerasModel, b: KerasModel): boolean {
  try {
    const { weights } = forKeras3(a).model;
    return weights.every((weight, k) => isSame(weight, b.weights[k]));
  } catch (error) {
    if (error instanceof GatewiseError) return false;
    throw error;
  }
}

function isSame(one: KerasWeight | undefined, other: KerasWeight | undefined): boolean {
  if (one === undefined || other === undefined || one.data.length !== other.data.length) return false;
  return one.data.every((value, at) => {
    const expected = other.data[at] ?? Number.NaN;
    return distance(value, expected) <= ROUNDING * Math.abs(expected);
  });
}
