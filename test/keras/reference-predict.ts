/** Outputs of models of LSTM and Dense layers by the float64 reference, in the manner the search for a fault wants them. */
import type { Tensor } from '../../src/engine/core/tensor.ts';
import { fillLayers } from '../../src/engine/keras/check-model.ts';
import type { KerasModel } from '../../src/engine/keras/index.ts';
import {
  denseForward,
  lstmForward,
  type ReferenceActivation,
  referenceActivation,
} from '../../src/engine/reference/index.ts';

export function referencePredict(model: KerasModel, x: Tensor): Tensor {
  let shape: readonly number[] = x.shape;
  let data: Float64Array = Float64Array.from(x.data);
  for (const { settings, weights } of fillLayers(model)) {
    const values = weights.map((weight) => weight.data);
    if (settings.kind === 'recurrent') {
      const [batch = 0, steps = 0, features = 0] = shape;
      const input = settings.goBackwards ? reversed(data, batch, steps, features) : data;
      const { h } = lstmForward(
        { shape, data: input },
        {
          kernel: values[0] ?? [],
          recurrentKernel: values[1] ?? [],
          bias: settings.useBias ? (values[2] ?? []) : null,
        },
        {
          units: settings.units,
          activation: settings.activation as ReferenceActivation,
          recurrentActivation: settings.recurrentActivation as ReferenceActivation,
        },
      );
      const { units } = settings;
      if (settings.returnSequences) [shape, data] = [[batch, steps, units], h];
      else {
        data = Float64Array.from({ length: batch * units }, (_, at) => {
          const row = Math.floor(at / units);
          return h[(row * steps + steps - 1) * units + (at % units)] ?? Number.NaN;
        });
        shape = [batch, units];
      }
    } else if (settings.kind === 'dense') {
      const inputs = shape.at(-1) ?? 0;
      const z = denseForward(
        data,
        {
          kernel: values[0] ?? [],
          bias: settings.useBias ? (values[1] ?? []) : null,
        },
        inputs,
        settings.units,
      );
      data =
        settings.activation === 'softmax'
          ? softmax(z, settings.units)
          : z.map(referenceActivation(settings.activation).value);
      shape = [...shape.slice(0, -1), settings.units];
    } else throw new Error(`The tests' predictor knows no ${settings.kind}.`);
  }
  return { shape, data: Float32Array.from(data) };
}

function softmax(z: Float64Array, units: number): Float64Array {
  const out = z.map(Math.exp);
  for (let row = 0; row < out.length; row += units) {
    const part = out.subarray(row, row + units);
    const sum = part.reduce((before, value) => before + value, 0);
    part.forEach((value, k) => {
      part[k] = value / sum;
    });
  }
  return out;
}

function reversed(data: Float64Array, batch: number, steps: number, features: number): Float64Array {
  const out = new Float64Array(data.length);
  for (let row = 0; row < batch; row++) {
    for (let t = 0; t < steps; t++) {
      const from = (row * steps + (steps - 1 - t)) * features;
      out.set(data.subarray(from, from + features), (row * steps + t) * features);
    }
  }
  return out;
}
