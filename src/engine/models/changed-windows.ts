/**
 * Predictions for windows in which one place holds another value, for many such changes. What comes before the place is
 * computed once: a step with the windows as they are, then steps of changed rows, which begin at their place
 * (shaders/lstm_forward.wgsl). What two changes make of a window is computed once where it is the same, and not at all
 * where the window holds that value already.
 */
import { badInput } from '../core/errors.ts';
import { firstNonFinite } from '../core/tensor.ts';
import { BufferOwner, readBuffer } from '../gpu/buffers.ts';
import type { GpuDevice } from '../gpu/device.ts';
import type { SampleShape } from '../layers/layer.ts';
import { gradientBatch } from './input-gradients.ts';
import type { ParameterLayout } from './parameters.ts';
import type { Program } from './program.ts';
import type { Samples, UploadedSamples } from './samples.ts';
import { StepRunner } from './step-runner.ts';
import { FORWARD_ONLY, sendSteps } from './step-values.ts';

/** Another value for one place of every window. */
export interface PlaceChange {
  /** Row of the window, from the oldest. */
  readonly step: number;
  readonly feature: number;
  /** What each window gets, [N]. */
  readonly values: Float32Array;
}

/** Rows at once at most, where memory allows. */
const MOST_ROWS = 1280;

/** Windows that a program for changes takes; 0 for a model whose first layer can't begin where they change. */
export function changedWindowsAtMost(layout: ParameterLayout, members: number): number {
  return layout.layers[0]?.layer.takesChanges ? gradientBatch(layout, members, MOST_ROWS, MOST_ROWS) : 0;
}

/** @throws GatewiseError for a place that the windows do not have, and values that are not one for each */
export function checkChanges(
  changes: readonly PlaceChange[],
  windows: number,
  [steps = 0, features = 0]: SampleShape,
): void {
  for (const { step, feature, values } of changes) {
    const isWhole = Number.isInteger(step) && Number.isInteger(feature);
    if (!(isWhole && step >= 0 && step < steps && feature >= 0 && feature < features)) {
      throw badInput(
        `The place (step ${step}, feature ${feature}) is not in windows of ${steps} rows and ${features} features. Both count from 0.`,
      );
    }
    const bad = firstNonFinite(values);
    if (values.length !== windows || bad >= 0) {
      throw badInput(
        `A change needs a finite value for each of ${windows} windows, received ${values.length}${bad >= 0 ? ` with ${values[bad]} at ${bad}` : ''}.`,
      );
    }
  }
}

/** What is computed: the windows as they are, then changed ones, each once however many changes make it. */
export interface ChangedRows {
  /** Of a window its first row in the series, of a changed one window * features + feature. */
  readonly places: readonly number[];
  /** Bits of the new value, 0 of a window as it is. */
  readonly bits: readonly number[];
  /** Rows that run together: the windows, then those changed at one time step. */
  readonly batches: readonly RowBatch[];
  /** Where the prediction of each window under each change is, [changes, N]. */
  readonly rowOf: Uint32Array;
}

interface RowBatch {
  /** Absent for the windows as they are. */
  readonly changedStep?: number;
  readonly first: number;
  count: number;
}

/** @param batch rows that run together at most; not fewer than the windows */
export function changedRows(
  samples: Samples,
  changes: readonly PlaceChange[],
  features: number,
  batch: number,
): ChangedRows {
  const { starts, samplingRate } = samples;
  const series = bitsOf(samples.series);
  const windows = starts.length;
  const places = [...starts];
  const bits: number[] = Array(windows).fill(0);
  let last: RowBatch = { first: 0, count: windows };
  const batches = [last];
  const rowOf = new Uint32Array(changes.length * windows);
  const placeOf = ({ step, feature }: PlaceChange): number => step * features + feature;
  const ordered = [...changes.entries()].sort(([, a], [, b]) => placeOf(a) - placeOf(b));
  let place = -1;
  const known = new Map<number, number>();
  for (const [k, change] of ordered) {
    const { step, feature } = change;
    if (placeOf(change) !== place) {
      place = placeOf(change);
      known.clear();
      starts.forEach((start, window) => {
        known.set(keyOf(window, series[(start + step * samplingRate) * features + feature]), window);
      });
    }
    bitsOf(change.values).forEach((value, window) => {
      let row = known.get(keyOf(window, value));
      if (row === undefined) {
        row = places.length;
        known.set(keyOf(window, value), row);
        places.push(window * features + feature);
        bits.push(value);
        if (last.changedStep !== step || last.count === batch) {
          last = { changedStep: step, first: row, count: 0 };
          batches.push(last);
        }
        last.count++;
      }
      rowOf[k * windows + window] = row;
    });
  }
  return { places, bits, batches, rowOf };
}

function bitsOf({ buffer, byteOffset, length }: Float32Array): Uint32Array {
  return new Uint32Array(buffer, byteOffset, length);
}

function keyOf(window: number, value: number | undefined): number {
  return window * 2 ** 32 + (value as number);
}

/** The rows of every step, whole batches. */
export function changedSamples(
  samples: Samples,
  { places, bits, batches }: ChangedRows,
  batch: number,
): Samples {
  const starts = new Uint32Array(batches.length * batch);
  const targetRows = new Uint32Array(starts.length);
  batches.forEach(({ first, count }, k) => {
    starts.set(places.slice(first, first + count), k * batch);
    targetRows.set(bits.slice(first, first + count), k * batch);
  });
  return { ...samples, starts, targetRows };
}

/**
 * @param program takes changes
 * @param data changedSamples() of the rows
 * @returns for each member asked for [changes, windows, floats of a prediction]
 */
export async function predictChanges(
  gpu: GpuDevice,
  program: Program,
  data: UploadedSamples,
  { places, batches, rowOf }: ChangedRows,
  members: readonly number[],
): Promise<Float32Array[]> {
  const { output, batch } = program;
  const floats = output.steps * output.features;
  const size = places.length * floats;
  const owner = new BufferOwner(gpu, 'changes');
  try {
    const result = await gpu.allocate(() => owner.tensor('result', members.length * size));
    const plan = program.bind(data.slots, 'forward');
    await new StepRunner(gpu).run(batches.length, (encoder, first, count) => {
      const own = batches.slice(first, first + count);
      sendSteps(program, data, first, count, (step) => {
        const { changedStep, count: rows } = batches[step] as RowBatch;
        return { ...FORWARD_ONLY, count: rows, ...(changedStep !== undefined && { changedStep }) };
      });
      own.forEach((rows, slot) => {
        const pass = encoder.beginComputePass({ label: 'changes' });
        plan.encode(pass, slot);
        pass.end();
        members.forEach((member, k) => {
          const from = member * batch * floats * 4;
          const to = (k * size + rows.first * floats) * 4;
          encoder.copyBufferToBuffer(output.source, from, result, to, rows.count * floats * 4);
        });
      });
    });
    const all = new Float32Array(await readBuffer(gpu, result, 0, members.length * size * 4));
    return members.map((_, k) => {
      const own = all.subarray(k * size, (k + 1) * size);
      return Float32Array.from(
        { length: rowOf.length * floats },
        (_float, at) => own[(rowOf[Math.floor(at / floats)] as number) * floats + (at % floats)] as number,
      );
    });
  } finally {
    owner.dispose();
  }
}
