/** Every activation and its slope over the whole float32 range, against float64. */
import { ACTIVATIONS, activationCode } from '../../../src/engine/core/activations.ts';
import { BufferOwner, readBuffer } from '../../../src/engine/gpu/buffers.ts';
import { Plan } from '../../../src/engine/gpu/plan.ts';
import { StepUniform } from '../../../src/engine/gpu/step-uniform.ts';
import { activationBackward, activationForward } from '../../../src/engine/kernels/elementwise.ts';
import { chooseTiles } from '../../../src/engine/kernels/lstm-tiles.ts';
import { denseValue, type KernelContext } from '../../../src/engine/kernels/value.ts';
import { referenceActivation } from '../../../src/engine/reference/index.ts';
import { assertClose } from '../../harness/assert-close.ts';
import type { GpuCase } from '../../harness/gpu-case.ts';
import { randomNumbers, withGpu } from '../support.ts';

/** Extremes, then the range where the functions bend, then both signs of everything in between. */
function inputs(): Float32Array {
  const extremes = [
    0, -0, 1e-45, -1e-45, 1e-38, -1e-38, 1e-3, -1e-3, 0.29999, 0.3, 0.30001, 9, -9, 30, -30, 88.7, -88.7, 89,
    -89, 1e4, -1e4, 3.4e38, -3.4e38,
  ];
  const values = [
    ...extremes,
    ...randomNumbers(1000, 1, 6),
    ...randomNumbers(500, 2, 128),
    ...randomNumbers(200, 3, 1e4),
  ];
  // Keep off the kinks, where float32 and float64 may lie on different sides.
  return Float32Array.from(values).map((x) =>
    Math.abs(Math.abs(x) - 2.5) < 1e-3 || Math.abs(Math.abs(x) - 3) < 1e-3 ? 0.5 : x,
  );
}

export const cases: GpuCase[] = ACTIVATIONS.flatMap((kind): GpuCase[] => [
  {
    name: `${kind} is right to 1e-6 over the whole float32 range, infinite only where float32 ends, its slope too`,
    run: (gpu) =>
      withGpu(gpu, async (device) => {
        const x = inputs();
        const { value, derivative } = referenceActivation(kind);
        const owner = new BufferOwner(device, 'test');
        const source = owner.upload('x', x);
        const output = owner.tensor('y', x.length);
        const ones = owner.upload('dy', new Float32Array(x.length).fill(1));
        const slope = owner.tensor('dx', x.length);
        const context: KernelContext = {
          members: 1,
          batch: x.length,
          parameters: source,
          parameterStride: 4,
          tiles: chooseTiles(false, 1, 1, 1),
          recurrence: 'auto',
        };
        const input = denseValue(source, x.length, 1, 1);
        const code = activationCode(kind);
        const plan = await Plan.compile(device, [
          activationForward(context, code, input, output),
          activationBackward(context, code, input, output, ones, slope),
        ]);
        const step = new StepUniform(device, owner, 1);
        step.set(0, {
          first: 0,
          count: x.length,
          batchesBefore: 0,
          windowStride: 1,
          samplingRate: 1,
          learningRate: 0,
          weightDecay: 0,
          seed: 0,
        });
        step.flush(1);
        const windows = owner.tensor('windows', 2);
        const encoder = device.device.createCommandEncoder();
        const pass = encoder.beginComputePass();
        plan.bind({ windows, series: windows, targets: windows }, step.buffer, null).encode(pass, 0);
        pass.end();
        device.device.queue.submit([encoder.finish()]);

        const received = new Float32Array(await readBuffer(device, output, 0, x.byteLength));
        const slopes = new Float32Array(await readBuffer(device, slope, 0, x.byteLength));
        owner.dispose();

        // relu and linear pass large values through: relative there, absolute elsewhere.
        assertClose(received, Float32Array.from(x, value), { atol: 1e-6, rtol: 1e-6, label: kind });
        // A GPU may flush subnormal numbers to 0, where relu has a kink: no slope is wrong there.
        const isNormal = (_: number, i: number): boolean =>
          x[i] === 0 || Math.abs(x[i] as number) >= 2 ** -126;
        assertClose(slopes.filter(isNormal), Float32Array.from(x, derivative).filter(isNormal), {
          atol: 1e-6,
          rtol: 1e-5,
          label: `slope of ${kind}`,
        });
      }),
  },
]);
