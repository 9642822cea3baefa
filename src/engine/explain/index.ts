/**
 * The door `gatewise/explain`: what the gates of a trained LSTM say about its memory, in plain functions over numbers read
 * from it, and forward passes without a GPU.
 */
export { CpuForecaster } from './cpu-forecaster.ts';
export { halfLife, meanForget, survival } from './half-life.ts';
export { nearestPatterns, type PatternDistance } from './patterns.ts';
