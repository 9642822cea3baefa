/**
 * LSTM(H) -> Dense(1) -> linear without a GPU: forecasts and traces in float64 by the reference, and the parameters as they
 * would lie on a GPU, for whoever draws them. It does not train.
 */
import { badInput } from '../core/errors.ts';
import type { GateKey } from '../core/gates.ts';
import type { Tensor } from '../core/tensor.ts';
import { activation } from '../layers/activation.ts';
import { dense } from '../layers/dense.ts';
import { lstm } from '../layers/lstm.ts';
import { layoutOf, packParameters, type WeightSpec } from '../models/parameters.ts';
import { lstmForward, ReferenceModel } from '../reference/index.ts';

/** What the LSTM does with one window. Each [T, H]; `c` of the gates is the candidate. */
export interface CpuTrace {
  readonly gates: Readonly<Record<GateKey, Float64Array>>;
  readonly c: Float64Array;
  readonly h: Float64Array;
}

export class CpuForecaster {
  /** In Keras' order: where each variable lies in `parameters`. */
  readonly layout: readonly WeightSpec[];
  /** Flat, gates interleaved, as a Sequential of the same layers keeps them. */
  readonly parameters: Float32Array;
  readonly #units: number;
  readonly #model: ReferenceModel;

  /**
   * @param features D
   * @param weights kernel [D, 4H], recurrent kernel [H, 4H], bias [4H], then Dense' kernel [H, 1] and bias [1]
   * @throws GatewiseError when their number or a shape does not fit
   */
  constructor(units: number, features: number, weights: readonly Tensor[]) {
    const layers = [lstm({ units }), dense({ units: 1 }), activation('linear')];
    // Any T: it is in no weight.
    const layout = layoutOf(layers, [1, features]);
    this.parameters = packParameters(layout, weights);
    this.layout = layout.weights;
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

  /** @param x one window, [1, T, D] */
  trace(x: Tensor): CpuTrace {
    if (x.shape[0] !== 1) {
      throw badInput(`A trace is of one window, received ${x.shape[0] ?? 0}. Pass x with shape [1, T, D].`);
    }
    const [kernel = NONE, recurrentKernel = NONE, bias = NONE] = this.#model.weights;
    const trace = lstmForward(x, { kernel, recurrentKernel, bias }, { units: this.#units });
    const { i, f, candidate, o, c, h } = trace;
    return { gates: { i, f, c: candidate, o }, c, h };
  }
}

const NONE = new Float64Array();
