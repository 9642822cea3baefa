/**
 * Training data as the kernels read it: one series, one table of targets, and per sample the rows it begins and aims at.
 * Plain arrays [N, T, D] are the special case of N windows that do not overlap.
 */
import { badInput, formatShape } from '../core/errors.ts';
import { firstNonFinite, sizeOf, type Tensor } from '../core/tensor.ts';
import type { WindowDataset } from '../data/windows.ts';
import { BufferOwner } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { Slot } from '../gpu/plan.ts';
import type { SampleShape } from '../layers/layer.ts';
import { MemberSamples } from './member-samples.ts';

/** Inputs with targets. */
export interface ArrayDataset {
  /** [N, T, D], or [N, D] for a model without time axis. */
  readonly x: Tensor;
  /** [N, K] (or [N] for K = 1), [N, T, K] for a model that returns sequences. */
  readonly y: Tensor;
}

/** What fit and evaluate take. */
export type Dataset = ArrayDataset | WindowDataset;

/** Data in the kernels' form, still on the CPU. */
export interface Samples {
  readonly series: Float32Array;
  readonly targets: Float32Array;
  /** First row of each sample in the series, and its row in the targets. */
  readonly starts: Uint32Array;
  readonly targetRows: Uint32Array;
  /** Floats in a row of the targets. */
  readonly targetWidth: number;
  readonly samplingRate: number;
}

/**
 * Checks a data set against the model and brings it into the kernels' form.
 * @param inputShape of one sample, [T, D] or [D]
 * @param outputShape of one prediction, or null where targets are not wanted
 * @throws GatewiseError when shapes do not fit or a value is NaN or infinite
 */
export function samplesOf(
  data: Dataset | { readonly x: Tensor },
  inputShape: SampleShape,
  outputShape: SampleShape | null,
): Samples {
  return 'kind' in data
    ? windowSamples(data, inputShape, outputShape)
    : arraySamples(data, inputShape, outputShape);
}

function windowSamples(
  data: WindowDataset,
  inputShape: SampleShape,
  outputShape: SampleShape | null,
): Samples {
  const received = [data.window, data.features];
  if (formatShape(received) !== formatShape(inputShape)) {
    throw badInput(
      `This model takes samples of shape ${formatShape(inputShape)}, the windows have ${formatShape(received)}. Build the model for these windows.`,
    );
  }
  if (outputShape && (outputShape.length !== 1 || outputShape[0] !== data.targetCount)) {
    throw badInput(
      `This model predicts ${formatShape(outputShape)}, the windows have ${data.targetCount} target column(s). Let the last layer have ${data.targetCount} units.`,
    );
  }
  checkFinite(data.series, 'The series');
  checkFinite(data.targets, 'The targets');
  const { series, targets, starts, targetRows, samplingRate } = data;
  const last = (data.window - 1) * samplingRate;
  const outside = starts.findIndex(
    (start, k) =>
      start + last >= data.rows || (targetRows[k] ?? data.rows) >= targets.length / data.targetCount,
  );
  if (starts.length === 0 || outside >= 0) {
    throw badInput(
      starts.length === 0
        ? 'The windows are none: starts is empty. Give at least one window.'
        : `Window ${outside} begins at row ${starts[outside]} and aims at row ${targetRows[outside]}, outside the ${data.rows} rows of the series. Use makeWindows() to cut windows.`,
    );
  }
  return { series, targets, starts, targetRows, targetWidth: data.targetCount, samplingRate };
}

function arraySamples(
  data: { readonly x: Tensor; readonly y?: Tensor },
  inputShape: SampleShape,
  outputShape: SampleShape | null,
): Samples {
  const { x } = data;
  const count = x.shape[0] ?? 0;
  if (formatShape(x.shape) !== formatShape([count, ...inputShape]) || x.data.length !== sizeOf(x.shape)) {
    throw badInput(
      `This model takes x of shape ${formatShape([null, ...inputShape])}, received ${formatShape(x.shape)} with ${x.data.length} values.`,
    );
  }
  if (count === 0)
    throw badInput(`x holds no samples: its shape is ${formatShape(x.shape)}. Give at least one.`);
  checkFinite(x.data, 'x');
  const steps = inputShape.length === 2 ? (inputShape[0] ?? 1) : 1;
  const samples = {
    series: x.data,
    starts: Uint32Array.from({ length: count }, (_, k) => k * steps),
    samplingRate: 1,
  };
  if (!outputShape) {
    return { ...samples, targets: new Float32Array(1), targetRows: new Uint32Array(count), targetWidth: 1 };
  }

  const { y } = data;
  const expected = [count, ...outputShape];
  const isFlat = y?.shape.length === 1 && sizeOf(outputShape) === 1 && y.shape[0] === count;
  if (
    !y ||
    !(isFlat || formatShape(y.shape) === formatShape(expected)) ||
    y.data.length !== sizeOf(expected)
  ) {
    throw badInput(
      `For these x the model needs y of shape ${formatShape(expected)}, received ${y ? formatShape(y.shape) : 'none'}.`,
    );
  }
  checkFinite(y.data, 'y');
  const rowsPerTarget = outputShape.length === 2 ? (outputShape[0] ?? 1) : 1;
  return {
    ...samples,
    targets: y.data,
    targetRows: Uint32Array.from({ length: count }, (_, k) => k * rowsPerTarget),
    targetWidth: outputShape.at(-1) ?? 1,
  };
}

/** NaN is looked for here, before upload: on a GPU a clamp can turn it into a good-looking number (reliability, section 2). */
function checkFinite(data: Float32Array, what: string): void {
  const index = firstNonFinite(data);
  if (index >= 0) {
    throw badInput(
      `${what} holds ${data[index]} at element ${index}. Missing values must be filled or left out first.`,
    );
  }
}

/**
 * Samples to train on and to validate with.
 * @throws GatewiseError when data do not fit the model, or a split leaves one side empty
 */
export function fitSamples(
  data: Dataset,
  options: { readonly validationData?: Dataset; readonly validationSplit?: number },
  inputShape: SampleShape,
  outputShape: SampleShape,
): { readonly samples: Samples; readonly validation: Samples | null } {
  const { validationData, validationSplit } = options;
  const all = samplesOf(data, inputShape, outputShape);
  if (validationData) {
    return { samples: all, validation: samplesOf(validationData, inputShape, outputShape) };
  }
  if (validationSplit === undefined) return { samples: all, validation: null };
  const [samples, validation] = splitSamples(all, validationSplit);
  return { samples, validation };
}

/**
 * Training samples and the share of them at the end that is held back, cut where Keras cuts: at floor(N * (1 - share)).
 * @throws GatewiseError when one of the two would be empty
 */
function splitSamples(all: Samples, share: number): [Samples, Samples] {
  const count = all.starts.length;
  const border = Math.floor(count * (1 - share));
  if (!(share > 0 && share < 1) || border === 0 || border === count) {
    throw badInput(
      `validationSplit ${share} of ${count} samples leaves none on one side. Use a share between 0 and 1 that leaves some on both.`,
    );
  }
  const part = (from: number, to: number): Samples => ({
    ...all,
    starts: all.starts.subarray(from, to),
    targetRows: all.targetRows.subarray(from, to),
  });
  return [part(0, border), part(border, count)];
}

export interface UploadOptions {
  /** Data of which the series and targets lie on the GPU already. */
  readonly share?: UploadedSamples | null;
  /** Windows of each member that lie on the GPU at once; all of them by default. */
  readonly capacity?: number;
}

/**
 * Samples on the GPU. Series and targets lie there whole, once for all members and parts of one data set. Which window
 * comes when is known here, and sent for the steps that come next: an epoch of any length takes the same GPU memory.
 */
export class UploadedSamples {
  readonly samples: Samples;
  readonly slots: Readonly<Record<Slot, GPUBuffer>>;
  private readonly gpu: GpuDevice;
  private readonly owner: BufferOwner;
  /** What each member sees of them, and in which order. */
  readonly members: MemberSamples;
  /** [E, windows] pairs (start row, target row) of the newest write. */
  private readonly staged: Uint32Array<ArrayBuffer>;

  constructor(gpu: GpuDevice, samples: Samples, members = 1, options: UploadOptions = {}) {
    this.gpu = gpu;
    this.samples = samples;
    this.members = new MemberSamples(samples, members);
    this.owner = new BufferOwner(gpu, 'data');
    const capacity = Math.min(options.capacity ?? this.count, this.count);
    this.staged = new Uint32Array(members * capacity * 2);
    this.slots = this.upload(options.share ?? null);
    this.write(0, capacity);
  }

  /** @throws GatewiseError when a buffer is too large; nothing is kept then */
  private upload(share: UploadedSamples | null): Readonly<Record<Slot, GPUBuffer>> {
    const { samples, owner } = this;
    try {
      return {
        series:
          share?.samples.series === samples.series
            ? share.slots.series
            : owner.upload('series', samples.series),
        targets:
          share?.samples.targets === samples.targets
            ? share.slots.targets
            : owner.upload('targets', samples.targets),
        windows: owner.tensor('windows', this.staged.length),
      };
    } catch (error) {
      owner.dispose();
      throw error;
    }
  }

  get count(): number {
    return this.samples.starts.length;
  }

  /** Sends windows `first` to `first + count - 1` of every member, for steps submitted next; they lie [E, count]. */
  write(first: number, count: number): void {
    const { staged } = this;
    const numbers = this.members.fill(staged, first, count);
    this.gpu.device.queue.writeBuffer(this.slots.windows, 0, staged, 0, numbers);
  }

  dispose(): void {
    this.owner.dispose();
  }
}
