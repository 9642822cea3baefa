/** The door for whoever looks at a model rather than trains it: forward passes without a GPU. */
export { CpuForecaster } from './cpu-forecaster.ts';
