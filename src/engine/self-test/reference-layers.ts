/** Layers of the engine in the words of the reference. */
import { ActivationLayer } from '../layers/activation.ts';
import { Dense } from '../layers/dense.ts';
import { Dropout } from '../layers/dropout.ts';
import type { Layer } from '../layers/layer.ts';
import { Lstm } from '../layers/lstm.ts';
import type { ReferenceLayer } from '../reference/index.ts';

/** The same layer for the reference; null for one that it cannot go back through. */
export function referenceLayer(layer: Layer): ReferenceLayer | null {
  // Dense with softmax is a Dense too.
  if (!layer.hasGradients) return null;
  if (layer instanceof Lstm) {
    const { units, activation, recurrentActivation, useBias, returnSequences } = layer;
    return { kind: 'lstm', units, activation, recurrentActivation, useBias, returnSequences };
  }
  if (layer instanceof Dense) {
    return { kind: 'dense', units: layer.units, activation: layer.activation, useBias: layer.useBias };
  }
  if (layer instanceof ActivationLayer) return { kind: 'activation', activation: layer.activation };
  return layer instanceof Dropout ? { kind: 'dropout' } : null;
}
