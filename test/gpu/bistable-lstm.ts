/**
 * A network by hand that holds the sign of a cue by switching between two states, and what integrated gradients of it are,
 * in float64 on a grid that is fine enough to see the switch.
 */
import { sizeOf, type Tensor } from '../../src/engine/core/tensor.ts';
import { ReferenceModel } from '../../src/engine/reference/index.ts';
import { assertClose } from '../harness/assert-close.ts';
import { midpoints, outputOf, rowsOf } from './attribution-reference.ts';

export const UNITS = 2;
export const INPUT_SHAPE = [10, 2] as const;
const PLACE = sizeOf(INPUT_SHAPE);
/** Of x: the others begin on the side where the baseline ends. */
export const SWITCHING: readonly number[] = [0, 1, 2, 3];

/**
 * Weights in Keras' order. Unit 0 forgets c, so that its h is tanh(tanh(pull h + w x + b)): between its two states lies a point
 * from which a difference grows by `pull` in every step. Unit 1 is a leaky mean.
 * @param pull above 1 makes two states
 */
export function switchingWeights(pull: number): Tensor[] {
  // Gates side by side, each of two units: i i f f c c o o.
  const kernel = [0, 0.3, 0, -0.2, 1, 0.8, 0, 0.1, 0, -0.2, 0, 0.1, 0.4, -0.6, 0, 0.3];
  const recurrent = [0, 0, 0, 0, pull, 0, 0, 0, 0, 0.2, 0, 0.1, 0, -0.4, 0, 0.2];
  const bias = [6, 0, -6, 2, -0.2, 0, 6, 0.5];
  return [
    { shape: [2, 4 * UNITS], data: Float32Array.from(kernel) },
    { shape: [UNITS, 4 * UNITS], data: Float32Array.from(recurrent) },
    { shape: [4 * UNITS], data: Float32Array.from(bias) },
    { shape: [UNITS, 1], data: Float32Array.of(1, 0.5) },
    { shape: [1], data: Float32Array.of(0.1) },
  ];
}

/** Six windows whose first row is a cue, above the baseline's side in those of SWITCHING. */
export function cueWindows(): Tensor {
  const cues = [1.3, 0.9, 1.1, 0.7, -0.8, -1.2];
  const data = Float32Array.from({ length: cues.length * PLACE }, (_, at) => {
    const n = Math.floor(at / PLACE);
    return at % PLACE === 0 ? (cues[n] as number) : 0.4 * Math.sin(3 * at + n);
  });
  return { shape: [cues.length, ...INPUT_SHAPE], data };
}

export const referenceOf = (weights: readonly Tensor[]): ReferenceModel =>
  new ReferenceModel(
    [
      { kind: 'lstm', units: UNITS },
      { kind: 'dense', units: 1 },
    ],
    INPUT_SHAPE[1],
    weights.map(({ data }) => data),
  );

/** A baseline of zeros for each window. */
export const zerosLike = ({ shape, data }: Tensor): Tensor => ({
  shape,
  data: new Float32Array(data.length),
});

/** The parts of each window on the straight way from its baseline, [N, T, D], by a rule for the mean over the way. */
export function partsBy(
  model: ReferenceModel,
  x: Tensor,
  baseline: Tensor,
  { nodes, weights }: { readonly nodes: ArrayLike<number>; readonly weights: ArrayLike<number> } = DENSE,
): Float64Array {
  const parts = new Float64Array(x.data.length);
  const ones = new Float64Array(nodes.length).fill(1);
  for (let n = 0; n * PLACE < parts.length; n++) {
    const from = rowsOf(baseline, n, 1).data;
    const way = Float64Array.from(rowsOf(x, n, 1).data, (value, k) => value - (from[k] as number));
    const data = Float64Array.from(
      { length: nodes.length * PLACE },
      (_, at) =>
        (from[at % PLACE] as number) +
        (nodes[Math.floor(at / PLACE)] as number) * (way[at % PLACE] as number),
    );
    const { dx } = model.backward(model.forward({ shape: [nodes.length, ...INPUT_SHAPE], data }), ones);
    dx.forEach((slope, at) => {
      const [to, s] = [n * PLACE + (at % PLACE), Math.floor(at / PLACE)];
      parts[to] = (parts[to] as number) + (weights[s] as number) * slope * (way[at % PLACE] as number);
    });
  }
  return parts;
}

/** What the parts of each window miss of its change, as a share of that. */
export function missedShares(
  model: ReferenceModel,
  x: Tensor,
  baseline: Tensor,
  parts: ArrayLike<number>,
): number[] {
  const before = outputOf(model, baseline, 0);
  return Array.from(outputOf(model, x, 0), (y, n) => {
    const change = y - (before[n] as number);
    const sum = windowOf(parts, n).reduce((all, part) => all + part, 0);
    return Math.abs(sum - change) / Math.abs(change);
  });
}

/** Fails unless each window's parts are those expected, within 1e-3 of its largest. */
export function assertParts(parts: ArrayLike<number>, expected: Float64Array, label: string): void {
  for (let n = 0; n * PLACE < expected.length; n++) {
    const own = windowOf(expected, n);
    const atol = 1e-3 * Math.max(...own.map(Math.abs));
    assertClose(windowOf(parts, n), own, { atol, label: `parts of window ${n}, ${label}` });
  }
}

/** The parts of one window. */
export const windowOf = (parts: ArrayLike<number>, n: number): number[] =>
  Array.from(parts).slice(n * PLACE, (n + 1) * PLACE);

const DENSE = midpoints(20_000);
