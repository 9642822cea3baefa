/** traceGradients: dz of every gate, what comes from above, and the weights' gradients, against the float64 reference. */
import { sizeOf, type Tensor } from '../../../src/engine/core/tensor.ts';
import { gradientByStep } from '../../../src/engine/explain/index.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { dropout } from '../../../src/engine/layers/dropout.ts';
import type { Layer } from '../../../src/engine/layers/layer.ts';
import { Lstm, lstm } from '../../../src/engine/layers/lstm.ts';
import { layoutOf } from '../../../src/engine/models/parameters.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import type { TracedGradients } from '../../../src/engine/models/trace.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import { type Array64, lstmBackward, lstmForward } from '../../../src/engine/reference/index.ts';
import { assertClose, assertRelativeL2 } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onDevice, randomNumbers, randomWeights, referenceModel, rejection } from '../support.ts';

interface Shape {
  readonly what: string;
  readonly layers: () => Layer[];
  readonly batch: number;
  readonly inputShape: readonly [number, number];
}

const forecaster =
  (units: number, outputs = 1) =>
  (): Layer[] => [lstm({ units }), dense({ units: outputs })];

const SHAPES: Shape[] = [
  { what: 'B1 T1 D1 H1', layers: forecaster(1), batch: 1, inputShape: [1, 1] },
  { what: 'B1 T14 D6 H32, a window of the page', layers: forecaster(32), batch: 1, inputShape: [14, 6] },
  { what: 'B5 T1 D3 H7', layers: forecaster(7, 2), batch: 5, inputShape: [1, 3] },
  { what: 'B33 T4 D7 H13', layers: forecaster(13, 3), batch: 33, inputShape: [4, 7] },
  { what: 'B3 T3 D2 H257, one kernel for each step', layers: forecaster(257), batch: 3, inputShape: [3, 2] },
  {
    what: 'two stacked LSTMs, Dense at every step',
    layers: () => [
      lstm({ units: 6, returnSequences: true }),
      lstm({ units: 9, returnSequences: true }),
      dense({ units: 2 }),
    ],
    batch: 4,
    inputShape: [6, 3],
  },
  {
    what: 'LSTM without bias, Dense with tanh',
    layers: () => [lstm({ units: 5, useBias: false }), dense({ units: 2, activation: 'tanh' })],
    batch: 3,
    inputShape: [5, 2],
  },
  { what: 'an LSTM alone', layers: () => [lstm({ units: 3 })], batch: 3, inputShape: [4, 2] },
];

interface Expected {
  /** dz [B, T, 4H] */
  readonly dz: ArrayLike<number>;
  /** [B, T, H], or [B, 1, H] for the last step alone */
  readonly above: ArrayLike<number>;
}

/** dz and the gradient from above of each LSTM by the reference: the model above it gives back the gradient of its output. */
function expectedTraces(
  layers: readonly Layer[],
  inputShape: readonly [number, number],
  weights: readonly Tensor[],
  x: Tensor,
  y: Tensor,
): Expected[] {
  const model = referenceModel({ layers, inputShape, weights });
  const records = model.forward(x).records;
  const placed = layoutOf(layers, inputShape).layers;
  return layers.flatMap((layer, k) => {
    if (!(layer instanceof Lstm)) return [];
    const before = placed.slice(0, k).reduce((sum, { variables }) => sum + variables.length, 0);
    const [kernel, recurrentKernel, bias] = weights.slice(before).map(({ data }) => data);
    const input: Array64 = k === 0 ? { shape: x.shape, data: Float64Array.from(x.data) } : outputOf(k - 1);
    const output = outputOf(k);
    const tail = referenceModel({
      layers: layers.slice(k + 1),
      inputShape: [output.shape.at(-1) ?? 1],
      weights: weights.slice(before + (layer.useBias ? 3 : 2)),
    });
    const { dx: above } = tail.lossAndGradients(output, y, 'mse');
    const [batch = 0, steps = 0] = input.shape;
    const own = {
      kernel: kernel ?? [],
      recurrentKernel: recurrentKernel ?? [],
      bias: layer.useBias ? (bias ?? []) : null,
    };
    const dh = layer.returnSequences ? above : atLastStep(above, batch, steps, layer.units);
    const { dz } = lstmBackward(lstmForward(input, own, { units: layer.units }), input, own, dh);
    return [{ dz, above }];
  });

  function outputOf(k: number): Array64 {
    return records[k]?.output ?? { shape: [], data: new Float64Array() };
  }
}

function atLastStep(above: ArrayLike<number>, batch: number, steps: number, units: number): Float64Array {
  const all = new Float64Array(batch * steps * units);
  for (let b = 0; b < batch; b++)
    for (let u = 0; u < units; u++) all[(b * steps + steps - 1) * units + u] = above[b * units + u] as number;
  return all;
}

/** One gate's columns of dz [B, T, 4H]. */
function gateOf(dz: ArrayLike<number>, units: number, gate: number): Float64Array {
  return Float64Array.from({ length: dz.length / 4 }, (_, at) => {
    const row = Math.floor(at / units);
    return dz[(row * 4 + gate) * units + (at % units)] as number;
  });
}

async function built(
  device: GpuDevice,
  { layers: make, batch, inputShape }: Shape,
  seed: number,
): Promise<{ model: Sequential; layers: Layer[]; weights: Tensor[]; x: Tensor; y: Tensor }> {
  const layers = make();
  // Gradients are clipped when the optimizer gets them, not here.
  const optimizer = adam({ learningRate: 0.1, clipnorm: 1e-3 });
  const model = await new Sequential(layers)
    .compile({ optimizer, loss: 'mse' })
    .build(device, { inputShape });
  const units = Math.max(...layers.map((layer) => (layer instanceof Lstm ? layer.units : 1)));
  const weights = randomWeights(layers, inputShape, seed, Math.min(0.6, 3 / Math.sqrt(units)));
  model.setWeights(weights);
  const [xShape, yShape] = [
    [batch, ...inputShape],
    [batch, ...model.outputShape],
  ];
  const x = { shape: xShape, data: randomNumbers(sizeOf(xShape), seed + 1, 1.5) };
  const y = { shape: yShape, data: randomNumbers(sizeOf(yShape), seed + 2) };
  return { model, layers, weights, x, y };
}

const KEYS = ['i', 'f', 'candidate', 'o'];

const shapeCase = (shape: Shape, k: number): GpuCase =>
  onDevice(
    `dz, gradients from above and of the weights equal the reference: ${shape.what}`,
    async (device) => {
      const { model, layers, weights, x, y } = await built(device, shape, 40 + k);
      const expected = expectedTraces(layers, shape.inputShape, weights, x, y);
      const reference = referenceModel({ layers, inputShape: shape.inputShape, weights });
      const { gradients } = reference.lossAndGradients(x, y, 'mse');

      const received = await model.traceGradients({ x, y });
      const forward = await model.trace(x);
      const kept = await model.getWeights();
      model.dispose();

      const recurrent = layers.filter((layer) => layer instanceof Lstm);
      recurrent.forEach(({ units }, n) => {
        const name = n === 0 ? 'lstm' : `lstm_${n}`;
        const { dz, above } = expected[n] as Expected;
        KEYS.forEach((key, gate) => {
          const trace = received.traces.get(`${name}/${key}`);
          equal(trace?.shape, [shape.batch, shape.inputShape[0], units], `shape of ${name}/${key}`);
          assertRelativeL2(trace?.data ?? [], gateOf(dz, units, gate), 1e-5, `dz of ${name}/${key}`);
        });
        assertRelativeL2(received.traces.get(`${name}/above`)?.data ?? [], above, 1e-5, `${name}/above`);
      });
      equal(received.traces.size, 5 * recurrent.length, 'number of traces');
      gradients.forEach((gradient, n) => {
        assertRelativeL2(received.weights[n]?.data ?? [], gradient, 1e-5, `gradient ${n}`);
      });
      sumsOverSteps(recurrent[0] as Lstm, x, forward, received).forEach((sum, n) => {
        assertRelativeL2(sum, received.weights[n]?.data ?? [], 1e-5, `sum over time steps of gradient ${n}`);
      });
      weights.forEach(({ data }, n) => {
        assertClose(kept[n]?.data ?? [], data, { label: `weight ${n} afterwards` });
      });
    },
  );

/** The first LSTM's gradients as sums of what each time step adds. */
function sumsOverSteps(
  { units, useBias }: Lstm,
  x: Tensor,
  forward: ReadonlyMap<string, Tensor>,
  { traces }: TracedGradients,
): Float64Array[] {
  const [batch = 0, steps = 0, features = 0] = x.shape;
  const dz = (key: string): ArrayLike<number> => traces.get(`lstm/${key}`)?.data ?? [];
  const { kernel, recurrentKernel, bias } = gradientByStep({
    ...{ batch, steps, features, units },
    hasBias: useBias,
    x: x.data,
    h: forward.get('lstm/h')?.data ?? [],
    dz: { i: dz('i'), f: dz('f'), c: dz('candidate'), o: dz('o') },
  }).total;
  return [kernel, recurrentKernel, ...(useBias ? [bias] : [])];
}

export const cases: GpuCase[] = [
  ...SHAPES.map(shapeCase),
  onDevice('gradients are traced without dropout, and twice the same', async (device) => {
    const shape = { what: '', batch: 4, inputShape: [5, 2] as const };
    const dropped = (): Layer[] => [lstm({ units: 5 }), dropout({ rate: 0.5 }), dense({ units: 1 })];
    const { model, weights, x, y } = await built(device, { ...shape, layers: dropped }, 5);
    const plain = await built(device, { ...shape, layers: forecaster(5) }, 5);
    plain.model.setWeights(weights);

    const [first, second] = [await model.traceGradients({ x, y }), await model.traceGradients({ x, y })];
    const expected = await plain.model.traceGradients({ x, y });
    model.dispose();
    plain.model.dispose();

    expected.weights.forEach(({ data }, n) => {
      assertClose(first.weights[n]?.data ?? [], data, { atol: 1e-7, rtol: 1e-5, label: `gradient ${n}` });
      assertClose(second.weights[n]?.data ?? [], first.weights[n]?.data ?? [], { label: `again ${n}` });
    });
  }),
  onDevice('each member has its own gradients', async (device) => {
    const model = new Sequential(forecaster(5)()).compile({ optimizer: adam(), loss: 'mse' });
    await model.build(device, { inputShape: [4, 2], members: 2 });
    const x = { shape: [3, 4, 2], data: randomNumbers(24, 1) };
    const y = { shape: [3, 1], data: randomNumbers(3, 2) };
    const traced = await Promise.all([0, 1].map((member) => model.traceGradients({ x, y }, { member })));
    const weights = await Promise.all([0, 1].map((member) => model.getWeights({ member })));
    model.dispose();

    weights.forEach((own, member) => {
      const setup = { layers: forecaster(5)(), inputShape: [4, 2] as const, weights: own };
      const { gradients } = referenceModel(setup).lossAndGradients(x, y, 'mse');
      const dz = expectedTraces(setup.layers, setup.inputShape, own, x, y)[0]?.dz ?? [];
      const forget = traced[member]?.traces.get('lstm/f')?.data ?? [];
      assertRelativeL2(forget, gateOf(dz, 5, 1), 1e-5, `dz_f of member ${member}`);
      gradients.forEach((gradient, n) => {
        const received = traced[member]?.weights[n]?.data ?? [];
        assertRelativeL2(received, gradient, 1e-5, `gradient ${n} of member ${member}`);
      });
    });
  }),
  onDevice(
    'a model that is not compiled, and targets that do not fit, are refused in words',
    async (device) => {
      const x = { shape: [3, 4, 2], data: randomNumbers(24, 1) };
      const y = { shape: [2, 1], data: randomNumbers(2, 2) };
      const predictor = await new Sequential(forecaster(5)()).build(device, { inputShape: [4, 2] });
      const first = await rejection(predictor.traceGradients({ x, y }));
      predictor.dispose();
      const trained = new Sequential(forecaster(5)()).compile({ optimizer: adam(), loss: 'mse' });
      await trained.build(device, { inputShape: [4, 2] });
      const second = await rejection(trained.traceGradients({ x, y }));
      trained.dispose();

      if (!/is not compiled/.test(first.message)) throw new Error(first.message);
      if (!/needs y of shape \[3, 1\], received \[2, 1\]/.test(second.message))
        throw new Error(second.message);
    },
  ),
];
