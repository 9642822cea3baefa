/**
 * The door `gatewise/explain`: what the gates of a trained LSTM say about its memory, in plain functions over numbers read
 * from it. It needs no GPU.
 */
export { halfLife, meanForget, survival } from './half-life.ts';
export { nearestPatterns, type PatternDistance } from './patterns.ts';
