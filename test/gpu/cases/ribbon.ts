/**
 * The 3D drawing of a kept trace: for a buffer of known numbers, each bar's top has the ramp's colour at the place where a
 * camera of plain float64 trigonometry sees it, bars are as high as their numbers, and beside them is the floor.
 */
import { type Rgb, rampColour, rampStops } from '../../../src/demo/draw/ramp.ts';
import { type Camera, viewProjection } from '../../../src/demo/draw/ribbon-camera.ts';
import type { RibbonFrame } from '../../../src/demo/draw/ribbon-layout.ts';
import { RIBBON_COLOURS, RibbonRenderer } from '../../../src/demo/draw/ribbon-renderer.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { seenAt } from '../own-camera.ts';
import { expectColour, type Picture, readPicture } from '../pictures.ts';
import { withGpu } from '../support.ts';

const [STEPS, UNITS, STRIDE] = [7, 5, 8];
const [WIDTH, HEIGHT] = [720, 480];
/** Of the first gate; nothing is chosen unless a case says so. */
const PLACE = { steps: STEPS, units: UNITS, offset: 0, stepStride: STRIDE * 4, unitStride: 4 };
const FROM_ABOVE: Camera = { turn: 20, tilt: 82, distance: 4.4 };
const FROM_FRONT: Camera = { turn: -12, tilt: 25, distance: 4.4 };
const NONE = 99;
/** The height looked at. */
const AIM = 0.1;
/** Heights of the scale's value, and the parts of a cell that its bar takes. */
const [RISE, RISE_BOTH_WAYS, BAR] = [0.8, 0.45, 0.8];
/** How bright a face is that looks along the units. */
const SHADE = 0.86;
/** And how bright one is that looks along the time steps. */
const DARKEST = 0.72;
const { floor, ink } = RIBBON_COLOURS.light;

export const cases: GpuCase[] = [
  {
    name: 'every bar of each gate of a synthetic gates buffer has the ramp\u2019s colour on its top, and the floor beside it',
    run: (gpu) => withGpu(gpu, checkTops),
  },
  {
    name: 'a bar is as high as its number, from zero up or down, and not higher',
    run: (gpu) => withGpu(gpu, checkHeights),
  },
  {
    name: 'the chosen step and unit are marked on the floor, their bars outlined, and the chosen one most',
    run: (gpu) => withGpu(gpu, checkChosen),
  },
  {
    name: 'a number that is NaN or infinite is a full bar in a colour the ramp does not have',
    run: (gpu) => withGpu(gpu, checkBadNumbers),
  },
];

type ValueAt = (step: number, unit: number, gate: number) => number;

/** A number that no other near bar has, 0.1 to 0.5: from above no bar hides another's top. */
const code: ValueAt = (step, unit, gate) => 0.1 + (((step * 31 + unit * 47 + gate * 13) % 101) / 100) * 0.4;

/** Draws one gate of a buffer of gates side by side, padding in a value that no gate has. */
async function draw(
  device: GpuDevice,
  camera: Camera,
  value: ValueAt,
  order: Partial<RibbonFrame> = {},
): Promise<Picture> {
  const values = new Float32Array(STEPS * STRIDE * 4).fill(-1);
  for (let at = 0; at < STEPS * UNITS * 4; at++) {
    const [step, unit, gate] = [Math.floor(at / 4 / UNITS), Math.floor(at / 4) % UNITS, at % 4];
    values[(step * STRIDE + unit) * 4 + gate] = value(step, unit, gate);
  }
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer('test.gates', values.byteLength, usage);
  device.device.queue.writeBuffer(buffer, 0, values);
  const renderer = new RibbonRenderer(device.device);
  renderer.use(buffer);
  const frame: RibbonFrame = {
    width: WIDTH,
    height: HEIGHT,
    viewProjection: viewProjection(camera, { aim: AIM }, WIDTH / HEIGHT),
    place: PLACE,
    scale: 1,
    isOneSided: true,
    chosenStep: NONE,
    chosenUnit: NONE,
    theme: 'light',
    ...order,
  };
  const picture = await readPicture(device.device, WIDTH, HEIGHT, (target) =>
    renderer.draw('test', target, 'rgba8unorm', frame),
  );
  renderer.dispose();
  device.release(buffer);
  return picture;
}

/** The world's x of a step and z of a unit, moved by parts of a cell. */
const xOf = (step: number, by = 0): number => ((step + 0.5 + by) * 2) / STEPS - 1;
const zOf = (unit: number, by = 0): number => ((unit + 0.5 + by) * 2) / UNITS - 1;

type Point = readonly [number, number, number];

/** The pixel in which the float64 camera sees a point. */
function pixelOf(camera: Camera, point: Point): readonly [x: number, y: number] {
  const { x, y } = seenAt(camera, AIM, WIDTH / HEIGHT, point);
  return [Math.floor(x * WIDTH), Math.floor(y * HEIGHT)];
}

function colourAt({ bytes, bytesPerRow }: Picture, camera: Camera, point: Point): number[] {
  const [x, y] = pixelOf(camera, point);
  const at = y * bytesPerRow + x * 4;
  return [...bytes.subarray(at, at + 3)];
}

function expectAt(
  picture: Picture,
  camera: Camera,
  point: Point,
  colour: readonly number[],
  what: string,
): void {
  expectColour(picture, ...pixelOf(camera, point), [...colour, 255], what);
}

const shaded = (colour: Rgb): number[] => colour.map((channel) => Math.round(channel * SHADE));
const ramp = (share: number): Rgb => rampColour(rampStops('light'), share);

async function checkTops(device: GpuDevice): Promise<void> {
  for (let gate = 0; gate < 4; gate++) {
    const scale = 1 + gate / 10;
    const picture = await draw(device, FROM_ABOVE, code, { place: { ...PLACE, offset: gate }, scale });
    for (let at = 0; at < STEPS * UNITS; at++) {
      const [step, unit] = [Math.floor(at / UNITS), at % UNITS];
      const share = code(step, unit, gate) / scale;
      const top = [xOf(step), share * RISE, zOf(unit)] as const;
      expectAt(picture, FROM_ABOVE, top, ramp(share), `the top of step ${step}, unit ${unit}, gate ${gate}`);
    }
    expectAt(picture, FROM_ABOVE, [-1.03, 0, 1.03], floor, 'the margin of the floor');
    expectAt(picture, FROM_ABOVE, [0, 0, 1.03], floor, 'the margin of the floor');
    expectColour(picture, 2, 2, [0, 0, 0, 0], 'beside the floor');
  }
  const flat = await draw(device, FROM_ABOVE, () => 0);
  for (let step = 0; step < STEPS - 1; step++) {
    expectAt(flat, FROM_ABOVE, [xOf(step, 0.5), 0, zOf(2)], floor, `between steps ${step} and ${step + 1}`);
  }
}

async function checkHeights(device: GpuDevice): Promise<void> {
  for (const isOneSided of [true, false]) {
    for (const share of isOneSided ? [0.3, 0.9] : [0.7, -0.7]) {
      // One bar alone in the front row.
      const [step, unit] = [3, UNITS - 1];
      const value: ValueAt = (t, u) => (t === step && u === unit ? share * 2 : 0);
      const picture = await draw(device, FROM_FRONT, value, { scale: 2, isOneSided });
      const height = share * (isOneSided ? RISE : RISE_BOTH_WAYS);
      const front = zOf(unit, BAR / 2);
      const what = `of a bar of ${share}`;
      for (const part of [0.04, 0.5, 0.96]) {
        const point = [xOf(step), part * height, front] as const;
        expectAt(picture, FROM_FRONT, point, shaded(ramp(share)), `at ${part} ${what}`);
      }
      // Over a bar that stands: over its far edge, since over the near one its own top is seen.
      const far = zOf(unit, share > 0 ? -BAR / 2 : BAR / 2);
      for (const point of [
        [xOf(step), 1.06 * height, far],
        [xOf(step, -0.46), 0.5 * height, front],
        [xOf(step, 0.58), 0.5 * height, front],
      ] as const) {
        const there = colourAt(picture, FROM_FRONT, point);
        for (const colour of [shaded(ramp(share)), ramp(share)]) {
          if (colour.every((channel, k) => Math.abs(channel - (there[k] ?? 0)) <= 3)) {
            throw new Error(
              `Beside, at ${point.map((part) => part.toFixed(2))}, is the colour ${what}: ${there}.`,
            );
          }
        }
      }
      const level = isOneSided ? 0 : -RISE_BOTH_WAYS;
      expectAt(picture, FROM_FRONT, [xOf(0), level, 1.03], floor, `the floor in front ${what}`);
    }
  }
}

async function checkChosen(device: GpuDevice): Promise<void> {
  const plain = await draw(device, FROM_FRONT, () => 0);
  const darkest = Math.floor((floor[0] ?? 0) * DARKEST);
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      const [red = 0, , , alpha = 0] = plain.bytes.subarray(y * plain.bytesPerRow + x * 4);
      // Less where the ground of the page is mixed in, at the edge of the floor.
      if (alpha === 255 && red < darkest - 3)
        throw new Error(`Nothing is chosen, and (${x}, ${y}) is inked: ${red}.`);
    }
  }
  const order = { chosenStep: 5, chosenUnit: 1 };
  const picture = await draw(device, FROM_ABOVE, () => 0, order);
  const strip = floor.map((channel, k) => Math.round(channel + ((ink[k] ?? 0) - channel) * 0.3));
  expectAt(picture, FROM_ABOVE, [xOf(5), 0, zOf(3, 0.5)], strip, 'the floor of the chosen step');
  expectAt(picture, FROM_ABOVE, [xOf(2, 0.5), 0, zOf(1)], strip, 'the floor of the chosen unit');
  expectAt(picture, FROM_ABOVE, [xOf(2, 0.5), 0, zOf(3)], floor, 'the floor of another unit and step');
  const wide =
    pixelOf(FROM_ABOVE, [xOf(5, BAR / 2), 0, zOf(1)])[0] -
    pixelOf(FROM_ABOVE, [xOf(5, -BAR / 2), 0, zOf(1)])[0];
  /** Parts of a cell from its middle to so many pixels before its bar's edge. */
  const before = (pixels: number): number => BAR / 2 - (pixels / wide) * BAR;
  expectAt(picture, FROM_ABOVE, [xOf(5, before(2.5)), 0, zOf(1)], ink, 'the broad outline of the chosen bar');
  expectAt(picture, FROM_ABOVE, [xOf(5), 0, zOf(1)], ramp(0), 'the middle of the chosen bar');
  for (const [step, unit] of [
    [2, 1],
    [5, 3],
  ] as const) {
    const what = `the bar of step ${step}, unit ${unit}`;
    expectAt(picture, FROM_ABOVE, [xOf(step, before(2.5)), 0, zOf(unit)], ramp(0), `inside of ${what}`);
    // The pixel that the edge goes through is mixed with what lies beside it.
    const rim = [0.5, 1, 1.5].map((pixels) =>
      colourAt(picture, FROM_ABOVE, [xOf(step, before(pixels)), 0, zOf(unit)]),
    );
    if (!rim.some((colour) => colour.every((channel, k) => channel === ink[k]))) {
      throw new Error(`${what} has no fine outline: ${rim.join('; ')}.`);
    }
  }
  expectAt(picture, FROM_ABOVE, [xOf(4, before(1.5)), 0, zOf(2)], ramp(0), 'the rim of another bar');
}

async function checkBadNumbers(device: GpuDevice): Promise<void> {
  const bad: Rgb = [230, 26, 255];
  for (const number of [Number.NaN, Number.POSITIVE_INFINITY]) {
    const picture = await draw(device, FROM_ABOVE, (step, unit) => (step === 3 && unit === 2 ? number : 0.2));
    expectAt(picture, FROM_ABOVE, [xOf(3), RISE, zOf(2)], bad, `the bar of ${number}`);
    expectAt(picture, FROM_ABOVE, [xOf(5), 0.2 * RISE, zOf(2)], ramp(0.2), 'another bar');
  }
}
