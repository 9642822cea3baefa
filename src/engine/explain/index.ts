/**
 * The door `gatewise/explain`: what a trained LSTM says about its memory and its learning, in plain functions over numbers
 * that its kernels keep, and forward passes without a GPU.
 */
export { cellGradients } from './cell-gradients.ts';
export { CpuForecaster } from './cpu-forecaster.ts';
export { gradientByStep, mostFromNewest, type StepGradient } from './gradient-by-step.ts';
export { halfLife, meanForget, survival } from './half-life.ts';
export { nearestPatterns, type PatternDistance } from './patterns.ts';
