/**
 * Pan and zoom of a heatmap, and picking, with wgpu-matrix: a mat3 takes world units (heatmap-layout.ts) to pixels, its
 * inverse takes a pointer back to a point of the drawing. wgpu-matrix keeps a mat3 as 12 floats, which is the padded
 * layout of WGSL's mat3x3f, so the inverse is uploaded as it is. Loaded with the first heatmap, not before.
 */
import { mat3, vec2 } from 'wgpu-matrix';

/** What part of the drawing is shown. At zoom 1 and no shift it fits. */
export interface View {
  readonly zoom: number;
  /** Shift in CSS pixels, never positive. */
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

export const FITTED: View = { zoom: 1, x: 0, y: 0 };
const LARGEST_ZOOM = 24;

/** World units to CSS pixels. */
function worldToPixel(view: View): Float32Array {
  const matrix = mat3.translation([view.x, view.y]);
  return mat3.scale(matrix, [view.zoom, view.zoom], matrix) as Float32Array;
}

/** Device pixels to world units: what the shader and the picking use. 12 floats. */
export function pixelToWorld(view: View, pixelRatio: number): Float32Array {
  const toDevice = mat3.multiply(mat3.scaling([pixelRatio, pixelRatio]), worldToPixel(view));
  return mat3.inverse(toDevice) as Float32Array;
}

/** The world point under a pointer at (x, y) CSS pixels of the drawing. */
export function pick(view: View, x: number, y: number): readonly [number, number] {
  const point = vec2.transformMat3([x, y], pixelToWorld(view, 1));
  return [point[0] ?? 0, point[1] ?? 0];
}

/** A world point as CSS pixels of the drawing. */
export function project(view: View, x: number, y: number): readonly [number, number] {
  const point = vec2.transformMat3([x, y], worldToPixel(view));
  return [point[0] ?? 0, point[1] ?? 0];
}

/** Zooms by a factor with the point under (x, y) CSS pixels staying where it is. */
export function zoomAt(view: View, size: Size, factor: number, x: number, y: number): View {
  const zoom = Math.min(LARGEST_ZOOM, Math.max(1, view.zoom * factor));
  const [worldX, worldY] = pick(view, x, y);
  return clampView({ zoom, x: x - worldX * zoom, y: y - worldY * zoom }, size);
}

/** Moves by CSS pixels, never past the drawing's edge. */
export function panBy(view: View, size: Size, x: number, y: number): View {
  return clampView({ zoom: view.zoom, x: view.x + x, y: view.y + y }, size);
}

/**
 * Moves just as far as needed for a rectangle (world units) to be in sight.
 * @param covered height of what lies over the drawing at its top, CSS pixels
 */
export function bringIntoView(
  view: View,
  size: Size,
  rectangle: readonly [number, number, number, number],
  covered = 0,
): View {
  const [left, top] = project(view, rectangle[0], rectangle[1]);
  const right = left + rectangle[2] * view.zoom;
  const bottom = top + rectangle[3] * view.zoom;
  const shiftX = left < 0 ? -left : right > size.width ? size.width - right : 0;
  const shiftY = top < covered ? covered - top : bottom > size.height ? size.height - bottom : 0;
  return shiftX === 0 && shiftY === 0 ? view : panBy(view, size, shiftX, shiftY);
}

function clampView(view: View, size: Size): View {
  const x = Math.min(0, Math.max(size.width * (1 - view.zoom), view.x));
  const y = Math.min(0, Math.max(size.height * (1 - view.zoom), view.y));
  return { zoom: view.zoom, x, y };
}
