/** Kernels of layers that only run forward, described as in kernels.ts; all-kernels.ts lists both. */
import elementForwardCode from '../../shaders/element_forward.wgsl?raw';
import activationsLib from '../../shaders/lib/activations.wgsl?raw';
import inputLib from '../../shaders/lib/input.wgsl?raw';
import stepLib from '../../shaders/lib/step.wgsl?raw';
import maskingForwardCode from '../../shaders/masking_forward.wgsl?raw';
import mergeForwardCode from '../../shaders/merge_forward.wgsl?raw';
import normalizationForwardCode from '../../shaders/normalization_forward.wgsl?raw';
import recurrentForwardCode from '../../shaders/recurrent_forward.wgsl?raw';
import repeatForwardCode from '../../shaders/repeat_forward.wgsl?raw';
import softmaxForwardCode from '../../shaders/softmax_forward.wgsl?raw';
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
const PARAMETERS = ['PARAMETER_STRIDE', 'PARAMETER_OFFSET'] as const;

const join = (...files: string[]): string => files.join('\n');

export const RECURRENT_FORWARD = {
  name: 'recurrent_forward',
  code: join(stepLib, activationsLib, inputLib, recurrentForwardCode),
  bindings: {
    step: 'step',
    windows: 'read',
    input: 'read',
    parameters: 'read',
    mask: 'read',
    output: 'write',
    state: 'write',
    traces: 'write',
  },
  constants: [
    ...INPUT,
    ...PARAMETERS,
    'CELL',
    'UNITS',
    'GATES',
    'THREADS',
    'ACTIVATION',
    'RECURRENT_ACTIVATION',
    'GATE_STRIDE',
    'UNIT_STRIDE',
    'HAS_BIAS',
    'RESET_AFTER',
    'GO_BACKWARDS',
    'HAS_MASK',
    'ZERO_OUTPUT',
    'IS_STATEFUL',
    'KEEP_SEQUENCE',
    'KEEP_TRACES',
  ],
} as const satisfies KernelSpec;

export const MASKING_FORWARD = {
  name: 'masking_forward',
  code: join(stepLib, inputLib, maskingForwardCode),
  bindings: { step: 'step', windows: 'read', input: 'read', output: 'write', mask: 'write' },
  constants: [...INPUT, 'MASK_VALUE'],
} as const satisfies KernelSpec;

export const MERGE_FORWARD = {
  name: 'merge_forward',
  code: join(stepLib, mergeForwardCode),
  bindings: { step: 'step', forward: 'read', backward: 'read', output: 'write' },
  constants: ['BATCH', 'STEPS', 'UNITS', 'MODE'],
} as const satisfies KernelSpec;

export const REPEAT_FORWARD = {
  name: 'repeat_forward',
  code: join(stepLib, inputLib, repeatForwardCode),
  bindings: { step: 'step', windows: 'read', input: 'read', output: 'write' },
  constants: [...INPUT, 'COUNT'],
} as const satisfies KernelSpec;

export const ELEMENT_FORWARD = {
  name: 'element_forward',
  code: join(stepLib, activationsLib, inputLib, elementForwardCode),
  bindings: { step: 'step', windows: 'read', input: 'read', output: 'write' },
  constants: [...INPUT, 'KIND', 'A', 'B', 'C', 'HAS_MAXIMUM'],
} as const satisfies KernelSpec;

export const SOFTMAX_FORWARD = {
  name: 'softmax_forward',
  code: join(stepLib, activationsLib, inputLib, softmaxForwardCode),
  bindings: { step: 'step', windows: 'read', input: 'read', output: 'write' },
  constants: INPUT,
} as const satisfies KernelSpec;

export const NORMALIZATION_FORWARD = {
  name: 'normalization_forward',
  code: join(stepLib, inputLib, normalizationForwardCode),
  bindings: { step: 'step', windows: 'read', input: 'read', parameters: 'read', output: 'write' },
  constants: [...INPUT, ...PARAMETERS, 'EPSILON', 'OVER_ROW', 'HAS_SCALE', 'HAS_CENTER'],
} as const satisfies KernelSpec;

export const INFERENCE_KERNELS: readonly KernelSpec[] = [
  RECURRENT_FORWARD,
  MASKING_FORWARD,
  MERGE_FORWARD,
  REPEAT_FORWARD,
  ELEMENT_FORWARD,
  SOFTMAX_FORWARD,
  NORMALIZATION_FORWARD,
];
