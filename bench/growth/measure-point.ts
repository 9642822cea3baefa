/** One point of a growth curve: Sequential.fit on windows of one series, as a user trains. */

import { seededRandom } from '../../src/engine/core/random.ts';
import { adam, dense, type GpuDevice, lstm, Sequential, type WindowDataset } from '../../src/engine/index.ts';
import { AXIS_SETTINGS, type Axis, sizesAt } from './axes.ts';

export interface GrowthPoint {
  readonly value: number;
  /** Of a step (T, H, B) or of a whole call of fit over one epoch (N); one for each time it was measured. */
  readonly ms: readonly number[];
  /** GPU buffers alive while it trains, bytes. */
  readonly liveBytes: number;
  /** Of these, the series and its targets. */
  readonly dataBytes: number;
}

/** About how long the steps of one measurement take, ms. */
const AIM_MS = 1500;
const MOST_STEPS = 64;

/** @throws GatewiseError when the GPU has too little room or refuses a command */
export async function measurePoint(gpu: GpuDevice, axis: Axis, value: number): Promise<GrowthPoint> {
  const { members, batch, steps, features, units } = sizesAt(axis, value);
  // Keras' orthogonal recurrent kernel is drawn in cubic time on the CPU: minutes at H 1024, and not what is measured.
  const model = new Sequential([
    lstm({ units, recurrentInitializer: 'glorot_uniform' }),
    dense({ units: features }),
  ]);
  model.compile({ optimizer: adam(), loss: 'mse' });
  await model.build(gpu, { inputShape: [steps, features], members });
  let liveBytes = 0;
  const onEpochEnd = (): void => {
    liveBytes = gpu.liveBytes;
  };
  const train = async (count: number): Promise<{ stepMs: number; callMs: number; dataBytes: number }> => {
    const data = makeDataset(count, steps, features);
    const begun = performance.now();
    const { msPerStep } = await model.fit(data, { batchSize: batch, callbacks: [{ onEpochEnd }] });
    const callMs = performance.now() - begun;
    gpu.check();
    const dataBytes = data.series.byteLength + data.targets.byteLength;
    return { stepMs: msPerStep, callMs, dataBytes };
  };
  try {
    await train(batch); // compiles
    const one = await train(batch);
    const estimate = one.stepMs;
    const isEpoch = AXIS_SETTINGS[axis].unit === 'epoch';
    if (!isEpoch && estimate > AIM_MS) return { value, ms: [estimate], liveBytes, dataBytes: one.dataBytes };
    const count = isEpoch ? value : batch * Math.max(1, Math.min(MOST_STEPS, Math.ceil(AIM_MS / estimate)));
    const { stepMs, callMs, dataBytes } = await train(count);
    return { value, ms: [isEpoch ? callMs : stepMs], liveBytes, dataBytes };
  } finally {
    model.dispose();
  }
}

/** `count` windows of a series of waves with noise, one beginning at each row; targets are the row after. */
function makeDataset(count: number, window: number, features: number): WindowDataset {
  const random = seededRandom(count, 1);
  const rows = count + window;
  const series = Float32Array.from({ length: rows * features }, (_, at) => {
    const feature = at % features;
    const hour = (at - feature) / features;
    return 0.8 * Math.sin((2 * Math.PI * hour) / (12 * (feature + 1)) + feature) + 0.2 * random.next();
  });
  return {
    kind: 'windows',
    series,
    rows,
    features,
    targets: series,
    targetCount: features,
    starts: Uint32Array.from({ length: count }, (_, k) => k),
    targetRows: Uint32Array.from({ length: count }, (_, k) => k + window),
    window,
    samplingRate: 1,
    horizon: 1,
  };
}
