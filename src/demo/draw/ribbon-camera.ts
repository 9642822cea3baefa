/**
 * The camera of the 3D drawing, with wgpu-matrix: it goes around a point over the field's middle at a turn, a tilt and a distance.
 * Its mat4 has WebGPU's depth of 0 to 1 and WGSL's layout, so it is uploaded as it is; its inverse takes a pointer back to a
 * ray, and the ray to a bar.
 */
import { mat4, vec3 } from 'wgpu-matrix';
import { between } from '../within.ts';
import { type Box, barBox, type Field, type Point } from './ribbon-layout.ts';

/** Angles in degrees, distance in world units from the point looked at. */
export interface Camera {
  /** 0 looks along the units with time to the right; positive goes around to the newest step. */
  readonly turn: number;
  /** 90 would look straight down. */
  readonly tilt: number;
  readonly distance: number;
}

/** What the camera may do; it never looks from below, nor from inside the field. */
export const LIMITS: Readonly<Record<keyof Camera, readonly [low: number, high: number]>> = {
  turn: [-180, 180],
  tilt: [10, 85],
  distance: [3, 8],
};

export const FIRST_CAMERA: Camera = { turn: -30, tilt: 35, distance: 5 };

/** How far from the middle the flat map ends, in world units: the field ends at 1, names stand around it. */
const FLAT_REACH = 1.35;

const FIELD_OF_VIEW = (35 * Math.PI) / 180;
const NEAR = 0.5;
const FAR = 12;

/** The camera moved by degrees and by a factor of the distance: around without end, otherwise to its limits. */
export function moved(camera: Camera, turn: number, tilt: number, factor = 1): Camera {
  const around = (((camera.turn + turn + 180) % 360) + 360) % 360;
  return {
    turn: around - 180,
    tilt: between(camera.tilt + tilt, LIMITS.tilt),
    distance: between(camera.distance * factor, LIMITS.distance),
  };
}

/**
 * @param aspect width of the drawing divided by its height
 * @param lift 0 for the flat map, seen from straight above by parallel rays, as wide and high as the drawing; 1 for the camera; between,
 * a mix of both, in which lines stay straight and what is nearer stays nearer
 */
export function viewProjection(
  camera: Camera,
  field: Pick<Field, 'aim'>,
  aspect: number,
  lift = 1,
): Float32Array {
  if (lift === 1) return fromAround(camera, field, aspect);
  const [low, high] = [-FLAT_REACH, FLAT_REACH];
  const above = mat4.lookAt([0, 1, 0], [0, 0, 0], [0, 0, -1]);
  const flat = mat4.multiply(mat4.ortho(low, high, low, high, 0, 2), above) as Float32Array;
  if (lift === 0) return flat;
  const { turn, tilt, distance } = camera;
  const raised = fromAround({ turn: lift * turn, tilt: 90 - lift * (90 - tilt), distance }, field, aspect);
  // What is at the camera's distance counts the same in both.
  return raised.map((part, at) => lift * part + (1 - lift) * distance * (flat[at] ?? Number.NaN));
}

/** @param aim the height that the camera looks at */
function fromAround(
  { turn, tilt, distance }: Camera,
  { aim }: Pick<Field, 'aim'>,
  aspect: number,
): Float32Array {
  const [around, up] = [(turn * Math.PI) / 180, (tilt * Math.PI) / 180];
  const eye = [
    distance * Math.cos(up) * Math.sin(around),
    aim + distance * Math.sin(up),
    distance * Math.cos(up) * Math.cos(around),
  ];
  const projection = mat4.perspective(FIELD_OF_VIEW, aspect, NEAR, FAR);
  return mat4.multiply(projection, mat4.lookAt(eye, [0, aim, 0], [0, 1, 0])) as Float32Array;
}

/** A world point as parts of the drawing's width and height, from the top left. */
export function project(matrix: Float32Array, point: Point): readonly [x: number, y: number] {
  const [x = 0, y = 0] = vec3.transformMat4(point, matrix);
  return [(x + 1) / 2, (1 - y) / 2];
}

/**
 * The bar seen at a place of the drawing, given as parts of its width and height; null where there is none.
 * @param share a value divided by the scale
 */
export function pickBar(
  matrix: Float32Array,
  field: Field,
  share: (step: number, unit: number) => number,
  x: number,
  y: number,
): { readonly step: number; readonly unit: number } | null {
  const back = mat4.inverse(matrix);
  const from = vec3.transformMat4([2 * x - 1, 1 - 2 * y, 0], back);
  const way = vec3.subtract(vec3.transformMat4([2 * x - 1, 1 - 2 * y, 1], back), from);
  let nearest = Number.POSITIVE_INFINITY;
  let found: { step: number; unit: number } | null = null;
  for (let step = 0; step < field.steps; step++) {
    for (let unit = 0; unit < field.units; unit++) {
      const at = enters(barBox(field, step, unit, share(step, unit)), from, way);
      if (at < nearest) {
        nearest = at;
        found = { step, unit };
      }
    }
  }
  return found;
}

/** Where along a ray it enters a box, in lengths of `way`; infinity where it misses. */
function enters({ low, high }: Box, from: ArrayLike<number>, way: ArrayLike<number>): number {
  let [first, last] = [0, Number.POSITIVE_INFINITY];
  for (const axis of [0, 1, 2] as const) {
    const [start = 0, along = 0] = [from[axis], way[axis]];
    const ends = [(low[axis] - start) / along, (high[axis] - start) / along];
    first = Math.max(first, Math.min(...ends));
    last = Math.min(last, Math.max(...ends));
  }
  return first <= last ? first : Number.POSITIVE_INFINITY;
}
