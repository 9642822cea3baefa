/**
 * Where the bars of the 3D drawing stand: x along the time steps, z along the units, both from -1 to 1, y the value. Pure
 * geometry, as time-layout.ts; the renderer, the labels and the picking all read it, so a bar has one place only.
 */
import type { TracePlace } from '../../engine/index.ts';
import type { Theme } from './ramp.ts';

/** One drawing of the ribbon, as the session is told. */
export interface RibbonFrame {
  /** Size of the drawing in device pixels. */
  readonly width: number;
  readonly height: number;
  /** World to clip space, WebGPU's depth of 0 to 1; 16 floats. */
  readonly viewProjection: Float32Array;
  /** Where the bars' numbers lie in the kept trace. */
  readonly place: TracePlace;
  /** The value of the highest bar that fits. */
  readonly scale: number;
  /** Values from 0 to the scale; otherwise from its negative. */
  readonly isOneSided: boolean;
  readonly chosenStep: number;
  readonly chosenUnit: number;
  readonly theme: Theme;
}

export type Point = readonly [x: number, y: number, z: number];

export interface Field {
  readonly steps: number;
  readonly units: number;
  /** Height of the scale's value. */
  readonly rise: number;
  /** Height of the floor: that of zero, or of the lowest value. */
  readonly floor: number;
  /** The height that the camera looks at. */
  readonly aim: number;
}

export interface Box {
  readonly low: Point;
  readonly high: Point;
}

/** What a bar takes of its cell, along both axes; the rest is left free between two. */
const BAR_OF_CELL = 0.8;
const RISE = 0.8;
/** Of the room over zero, how much the camera has in its middle with the floor: bars seldom fill all of it. */
const AIM = 0.35;
const RISE_BOTH_WAYS = 0.45;

export function layOutField(
  { steps, units }: Pick<TracePlace, 'steps' | 'units'>,
  isOneSided: boolean,
): Field {
  const rise = isOneSided ? RISE : RISE_BOTH_WAYS;
  const floor = isOneSided ? 0 : -rise;
  return { steps, units, rise, floor, aim: (floor + AIM * rise) / 2 };
}

/** Length of a cell along the time steps and along the units, and of the bar in it. */
export function cellSize({ steps, units }: Pick<Field, 'steps' | 'units'>): {
  readonly cell: readonly [number, number];
  readonly bar: readonly [number, number];
} {
  const cell = [2 / steps, 2 / units] as const;
  return { cell, bar: [cell[0] * BAR_OF_CELL, cell[1] * BAR_OF_CELL] };
}

/** @param share the value divided by the scale */
export function barBox(field: Field, step: number, unit: number, share: number): Box {
  const { cell, bar } = cellSize(field);
  const x = (step + 0.5) * cell[0] - 1;
  const z = (unit + 0.5) * cell[1] - 1;
  const height = Math.max(-1, Math.min(1, share)) * field.rise;
  return {
    low: [x - bar[0] / 2, Math.min(0, height), z - bar[1] / 2],
    high: [x + bar[0] / 2, Math.max(0, height), z + bar[1] / 2],
  };
}
