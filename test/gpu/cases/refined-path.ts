/** Integrated gradients where a network switches on the way, against a dense integral in float64. */

import type { Tensor } from '../../../src/engine/core/tensor.ts';
import type { ExplainedModel } from '../../../src/engine/explain/explained-model.ts';
import { gaussLegendre } from '../../../src/engine/explain/gauss-legendre.ts';
import { integratedGradients } from '../../../src/engine/explain/index.ts';
import type { GpuDevice } from '../../../src/engine/gpu/device.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { rowsOf } from '../attribution-reference.ts';
import {
  assertParts,
  cueWindows,
  INPUT_SHAPE,
  missedShares,
  partsBy,
  referenceOf,
  SWITCHING,
  switchingWeights,
  UNITS,
  windowOf,
  zerosLike,
} from '../bistable-lstm.ts';
import { equal, onDevice } from '../support.ts';

async function built(device: GpuDevice, members: readonly (readonly Tensor[])[]): Promise<Sequential> {
  const model = await new Sequential([lstm({ units: UNITS }), dense({ units: 1 })]).build(device, {
    inputShape: INPUT_SHAPE,
    members: members.length,
  });
  members.forEach((weights, member) => {
    model.setWeights(weights, { member });
  });
  return model;
}

const switching = onDevice(
  'where 64 nodes miss the switch of one member, its parts come from a finer way, and all else stays to the bit',
  async (device) => {
    const [jumpy, calm] = [switchingWeights(2.5), switchingWeights(0.5)];
    const x = cueWindows();
    const reference = referenceOf(jumpy);
    const plain = missedShares(
      reference,
      x,
      zerosLike(x),
      partsBy(reference, x, zerosLike(x), gaussLegendre(64)),
    );
    equal(
      plain.map((share) => share > 0.1),
      plain.map((_, n) => SWITCHING.includes(n)),
      'windows in which plain nodes miss the switch',
    );

    const both = await built(device, [calm, jumpy]);
    const results = await integratedGradients(both, x);
    const others = await integratedGradients(both, rowsOf(x, 4, 2));
    both.dispose();
    const single = await built(device, [calm]);
    const [alone] = await integratedGradients(single, x);
    single.dispose();

    for (const [e, { residual }] of results.entries())
      if (!(residual <= 1e-3)) throw new Error(`residual ${residual} of member ${e}`);
    const parts = results[1]?.samples.data ?? [];
    assertParts(parts, partsBy(reference, x, zerosLike(x)), 'member 1');
    equal(
      [4, 5].map((n) => windowOf(parts, n)),
      [0, 1].map((n) => windowOf(others[1]?.samples.data ?? [], n)),
      'windows that need no finer way',
    );
    equal(
      Array.from(results[0]?.samples.data ?? []),
      Array.from(alone?.samples.data ?? [0]),
      'the calm member',
    );
  },
);

const narrow = onDevice(
  'a switch of one member that is too narrow for float32 is followed in float64, by its own weights',
  async (device) => {
    const x = cueWindows();
    const weights = switchingWeights(20);
    const model = await built(device, [switchingWeights(0.5), weights]);
    const { inputShape, outputShape, members, changedWindowsAtMost } = model;
    const inFloat32: ExplainedModel = {
      inputShape,
      outputShape,
      members,
      changedWindowsAtMost,
      predictMembers: (data, options) => model.predictMembers(data, options),
      predictChanges: (data, changes) => model.predictChanges(data, changes),
      inputGradientsMembers: (data, options) => model.inputGradientsMembers(data, options),
    };
    const [, coarse] = await integratedGradients(inFloat32, x);
    const [, found] = await integratedGradients(model, x);
    model.dispose();
    if (!((coarse?.residual ?? 0) > 0.5)) throw new Error(`float32 alone misses ${coarse?.residual}`);
    const missed = missedShares(referenceOf(weights), x, zerosLike(x), found?.samples.data ?? []);
    for (const share of [found?.residual ?? 1, ...missed])
      if (!(share <= 1e-3)) throw new Error(`missed ${share} with float64`);
    equal(
      [4, 5].map((n) => windowOf(found?.samples.data ?? [], n)),
      [4, 5].map((n) => windowOf(coarse?.samples.data ?? [0], n)),
      'windows that need no finer way',
    );
  },
);

export const cases: GpuCase[] = [switching, narrow];
