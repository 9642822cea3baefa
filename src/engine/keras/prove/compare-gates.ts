/** Gates and states of recurrent layers against given ones, and where they first part: by layer, step, gate, unit. */
import { badInput, formatShape } from '../../core/errors.ts';
import type { Tensor } from '../../core/tensor.ts';
import type { KerasModel } from '../model/keras-model.ts';
import { placeLayers } from '../model/layer-variables.ts';
import { compareTensors, type Difference, distance, indexOf } from './differences.ts';

/** In the order a step of an LSTM, or of a GRU, computes them; the keys are `<layer>/<part>`, each [B, T, H]. */
const TRACED_PARTS: readonly string[] = ['z', 'r', 'i', 'f', 'candidate', 'o', 'c', 'h'];
/** What a cell has of them. */
const PARTS_OF = {
  lstm: ['i', 'f', 'candidate', 'o', 'c', 'h'],
  gru: ['z', 'r', 'candidate', 'h'],
  simple_rnn: ['h'],
} as const;

export interface TracedDifference extends Difference {
  /** `lstm/candidate` */
  readonly path: string;
}

export interface FirstDivergence {
  readonly layer: string;
  readonly gate: string;
  readonly t: number;
  readonly unit: number;
  /** Row of the batch. */
  readonly row: number;
  readonly expected: number;
  readonly received: number;
}

export interface GateComparison {
  readonly holds: boolean;
  readonly layers: readonly TracedDifference[];
  /** Null where all hold. */
  readonly firstDivergence: FirstDivergence | null;
}

/**
 * @param received traces of the model, by layer in its order
 * @param expected some or all of the same keys
 * @throws GatewiseError for a key or a shape that the model has not
 */
export function compareGates(
  received: ReadonlyMap<string, Tensor>,
  expected: ReadonlyMap<string, Tensor>,
  tolerance: number,
): GateComparison {
  checkKeys([...received.keys()], expected);
  const layers: TracedDifference[] = [];
  let first: (FirstDivergence & { readonly rank: number }) | null = null;
  for (const [path, ours] of received) {
    const given = expected.get(path);
    if (given === undefined) continue;
    if (formatShape(ours.shape) !== formatShape(given.shape)) {
      throw badInput(
        `"${path}" of the gates has shape ${formatShape(given.shape)}, expected [batch, time, units] ${formatShape(ours.shape)}.`,
      );
    }
    layers.push({ path, ...compareTensors(ours, given, tolerance) });
    const found = firstBeyond(path, ours, given, tolerance);
    if (found !== null && (first === null || (first.layer === found.layer && found.rank < first.rank))) {
      first = found;
    }
  }
  if (first === null) return { holds: true, layers, firstDivergence: null };
  const { rank: _, ...firstDivergence } = first;
  return { holds: false, layers, firstDivergence };
}

/**
 * Whether the keys are gates of a model, before it is run.
 * @throws GatewiseError for a key that the model has not, or for none
 */
export function checkGates({ config }: KerasModel, expected: ReadonlyMap<string, Tensor>): void {
  const keys = placeLayers(config).flatMap(({ name, settings }) => {
    if (settings.kind === 'recurrent') return PARTS_OF[settings.cell].map((part) => `${name}/${part}`);
    if (settings.kind !== 'bidirectional') return [];
    const { forward, backward } = settings;
    return [
      ...PARTS_OF[forward.cell].map((part) => `${name}/forward/${part}`),
      ...PARTS_OF[backward.cell].map((part) => `${name}/backward/${part}`),
    ];
  });
  checkKeys(keys, expected);
}

function checkKeys(keys: readonly string[], expected: ReadonlyMap<string, Tensor>): void {
  const some = keys.slice(0, 12).join(', ');
  if (expected.size === 0) throw badInput(`The gates hold no arrays: expected some of ${some}.`);
  const unknown = [...expected.keys()].find((key) => !keys.includes(key));
  if (unknown !== undefined) {
    throw badInput(`The gates hold "${unknown}", which this model has not: expected some of ${some}.`);
  }
}

/** The first value beyond the tolerance by t, then unit, then row. */
function firstBeyond(path: string, ours: Tensor, given: Tensor, tolerance: number) {
  const cut = path.lastIndexOf('/');
  const [layer, gate] = [path.slice(0, cut), path.slice(cut + 1)];
  let best: (FirstDivergence & { readonly rank: number }) | null = null;
  const known = TRACED_PARTS.indexOf(gate);
  const place = known < 0 ? TRACED_PARTS.length : known;
  for (let at = 0; at < given.data.length; at++) {
    const [b, a] = [given.data[at] ?? Number.NaN, ours.data[at] ?? Number.NaN];
    const size = distance(a, b);
    if (size === 0 || (Number.isFinite(size) && size <= tolerance * (1 + Math.abs(b)))) continue;
    const [row = 0, t = 0, unit = 0] = indexOf(at, given.shape);
    const isEarlier = best === null || t < best.t || (t === best.t && unit < best.unit);
    if (isEarlier) {
      const rank: number = t * (TRACED_PARTS.length + 1) + place;
      best = { layer, gate, t, unit, row, expected: b, received: a, rank };
    }
  }
  return best;
}
