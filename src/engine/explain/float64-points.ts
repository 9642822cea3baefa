/**
 * A model at points of ways in float64, the points as well, by the reference: it tells apart what to float32 is one number.
 * It is slow, so that what is asked of it has an end, and a model that is too large for one way is not begun with.
 */
import { sizeOf } from '../core/tensor.ts';
import { type ForwardPass, ReferenceModel } from '../reference/index.ts';
import { referenceLayer } from '../self-test/reference-layers.ts';
import { type PointModel, SLOPES_PER_CUT, type WayPoint } from './cut-ways.ts';
import type { ExplainedModel } from './explained-model.ts';

/** Multiplications of all ways together: some ten seconds of a processor. */
export const MOST_PRODUCTS = 4e9;
/** Of a piece, between two turns: some milliseconds. */
const PIECE_PRODUCTS = 4e6;
/** What a pass takes at the least in calls, as multiplications: a small model would have cuts without an end. */
const FEWEST_PRODUCTS = 2e4;
/** Without other tasks between, ms. A browser makes a timer wait as long. */
const TURN_MS = 4;
/** About what one way takes. */
const FEWEST_CUTS = 32;
/** Forward passes that a slope takes as long as. */
const SLOPE_PASSES = 3;
/** Neighbouring nodes of a narrower part would begin to be the same float64 numbers. */
const NARROWEST = 2 ** -48;

/**
 * @param members that there are ways of
 * @returns null for a model whose layers or weights are not told, a layer that the reference does not go back through, and a
 *   model that is too large
 */
export async function float64Points(
  model: ExplainedModel,
  members: Iterable<number>,
  output: number,
): Promise<PointModel | null> {
  const { inputShape, turn = turnsByTheClock() } = model;
  const [steps = 1, features = 1] = inputShape;
  const layers = model.layers?.map(referenceLayer);
  if (!model.getWeights || !layers?.every((layer) => layer !== null)) return null;
  const models = new Map<number, ReferenceModel>();
  let products = 0;
  let mostCuts = 0;
  for (const member of members) {
    const weights = await model.getWeights({ member });
    // Of a forward pass: each weight once for each time step.
    products = Math.max(FEWEST_PRODUCTS, steps * weights.reduce((sum, { shape }) => sum + sizeOf(shape), 0));
    mostCuts = Math.floor(MOST_PRODUCTS / (products * (1 + SLOPE_PASSES * SLOPES_PER_CUT)));
    if (mostCuts < FEWEST_CUTS) return null;
    const values = weights.map(({ data }) => data);
    models.set(member, new ReferenceModel(layers, features, values));
  }

  /** @param of what is wanted of each row of a piece */
  async function inPieces<T>(
    points: readonly WayPoint[],
    passes: number,
    of: (own: ReferenceModel, pass: ForwardPass, rows: number) => T[],
  ): Promise<T[]> {
    // All of one way: no more are cut at once.
    const own = models.get(points[0]?.path.member ?? 0) as ReferenceModel;
    const most = Math.max(1, Math.floor(PIECE_PRODUCTS / (products * passes)));
    const found: T[] = [];
    for (let first = 0; first < points.length; first += most) {
      await turn();
      const piece = points.slice(first, first + most);
      const x = { shape: [piece.length, ...inputShape], data: rowsOf(piece) };
      found.push(...of(own, own.forward(x), piece.length));
    }
    return found;
  }
  const forecasts = (points: readonly WayPoint[]): Promise<number[]> =>
    inPieces(points, 1, (_, pass, rows) => eachRow(pass.output.data, rows, (row) => row[output] as number));
  return {
    // One way to its end before the next: where the work ends early, some are done.
    atOnce: 1,
    mostCuts,
    narrowest: NARROWEST,
    forecasts,
    ends: (paths) =>
      Promise.all(
        paths.map(async (path): Promise<[number, number]> => {
          const [from, to] = await forecasts([0, 1].map((alpha) => ({ path, alpha })));
          return [from as number, to as number];
        }),
      ),
    slopes: (points) =>
      inPieces(points, SLOPE_PASSES, (own, pass, rows) => {
        const above = new Float64Array(pass.output.data.length);
        eachRow(above, rows, (row) => row.fill(1, output, output + 1));
        return eachRow(own.backward(pass, above).dx, rows, (row) => row);
      }),
  };
}

function eachRow<T>(values: Float64Array, rows: number, of: (row: Float64Array) => T): T[] {
  const size = values.length / rows;
  return Array.from({ length: rows }, (_, k) => of(values.subarray(k * size, (k + 1) * size)));
}

/** The windows at some points. */
function rowsOf(points: readonly WayPoint[]): Float64Array {
  return Float64Array.from(
    points.flatMap(({ path: { baseline, way }, alpha }) =>
      Array.from(way, (far, k) => (baseline[k] as number) + alpha * far),
    ),
  );
}

/** What lets other tasks come between where the last time is long enough ago. */
function turnsByTheClock(): () => Promise<void> {
  let began = performance.now();
  return async () => {
    if (performance.now() - began < TURN_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    began = performance.now();
  };
}
