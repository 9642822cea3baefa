/**
 * Integrated gradients on a straight way where nodes over the whole of it miss something, such as the jump of a network that
 * holds a value by switching between two states: the way is cut finer there (`cut-ways.ts`), by the model itself. Its float32
 * numbers are a floor to that: no part is narrower than a millionth of the way, and a jump within a few hundred of them is
 * hardly wider than the rounding of the points and of the states that the model comes through. The few ways that still miss
 * too much are cut in float64 (`float64-points.ts`), where the model's layers are the reference's and small enough. Nothing is
 * scaled to fit: what misses of the model's own forecasts in the end is told as the residual.
 */
import type { Tensor } from '../core/tensor.ts';
import { cutWays, missedBy, type PointModel, SLOPES_PER_CUT, type WayPoint } from './cut-ways.ts';
import { PIECE_FLOATS } from './explained-data.ts';
import type { ExplainedModel } from './explained-model.ts';
import { outputsOf, type SteepPath } from './path-attribution.ts';

/** What is distinct in float32. */
const NARROWEST = 2 ** -20;

export interface RefineOptions {
  readonly output: number;
  /** Rows of a batch that the model has kernels for: forward, and back to its input. */
  readonly forwardRows: number;
  readonly batchSize: number;
  /** Called before each piece of the work, and at the end; an error of it ends the work. */
  readonly turn: () => void;
}

/** Writes what is found into the sums of each path. */
export async function refinePaths(
  model: ExplainedModel,
  paths: readonly SteepPath[],
  options: RefineOptions,
): Promise<void> {
  await cutWays(pointsOf(model, paths[0]?.sums.length ?? 1, options), paths, options.turn);
  const sizeOf = (path: SteepPath): number => Math.abs(missedBy(path)) / path.bound;
  const missed = paths.filter((path) => sizeOf(path) > 1).sort((a, b) => sizeOf(b) - sizeOf(a));
  if (missed.length > 0) await refineFurther(model, missed, options);
  options.turn();
}

async function refineFurther(
  model: ExplainedModel,
  paths: readonly SteepPath[],
  { output, turn }: RefineOptions,
): Promise<void> {
  // Rarer still: a page downloads it with the first way that needs it, and tells what is missing without.
  const part = await import('./float64-points.ts').catch(() => null);
  const members = new Set(paths.map(({ member }) => member));
  const points = (await part?.float64Points(model, members, output)) ?? null;
  if (points !== null) await cutWays(points, paths, turn);
}

/** The model itself. */
function pointsOf(
  model: ExplainedModel,
  place: number,
  { output, forwardRows, batchSize }: RefineOptions,
): PointModel {
  return {
    atOnce: Math.max(1, Math.floor(PIECE_FLOATS / (model.members * SLOPES_PER_CUT * place))),
    mostCuts: Number.POSITIVE_INFINITY,
    narrowest: NARROWEST,
    ends: async (paths) => paths.map(({ from, to }) => [from, to]),
    async forecasts(points) {
      // Never fewer rows than a batch: a smaller one would be a program of its own.
      const rows = Array.from(
        { length: Math.max(forwardRows, points.length) },
        (_, k) => points[k % points.length] as WayPoint,
      );
      const outputs = await outputsOf(model, rowsOf(model, rows), output, forwardRows);
      return points.map(({ path }, k) => outputs[path.member]?.[k] ?? Number.NaN);
    },
    async slopes(points) {
      const gradients = await model.inputGradientsMembers(rowsOf(model, points), { output, batchSize });
      return points.map(
        ({ path }, k) => gradients[path.member]?.data.subarray(k * place, (k + 1) * place) ?? [],
      );
    },
  };
}

/** The windows at some points of some ways. */
function rowsOf({ inputShape }: ExplainedModel, points: readonly WayPoint[]): Tensor {
  const place = points[0]?.path.way.length ?? 0;
  const data = new Float32Array(points.length * place);
  points.forEach(({ path: { baseline, way }, alpha }, row) => {
    for (let k = 0; k < place; k++)
      data[row * place + k] = (baseline[k] as number) + alpha * (way[k] as number);
  });
  return { shape: [points.length, ...inputShape], data };
}
