/**
 * `gatewise train --model`: goes on with the training of a model of a file, its optimizer state included, on arrays. What
 * can be refused is refused before the first step: options, shapes, a model the file to be written cannot hold.
 */
import { basename } from 'node:path';
import {
  buildFromKeras,
  GatewiseError,
  type GpuDevice,
  type Sequential,
  type Tensor,
} from '../../engine/index.ts';
import type { KerasModel } from '../../engine/keras/index.ts';
import { withGpu } from '../gpu.ts';
import { interruptible } from '../interrupt.ts';
import { readExpected, readInputs, wrongShape } from '../model/inputs.ts';
import { openTrained } from '../model/open-model.ts';
import { jsonText, needed } from '../model/report.ts';
import type { Output } from '../output.ts';
import { alignColumns, formatNumber, plural, quote } from '../text.ts';
import { checkDestination, writeFile } from '../write-file.ts';
import { prepareTraining } from './compile-settings.ts';
import { type FitResult, interrupted, runFit } from './fit.ts';
import type { TrainOptions } from './options.ts';

/** Keras' names of the optimizers that are implemented. */
const TRAINED_WITH: readonly string[] = ['SGD', 'Adam', 'AdamW', 'RMSprop'];

const ENDINGS = ['.keras', '.weights.h5', '.h5', '.npz'] as const;

interface Task {
  readonly model: KerasModel;
  readonly x: Tensor;
  readonly y: Tensor;
}

interface Continued extends Omit<FitResult, 'bestEpoch'> {
  readonly device: string;
  readonly iterations: { readonly before: number; readonly after: number };
  readonly notes: readonly string[];
}

/**
 * @param file of the model
 * @param given the options that were given
 * @throws GatewiseError in one sentence
 */
export async function continueTraining(
  file: string,
  options: TrainOptions,
  given: ReadonlySet<string>,
  output: Output,
): Promise<void> {
  const { out, force, json } = options;
  const paths = {
    x: needed(options.x, '--x X.npy beside --model', 'train'),
    y: needed(options.y, '--y Y.npy beside --model', 'train'),
  };
  if (out !== null) {
    checkDestination(out, force);
    formatOfName(out);
  }
  const source = await openTrained(file, null);
  const x = await readInputs(paths.x, options.key, source.model);
  const { model, notes } = await prepareTraining(source.model, options, given);
  checkOptimizer(file, model);
  const { outputShapes } = await import('../../engine/keras/index.ts');
  const [shape = []] = outputShapes(model, x.shape);
  const y = await readExpected(paths.y, options.yKey, shape);
  if (y.shape.join() !== shape.join()) throw wrongShape('--y', paths.y, y.shape, shape);
  // What the file to be written cannot hold is found out now and not after the training.
  const trial = out === null ? null : await encode(out, model);
  const allNotes = [...source.notes, ...notes, ...(trial?.notes ?? [])];
  const result = await withGpu((gpu) => {
    for (const note of allNotes) output.say(note);
    return interruptible(
      () => output.say('Stopping after the running batches; Ctrl-C once more ends at once.'),
      (signal) => trainOn(gpu, { model, x, y }, options, output, signal),
    );
  });
  const report = { ...result, notes: allNotes };
  output.print(json ? jsonText(jsonReport(file, paths, report, out)) : reportText(file, report, out));
}

/** @throws GatewiseError for an optimizer that is not trained with here, which --optimizer replaces */
function checkOptimizer(file: string, { compile }: KerasModel): void {
  const name = compile?.optimizer.class_name ?? '';
  if (TRAINED_WITH.includes(name)) return;
  throw new GatewiseError(
    'bad-input',
    `${quote(file)} was trained with ${name}, which is not implemented here (SGD, Adam, AdamW and RMSprop are). Give --optimizer adam, which starts anew.`,
  );
}

async function trainOn(
  gpu: GpuDevice,
  { model, x, y }: Task,
  options: TrainOptions,
  output: Output,
  signal: AbortSignal,
): Promise<Omit<Continued, 'notes'>> {
  const { epochs, batchSize, seed, noShuffle, out, force } = options;
  const sequential = await buildFromKeras(gpu, model, { inputShape: x.shape.slice(1) });
  const rows = x.shape[0] ?? 0;
  const save = async (path: string): Promise<void> =>
    writeFile(path, (await encode(path, await sequential.toExport())).bytes, force);
  output.say(introduction(gpu, sequential, model, rows));
  const fit = await runFit(
    sequential,
    { x, y },
    { epochs, batchSize, seed, shuffle: !noShuffle, signal },
    Math.ceil(rows / batchSize),
    { out, save },
    output,
  );
  const { optimizerState } = await sequential.toExport();
  if (signal.aborted) throw interrupted(epochs, out, fit.logs.length);
  if (out !== null) await save(out);
  return {
    ...fit,
    device: gpu.info.label,
    iterations: {
      before: model.optimizerState?.iterations ?? 0,
      after: optimizerState?.iterations ?? 0,
    },
  };
}

function introduction(gpu: GpuDevice, sequential: Sequential, model: KerasModel, rows: number): string {
  const before = model.optimizerState?.iterations ?? 0;
  const name = model.compile?.optimizer.class_name ?? '';
  return `${plural(sequential.countParams(), 'parameter')}, ${plural(rows, 'sample')}, ${name} from step ${before} on ${gpu.info.label}.`;
}

async function encode(
  path: string,
  model: KerasModel,
): Promise<{ readonly bytes: Uint8Array; readonly notes: readonly string[] }> {
  const { writeModelFile } = await import('../../engine/keras/index.ts');
  const { files, notes } = await writeModelFile(model, formatOfName(path));
  const [file] = files;
  if (file === undefined) throw new GatewiseError('internal', `No file was made of ${quote(path)}.`);
  return { bytes: file.bytes, notes };
}

function formatOfName(path: string) {
  const ending = ENDINGS.find((one) => basename(path).toLowerCase().endsWith(one));
  if (ending !== undefined)
    return ({ '.keras': 'keras', '.weights.h5': 'weights.h5', '.h5': 'h5', '.npz': 'npz' } as const)[ending];
  throw new GatewiseError(
    'bad-input',
    `--out is ${quote(path)}, expected a name that ends in .keras or .h5 (model and optimizer), .weights.h5 or .npz (weights).`,
  );
}

function jsonReport(
  model: string,
  paths: { readonly x: string; readonly y: string },
  { device, logs, iterations, msPerStep, notes }: Continued,
  out: string | null,
): object {
  const epochs = logs.map(({ loss, mae }, i) => ({ epoch: i + 1, loss, mae }));
  return { device, model, ...paths, epochs, iterations, msPerStep, notes, out };
}

function reportText(
  file: string,
  { device, logs, iterations, msPerStep }: Continued,
  out: string | null,
): string {
  const [first, last] = [logs[0], logs.at(-1)];
  const row = (name: string, log: typeof last): string[] =>
    log === undefined ? [] : [name, formatNumber(log.loss), formatNumber(log.mae)];
  return `${[
    ...alignColumns([['', 'loss', 'MAE'], row('first epoch', first), row('last epoch', last)]),
    '',
    `model    ${file}`,
    `trained  ${plural(logs.length, 'epoch')}, steps ${iterations.before} to ${iterations.after}`,
    `device   ${device}`,
    `speed    ${formatNumber(msPerStep)} ms per step`,
    `file     ${out ?? 'none (--out model.keras writes one)'}`,
  ].join('\n')}\n`;
}
