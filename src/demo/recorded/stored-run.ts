/**
 * The run stored with the page (seattle.json, written by tools/record-run.mjs): what it was trained with and where, every
 * epoch's losses, and the weights of the best epoch. Read by the page where there is no device, by the build for the static
 * HTML, and by the test that holds it to the reference.
 */
import type { KerasModel, KerasWeight } from '../../engine/keras/index.ts';
import type { EpochRow, ForecastReport, RunReport } from '../protocol.ts';
import type { Recipe } from '../recipe.ts';

/** Where something stored with the page comes from. */
export interface StoredOrigin {
  /** The command that made it. */
  readonly command: string;
  /** Day of it, such as 2026-11-29. */
  readonly date: string;
  /** Such as `gatewise 0.1.0`. */
  readonly engine: string;
  /** As the browser named the adapter. */
  readonly device: string;
  readonly data: { readonly name: string; readonly inputs: readonly string[]; readonly target: string };
  readonly recipe: Recipe;
}

export interface StoredRun extends StoredOrigin {
  /** As it stood at the end. */
  readonly run: RunReport;
  /** Of the weights below, without the forecast itself: that follows from them. */
  readonly forecast: Omit<ForecastReport, 'predicted'>;
  /** Of all weights, as in WeightsReport. */
  readonly fingerprint: string;
  readonly optimizer: string;
  readonly dispatchesPerStep: number;
  readonly bestEpoch: number;
  /** Whose weights lie in the other file, rising. */
  readonly epochs: readonly number[];
  readonly rows: readonly EpochRow[];
  readonly model: KerasModel;
}

/** The file beside it as JSON.parse() gives it: weights of more epochs of the same run, in base64. */
export interface StoredEpochs {
  /** Of the run's best epoch, as in StoredRun. */
  readonly fingerprint: string;
  readonly epochs: readonly {
    readonly epoch: number;
    readonly fingerprint: string;
    /** In Keras' order. */
    readonly weights: readonly string[];
  }[];
}

/** The file as JSON.parse() gives it: losses in pairs, weights in base64. */
export type StoredFile = Omit<StoredRun, 'rows' | 'model'> & {
  /** Loss and validation loss of each epoch. */
  readonly losses: readonly (readonly number[])[];
  readonly model: Omit<KerasModel, 'weights'> & {
    readonly weights: readonly (Omit<KerasWeight, 'data'> & { readonly data: string })[];
  };
};

export function storedRun({ losses, model, ...rest }: StoredFile): StoredRun {
  return {
    ...rest,
    rows: losses.map(([loss = Number.NaN, valLoss = Number.NaN], index) => ({
      epoch: index + 1,
      loss,
      valLoss,
    })),
    model: { ...model, weights: model.weights.map((weight) => ({ ...weight, data: floats(weight.data) })) },
  };
}

/** Float32, little-endian, in base64. */
export function floats(base64: string): Float32Array {
  const bytes = Uint8Array.from(atob(base64), (char) => char.charCodeAt(0));
  const view = new DataView(bytes.buffer);
  return Float32Array.from({ length: bytes.length / 4 }, (_, index) => view.getFloat32(index * 4, true));
}
