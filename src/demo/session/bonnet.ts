/** What lies under the bonnet: the device, a training step's plan and time, memory; and the self-test, loaded when asked for. */

import { foldDispatches, type GpuDevice } from '../../engine/index.ts';
import type { BonnetReport, ProfileAnswer, SelfTestAnswer } from '../protocol.ts';
import { ToldError } from '../told-error.ts';
import { told } from '../words.ts';
import { problemOf } from './describe.ts';
import type { Trainer } from './trainer.ts';

interface Has {
  readonly gpu: GpuDevice | null;
  readonly trainer: Trainer | null;
}

/** Limits that decide how large a model may be and how its kernels are cut. */
const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeWorkgroupStorageSize',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupsPerDimension',
  'maxDynamicUniformBuffersPerPipelineLayout',
  'minUniformBufferOffsetAlignment',
] as const satisfies readonly (keyof GPUSupportedLimits)[];

/** Null without a model, and where the device went away meanwhile: that has its own message. */
export async function bonnetReport({ gpu, trainer }: Has): Promise<BonnetReport | null> {
  if (gpu === null || trainer === null) return null;
  const { batchSize } = trainer;
  const plan = await trainer.read(() => trainer.model.plan(batchSize)).catch(() => null);
  if (plan === null) return null;
  const { device, info, shaders, liveBytesByOwner } = gpu;
  return {
    batchSize,
    plan: foldDispatches(plan),
    kernels: [...shaders].map(([name, code]) => ({ name, code })),
    memory: Object.entries(liveBytesByOwner).map(([owner, bytes]) => ({ owner, bytes })),
    vendor: info.vendor,
    architecture: info.architecture,
    features: [...device.features].sort(),
    limits: LIMITS.map((name) => ({ name, value: device.limits[name] })),
  };
}

export async function profileAnswer({ trainer }: Has): Promise<ProfileAnswer> {
  try {
    if (trainer === null)
      throw new ToldError(
        'no-webgpu',
        told(
          'A training step is timed on the graphics device, and there is none here (see the top of the page).',
        ),
      );
    const profile = await trainer.read(() => trainer.model.profile(trainer.batchSize));
    return { type: 'profiled', ...profile };
  } catch (error) {
    return { type: 'none', why: problemOf(error, 'device').message };
  }
}

export async function selfTestAnswer({ gpu }: Has, check: number): Promise<SelfTestAnswer> {
  try {
    if (gpu === null)
      throw new ToldError(
        'no-webgpu',
        told('The self-test runs on the graphics device, and there is none here (see the top of the page).'),
      );
    const { runSelfTest, SELF_TEST_COUNT } = await import('../../engine/self-test/index.ts');
    return { type: 'checked', result: await runSelfTest(gpu, check), count: SELF_TEST_COUNT };
  } catch (error) {
    return { type: 'none', why: problemOf(error, 'device').message };
  }
}
