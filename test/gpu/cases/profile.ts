/** Timing a training step: on a copy that is thrown away, part by part, in the order of the plan. */
import { activation } from '../../../src/engine/layers/activation.ts';
import { dense } from '../../../src/engine/layers/dense.ts';
import { lstm } from '../../../src/engine/layers/lstm.ts';
import { layoutOf } from '../../../src/engine/models/parameters.ts';
import { Sequential } from '../../../src/engine/models/sequential.ts';
import { adam } from '../../../src/engine/optimizers/adam.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { equal, onDevice, onOwnDevice } from '../support.ts';

const CODE_OF_STEP = ['lstm_forward', 'dense_head', 'lstm_backward', 'lstm_weight_gradient', 'adam'];

export const cases: GpuCase[] = [
  onDevice(
    'a training step is timed dispatch by dispatch, and the model learns nothing and keeps no memory',
    async (gpu) => {
      const model = new Sequential([lstm({ units: 8 }), dense({ units: 1 }), activation('linear')]);
      model.compile({ optimizer: adam(), loss: 'mse' });
      await model.build(gpu, { inputShape: [5, 3] });
      const plan = await model.plan(4);
      const state = async () => [await model.getWeights(), await model.getOptimizerState()];
      const before = await state();
      const bytes = gpu.liveBytes;

      const profile = await model.profile(4);

      equal(await state(), before, 'weights and optimizer');
      equal(gpu.liveBytes, bytes, 'bytes alive');
      equal(profile.batchSize, 4, 'batch size');
      equal(
        profile.parts.map(({ kernel, workgroups }) => [kernel, workgroups]),
        plan.map(({ kernel, workgroups }) => [kernel, workgroups]),
        'parts',
      );
      equal(
        profile.parts.map(({ kernel }) => kernel),
        CODE_OF_STEP,
        'kernels',
      );
      const runs = profile.parts.map(({ nanoseconds }) => nanoseconds.length);
      const hasTimestamps = gpu.device.features.has('timestamp-query');
      if (new Set(runs).size !== 1 || (runs[0] ?? 0) < (hasTimestamps ? 3 : 0))
        throw new Error(`Readings: ${runs}.`);
      const readings = profile.parts.flatMap(({ nanoseconds }) => nanoseconds);
      if (readings.some((time) => !(time >= 0))) throw new Error(`A time is negative: ${readings}.`);
      if (hasTimestamps && !readings.some((time) => time > 0)) throw new Error('No dispatch took any time.');
      if (profile.stepNanoseconds.length < 3 || profile.stepNanoseconds.some((time) => !(time > 0))) {
        throw new Error(`Whole steps: ${profile.stepNanoseconds}.`);
      }
      model.dispose();
    },
  ),
  onOwnDevice(
    'bytes by owner add up to all live bytes, and each compiled kernel\u2019s code is the one the device was given',
    async (gpu) => {
      const given = new Map<string, string>();
      const create = gpu.device.createShaderModule.bind(gpu.device);
      gpu.device.createShaderModule = (descriptor) => {
        given.set(descriptor.label ?? '', descriptor.code);
        return create(descriptor);
      };
      const model = new Sequential([lstm({ units: 8 }), dense({ units: 1 })]);
      model.compile({ optimizer: adam(), loss: 'mse' });
      await model.build(gpu, { inputShape: [5, 3] });
      await model.plan(4);

      const { model: ofModel = 0, training = 0, ...others } = gpu.liveBytesByOwner;
      equal(ofModel + training, gpu.liveBytes, 'bytes');
      equal(Object.keys(others), [], 'other owners');
      const { stride } = layoutOf(model.layers, [5, 3]);
      equal(ofModel, 3 * 4 * stride, 'bytes of parameters and the two moments');
      equal([...gpu.shaders], [...given], 'code');
      equal([...given.keys()].sort(), [...CODE_OF_STEP].sort(), 'kernels');
      model.dispose();
    },
  ),
];
