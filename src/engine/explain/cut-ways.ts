/**
 * Cuts straight ways finer where their gradients do not add up. From a to b on a way the forecast changes by y(b) - y(a),
 * which takes no gradient to know. A part whose gradients do not add up to that is cut in two, each half with nodes of its
 * own, until neither a part nor all together miss more than is allowed, or parts are as many and as narrow as they may be. A
 * way that cuts leave worse keeps what it had.
 */
import { gaussLegendre } from './gauss-legendre.ts';
import type { SteepPath } from './path-attribution.ts';

/** Of a part. */
const { nodes, weights } = gaussLegendre(8);
/** Of a way. */
const MOST_PARTS = 256;
/** What a cut asks for: slopes at the nodes of both halves, and a forecast in the middle. */
export const SLOPES_PER_CUT = 2 * nodes.length;

/** A point of a way, `alpha` of it from its beginning. */
export interface WayPoint {
  readonly path: SteepPath;
  readonly alpha: number;
}

/** What is known of a model at points of ways. */
export interface PointModel {
  /** Cuts that are made in one go. */
  readonly atOnce: number;
  /** Cuts that are made in all, of all ways together. */
  readonly mostCuts: number;
  /** No narrower part is cut: its neighbouring nodes would begin to be the same numbers. */
  readonly narrowest: number;
  /** Forecasts at both ends of ways, as forecasts() would have them. */
  ends(paths: readonly SteepPath[]): Promise<readonly (readonly [number, number])[]>;
  /** The forecast at each point, by the member of its way. */
  forecasts(points: readonly WayPoint[]): Promise<readonly number[]>;
  /** dy/dx at each point, [T, D], by the member of its way. */
  slopes(points: readonly WayPoint[]): Promise<readonly ArrayLike<number>[]>;
}

interface End {
  readonly alpha: number;
  readonly y: number;
}

interface Part {
  readonly from: End;
  readonly to: End;
  /** [T, D] */
  readonly sums: Float64Array;
}

interface Way {
  readonly path: SteepPath;
  parts: Part[];
}

interface Cut {
  readonly way: Way;
  readonly part: Part;
  readonly middle: number;
}

/**
 * Writes what is found into the sums of each path.
 * @param turn called before each piece of the work; an error of it ends the work
 */
export async function cutWays(
  model: PointModel,
  paths: readonly SteepPath[],
  turn: () => void,
): Promise<void> {
  const { atOnce, narrowest } = model;
  let left = model.mostCuts;
  // Of a few ways at a time: each may have hundreds of parts.
  for (let first = 0; first < paths.length && left > 0; first += atOnce) {
    turn();
    const ways = await wholeWays(model, paths.slice(first, first + atOnce));
    const next = (): Cut[] => ways.flatMap((way) => cutsOf(way, narrowest)).slice(0, left);
    for (let cuts = next(); cuts.length > 0; cuts = next()) {
      for (let k = 0; k < cuts.length; k += atOnce) {
        turn();
        await makeCuts(model, cuts.slice(k, k + atOnce));
      }
      left -= cuts.length;
    }
    for (const { path, parts } of ways) {
      const sums = new Float64Array(path.sums.length);
      for (const part of parts) add(sums, 1, part.sums);
      if (Math.abs(missedBy(path, sums)) < Math.abs(missedBy(path))) path.sums.set(sums);
    }
  }
}

/** What parts of the whole way are too large by. */
export function missedBy({ from, to, sums: own }: SteepPath, sums = own): number {
  return sumOf(sums) - (to - from);
}

async function wholeWays(model: PointModel, paths: readonly SteepPath[]): Promise<Way[]> {
  const ends = await model.ends(paths);
  return paths.map((path, k) => {
    const [first, last] = ends[k] ?? [path.from, path.to];
    const whole = { from: { alpha: 0, y: first }, to: { alpha: 1, y: last }, sums: path.sums.slice() };
    return { path, parts: [whole] };
  });
}

/** The parts that miss more than their share, the worst first, as many as there may be. */
function cutsOf(way: Way, narrowest: number): Cut[] {
  const { path, parts } = way;
  const all = parts.map((part) => ({ part, missing: missingOf(part) }));
  const together = parts.reduce((sum, { sums }) => sum + sumOf(sums), 0) - (path.to - path.from);
  if ([together, ...all.map(({ missing }) => missing)].every((one) => Math.abs(one) <= path.bound)) return [];
  return all
    .filter(({ part, missing }) => Math.abs(missing) > path.bound / parts.length && widthOf(part) > narrowest)
    .sort((a, b) => Math.abs(b.missing) - Math.abs(a.missing))
    .slice(0, MOST_PARTS - parts.length)
    .map(({ part }) => ({ way, part, middle: (part.from.alpha + part.to.alpha) / 2 }));
}

async function makeCuts(model: PointModel, cuts: readonly Cut[]): Promise<void> {
  const outputs = await model.forecasts(cuts.map(({ way: { path }, middle }) => ({ path, alpha: middle })));
  const halves = cuts.map(({ way: { path }, part, middle }, k) => {
    const between = { alpha: middle, y: outputs[k] ?? Number.NaN };
    return [
      { from: part.from, to: between, sums: new Float64Array(path.sums.length) },
      { from: between, to: part.to, sums: new Float64Array(path.sums.length) },
    ] as const;
  });
  const points = halves.flatMap((both, k) =>
    both.flatMap((half) =>
      Array.from(nodes, (node) => ({
        path: (cuts[k] as Cut).way.path,
        alpha: half.from.alpha + node * widthOf(half),
      })),
    ),
  );
  const slopes = await model.slopes(points);
  halves.flat().forEach((half, k) => {
    weights.forEach((weight, s) => {
      const at = k * nodes.length + s;
      add(half.sums, weight * widthOf(half), slopes[at] ?? [], points[at]?.path.way);
    });
  });
  cuts.forEach(({ way, part }, k) => {
    way.parts = [...way.parts.filter((one) => one !== part), ...(halves[k] ?? [])];
  });
}

const widthOf = ({ from, to }: Part): number => to.alpha - from.alpha;

/** What the sums are too large by. */
const missingOf = ({ from, to, sums }: Part): number => sumOf(sums) - (to.y - from.y);

const sumOf = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0);

/** Adds so much of some values to others, each times its factor where there are some. */
function add(to: Float64Array, much: number, values: ArrayLike<number>, factors?: ArrayLike<number>): void {
  for (let k = 0; k < to.length; k++) {
    to[k] = (to[k] as number) + much * (values[k] as number) * (factors?.[k] ?? 1);
  }
}
