/**
 * The page's heatmaps: every cell of every matrix, drawn from a real model's parameter buffer into a texture, has the
 * ramp's colour for the weight that Keras' layout has at that place, and picking finds the same cell there.
 */
import {
  cellAt,
  cellOffset,
  isMatrixName,
  layOutMatrix,
  type MatrixLayout,
  type MatrixVariable,
} from '../../../src/demo/draw/heatmap-layout.ts';
import { HeatmapRenderer } from '../../../src/demo/draw/heatmap-renderer.ts';
import { rampColour, rampStops, type Theme } from '../../../src/demo/draw/ramp.ts';
import { FITTED, pick, project, type View, zoomAt } from '../../../src/demo/draw/view-transform.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { drawPicture, expectColour, type Picture } from '../pictures.ts';
import { withGpu } from '../support.ts';

const FEATURES = 3;
const UNITS = 5;
const SCALE = 2;
const WIDTH = 320;

/** A number for (tensor, element) that no other near cell has; within the scale but for a few. */
function code(tensor: number, index: number): number {
  return (((tensor * 31 + index * 37) % 211) - 105) / 50;
}

export const cases: GpuCase[] = [
  ...(['light', 'dark'] as const).map(
    (theme): GpuCase => ({
      name: `heatmap pixels are ramp(weight) at every cell of every matrix, ${theme}`,
      run: (gpu) => withGpu(gpu, (device) => withModel(device, (drawing) => checkFitted(drawing, theme))),
    }),
  ),
  {
    name: 'a zoomed heatmap shows at each pixel the cell that picking names there',
    run: (gpu) => withGpu(gpu, (device) => withModel(device, checkZoomed)),
  },
  {
    name: 'a weight that is NaN or infinite is drawn in a colour the ramp does not have',
    run: (gpu) => withGpu(gpu, checkBadValues),
  },
];

interface Subject {
  readonly device: GpuDevice;
  readonly renderer: HeatmapRenderer;
  /** The matrices, each with its weights in Keras' layout. */
  readonly matrices: readonly { readonly variable: MatrixVariable; readonly values: Float32Array }[];
}

async function withModel(device: GpuDevice, check: (subject: Subject) => Promise<void>): Promise<void> {
  const model = new Sequential([lstm({ units: UNITS }), dense({ units: 1 })], { seed: 1 });
  await model.compile({ optimizer: adam(), loss: 'mse' }).build(device, { inputShape: [4, FEATURES] });
  const weights = (await model.getWeights()).map(({ shape, data }, tensor) => ({
    shape,
    data: data.map((_, index) => code(tensor, index)),
  }));
  model.setWeights(weights);
  const matrices = model.parameters.layout.flatMap(
    ({ path, name, shape, offset, gateUnits, rowStride }, index) => {
      const values = weights[index]?.data;
      const rows = shape.length > 1 ? (shape[0] ?? 1) : 1;
      return gateUnits === null || values === undefined || !isMatrixName(name)
        ? []
        : [{ variable: { path, name, rows, units: gateUnits, offset, rowStride }, values }];
    },
  );
  const renderer = new HeatmapRenderer(device.device, model.parameters.buffer);
  try {
    if (matrices.length !== 3) throw new Error(`${matrices.length} matrices, expected 3.`);
    await check({ device, renderer, matrices });
  } finally {
    renderer.dispose();
    model.dispose();
  }
}

async function checkFitted({ device, renderer, matrices }: Subject, theme: Theme): Promise<void> {
  for (const { variable, values } of matrices) {
    for (const across of [2, 4] as const) {
      const layout = layOutMatrix(variable, { width: WIDTH, across, gap: 6, labelHeight: 12 });
      const image = await draw(device, renderer, layout, FITTED, 2, theme);
      for (const [row, column] of everyCell(variable)) {
        const block = layout.blocks[Math.floor(column / UNITS)];
        if (block === undefined) throw new Error('no block');
        const x = block.x + ((column % UNITS) + 0.5) * block.cellWidth;
        const y = block.y + (row + 0.5) * block.cellHeight;
        const expected = rampColour(rampStops(theme), (values[row * 4 * UNITS + column] ?? 0) / SCALE);
        expectColour(
          image,
          Math.floor(x * 2),
          Math.floor(y * 2),
          [...expected, 255],
          `${variable.path}[${row}, ${column}]`,
        );
      }
      // Between the first two blocks there is nothing.
      const [first, second] = layout.blocks;
      const between = ((first?.x ?? 0) + UNITS * (first?.cellWidth ?? 0) + (second?.x ?? 0)) / 2;
      expectColour(
        image,
        Math.floor(between * 2),
        Math.floor(((first?.y ?? 0) + 1) * 2),
        [0, 0, 0, 0],
        'between blocks',
      );
    }
  }
}

async function checkZoomed({ device, renderer, matrices }: Subject): Promise<void> {
  for (const { variable, values } of matrices) {
    const layout = layOutMatrix(variable, { width: WIDTH, across: 4, gap: 6, labelHeight: 12 });
    const size = { width: layout.width, height: layout.height };
    const view = zoomAt(zoomAt(FITTED, size, 3, 250, 20), size, 1.5, 100, 30);
    const image = await draw(device, renderer, layout, view, 1, 'light');
    let seen = 0;
    for (const [row, column] of everyCell(variable)) {
      const block = layout.blocks[Math.floor(column / UNITS)];
      if (block === undefined) throw new Error('no block');
      const [x, y] = project(
        view,
        block.x + ((column % UNITS) + 0.5) * block.cellWidth,
        block.y + (row + 0.5) * block.cellHeight,
      );
      if (x < 1 || y < 1 || x >= image.width - 1 || y >= image.height - 1) continue;
      seen += 1;
      const cell = cellAt(layout, ...pick(view, x, y));
      if (cell === null || cell.row !== row || cell.gate * UNITS + cell.unit !== column) {
        throw new Error(
          `Picking at (${x}, ${y}) gives ${JSON.stringify(cell)}, expected row ${row}, column ${column}.`,
        );
      }
      const value = values[cell.row * 4 * UNITS + cell.gate * UNITS + cell.unit] ?? 0;
      if (cellOffset(layout, cell) < variable.offset) throw new Error('The offset lies before the variable.');
      const expected = rampColour(rampStops('light'), value / SCALE);
      expectColour(
        image,
        Math.floor(x),
        Math.floor(y),
        [...expected, 255],
        `${variable.path}[${row}, ${column}], zoomed`,
      );
    }
    if (seen === 0) throw new Error(`No cell of ${variable.path} is in sight.`);
  }
}

async function checkBadValues(device: GpuDevice): Promise<void> {
  const buffer = device.createBuffer('test.parameters', 16, GPUBufferUsage.STORAGE | GPUBufferUsage.COPY_DST);
  device.device.queue.writeBuffer(
    buffer,
    0,
    new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, 0, -SCALE]),
  );
  const renderer = new HeatmapRenderer(device.device, buffer);
  const variable: MatrixVariable = {
    path: 'test/bias',
    name: 'bias',
    rows: 1,
    units: 1,
    offset: 0,
    rowStride: 4,
  };
  const layout = layOutMatrix(variable, { width: 80, across: 4, gap: 0, labelHeight: 0 });
  const image = await draw(device, renderer, layout, FITTED, 1, 'light');
  const stops = rampStops('light');
  const expected = [[230, 26, 255], [230, 26, 255], rampColour(stops, 0), rampColour(stops, -1)];
  expected.forEach((colour, gate) => {
    const block = layout.blocks[gate];
    const x = (block?.x ?? 0) + (block?.cellWidth ?? 0) / 2;
    expectColour(
      image,
      Math.floor(x),
      Math.floor((block?.cellHeight ?? 0) / 2),
      [...colour, 255],
      `gate ${gate}`,
    );
  });
  renderer.dispose();
  device.release(buffer);
}

function draw(
  device: GpuDevice,
  renderer: HeatmapRenderer,
  layout: MatrixLayout,
  view: View,
  ratio: number,
  theme: Theme,
): Promise<Picture> {
  return drawPicture(device, renderer, { ...layout, view, ratio, theme, scale: SCALE });
}

function everyCell({ rows, units }: MatrixVariable): [row: number, column: number][] {
  return Array.from({ length: rows * 4 * units }, (_, index) => [
    Math.floor(index / (4 * units)),
    index % (4 * units),
  ]);
}
