/** Shapes of a model's outputs, without computing them. */
import { GatewiseError } from '../../core/errors.ts';
import { changeSettings } from '../prove/change-model.ts';
import type { KerasModel } from './keras-model.ts';
import { placeLayers } from './layer-variables.ts';

/**
 * The shape [N, ...] of the outputs for inputs [N, ...]; then, where the model has one, the shape with the other
 * return_sequences in its last recurrent layer, which is a fault that expected outputs can show.
 */
export function outputShapes(model: KerasModel, input: readonly number[]): number[][] {
  const own = shapeFor(model, input);
  const last = placeLayers(model.config).findLast(({ settings }) =>
    ['recurrent', 'bidirectional'].includes(settings.kind),
  );
  if (last === undefined) return [own];
  const { settings } = last;
  const cell = settings.kind === 'bidirectional' ? settings.forward : settings;
  const returnSequences = cell.kind === 'recurrent' && !cell.returnSequences;
  try {
    return [own, shapeFor(changeSettings(model, [last.name], { return_sequences: returnSequences }), input)];
  } catch (error) {
    if (error instanceof GatewiseError) return [own]; // a layer behind it takes no such samples
    throw error;
  }
}

function shapeFor({ config }: KerasModel, input: readonly number[]): number[] {
  const placed = placeLayers({ ...config, build_input_shape: [null, ...input.slice(1)] });
  const sample = placed.at(-1)?.output ?? input.slice(1);
  return [input[0] ?? 0, ...sample.map((size) => size ?? 0)];
}
