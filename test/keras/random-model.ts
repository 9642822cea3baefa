/** Models of any layers with random asymmetric weights, for the tests of file formats. */
import { seededRandom } from '../../src/engine/core/random.ts';
import { sizeOf } from '../../src/engine/core/tensor.ts';
import { type KerasModel, type KerasObject, sequentialConfig } from '../../src/engine/keras/index.ts';
import { placeLayers } from '../../src/engine/keras/model/layer-variables.ts';

/** @param inputShape [T, D]; T may be null */
export function modelOf(
  layers: readonly KerasObject[],
  inputShape: readonly (number | null)[] = [null, 3],
  seed = 11,
): KerasModel {
  const config = sequentialConfig('model', inputShape, layers);
  const random = seededRandom(seed);
  return {
    config,
    weights: placeLayers(config).flatMap(({ name: layer, variables }) =>
      variables.map(({ name, shape }) => ({
        path: `${layer}/${name}`,
        layer,
        name,
        shape,
        data: Float32Array.from({ length: sizeOf(shape) }, () =>
          variableValue(name, 0.05 + 0.4 * random.normal()),
        ),
      })),
    ),
  };
}

/** A variance is positive. */
function variableValue(variable: string, value: number): number {
  return variable === 'moving_variance' ? 0.1 + Math.abs(value) : value;
}

/** Random input [B, T, D]. */
export function randomInput(
  shape: readonly number[],
  seed = 5,
): { shape: readonly number[]; data: number[] } {
  const random = seededRandom(seed);
  return { shape, data: Array.from({ length: sizeOf(shape) }, () => Math.fround(random.normal())) };
}
