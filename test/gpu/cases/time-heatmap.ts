/**
 * Gates and states by unit and time, drawn from the buffer that keeps a trace: every cell has the ramp's colour for the
 * number at its place, for a buffer of known numbers and for the trace of a real model against the float64 reference.
 */
import { placeIn } from '../../../src/demo/draw/heatmap-layout.ts';
import { HeatmapRenderer } from '../../../src/demo/draw/heatmap-renderer.ts';
import { rampColour, rampStops } from '../../../src/demo/draw/ramp.ts';
import { layOutTrace, TRACE_PANELS } from '../../../src/demo/draw/time-layout.ts';
import { FITTED, pick, project, type View, zoomAt } from '../../../src/demo/draw/view-transform.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import type { TracePlace } from '../../../src/engine/layers/layer.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import { lstmForward } from '../../../src/engine/reference/index.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { drawPicture, expectColour } from '../pictures.ts';
import { randomNumbers, randomWeights, withGpu } from '../support.ts';

const [STEPS, UNITS, FEATURES] = [7, 5, 3];
/** Units as they lie in the buffers, in whole fours. */
const STRIDE = 8;
const WIDTH = 210;

export const cases: GpuCase[] = [
  {
    name: 'pixels are ramp(value) at every unit and step of each gate of a synthetic gates buffer, fitted and zoomed',
    run: (gpu) => withGpu(gpu, checkSynthetic),
  },
  {
    name: 'the trace a model keeps is drawn as the float64 reference has it, all six, also after another trace',
    run: (gpu) => withGpu(gpu, checkModel),
  },
];

/** A gate's value that no other near cell has, 0 to 1. */
function code(t: number, u: number, gate: number): number {
  return ((t * 31 + u * 47 + gate * 13) % 101) / 100;
}

async function checkSynthetic(device: GpuDevice): Promise<void> {
  // What lies between: padding of units past H, in a value no gate has.
  const values = new Float32Array(STEPS * STRIDE * 4).fill(-1);
  for (let t = 0; t < STEPS; t++) {
    for (let u = 0; u < UNITS; u++) {
      for (let gate = 0; gate < 4; gate++) values[(t * STRIDE + u) * 4 + gate] = code(t, u, gate);
    }
  }
  const usage = GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST;
  const buffer = device.createBuffer('test.gates', values.byteLength, usage);
  device.device.queue.writeBuffer(buffer, 0, values);
  const renderer = new HeatmapRenderer(device.device, buffer);
  for (let gate = 0; gate < 4; gate++) {
    const place = { steps: STEPS, units: UNITS, offset: gate, stepStride: STRIDE * 4, unitStride: 4 };
    const size = { width: WIDTH, height: UNITS * layOutTrace(place, WIDTH).cellHeight };
    const view = zoomAt(FITTED, size, 2.5, 130, 20);
    await checkCells(device, renderer, place, FITTED, (t, u) => code(t, u, gate), 1);
    await checkCells(device, renderer, place, view, (t, u) => code(t, u, gate), 1);
  }
  renderer.dispose();
  device.release(buffer);
}

async function checkModel(device: GpuDevice): Promise<void> {
  const layers = [lstm({ units: UNITS, name: 'cells' }), dense({ units: 1 })];
  const model = new Sequential(layers, { seed: 1 });
  await model.compile({ optimizer: adam(), loss: 'mse' }).build(device, { inputShape: [STEPS, FEATURES] });
  const weights = randomWeights(layers, [STEPS, FEATURES], 4);
  model.setWeights(weights);
  const [kernel, recurrentKernel, bias] = weights.map(({ data }) => data);
  if (!kernel || !recurrentKernel || !bias) throw new Error('The LSTM has no three weights.');
  let renderer: HeatmapRenderer | null = null;
  for (const seed of [1, 2]) {
    const x = { shape: [1, STEPS, FEATURES], data: randomNumbers(STEPS * FEATURES, seed, 2) };
    const expected = lstmForward(x, { kernel, recurrentKernel, bias }, { units: UNITS });
    const kept = await model.keepTrace(x);
    renderer ??= new HeatmapRenderer(device.device, kept.buffer);
    renderer.use(kept.buffer);
    for (const { key } of TRACE_PANELS) {
      const place = kept.places.get(`cells/${key}`);
      if (place === undefined) throw new Error(`No place of ${key}.`);
      await checkCells(device, renderer, place, FITTED, (t, u) => expected[key][t * UNITS + u] ?? 9, 1.2);
    }
    kept.dispose();
  }
  renderer?.dispose();
  model.dispose();
}

/** Every cell in sight has its colour, and picking at its middle gives it back. */
async function checkCells(
  device: GpuDevice,
  renderer: HeatmapRenderer,
  place: TracePlace,
  view: View,
  value: (t: number, u: number) => number,
  scale: number,
): Promise<void> {
  const block = layOutTrace(place, WIDTH);
  const order = { width: WIDTH, height: UNITS * block.cellHeight, blocks: [block], view, ratio: 2 };
  const picture = await drawPicture(device, renderer, { ...order, scale, theme: 'light' });
  let seen = 0;
  for (let t = 0; t < STEPS; t++) {
    for (let u = 0; u < UNITS; u++) {
      const [x, y] = project(view, (t + 0.5) * block.cellWidth, (u + 0.5) * block.cellHeight);
      if (x < 1 || y < 1 || x > order.width - 1 || y > order.height - 1) continue;
      seen += 1;
      const found = placeIn(block, ...pick(view, x, y));
      if (found?.column !== t || found.row !== u) {
        throw new Error(`Picking at step ${t}, unit ${u} gives ${JSON.stringify(found)}.`);
      }
      const colour = rampColour(rampStops('light'), value(t, u) / scale);
      expectColour(picture, Math.floor(x * 2), Math.floor(y * 2), [...colour, 255], `step ${t}, unit ${u}`);
    }
  }
  if (seen < 4) throw new Error(`Only ${seen} cells are in sight.`);
}
