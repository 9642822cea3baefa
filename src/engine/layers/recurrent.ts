/** LSTM, GRU and SimpleRNN with every option, and Bidirectional around them, at inference. */
import { type Activation, activationCode } from '../core/activations.ts';
import {
  type CellName,
  type MergeName,
  mergeForward,
  RECURRENT_TRACES,
  recurrentForward,
} from '../kernels/recurrent.ts';
import { denseValue, type Value } from '../kernels/value.ts';
import type { Forward, ForwardPass } from './inference-layer.ts';
import type { LayerBuild, Trace } from './layer.ts';

export interface RecurrentOptions {
  readonly cell: CellName;
  readonly units: number;
  readonly activation: Activation;
  readonly recurrentActivation: Activation;
  readonly useBias: boolean;
  readonly resetAfter: boolean;
  readonly goBackwards: boolean;
  readonly zeroOutputForMask: boolean;
  readonly stateful: boolean;
  readonly returnSequences: boolean;
}

/** One direction. */
export function recurrentPass(options: RecurrentOptions): Forward {
  return (build, input) => buildRecurrent(build, input, options, build.parameterOffset, '');
}

/**
 * Two directions over one input. The backward one's sequence is turned round before they are merged.
 * @param mode null: the two outputs stay apart in Keras; here they stand side by side, as with concat
 * @param backwardOffset floats between the parameters of the two
 */
export function bidirectionalPass(
  mode: MergeName | null,
  forward: RecurrentOptions,
  backward: RecurrentOptions,
  backwardOffset: number,
): Forward {
  return (build, input) => {
    const { context, owner, dispatches, parameterOffset: offset } = build;
    const one = buildRecurrent(build, input, forward, offset, 'forward/');
    const other = buildRecurrent(build, input, backward, offset + backwardOffset, 'backward/');
    const { steps } = one.output;
    const merge = mode ?? 'concat';
    const features = merge === 'concat' ? 2 * forward.units : forward.units;
    const output = owner.tensor('merged', context.members * context.batch * steps * features);
    dispatches.push(
      mergeForward(
        context,
        merge,
        { steps, units: forward.units },
        { forward: one.buffer, backward: other.buffer, output },
      ),
    );
    return {
      output: denseValue(output, context.batch, steps, features),
      traces: [...one.traces, ...other.traces],
    };
  };
}

function buildRecurrent(
  { context, owner, dispatches, keepsTrace }: LayerBuild,
  input: Value,
  options: RecurrentOptions,
  parameterOffset: number,
  prefix: string,
): Required<Pick<ForwardPass, 'output' | 'traces'>> & { readonly buffer: GPUBuffer } {
  const { cell, units, returnSequences, stateful } = options;
  const rows = context.members * context.batch;
  const keys = RECURRENT_TRACES[cell];
  const kept = returnSequences ? input.steps : 1;
  const output = owner.tensor(`${prefix}output`, rows * kept * units);
  const buffers = {
    mask: input.mask ?? owner.tensor(`${prefix}noMask`, 1),
    output,
    state: owner.tensor(`${prefix}state`, stateful ? rows * 2 * units : 1),
    traces: owner.tensor(`${prefix}traces`, keepsTrace ? rows * input.steps * keys.length * units : 1),
  };
  const shape = {
    ...options,
    activation: activationCode(options.activation),
    recurrentActivation: activationCode(options.recurrentActivation),
    parameterOffset,
  };
  dispatches.push(recurrentForward(context, shape, input, buffers, keepsTrace));
  const traces = keys.map(
    (key, k): Trace => ({
      key: `${prefix}${key}`,
      buffer: buffers.traces,
      steps: input.steps,
      units,
      offset: k * units,
      stepStride: keys.length * units,
      unitStride: 1,
    }),
  );
  return {
    buffer: output,
    output: denseValue(output, context.batch, kept, units),
    traces: keepsTrace ? traces : [],
  };
}
