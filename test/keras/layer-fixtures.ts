/** What real Keras computes for every layer (test/fixtures/keras/layers.json), as models of this project. */
import { kerasLayer, sequentialConfig } from '../../src/engine/keras/keras3/keras-config.ts';
import type { KerasModel } from '../../src/engine/keras/model/keras-model.ts';
import { placeLayers } from '../../src/engine/keras/model/layer-variables.ts';
import type { InferenceLayer } from '../../src/engine/reference/index.ts';
import fixtures from '../fixtures/keras/layers.json';

interface Numbers {
  readonly shape: readonly number[];
  readonly data: readonly number[];
}

export interface LayerFixture {
  readonly name: string;
  readonly layers: readonly (readonly [className: string, config: Readonly<Record<string, unknown>>])[];
  readonly input: string;
  /** Rows of a batch in a stateful model. */
  readonly batch: number | null;
  readonly weights: readonly Numbers[];
  readonly y: Numbers;
}

interface LayerFixtures {
  readonly inputs: { readonly sequence: Numbers } & Readonly<Record<string, Numbers>>;
  readonly models: readonly LayerFixture[];
  readonly gates: {
    readonly weights: readonly Numbers[];
    readonly traces: Readonly<Record<string, readonly number[]>>;
  };
  readonly activations: {
    readonly x: readonly number[];
    readonly functions: Readonly<
      Record<string, { readonly value: readonly number[]; readonly derivative: readonly number[] }>
    >;
  };
}

export const layerFixtures = fixtures as unknown as LayerFixtures;

/**
 * The fixture's model as a reader would hand it on, and its layers for the reference.
 * @throws Error when a weight does not have the shape its layer gives it
 */
export function modelOf(fixture: LayerFixture): {
  readonly model: KerasModel;
  readonly layers: InferenceLayer[];
  readonly x: Numbers;
} {
  const x = layerFixtures.inputs[fixture.input] as Numbers;
  const objects = fixture.layers.map(([className, config], k) =>
    kerasLayer(className, { name: `layer_${k}`, ...withNestedNames(config) }),
  );
  const open = sequentialConfig('fixture', x.shape.slice(1), objects);
  const config = { ...open, build_input_shape: [fixture.batch, ...x.shape.slice(1)] };
  let next = 0;
  const placed = placeLayers(config).map((layer) => ({
    layer,
    weights: layer.variables.map(({ name, shape }) => {
      const { shape: received, data } = fixture.weights[next++] as Numbers;
      if (`${received}` !== `${shape}`) {
        throw new Error(
          `${fixture.name}: ${layer.name}/${name} has shape [${received}], expected [${shape}].`,
        );
      }
      return { path: `${layer.name}/${name}`, layer: layer.name, name, shape, data };
    }),
  }));
  if (next !== fixture.weights.length)
    throw new Error(`${fixture.name}: ${fixture.weights.length} weights, ${next} used.`);
  return {
    model: {
      config,
      weights: placed.flatMap(({ weights }) =>
        weights.map((weight) => ({ ...weight, data: Float32Array.from(weight.data) })),
      ),
    },
    layers: placed.map(({ layer, weights }) => ({
      settings: layer.settings,
      weights: weights.map(({ data }) => data),
    })),
    x,
  };
}

function withNestedNames(config: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const { layer } = config as { layer?: { class_name: string; config: object } };
  return layer ? { ...config, layer: { ...layer, config: { name: 'inner', ...layer.config } } } : config;
}
