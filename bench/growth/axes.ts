/** What the growth curves vary, one size at a time, and where the others stand meanwhile. */
import { type ModelSizes, trainingFlops } from '../kernels/work-of.ts';

export const AXES = ['T', 'H', 'B', 'N', 'E'] as const;
export type Axis = (typeof AXES)[number];

export interface AxisSettings {
  readonly title: string;
  /** What is timed. */
  readonly unit: 'step' | 'epoch';
  readonly values: readonly number[];
  /** The fitted exponent is taken from here up. */
  readonly fittedFrom: number;
}

export const AXIS_SETTINGS: Readonly<Record<Axis, AxisSettings>> = {
  T: {
    title: 'time steps T',
    unit: 'step',
    values: [8, 16, 32, 64, 128, 256, 512, 1024],
    fittedFrom: 256,
  },
  H: {
    title: 'units H',
    unit: 'step',
    values: [4, 8, 16, 32, 64, 128, 256, 512, 1024],
    fittedFrom: 256,
  },
  B: { title: 'rows of a batch B', unit: 'step', values: [1, 4, 16, 64, 256, 1024, 4096], fittedFrom: 256 },
  N: {
    title: 'windows N',
    unit: 'epoch',
    values: [1_000, 3_000, 10_000, 30_000, 100_000, 300_000, 1_000_000],
    fittedFrom: 10_000,
  },
  E: { title: 'members E', unit: 'step', values: [1, 2, 4, 8, 16, 32], fittedFrom: 4 },
};

/** Config A, which the axes of a step start from. */
const STEP = { members: 1, batch: 32, steps: 24, features: 4, units: 32, outputs: 4 };
/** Small enough that a million windows take about half a minute on a software adapter. */
const EPOCH = { members: 1, batch: 256, steps: 6, features: 2, units: 8, outputs: 2 };

export function sizesAt(axis: Axis, value: number): ModelSizes {
  switch (axis) {
    case 'T':
      return { ...STEP, steps: value };
    case 'H':
      return { ...STEP, units: value };
    case 'B':
      return { ...STEP, batch: value };
    case 'N':
      return EPOCH;
    case 'E':
      return { ...STEP, members: value };
  }
}

/** Operations of what is timed at a point. */
export function flopsAt(axis: Axis, value: number): number {
  const sizes = sizesAt(axis, value);
  return trainingFlops(sizes) * (axis === 'N' ? value / sizes.batch : 1);
}

/** One line for people: the sizes that stay. */
export function describeAxis(axis: Axis): string {
  const { batch, steps, features, units } = sizesAt(axis, 0);
  const sizes: readonly (readonly [string, number])[] = [
    ['B', batch],
    ['T', steps],
    ['F', features],
    ['H', units],
  ];
  const kept = sizes.filter(([name]) => name !== axis).map(([name, size]) => `${name} ${size}`);
  return `LSTM(H) -> Dense(F), MSE, Adam; ${kept.join(', ')}.`;
}
