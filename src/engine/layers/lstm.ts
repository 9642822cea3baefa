/**
 * LSTM (Hochreiter and Schmidhuber 1997, as in Keras): layer settings, variables in Keras' layout, and its pass.
 * kernel (D, 4H), recurrent_kernel (H, 4H), bias (4H,), column blocks i | f | c | o.
 */
import { type Activation, activationCode } from '../core/activations.ts';
import { badInput, formatShape } from '../core/errors.ts';
import { GATE_COUNT, GATES, gateIndex } from '../core/gates.ts';
import { type Initializer, initializerConfig, initialValues } from '../core/initializers.ts';
import { inputGradient } from '../kernels/dense.ts';
import {
  type LstmShape,
  type LstmState,
  lstmBackward,
  lstmForward,
  lstmLayout,
  lstmWeightGradient,
  stateSizes,
  usesPersistentKernel,
} from '../kernels/lstm.ts';
import type { Value } from '../kernels/value.ts';
import {
  Layer,
  type LayerBuild,
  type LayerParameters,
  type LayerPass,
  type LayerSettings,
  requirePositiveInteger,
  type SampleShape,
  type Trace,
  type Variable,
} from './layer.ts';

export interface LstmSettings extends LayerSettings {
  /** H, the width of h and c. */
  readonly units: number;
  /** phi, of the candidate and of the output; default tanh. */
  readonly activation?: Activation;
  /** sigma_r, of the gates i, f and o; default sigmoid (hard_sigmoid before Keras 2.3). */
  readonly recurrentActivation?: Activation;
  readonly useBias?: boolean;
  /** Start the forget gate's bias at 1 (Jozefowicz et al. 2015); it replaces the biasInitializer there. */
  readonly unitForgetBias?: boolean;
  readonly kernelInitializer?: Initializer;
  readonly recurrentInitializer?: Initializer;
  readonly biasInitializer?: Initializer;
  /** Return h of every time step [T, H] instead of the last [H]. Stacked LSTMs need it in all but the last. */
  readonly returnSequences?: boolean;
}

/**
 * An LSTM layer with Keras' defaults.
 * @throws GatewiseError for units that are no positive integer or an unknown activation
 */
export function lstm(settings: LstmSettings): Lstm {
  return new Lstm(settings);
}

export class Lstm extends Layer {
  readonly className = 'LSTM';
  readonly units: number;
  readonly returnSequences: boolean;
  private readonly settings: LstmSettings;

  constructor(settings: LstmSettings) {
    super(settings);
    this.units = requirePositiveInteger(settings.units, 'LSTM units');
    this.returnSequences = settings.returnSequences ?? false;
    this.settings = settings;
    activationCode(this.activation);
    activationCode(this.recurrentActivation);
  }

  get activation(): Activation {
    return this.settings.activation ?? 'tanh';
  }

  get recurrentActivation(): Activation {
    return this.settings.recurrentActivation ?? 'sigmoid';
  }

  get useBias(): boolean {
    return this.settings.useBias ?? true;
  }

  override outputShape(input: SampleShape, name: string): SampleShape {
    const [steps] = input;
    if (input.length !== 2 || steps === undefined) {
      throw badInput(
        `LSTM "${name}": expected samples of shape [time, features], received ${formatShape(input)}. ` +
          'Add a time axis, or set returnSequences on the LSTM before.',
      );
    }
    return this.returnSequences ? [steps, this.units] : [this.units];
  }

  override parameters(input: SampleShape): LayerParameters {
    const features = input[1] ?? 0;
    const columns = GATE_COUNT * this.units;
    const {
      kernelInitializer = 'glorot_uniform',
      recurrentInitializer = 'orthogonal',
      biasInitializer = 'zeros',
    } = this.settings;
    const layout = lstmLayout(features, this.units);
    const interleaved = { gateUnits: this.units, rowStride: layout.rowStride };
    const variables: Variable[] = [
      {
        name: 'kernel',
        shape: [features, columns],
        offset: 0,
        ...interleaved,
        initialize: (random) => initialValues(kernelInitializer, [features, columns], random),
      },
      {
        name: 'recurrent_kernel',
        shape: [this.units, columns],
        offset: layout.recurrent,
        ...interleaved,
        initialize: (random) => initialValues(recurrentInitializer, [this.units, columns], random),
      },
    ];
    if (this.useBias) {
      variables.push({
        name: 'bias',
        shape: [columns],
        offset: layout.bias,
        ...interleaved,
        initialize: (random) => {
          const bias = initialValues(biasInitializer, [columns], random);
          const forget = gateIndex('f') * this.units;
          if (this.settings.unitForgetBias ?? true) bias.fill(1, forget, forget + this.units);
          return bias;
        },
      });
    }
    // Without a bias its row stays in the buffer as zeros: the kernels need no second form.
    return { variables, floats: layout.floats };
  }

  override get takesChanges(): boolean {
    return usesPersistentKernel({ recurrence: 'auto' }, this.units);
  }

  override build(build: LayerBuild, input: Value): LayerPass {
    const { context, owner, dispatches, parts } = build;
    const { steps, features } = input;
    const { members, batch } = context;
    // What lies above reads a sequence in whatever order: only the LSTM at the windows begins where they change.
    const takesChanges = build.takesChanges && input.source === 'series';
    const keepsSteps = build.isBackward || build.keepsTrace || takesChanges;
    const isPersistent = usesPersistentKernel(context, this.units);
    const keepsSequence = build.keepsTrace || this.returnSequences || !isPersistent;
    const rows = members * batch;
    const { rowStride, unitFours } = lstmLayout(features, this.units);
    const stride = unitFours * 4;
    const keeps = { keepsSequence, keepsSteps, takesChanges };
    const sizes = stateSizes(context, input, this.units, keeps);
    const state: LstmState = {
      hidden: owner.tensor('hidden', sizes.hidden),
      cell: owner.tensor('cell', sizes.cell),
      gates: owner.tensor('gates', sizes.gates),
      operand: owner.tensor('operand', sizes.operand),
      ...keeps,
    };
    const shape: LstmShape = {
      units: this.units,
      activation: activationCode(this.activation),
      recurrentActivation: activationCode(this.recurrentActivation),
      parameterOffset: build.parameterOffset,
    };
    dispatches.push(...lstmForward(context, shape, input, state));

    const kept = keepsSequence ? steps : 1;
    const sequence: Value = {
      source: state.hidden,
      steps,
      features: this.units,
      memberStride: batch * kept * stride,
      rowStride: stride,
      offset: 0,
    };
    const last: Value = { ...sequence, steps: 1, rowStride: kept * stride, offset: (kept - 1) * stride };
    const backward = (outputGradient: GPUBuffer, needsInputGradient: boolean): GPUBuffer | null => {
      const carried = isPersistent ? null : owner.tensor('carried', rows * stride);
      dispatches.push(
        ...lstmBackward(context, shape, input, state, outputGradient, this.returnSequences, carried),
      );
      const matrix = { columns: rowStride, parameterOffset: build.parameterOffset };
      if (parts) {
        const variables = { ...shape, hasBias: this.useBias };
        dispatches.push(lstmWeightGradient(context, variables, input, state, parts));
      }
      if (!needsInputGradient) return null;
      const result = owner.tensor('inputGradient', rows * steps * features);
      dispatches.push(inputGradient(context, matrix, input, state.gates, result));
      return result;
    };
    const output = this.returnSequences ? sequence : last;
    if (!build.keepsTrace) return { output, backward };
    const gradientTraces = this.gateTraces(state, steps);
    return { output, backward, traces: this.traces(state, steps), gradientTraces };
  }

  /** What the kernels keep: gates [E, B, T, H, 4], c and h [E, B, T, H], H in whole fours. */
  private traces(state: LstmState, steps: number): Trace[] {
    const { units } = this;
    const whole = { steps, units, offset: 0, stepStride: Math.ceil(units / 4) * 4, unitStride: 1 };
    return [
      ...this.gateTraces(state, steps),
      { key: 'c', buffer: state.cell, ...whole },
      { key: 'h', buffer: state.hidden, ...whole },
    ];
  }

  /** The gates; dz of each, once lstm_backward has written it over them. */
  private gateTraces(state: LstmState, steps: number): Trace[] {
    const { units } = this;
    const stride = Math.ceil(units / 4) * 4;
    return GATES.map(({ key, name }, gate) => ({
      key: key === 'c' ? name : key,
      buffer: state.gates,
      steps,
      units,
      offset: gate,
      stepStride: stride * GATE_COUNT,
      unitStride: GATE_COUNT,
    }));
  }

  override getConfig(): Record<string, unknown> {
    const {
      kernelInitializer = 'glorot_uniform',
      recurrentInitializer = 'orthogonal',
      biasInitializer = 'zeros',
    } = this.settings;
    return {
      units: this.units,
      activation: this.activation,
      recurrent_activation: this.recurrentActivation,
      use_bias: this.useBias,
      kernel_initializer: initializerConfig(kernelInitializer),
      recurrent_initializer: initializerConfig(recurrentInitializer),
      bias_initializer: initializerConfig(biasInitializer),
      unit_forget_bias: this.settings.unitForgetBias ?? true,
      return_sequences: this.returnSequences,
    };
  }
}
