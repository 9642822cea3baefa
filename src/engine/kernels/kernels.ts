/**
 * Every kernel of the engine: its WGSL (library files and its own, joined whole), its bindings in order and its override
 * constants. What the kernels compute stands at the head of each .wgsl file.
 */
import activationBackwardCode from '../../shaders/activation_backward.wgsl?raw';
import activationForwardCode from '../../shaders/activation_forward.wgsl?raw';
import adamCode from '../../shaders/adam.wgsl?raw';
import denseForwardCode from '../../shaders/dense_forward.wgsl?raw';
import denseHeadCode from '../../shaders/dense_head.wgsl?raw';
import denseWeightGradientCode from '../../shaders/dense_weight_gradient.wgsl?raw';
import dropoutBackwardCode from '../../shaders/dropout_backward.wgsl?raw';
import dropoutForwardCode from '../../shaders/dropout_forward.wgsl?raw';
import gradientNormsCode from '../../shaders/gradient_norms.wgsl?raw';
import inputGradientCode from '../../shaders/input_gradient.wgsl?raw';
import activationsLib from '../../shaders/lib/activations.wgsl?raw';
import backwardLib from '../../shaders/lib/backward.wgsl?raw';
import cellLib from '../../shaders/lib/cell.wgsl?raw';
import dropoutLib from '../../shaders/lib/dropout.wgsl?raw';
import gradientLib from '../../shaders/lib/gradient.wgsl?raw';
import inputLib from '../../shaders/lib/input.wgsl?raw';
import lanesLib from '../../shaders/lib/lanes.wgsl?raw';
import lossLib from '../../shaders/lib/loss.wgsl?raw';
import lstmInputLib from '../../shaders/lib/lstm_input.wgsl?raw';
import metricsLib from '../../shaders/lib/metrics.wgsl?raw';
import normLib from '../../shaders/lib/norm.wgsl?raw';
import operandLib from '../../shaders/lib/operand.wgsl?raw';
import productLib from '../../shaders/lib/product.wgsl?raw';
import stepLib from '../../shaders/lib/step.wgsl?raw';
import threadsLib from '../../shaders/lib/threads.wgsl?raw';
import timeLib from '../../shaders/lib/time.wgsl?raw';
import lossCode from '../../shaders/loss.wgsl?raw';
import lstmBackwardCode from '../../shaders/lstm_backward.wgsl?raw';
import lstmForwardCode from '../../shaders/lstm_forward.wgsl?raw';
import lstmStepBackwardCode from '../../shaders/lstm_step_backward.wgsl?raw';
import lstmStepForwardCode from '../../shaders/lstm_step_forward.wgsl?raw';
import lstmWeightGradientCode from '../../shaders/lstm_weight_gradient.wgsl?raw';
import rmspropCode from '../../shaders/rmsprop.wgsl?raw';
import sgdCode from '../../shaders/sgd.wgsl?raw';
import type { KernelSpec } from '../gpu/kernel.ts';

/** Constants of lib/input.wgsl. */
const INPUT = [
  'BATCH',
  'STEPS',
  'FEATURES',
  'FROM_SERIES',
  'INPUT_MEMBER_STRIDE',
  'INPUT_ROW_STRIDE',
  'INPUT_OFFSET',
] as const;
const ROWS = ['BATCH', 'STEPS', 'FEATURES'] as const;
const PARAMETERS = ['PARAMETER_STRIDE', 'PARAMETER_OFFSET'] as const;
const CELL = ['ACTIVATION', 'RECURRENT_ACTIVATION'] as const;
/** Constants of lib/gradient.wgsl. */
const GRADIENT = ['PARAMETERS', 'MEMBERS', 'PARTS', 'VARIABLES', 'CLIP', 'CLIP_NORM'] as const;
/** Constants of lib/loss.wgsl. */
const LOSS_RULE = ['COLUMNS', 'LOSS', 'DELTA'] as const;
const DROPOUT = ['RATE', 'SALT'] as const;

const join = (...files: string[]): string => files.join('\n');

/** A kernel whose threads come in whole fours, for a device whose subgroups are four threads: they load together. */
const forLanes = <Kernel extends KernelSpec>(kernel: Kernel): Kernel => ({
  ...kernel,
  code: kernel.code.replace(threadsLib, () => lanesLib),
});

/** Constants of lib/operand.wgsl. */
const OPERAND = ['UNITS', 'INPUT_FOURS', 'UNIT_FOURS', 'GROUPS', 'SLOTS'] as const;
/** Constants of lib/backward.wgsl. */
const BACKWARD = ['BATCH', 'STEPS', 'SEQUENCE_GRADIENT'] as const;
/** How a persistent kernel is cut into workgroups. */
const TILE = ['ROWS', 'THREADS', 'TILE_IN_STORAGE', 'TILE_SIZE'] as const;

export const LSTM_FORWARD = {
  name: 'lstm_forward',
  code: join(
    threadsLib,
    stepLib,
    activationsLib,
    cellLib,
    inputLib,
    lstmInputLib,
    operandLib,
    productLib,
    lstmForwardCode,
  ),
  bindings: {
    step: 'step',
    windows: 'read',
    input: 'read',
    parameters: 'read',
    hidden: 'write',
    cell: 'write',
    gates: 'write',
    operand: 'write',
  },
  constants: [
    ...INPUT,
    ...CELL,
    ...PARAMETERS,
    ...OPERAND,
    ...TILE,
    'KEEP_SEQUENCE',
    'KEEP_STEPS',
    'CHANGES',
  ],
} as const satisfies KernelSpec;

export const LSTM_BACKWARD = {
  name: 'lstm_backward',
  code: join(
    threadsLib,
    stepLib,
    activationsLib,
    cellLib,
    operandLib,
    productLib,
    backwardLib,
    lstmBackwardCode,
  ),
  bindings: { step: 'step', parameters: 'read', cell: 'read', output_gradient: 'read', gates: 'write' },
  constants: [...BACKWARD, ...CELL, ...PARAMETERS, ...OPERAND, ...TILE, 'UNIT_TILES'],
} as const satisfies KernelSpec;

export const LSTM_FORWARD_LANES = forLanes(LSTM_FORWARD);
export const LSTM_BACKWARD_LANES = forLanes(LSTM_BACKWARD);

export const LSTM_STEP_FORWARD = {
  name: 'lstm_step_forward',
  code: join(
    stepLib,
    timeLib,
    activationsLib,
    cellLib,
    inputLib,
    lstmInputLib,
    operandLib,
    productLib,
    lstmStepForwardCode,
  ),
  bindings: {
    step: 'step',
    time: 'time',
    windows: 'read',
    input: 'read',
    parameters: 'read',
    hidden: 'write',
    cell: 'write',
    gates: 'write',
    operand: 'write',
  },
  constants: [...INPUT, ...CELL, ...PARAMETERS, ...OPERAND, 'KEEP_STEPS'],
} as const satisfies KernelSpec;

export const LSTM_STEP_BACKWARD = {
  name: 'lstm_step_backward',
  code: join(
    stepLib,
    timeLib,
    activationsLib,
    cellLib,
    operandLib,
    productLib,
    backwardLib,
    lstmStepBackwardCode,
  ),
  bindings: {
    step: 'step',
    time: 'time',
    parameters: 'read',
    cell: 'read',
    output_gradient: 'read',
    gates: 'write',
    carried: 'write',
  },
  constants: [...BACKWARD, ...CELL, ...PARAMETERS, ...OPERAND],
} as const satisfies KernelSpec;

export const LSTM_WEIGHT_GRADIENT = {
  name: 'lstm_weight_gradient',
  code: join(threadsLib, stepLib, operandLib, lstmWeightGradientCode),
  bindings: { step: 'step', operand: 'read', dz: 'read', gradient_parts: 'write' },
  constants: [...ROWS, ...PARAMETERS, ...OPERAND, 'TILES', 'CHUNK', 'MEMBERS', 'HAS_BIAS'],
} as const satisfies KernelSpec;

export const LSTM_WEIGHT_GRADIENT_LANES = forLanes(LSTM_WEIGHT_GRADIENT);

export const DENSE_WEIGHT_GRADIENT = {
  name: 'dense_weight_gradient',
  code: join(stepLib, inputLib, denseWeightGradientCode),
  bindings: {
    step: 'step',
    windows: 'read',
    input: 'read',
    output_gradient: 'read',
    gradient_parts: 'write',
  },
  constants: [...INPUT, ...PARAMETERS, 'COLUMNS', 'CHUNK', 'MEMBERS', 'HAS_BIAS'],
} as const satisfies KernelSpec;

export const INPUT_GRADIENT = {
  name: 'input_gradient',
  code: join(stepLib, inputGradientCode),
  bindings: { step: 'step', parameters: 'read', output_gradient: 'read', input_gradient: 'write' },
  constants: [...ROWS, ...PARAMETERS, 'COLUMNS', 'TILES'],
} as const satisfies KernelSpec;

export const DENSE_FORWARD = {
  name: 'dense_forward',
  code: join(stepLib, inputLib, denseForwardCode),
  bindings: { step: 'step', windows: 'read', input: 'read', parameters: 'read', output: 'write' },
  constants: [...INPUT, ...PARAMETERS, 'COLUMNS'],
} as const satisfies KernelSpec;

export const ACTIVATION_FORWARD = {
  name: 'activation_forward',
  code: join(stepLib, activationsLib, inputLib, activationForwardCode),
  bindings: { step: 'step', windows: 'read', input: 'read', output: 'write' },
  constants: [...INPUT, 'ACTIVATION'],
} as const satisfies KernelSpec;

export const ACTIVATION_BACKWARD = {
  name: 'activation_backward',
  code: join(stepLib, activationsLib, activationBackwardCode),
  bindings: { step: 'step', output: 'read', output_gradient: 'read', input_gradient: 'write' },
  constants: [...ROWS, 'ACTIVATION'],
} as const satisfies KernelSpec;

export const DROPOUT_FORWARD = {
  name: 'dropout_forward',
  code: join(stepLib, inputLib, dropoutLib, dropoutForwardCode),
  bindings: { step: 'step', windows: 'read', input: 'read', output: 'write' },
  constants: [...INPUT, ...DROPOUT],
} as const satisfies KernelSpec;

export const DROPOUT_BACKWARD = {
  name: 'dropout_backward',
  code: join(stepLib, dropoutLib, dropoutBackwardCode),
  bindings: { step: 'step', output_gradient: 'read', input_gradient: 'write' },
  constants: [...ROWS, ...DROPOUT],
} as const satisfies KernelSpec;

export const LOSS = {
  name: 'loss',
  code: join(stepLib, metricsLib, lossLib, lossCode),
  bindings: {
    step: 'step',
    windows: 'read',
    targets: 'read',
    prediction: 'read',
    prediction_gradient: 'write',
    metrics: 'write',
  },
  constants: ['BATCH', 'STEPS', ...LOSS_RULE, 'HAS_GRADIENT'],
} as const satisfies KernelSpec;

export const DENSE_HEAD = {
  name: 'dense_head',
  code: join(stepLib, metricsLib, inputLib, lossLib, denseHeadCode),
  bindings: {
    step: 'step',
    windows: 'read',
    targets: 'read',
    input: 'read',
    parameters: 'read',
    prediction: 'write',
    input_gradient: 'write',
    gradient_parts: 'write',
    metrics: 'write',
  },
  constants: [...INPUT, ...PARAMETERS, ...LOSS_RULE, 'THREADS', 'MEMBERS', 'HAS_BIAS', 'HAS_INPUT_GRADIENT'],
} as const satisfies KernelSpec;

export const GRADIENT_NORMS = {
  name: 'gradient_norms',
  code: join(normLib, gradientNormsCode),
  bindings: { gradient_parts: 'write', norms: 'write' },
  constants: ['PARAMETERS', 'MEMBERS', 'PARTS', 'VARIABLES'],
} as const satisfies KernelSpec;

export const ADAM = {
  name: 'adam',
  code: join(stepLib, metricsLib, normLib, gradientLib, adamCode),
  bindings: {
    step: 'step',
    gradient_parts: 'read',
    norms: 'read',
    parameters: 'write',
    first_moment: 'write',
    second_moment: 'write',
    highest_second_moment: 'write',
    metrics: 'write',
  },
  constants: [...GRADIENT, 'ONE_MINUS_BETA1', 'ONE_MINUS_BETA2', 'EPSILON', 'IS_AMSGRAD'],
} as const satisfies KernelSpec;

export const SGD = {
  name: 'sgd',
  code: join(stepLib, metricsLib, normLib, gradientLib, sgdCode),
  bindings: {
    step: 'step',
    gradient_parts: 'read',
    norms: 'read',
    parameters: 'write',
    momentum: 'write',
    metrics: 'write',
  },
  constants: [...GRADIENT, 'MOMENTUM', 'IS_NESTEROV'],
} as const satisfies KernelSpec;

export const RMSPROP = {
  name: 'rmsprop',
  code: join(stepLib, metricsLib, normLib, gradientLib, rmspropCode),
  bindings: {
    step: 'step',
    gradient_parts: 'read',
    norms: 'read',
    parameters: 'write',
    velocity: 'write',
    momentum: 'write',
    average_gradient: 'write',
    metrics: 'write',
  },
  constants: [...GRADIENT, 'RHO', 'ONE_MINUS_RHO', 'MOMENTUM', 'EPSILON', 'IS_CENTERED'],
} as const satisfies KernelSpec;
