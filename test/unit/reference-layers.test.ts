/** The float64 reference of inference against real Keras 3 (tools/keras/make_layer_fixtures.py): every layer and option. */
import { describe, expect, it } from 'vitest';
import { GATES } from '../../src/engine/core/gates.ts';
import { predictLayers, recurrentForward, referenceActivation } from '../../src/engine/reference/index.ts';
import { assertClose } from '../harness/assert-close.ts';
import { layerFixtures, modelOf } from '../keras/layer-fixtures.ts';

/** TensorFlow's elu and selu take 1 from e^x, which leaves 1e-16 of noise near 0. */
const EXACT = { atol: 1e-11, rtol: 1e-12 };
const CLOSE = { atol: 1e-10, rtol: 1e-10 };

describe('the reference of inference', () => {
  it.each(layerFixtures.models)('equals Keras: $name', (fixture) => {
    const { layers, x } = modelOf(fixture);

    const received = predictLayers(layers, x, fixture.batch ?? undefined);

    expect(received.shape).toEqual(fixture.y.shape);
    assertClose(received.data, fixture.y.data, { ...CLOSE, label: fixture.name });
  });

  it('has the gates and states of an LSTM at every step', () => {
    const { gates, inputs } = layerFixtures;
    const options = {
      cell: 'lstm',
      units: 4,
      activation: 'tanh',
      recurrentActivation: 'hard_sigmoid',
      useBias: true,
      returnSequences: true,
      goBackwards: false,
      stateful: false,
      zeroOutputForMask: false,
      resetAfter: false,
    } as const;

    const { traces } = recurrentForward(
      inputs.sequence,
      gates.weights.map(({ data }) => data),
      options,
      null,
      null,
    );

    expect(Object.keys(traces)).toEqual(Object.keys(gates.traces));
    for (const [key, expected] of Object.entries(gates.traces)) {
      assertClose(traces[key] ?? [], expected, { ...CLOSE, label: key });
    }
    expect(Object.keys(traces).slice(0, 4)).toEqual(GATES.map(({ key, name }) => (key === 'c' ? name : key)));
  });

  it.each(Object.keys(layerFixtures.activations.functions))('has the values and slopes of %s', (name) => {
    const { x, functions } = layerFixtures.activations;
    const { value, derivative } = referenceActivation(name);

    assertClose(x.map(value), functions[name]?.value ?? [], { ...EXACT, label: name });
    assertClose(x.map(derivative), functions[name]?.derivative ?? [], {
      ...EXACT,
      label: `slope of ${name}`,
    });
  });
});
