/**
 * LSTM(H) -> Dense(1) -> linear without a GPU: forecasts, traces and gradients in float64 by the reference, and the parameters
 * as they would lie on a GPU, for whoever draws them. It does not train.
 */
import { badInput } from '../core/errors.ts';
import { GATES, type GateKey } from '../core/gates.ts';
import type { Tensor } from '../core/tensor.ts';
import { activation } from '../layers/activation.ts';
import { dense } from '../layers/dense.ts';
import type { Layer } from '../layers/layer.ts';
import { lstm } from '../layers/lstm.ts';
import type { PlaceChange } from '../models/changed-windows.ts';
import {
  initialParameters,
  layoutOf,
  type ParameterLayout,
  packParameters,
  unpackParameters,
  type WeightSpec,
} from '../models/parameters.ts';
import {
  computeLoss,
  denseBackward,
  denseForward,
  type LstmTrace,
  type LstmWeights,
  lstmBackward,
  lstmForward,
  ReferenceModel,
} from '../reference/index.ts';

/** What the LSTM does with windows. Each [B, T, H]; `c` of the gates is the candidate. */
export interface CpuTrace {
  readonly gates: Readonly<Record<GateKey, Float64Array>>;
  readonly c: Float64Array;
  readonly h: Float64Array;
}

/** Gradients of the mean squared error over a batch of windows. */
export interface CpuGradients {
  /** States, [B, T, H]. */
  readonly h: Float64Array;
  /** dz of each gate, [B, T, H]. */
  readonly dz: Readonly<Record<GateKey, Float64Array>>;
  /** Of the last h, from the Dense, [B, H]. */
  readonly above: Float64Array;
  /** Of the LSTM's kernel, recurrent kernel and bias, in Keras' layout. */
  readonly weights: readonly Float64Array[];
}

export class CpuForecaster {
  readonly layers: Layer[];
  /** In Keras' order: where each variable lies in `parameters`. */
  readonly layout: readonly WeightSpec[];
  /** Flat, gates interleaved, as a Sequential of the same layers keeps them. */
  readonly parameters: Float32Array;
  readonly #layout: ParameterLayout;
  readonly #units: number;
  readonly #model: ReferenceModel;

  /**
   * @param features D
   * @param weights kernel [D, 4H], recurrent kernel [H, 4H], bias [4H], then Dense' kernel [H, 1] and bias [1]
   * @throws GatewiseError when their number or a shape does not fit
   */
  constructor(units: number, features: number, weights: readonly Tensor[]) {
    this.layers = [lstm({ units }), dense({ units: 1 }), activation('linear')];
    // Any T: it is in no weight.
    const layout = layoutOf(this.layers, [1, features]);
    this.parameters = packParameters(layout, weights);
    this.layout = layout.weights;
    this.#layout = layout;
    this.#units = units;
    this.#model = new ReferenceModel(
      [
        { kind: 'lstm', units },
        { kind: 'dense', units: 1 },
      ],
      features,
      weights.map(({ data }) => data),
    );
  }

  /** @param x [B, T, D] @returns [B] */
  predict(x: Tensor): Float64Array {
    return this.#model.predict(x).data;
  }

  /** @param x [B, T, D] */
  trace(x: Tensor): CpuTrace {
    const { i, f, candidate, o, c, h } = lstmForward(x, this.#lstm(), { units: this.#units });
    return { gates: { i, f, c: candidate, o }, c, h };
  }

  /** @param x [B, T, D] @param y targets, [B, 1], scaled as what it forecasts */
  gradients(x: Tensor, y: Tensor): CpuGradients {
    const trace = lstmForward(x, this.#lstm(), { units: this.#units });
    const last = lastSteps(trace);
    const forecast = denseForward(last, this.#head(), this.#units, 1);
    if (y.data.length !== forecast.length) {
      throw badInput(
        `Received ${y.data.length} targets for ${forecast.length} windows. Pass y with one target for each.`,
      );
    }
    const above = this.#aboveOf(last, computeLoss('mse', forecast, y.data).gradient);
    const back = lstmBackward(trace, x, this.#lstm(), atLastStep(trace, above));
    const { dKernel, dRecurrentKernel, dBias } = back;
    return {
      h: trace.h,
      dz: byGate(back.dz, this.#units),
      above,
      weights: [dKernel, dRecurrentKernel, dBias ?? NONE],
    };
  }

  /** In Keras' order. */
  getWeights(): Tensor[] {
    return unpackParameters(this.#layout, this.parameters);
  }

  /** The weights that a Sequential of the same layers has from a seed, in Keras' order. */
  freshWeights(seed: number): Tensor[] {
    return unpackParameters(this.#layout, initialParameters(this.#layout, seed));
  }

  /** dy/dx of each window's forecast, [B, T, D]. @param x [B, T, D] */
  inputGradients(x: Tensor): Float64Array {
    const trace = lstmForward(x, this.#lstm(), { units: this.#units });
    const above = this.#aboveOf(lastSteps(trace), new Float64Array(trace.batch).fill(1));
    return lstmBackward(trace, x, this.#lstm(), atLastStep(trace, above)).dx;
  }

  /**
   * Forecasts of windows in which one place holds another value, one change after the other: what comes before the place is
   * computed once for all of them.
   * @param x [B, T, D]
   * @returns forecasts of a change, [B]
   */
  changing(x: Tensor): (change: PlaceChange) => Float64Array {
    const before = lstmForward(x, this.#lstm(), { units: this.#units });
    const { batch, timeSteps, features, units } = before;
    return ({ step, feature, values }) => {
      const rest = timeSteps - step;
      const data = new Float64Array(batch * rest * features);
      const [h0, c0] = [new Float64Array(batch * units), new Float64Array(batch * units)];
      for (let b = 0; b < batch; b++) {
        const from = b * timeSteps + step;
        data.set(x.data.subarray(from * features, (b + 1) * timeSteps * features), b * rest * features);
        data[b * rest * features + feature] = values[b] as number;
        if (step === 0) continue;
        h0.set(before.h.subarray((from - 1) * units, from * units), b * units);
        c0.set(before.c.subarray((from - 1) * units, from * units), b * units);
      }
      const after = lstmForward({ shape: [batch, rest, features], data }, this.#lstm(), { units, h0, c0 });
      return denseForward(lastSteps(after), this.#head(), units, 1);
    };
  }

  /** Gradient of the last h from that of the forecast. */
  #aboveOf(last: Float64Array, dForecast: ArrayLike<number>): Float64Array {
    return denseBackward(last, this.#head(), this.#units, 1, dForecast).dx;
  }

  #lstm(): LstmWeights {
    const [kernel = NONE, recurrentKernel = NONE, bias = NONE] = this.#model.weights;
    return { kernel, recurrentKernel, bias };
  }

  #head(): { readonly kernel: Float64Array; readonly bias: Float64Array } {
    const [, , , kernel = NONE, bias = NONE] = this.#model.weights;
    return { kernel, bias };
  }
}

const NONE = new Float64Array();

/** h of the last step, [B, H]. */
function lastSteps({ batch, timeSteps, units, h }: LstmTrace): Float64Array {
  return Float64Array.from(
    { length: batch * units },
    (_, n) => h[(Math.floor(n / units) * timeSteps + timeSteps - 1) * units + (n % units)] as number,
  );
}

/** [B, T, H], zero at every step but the last, which holds [B, H]. */
function atLastStep({ batch, timeSteps, units }: LstmTrace, last: Float64Array): Float64Array {
  const all = new Float64Array(batch * timeSteps * units);
  for (let b = 0; b < batch; b++) {
    all.set(last.subarray(b * units, (b + 1) * units), (b * timeSteps + timeSteps - 1) * units);
  }
  return all;
}

/** [B, T, 4H] taken apart into the gates' [B, T, H]. */
function byGate(dz: Float64Array, units: number): Record<GateKey, Float64Array> {
  const rows = dz.length / (GATES.length * units);
  const parts = GATES.map(({ key }, gate) => {
    const part = new Float64Array(rows * units);
    for (let row = 0; row < rows; row++) {
      const from = (row * GATES.length + gate) * units;
      part.set(dz.subarray(from, from + units), row * units);
    }
    return [key, part] as const;
  });
  return Object.fromEntries(parts) as Record<GateKey, Float64Array>;
}
