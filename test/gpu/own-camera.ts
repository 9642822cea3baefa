/** The camera of the 3D drawing once more, in float64 and plain trigonometry: where a point of the field is seen. */

export interface Seen {
  /** Parts of the drawing's width and height, from the top left. */
  readonly x: number;
  readonly y: number;
}

type Vector = readonly [number, number, number];

const FIELD_OF_VIEW = 35;
const radians = (degrees: number): number => (degrees * Math.PI) / 180;
const dot = (a: Vector, b: Vector): number => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];

/**
 * @param camera angles in degrees; the eye goes around a point over the origin
 * @param aim the height of that point
 * @param aspect width of the drawing divided by its height
 */
export function seenAt(
  camera: { readonly turn: number; readonly tilt: number; readonly distance: number },
  aim: number,
  aspect: number,
  [x, y, z]: Vector,
): Seen {
  const [turn, tilt] = [radians(camera.turn), radians(camera.tilt)];
  const back: Vector = [Math.cos(tilt) * Math.sin(turn), Math.sin(tilt), Math.cos(tilt) * Math.cos(turn)];
  const right: Vector = [Math.cos(turn), 0, -Math.sin(turn)];
  const up: Vector = [-Math.sin(tilt) * Math.sin(turn), Math.cos(tilt), -Math.sin(tilt) * Math.cos(turn)];
  const point: Vector = [x, y - aim, z];
  const depth = camera.distance - dot(back, point);
  const half = Math.tan(radians(FIELD_OF_VIEW) / 2);
  return {
    x: 0.5 + dot(right, point) / (depth * half * aspect) / 2,
    y: 0.5 - dot(up, point) / (depth * half) / 2,
  };
}
