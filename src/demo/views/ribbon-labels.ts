/** The names along the 3D drawing's sides: first and last step and unit, and a scale at a corner that no bar stands before. */

import { nothing, svg, type TemplateResult } from 'lit';
import { project } from '../draw/ribbon-camera.ts';
import type { Field, Point } from '../draw/ribbon-layout.ts';
import { lagName } from '../draw/time-layout.ts';
import { msg, str } from '../words.ts';

export interface LabelPlan {
  /** CSS pixels. */
  readonly width: number;
  readonly height: number;
  readonly matrix: Float32Array;
  /** Of the camera, degrees. */
  readonly turn: number;
  readonly field: Field;
  /** The scale's value in words. */
  readonly scale: string;
}

/** Where names and scale stand, in world units from the middle; the floor ends a little before. */
const NAMES = 1.2;
const POLE = 1.06;
const EDGE = 6;
/** Pixels. */
const LEAST_POLE = 24;

export function ribbonLabels(plan: LabelPlan): TemplateResult {
  const { field, turn, scale } = plan;
  const { steps, units, floor, rise } = field;
  const around = (turn * Math.PI) / 180;
  // The sides that the camera looks at.
  const z = Math.cos(around) >= 0 ? 1 : -1;
  const x = Math.sin(around) > 0 ? 1 : -1;
  const time = (step: number): TemplateResult =>
    name(plan, [middle(step, steps), floor, z * NAMES], lagName(step, steps));
  const unit = (index: number): TemplateResult =>
    name(plan, [x * NAMES, floor, middle(index, units)], msg(str`unit ${index}`));
  const mark = (y: number, text: string): TemplateResult =>
    name(plan, [-x * (POLE + 0.06), y, z * (POLE + 0.06)], text);
  const [from, to] = [pixels(plan, [-x * POLE, floor, z * POLE]), pixels(plan, [-x * POLE, rise, z * POLE])];
  // Seen from above the pole is a point, and its numbers would lie over each other.
  const isStanding = Math.hypot(to[0] - from[0], to[1] - from[1]) > LEAST_POLE;
  return svg`
    ${isStanding ? svg`<line class="ribbon-pole" x1=${from[0]} y1=${from[1]} x2=${to[0]} y2=${to[1]}></line>` : nothing}
    ${time(0)} ${steps > 1 ? time(steps - 1) : nothing} ${unit(0)} ${units > 1 ? unit(units - 1) : nothing}
    ${isStanding ? mark(rise, scale) : nothing} ${isStanding && floor < 0 ? mark(0, '0') : nothing}
  `;
}

function middle(index: number, count: number): number {
  return (2 * (index + 0.5)) / count - 1;
}

function pixels({ matrix, width, height }: LabelPlan, point: Point): readonly [number, number] {
  const [x, y] = project(matrix, point);
  return [x * width, y * height];
}

/** Kept within the drawing, and read away from its middle. */
function name(plan: LabelPlan, point: Point, text: string): TemplateResult {
  const [x, y] = pixels(plan, point);
  const part = x / plan.width;
  const anchor = part < 0.35 ? 'end' : part > 0.65 ? 'start' : 'middle';
  const room = text.length * 7.5;
  const low = anchor === 'end' ? room : anchor === 'start' ? 0 : room / 2;
  const within = Math.max(EDGE + low, Math.min(plan.width - EDGE - (room - low), x));
  const down = Math.max(14, Math.min(plan.height - EDGE, y + 5));
  return svg`<text x=${within} y=${down} text-anchor=${anchor}>${text}</text>`;
}
