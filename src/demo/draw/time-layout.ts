/**
 * A trace as six drawings of units (down) by time steps (across): which they are, where each cell lies, and its name in
 * words. Pure geometry in world units, as heatmap-layout.ts.
 */

import type { GateKey, TracePlace } from '../../engine/index.ts';
import { msg } from '../words.ts';
import type { Block } from './heatmap-layout.ts';

/** What is traced, by the engine's keys. */
export type TraceKey = 'i' | 'f' | 'candidate' | 'o' | 'c' | 'h';

export interface TracePanel {
  readonly key: TraceKey;
  readonly symbol: string;
  readonly name: string;
  /** The gate it shows; null for the states. */
  readonly gate: GateKey | null;
}

export const TRACE_PANELS: readonly TracePanel[] = [
  {
    key: 'i',
    symbol: 'i',
    get name() {
      return msg('input gate');
    },
    gate: 'i',
  },
  {
    key: 'f',
    symbol: 'f',
    get name() {
      return msg('forget gate');
    },
    gate: 'f',
  },
  {
    key: 'candidate',
    symbol: 'c\u0303',
    get name() {
      return msg('candidate');
    },
    gate: 'c',
  },
  {
    key: 'o',
    symbol: 'o',
    get name() {
      return msg('output gate');
    },
    gate: 'o',
  },
  {
    key: 'c',
    symbol: 'c',
    get name() {
      return msg('cell state');
    },
    gate: null,
  },
  {
    key: 'h',
    symbol: 'h',
    get name() {
      return msg('output');
    },
    gate: null,
  },
];

const LARGEST_CELL = 14;
const TALLEST = 304;

/** The block of one drawing, as wide as there is room. */
export function layOutTrace(place: TracePlace, width: number): Block {
  const { steps, units, offset, stepStride, unitStride } = place;
  return {
    x: 0,
    y: 0,
    cellWidth: width / steps,
    cellHeight: Math.min(LARGEST_CELL, TALLEST / units),
    rows: units,
    columns: steps,
    offset,
    rowStride: unitStride,
    columnStride: stepStride,
  };
}

/** How far a step lies before the newest: `t`, `t\u22125`. */
export function lagName(step: number, steps: number): string {
  const back = steps - 1 - step;
  return back === 0 ? 't' : `t\u2212${back}`;
}

/** `forget gate`, but `cell state c`: of the states the letter is a name too. */
export function panelName({ name, symbol, gate }: TracePanel): string {
  return gate === null ? `${name} ${symbol}` : name;
}
