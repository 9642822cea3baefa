/**
 * The door `gatewise/explain`: what a trained LSTM says about its memory, its learning and what it goes by, in plain
 * functions over a model and numbers that its kernels keep, forward passes without a GPU, and studies that train networks
 * of their own.
 */
export {
  type AblationOptions,
  ablateGates,
  ablateUnits,
  type GateAblation,
  type UnitAblation,
} from './ablation.ts';
export { cellGradients } from './cell-gradients.ts';
export { CpuExplained } from './cpu-explained.ts';
export { CpuForecaster } from './cpu-forecaster.ts';
export { CpuPredictor } from './cpu-predictor.ts';
export { type ExpectedGradientsOptions, expectedGradients } from './expected-gradients.ts';
export type { ExplainOptions } from './explained-data.ts';
export type { ExplainedModel } from './explained-model.ts';
export {
  foundAbove,
  type Grade,
  gradeLags,
  type NamedPlace,
  ranked,
  truePlaces,
  trueRanks,
} from './grade.ts';
export { gradientByStep, mostFromNewest, type StepGradient } from './gradient-by-step.ts';
export { halfLife, meanForget, survival } from './half-life.ts';
export { halfLifeFault, halfLives } from './half-lives.ts';
export { type InputPlace, placeIndex, placesOf } from './input-place.ts';
export {
  type Baseline,
  type IntegratedGradientsOptions,
  integratedGradients,
} from './integrated-gradients.ts';
export type { LagMap } from './lag-map.ts';
export {
  type LagStudyOptions,
  type MeasureStudyOptions,
  measureStudy,
  permuteStudy,
  runLagStudy,
  type StudyProgress,
} from './lag-study.ts';
export type { LeftOut } from './left-out-windows.ts';
export { meanEffects } from './mean-effects.ts';
export type { MeasureOptions } from './measured-windows.ts';
export type { NullBand } from './null-band.ts';
export { type OcclusionOptions, occlusion } from './occlusion.ts';
export type { Attribution } from './path-attribution.ts';
export { nearestPatterns, type PatternDistance } from './patterns.ts';
export { type Permutation, type PermutationOptions, permutation } from './permutation.ts';
export {
  type RetrainFinding,
  type Retraining,
  type RetrainOptions,
  type RetrainProgress,
  retrainWithout,
} from './retrain-without.ts';
export { type GradientTimesInputOptions, gradientTimesInput, sensitivity } from './sensitivity.ts';
export { SHADOW_NAME, withShadow } from './shadow-column.ts';
export { buildStudyModel, type StudyModel, trainStudyModel } from './study-model.ts';
export { type StudyRecipe, stoppingOf } from './study-recipe.ts';
export type { LagFinding, LagStudy, ShadowFinding } from './study-report.ts';
export { thinned } from './thinned-windows.ts';
export { type TracedCells, type TracedCellsOptions, tracedCells } from './traced-cells.ts';
export {
  CORRELATION_NOTE,
  type Evidence,
  FEWEST_REPEATS,
  isInside,
  VERDICT_RULE,
  type Verdict,
  verdictOf,
} from './verdict.ts';
