/** Whether the parts of a model fit each other, so that no file is written that Keras would refuse or load wrongly. */
import { badInput, formatShape } from '../../core/errors.ts';
import { sizeOf } from '../../core/tensor.ts';
import type { KerasModel, KerasWeight } from './keras-model.ts';
import { type PlacedLayer, placeLayers } from './layer-variables.ts';

/** A layer and its variables' values, in the order files hold them. */
export interface FilledLayer extends PlacedLayer {
  readonly weights: readonly KerasWeight[];
}

/**
 * The layers of a model in order, each with its weights; the InputLayer is left out as Keras leaves it out of its files.
 * @throws GatewiseError when a layer's variables are missing, too many, out of order or of another shape than its config says
 */
export function fillLayers(model: KerasModel): FilledLayer[] {
  let at = 0;
  const layers = placeLayers(model.config).map((layer) => {
    const weights = model.weights.slice(at, at + layer.variables.length);
    at += layer.variables.length;
    const fits = layer.variables.every(({ name, shape }, i) => {
      const weight = weights[i];
      return (
        weight?.layer === layer.name &&
        weight.name === name &&
        formatShape(weight.shape) === formatShape(shape)
      );
    });
    if (!fits) throw misfit(layer, model.weights);
    for (const { path, shape, data } of weights) checkSize(path, shape, data);
    return { ...layer, weights };
  });
  if (at !== model.weights.length) {
    const extra = model.weights.slice(at).map(({ path }) => path);
    throw badInput(
      `The model has weights that no layer takes: ${extra.slice(0, 5).join(', ')}. List the weights layer by layer, in the order of the model.`,
    );
  }
  checkOptimizer(model, layers);
  return layers;
}

/** The weights that training changes, in the order of the optimizer's slots. */
export function trainableWeights(layers: readonly FilledLayer[]): KerasWeight[] {
  return layers.flatMap(({ variables, weights }) =>
    weights.filter((_, i) => variables[i]?.isTrainable === true),
  );
}

function misfit({ name, className, variables }: PlacedLayer, all: readonly KerasWeight[]): Error {
  const expected = variables.map((one) => `${one.name} ${formatShape(one.shape)}`).join(', ');
  const received = all
    .filter((weight) => weight.layer === name)
    .map((weight) => `${weight.name} ${formatShape(weight.shape)}`)
    .join(', ');
  if (expected === received) {
    return badInput(
      `The weights (${all.map(({ path }) => path).join(', ')}) do not follow the layers: those of "${name}" stand elsewhere. List them layer by layer, in the order of the model.`,
    );
  }
  return badInput(
    `Layer "${name}" (${className}) needs the variables ${expected || 'none'}, received ${received || 'none'}. Build the model before it is exported, or give it the weights of this architecture.`,
  );
}

/** Slots that an optimizer of these settings keeps, in the order of OptimizerState. */
export function slotNames(className: string, config: Readonly<Record<string, unknown>>): readonly string[] {
  switch (className) {
    case 'Adam':
    case 'AdamW':
      return config.amsgrad === true ? ['m', 'v', 'vhat'] : ['m', 'v'];
    case 'SGD':
      return config.momentum ? ['momentum'] : [];
    case 'RMSprop':
      return [
        'velocity',
        ...(config.momentum ? ['momentum'] : []),
        ...(config.centered === true ? ['average_gradient'] : []),
      ];
    default:
      return [];
  }
}

function checkOptimizer({ compile, optimizerState }: KerasModel, layers: readonly FilledLayer[]): void {
  if (!optimizerState) return;
  if (!compile) {
    throw badInput('The model has an optimizer state but no compile settings. Give both or neither.');
  }
  const { class_name: className, config } = compile.optimizer;
  const expected = slotNames(className, config).join(', ');
  const received = optimizerState.slots.map((slot) => slot.name).join(', ');
  if (expected !== received) {
    throw badInput(
      `Optimizer ${className} keeps the slots ${expected || 'none'}, received ${received || 'none'}. Take the state from the compiled optimizer.`,
    );
  }
  if (!Number.isSafeInteger(optimizerState.iterations) || optimizerState.iterations < 0) {
    throw badInput(
      `The optimizer's step count is ${optimizerState.iterations}; it must be 0 or a positive integer.`,
    );
  }
  const weights = trainableWeights(layers);
  for (const { name, tensors } of optimizerState.slots) {
    const fits =
      tensors.length === weights.length &&
      tensors.every((one, i) => formatShape(one.shape) === formatShape(weights[i]?.shape ?? []));
    if (!fits) {
      throw badInput(
        `Slot "${name}" of the optimizer has the shapes ${tensors.map((one) => formatShape(one.shape)).join(' ')}, the trainable weights have ${weights.map((weight) => formatShape(weight.shape)).join(' ')}. They must be the same.`,
      );
    }
    tensors.forEach((one, i) => {
      checkSize(`${name} of ${weights[i]?.path}`, one.shape, one.data);
    });
  }
}

function checkSize(what: string, shape: readonly number[], data: Float32Array): void {
  if (data.length === sizeOf(shape)) return;
  throw badInput(
    `${what} has shape ${formatShape(shape)} but ${data.length} values. Give ${sizeOf(shape)} values.`,
  );
}
