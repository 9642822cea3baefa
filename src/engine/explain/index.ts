/** Door of what explains a model: plain functions over what its kernels keep. */
export { cellGradients } from './cell-gradients.ts';
export { gradientByStep, mostFromNewest, type StepGradient } from './gradient-by-step.ts';
