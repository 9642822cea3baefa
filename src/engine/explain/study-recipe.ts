/** How the networks of a study are trained: the recipe of the forecaster that is asked about. */
import type { WindowSplit } from '../data/windows.ts';
import type { Layer } from '../layers/layer.ts';
import type { Loss, LossName } from '../losses/loss.ts';
import { type EarlyStopping, earlyStopping } from '../models/callbacks.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';

export interface StudyRecipe {
  /** The forecaster's windows; a study adds its shadow column by itself. */
  readonly split: WindowSplit;
  /** Names of the columns. */
  readonly features: readonly string[];
  /** Of the forecaster; the input shape is taken from the windows. */
  readonly layers: readonly Layer[];
  readonly optimizer: Optimizer;
  readonly loss: LossName | Loss;
  readonly epochs: number;
  readonly batchSize: number;
  /** Epochs without gain before a member stops early; null: none. */
  readonly patience: number | null;
  /** Go back to the weights of the best epoch (by default where there is an early stop). */
  readonly keepBest?: boolean;
  /** Of the first network; of shuffles, noise and exchanges too. */
  readonly seed: number;
  /** Networks of seeds in a row. */
  readonly seeds?: number;
}

/** The early stop that a recipe asks for, alone in a list; empty where it asks for none. */
export function stoppingOf({
  epochs,
  patience,
  keepBest = patience !== null,
}: Pick<StudyRecipe, 'epochs' | 'patience' | 'keepBest'>): EarlyStopping[] {
  if (patience === null && !keepBest) return [];
  return [earlyStopping({ patience: patience ?? epochs, restoreBestWeights: keepBest })];
}
