/** The shapes measured: LSTM(units) -> Dense(features), MSE, Adam. */
import type { Config } from './protocol.ts';

type Shape = Pick<Config, 'batch' | 'steps' | 'features' | 'units' | 'batches'>;

const SHAPES = {
  A: { batch: 32, steps: 24, features: 4, units: 32, batches: 64 },
  B: { batch: 32, steps: 24, features: 8, units: 64, batches: 64 },
  /** keras.io's Jena example. */
  C: { batch: 256, steps: 120, features: 7, units: 32, batches: 32 },
  D: { batch: 64, steps: 48, features: 14, units: 128, batches: 32 },
  E: { batch: 128, steps: 64, features: 32, units: 256, batches: 16 },
  /** Few rows, wide. */
  F: { batch: 8, steps: 168, features: 8, units: 512, batches: 32 },
  /** One forecast at a time. */
  G: { batch: 1, steps: 24, features: 4, units: 32, batches: 64 },
} as const satisfies Record<string, Shape>;

export type ConfigName = keyof typeof SHAPES;

export const CONFIG_NAMES = Object.keys(SHAPES) as ConfigName[];
export const DEFAULT_CONFIGS: readonly ConfigName[] = ['A', 'B', 'C', 'D', 'E'];

export function configOf(name: ConfigName): Config {
  return { name, ...SHAPES[name], learningRate: 0.001, isStreaming: name === 'G' };
}

/** One line for people. */
export function describeConfig({ name, batch, steps, features, units, isStreaming }: Config): string {
  const streaming = isStreaming ? ', predictions one after the other' : '';
  return `${name}: LSTM(${units}) -> Dense(${features}), B ${batch}, T ${steps}, F ${features}${streaming}`;
}
