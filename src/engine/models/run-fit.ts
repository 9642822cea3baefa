/** A fit from its options to its end: checks, programs, room on the GPU, and everything given back however it ends. */
import { BufferOwner } from '../gpu/buffers.ts';
import { predictionBatch } from './batch-size.ts';
import { Fit, type FitParts } from './fit.ts';
import { FitControl } from './fit-control.ts';
import { checkFitOptions, type FitOptions, type History } from './fit-options.ts';
import { FitWeights } from './fit-weights.ts';
import { MetricsReader } from './metrics-reader.ts';
import type { ParameterLayout } from './parameters.ts';
import { type Program, STEPS_PER_SUBMIT } from './program.ts';
import type { ProgramPool } from './program-pool.ts';
import { type Dataset, fitSamples, type Samples, UploadedSamples } from './samples.ts';
import type { SequentialFitOptions } from './sequential-options.ts';
import type { ModelState } from './state.ts';

/**
 * Fits a model: checks options and data, finds the programs for them, and runs.
 * @throws GatewiseError for options and data that do not fit; what runFit() throws
 */
export async function fitModel(
  model: Omit<FitParts, 'training' | 'inference' | 'samples' | 'validation'> & {
    readonly layout: ParameterLayout;
    readonly programs: ProgramPool;
  },
  data: Dataset,
  options: SequentialFitOptions,
): Promise<History> {
  checkFitOptions(options);
  const { layers } = model.layout;
  const { programs } = model;
  const { samples, validation } = fitSamples(
    data,
    options,
    layers[0]?.input ?? [],
    layers.at(-1)?.output ?? [],
  );
  const batch = Math.min(options.batchSize ?? 32, samples.starts.length);
  return programs.use('training', batch, (training) =>
    validation
      ? programs.use('inference', predictionBatch(validation, null), (inference) =>
          runFit({ ...model, training, inference, samples, validation }, options),
        )
      : runFit({ ...model, training, inference: null, samples, validation: null }, options),
  );
}

/**
 * Runs a fit.
 * @throws GatewiseError 'diverged' after bringing the last good weights back, when every member diverged; 'device-lost', 'gpu-error'
 */
async function runFit(parts: FitParts, options: FitOptions): Promise<History> {
  const { gpu, state, training, inference } = parts;
  const cleanup: (() => void)[] = [];
  const hold = <T extends { dispose(): void }>(resource: T): T => {
    cleanup.push(() => resource.dispose());
    return resource;
  };
  const upload = (samples: Samples, { batch }: Program, share: UploadedSamples | null): UploadedSamples =>
    hold(new UploadedSamples(gpu, samples, state.members, { share, capacity: STEPS_PER_SUBMIT * batch }));
  const control = options.control ?? new FitControl();
  const onAbort = (): void => control.stop();
  try {
    const buffers = await gpu.allocate(() => {
      const owner = hold(new BufferOwner(gpu, 'fit'));
      const data = upload(parts.samples, training, null);
      const validation = parts.validation && inference ? upload(parts.validation, inference, data) : null;
      const reader = hold(new MetricsReader(gpu, state.members));
      return { data, validation, reader, weights: new FitWeights(state, owner) };
    });
    const { data, validation } = buffers;
    setMembers(data, 'training', options, parts.state);
    if (validation) setMembers(validation, 'validation', options, parts.state);
    options.signal?.addEventListener('abort', onAbort);
    if (options.signal?.aborted) control.stop();
    return await new Fit(parts, options, control, buffers).run();
  } finally {
    options.signal?.removeEventListener('abort', onAbort);
    for (const dispose of cleanup.reverse()) dispose();
  }
}

/** Tells each member which windows it reads and at which targets it aims. @throws GatewiseError for those that are not there */
function setMembers(
  { members, samples, count }: UploadedSamples,
  part: 'training' | 'validation',
  { targetOrder, windowStarts }: FitOptions,
  { layout }: ModelState,
): void {
  members.setTargets((member) => targetOrder?.(member, count, part) ?? null);
  const input = layout.layers[0]?.input ?? [];
  const steps = input.length === 2 ? (input[0] ?? 1) : 1;
  const rows = samples.series.length / (input.at(-1) ?? 1);
  members.setStarts(
    (member) => windowStarts?.(member, count, part) ?? null,
    rows - 1 - (steps - 1) * samples.samplingRate,
  );
}
