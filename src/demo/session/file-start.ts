/** A model from a file as the beginning of training on this page, and what of it stands under other settings. */

import type { KerasModel } from '../../engine/keras/index.ts';
import type { Recipe } from '../recipe.ts';
import type { Told } from '../words.ts';

export interface FileStart {
  /** The file's name. */
  readonly name: string;
  /** With compile settings, those of the file where it has any. */
  readonly model: KerasModel;
  /** H of its LSTM. */
  readonly units: number;
  /** T; null where any number of steps will do. */
  readonly window: number | null;
  /** Of the file's optimizer. */
  readonly learningRate: number;
  readonly notes: readonly Told[];
  /** False once the visitor asked for fresh weights in the same architecture. */
  readonly usesWeights: boolean;
}

/** The file training begins from, as long as it fits the settings; null, the page's own network, where it no longer does. */
export function startFor(
  start: FileStart | null,
  { units, window, learningRate }: Pick<Recipe, 'units' | 'window' | 'learningRate'>,
): FileStart | null {
  if (start === null || start.units !== units || (start.window ?? window) !== window) return null;
  return start.learningRate === learningRate ? start : withRate(start, learningRate);
}

/** The same architecture with fresh weights. */
export function withoutWeights(start: FileStart | null): FileStart | null {
  return start === null ? null : { ...start, usesWeights: false };
}

/** The model with another learning rate. */
export function withRate({ model, ...start }: FileStart, learningRate: number): FileStart {
  const { optimizerState } = model;
  const compile = model.compile && {
    ...model.compile,
    optimizer: {
      ...model.compile.optimizer,
      config: { ...model.compile.optimizer.config, learning_rate: learningRate },
    },
  };
  return {
    ...start,
    learningRate,
    model: {
      ...model,
      ...(compile ? { compile } : {}),
      ...(optimizerState ? { optimizerState: { ...optimizerState, learningRate } } : {}),
    },
  };
}
