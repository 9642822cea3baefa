/** Layers without a recurrence that run forward only: softmax, ReLU and ELU with settings, normalization, masks, shapes. */
import { activationForward } from '../kernels/elementwise.ts';
import {
  type ElementFunction,
  elementForward,
  maskingForward,
  type NormalizationShape,
  normalizationForward,
  repeatForward,
  softmaxForward,
} from '../kernels/inference.ts';
import { denseValue, type Value } from '../kernels/value.ts';
import { Dense } from './dense.ts';
import { type Forward, noGradients } from './inference-layer.ts';
import type { LayerBuild, LayerPass, SampleShape } from './layer.ts';

/** Layers that do nothing at inference. */
export const identityPass: Forward = (_, input) => ({ output: input });

export const softmaxPass: Forward = (build, input) => {
  const { output, value } = outputLike(build, input, 'softmax');
  build.dispatches.push(softmaxForward(build.context, input, output));
  return { output: value };
};

export function elementPass(settings: ElementFunction): Forward {
  return (build, input) => {
    const { output, value } = outputLike(build, input, settings.kind);
    build.dispatches.push(elementForward(build.context, settings, input, output));
    return { output: value };
  };
}

export function normalizationPass(settings: Omit<NormalizationShape, 'parameterOffset'>): Forward {
  return (build, input) => {
    const { output, value } = outputLike(build, input, 'normalized');
    const shape = { ...settings, parameterOffset: build.parameterOffset };
    build.dispatches.push(normalizationForward(build.context, shape, input, output));
    return { output: value };
  };
}

export function maskingPass(maskValue: number): Forward {
  return (build, input) => {
    const { context, owner, dispatches } = build;
    const { output, value } = outputLike(build, input, 'masked');
    const mask = owner.tensor('mask', context.members * context.batch * input.steps);
    dispatches.push(maskingForward(context, maskValue, input, output, mask));
    return { output: { ...value, mask } };
  };
}

export function repeatPass(count: number): Forward {
  return ({ context, owner, dispatches }, input) => {
    const output = owner.tensor('repeated', context.members * context.batch * count * input.features);
    dispatches.push(repeatForward(context, count, input, output));
    return { output: denseValue(output, context.batch, count, input.features) };
  };
}

/** Flatten and Reshape: the same floats in other rows; copied only where they do not lie densely. */
export function reshapePass(shape: SampleShape): Forward {
  const [steps, features] = shape.length === 2 ? shape : [1, ...shape];
  return (build, input) => {
    const { context, owner, dispatches } = build;
    const size = context.batch * input.steps * input.features;
    const isDense =
      input.offset === 0 &&
      input.rowStride === input.features &&
      (context.members === 1 || input.memberStride === size);
    let { source } = input;
    if (source === 'series' || !isDense) {
      const copy = owner.tensor('reshaped', context.members * size);
      dispatches.push(activationForward(context, 0, input, copy));
      source = copy;
    }
    return { output: denseValue(source, context.batch, steps ?? 1, features ?? 1) };
  };
}

/** Dense with softmax. */
export class SoftmaxDense extends Dense {
  override readonly hasGradients = false;

  /** @throws GatewiseError in a program that goes backward: softmax has no backward kernel */
  override build(build: LayerBuild, input: Value): LayerPass {
    if (build.isBackward) throw noGradients(this.givenName ?? 'dense', this.className);
    const { output, backward } = super.build(build, input);
    return { ...softmaxPass(build, output), backward };
  }

  override getConfig(): Record<string, unknown> {
    return { ...super.getConfig(), activation: 'softmax' };
  }
}

/** A dense tensor of the input's size. */
function outputLike(
  { context, owner }: LayerBuild,
  { steps, features }: Value,
  name: string,
): { readonly output: GPUBuffer; readonly value: Value } {
  const output = owner.tensor(name, context.members * context.batch * steps * features);
  return { output, value: denseValue(output, context.batch, steps, features) };
}
