/** Picking and turning of the 3D drawing, against a camera of plain float64 trigonometry. */
import { describe, expect, it } from 'vitest';
import {
  type Camera,
  FIRST_CAMERA,
  LIMITS,
  moved,
  pickBar,
  project,
  viewProjection,
} from '../../src/demo/draw/ribbon-camera.ts';
import { layOutField } from '../../src/demo/draw/ribbon-layout.ts';
import { seenAt } from '../gpu/own-camera.ts';

const ASPECT = 1.6;
const [STEPS, UNITS] = [9, 6];
const CAMERAS: readonly Camera[] = [
  FIRST_CAMERA,
  { turn: 0, tilt: 10, distance: 3 },
  { turn: 170, tilt: 85, distance: 8 },
  { turn: -95, tilt: 50, distance: 4 },
];
const field = (isOneSided: boolean) => layOutField({ steps: STEPS, units: UNITS }, isOneSided);

describe('the camera of the 3D drawing', () => {
  it('sees points of the field where float64 trigonometry sees them', () => {
    for (const camera of CAMERAS) {
      for (const isOneSided of [true, false]) {
        const { aim } = field(isOneSided);
        const matrix = viewProjection(camera, { aim }, ASPECT);
        for (const point of [
          [0, 0, 0],
          [-0.9, 0.4, 0.8],
          [1, -0.3, -1],
        ] as const) {
          const [x, y] = project(matrix, point);
          const seen = seenAt(camera, aim, ASPECT, point);
          expect(x).toBeCloseTo(seen.x, 5);
          expect(y).toBeCloseTo(seen.y, 5);
        }
      }
    }
  });

  it('finds the bar whose top is pointed at, through nothing that stands before it, and none beside the field', () => {
    for (const isOneSided of [true, false]) {
      const { aim, rise } = field(isOneSided);
      const camera: Camera = { turn: 25, tilt: 60, distance: 5 };
      const matrix = viewProjection(camera, { aim }, ASPECT);
      // A high bar before a low one, which it hides: (4, 3) before (4, 2).
      const share = (step: number, unit: number): number => (step === 4 && unit === 3 ? 1 : 0.1);
      const at = (step: number, unit: number, up: number) => {
        const x = (2 * (step + 0.5)) / STEPS - 1;
        const z = (2 * (unit + 0.5)) / UNITS - 1;
        const seen = seenAt(camera, aim, ASPECT, [x, up * rise, z]);
        return pickBar(matrix, field(isOneSided), share, seen.x, seen.y);
      };

      expect(at(4, 3, 1)).toEqual({ step: 4, unit: 3 });
      expect(at(4, 2, 0.1)).toEqual({ step: 4, unit: 3 });
      expect(at(0, 0, 0.1)).toEqual({ step: 0, unit: 0 });
      expect(at(8, 5, 0.1)).toEqual({ step: 8, unit: 5 });
      expect(at(-3, 2, 0.1)).toBeNull();
    }
  });

  it('lies flat as the heatmap does: time across, units down, whatever the heights and the camera', () => {
    for (const camera of CAMERAS) {
      const matrix = viewProjection(camera, field(true), ASPECT, 0);
      for (const [x, y, z] of [
        [0, 0, 0],
        [-0.9, 0.4, 0.8],
        [1, -0.3, -1],
      ] as const) {
        const [across, down] = project(matrix, [x, y, z]);
        expect(across).toBeCloseTo(0.5 + x / 2.7, 6);
        expect(down).toBeCloseTo(0.5 + z / 2.7, 6);
      }
    }
  });

  it.each([0, 0.25, 0.5, 0.75, 1])(
    'finds each bar where its top is seen, and the nearer of two, lifted by %d',
    (lift) => {
      for (const camera of CAMERAS) {
        const own = field(true);
        const matrix = viewProjection(camera, own, ASPECT, lift);
        for (let step = 0; step < STEPS; step++) {
          for (let unit = 0; unit < UNITS; unit++) {
            const top = [
              (2 * (step + 0.5)) / STEPS - 1,
              0.001 * own.rise,
              (2 * (unit + 0.5)) / UNITS - 1,
            ] as const;
            const [x, y] = project(matrix, top);
            expect(
              pickBar(matrix, own, () => 0.001, x, y),
              `${step} ${unit}`,
            ).toEqual({ step, unit });
          }
        }
        // A needle over the middle bar, seen through its own tip.
        const share = (step: number, unit: number): number => (step === 4 && unit === 3 ? 1 : 0);
        const [x, y] = project(matrix, [0, own.rise, (2 * 3.5) / UNITS - 1]);
        expect(pickBar(matrix, own, share, x, y)).toEqual({ step: 4, unit: 3 });
      }
    },
  );

  it('goes around without end, and no lower, higher, nearer or farther than its limits', () => {
    expect(moved({ ...FIRST_CAMERA, turn: 175 }, 10, 0).turn).toBe(-175);
    expect(moved({ ...FIRST_CAMERA, turn: -175 }, -370, 0).turn).toBe(175);
    expect(moved(FIRST_CAMERA, 0, 1000).tilt).toBe(LIMITS.tilt[1]);
    expect(moved(FIRST_CAMERA, 0, -1000).tilt).toBe(LIMITS.tilt[0]);
    expect(moved(FIRST_CAMERA, 0, 0, 1000).distance).toBe(LIMITS.distance[1]);
    expect(moved(FIRST_CAMERA, 0, 0, 0.001).distance).toBe(LIMITS.distance[0]);
  });
});
