/** Door of what explains a model: plain functions over what its kernels keep. */
export { type CellGradients, cellGradients } from './cell-gradients.ts';
export {
  type GradientByStep,
  gradientByStep,
  mostFromNewest,
  type StepGradient,
  type TracedLstm,
} from './gradient-by-step.ts';
