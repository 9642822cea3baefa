/** `gatewise train`: options and data are checked, then a device is asked for, then it trains, scores, writes and reports. */
import type { GpuDevice, Sequential } from '../engine/index.ts';
import { EXIT } from './exit-codes.ts';
import { withGpu } from './gpu.ts';
import { interruptible } from './interrupt.ts';
import type { Output } from './output.ts';
import { formatCount, plural } from './text.ts';
import { continueTraining } from './train/continue.ts';
import { checkTogether } from './train/continue-options.ts';
import { fitForecaster, interrupted } from './train/fit.ts';
import { buildForecaster, describeForecaster } from './train/forecaster.ts';
import { type LoadedData, loadData } from './train/load-data.ts';
import { checkEnding, encodeModel } from './train/model-file.ts';
import { TRAIN_GROUPS, TRAIN_OPTIONS, type TrainOptions } from './train/options.ts';
import { jsonReport, reportLines, type TrainResult } from './train/report.ts';
import { scoreTest } from './train/scoring.ts';
import { defineVerb } from './verb.ts';
import { checkDestination, writeFile } from './write-file.ts';

export const train = defineVerb({
  name: 'train',
  summary:
    'Trains an LSTM forecaster on a series of weather and holds it against persistence, climatology and ridge regression on the last part of the series.',
  options: TRAIN_OPTIONS,
  groups: TRAIN_GROUPS,
  examples: [
    ['gatewise train', "tomorrow's maximum temperature in Seattle from the last 14 days"],
    [
      'gatewise train --data hourly.csv.gz --target T --date time --window 48 --horizon 6 --out model.keras',
      'six hours ahead from 48 hours of your own file, as a model that Keras 3 loads',
    ],
    [
      'gatewise train --patience 10 --epochs 200 --json',
      'stop when the validation part gets no better; the result for a program',
    ],
    [
      'gatewise train --model start.keras --x x.npy --y y.npy --epochs 10 --no-shuffle --out end.keras',
      'ten more epochs of a model that Keras or gatewise has trained',
    ],
  ],
  notes: [
    'With --model the optimizer, its state, the loss and the learning rate are those of the file; --optimizer, --loss and --clipnorm replace them and start the optimizer anew, --learning-rate alone does not.',
    'Missing values are empty cells, NA, NaN and -9999. Errors are in the units of the target, losses in scaled units. Exit codes: 0 done, 2 bad input, 3 no adapter, device lost or training diverged, 130 interrupted.',
  ],
  async run(options, { output, dataFolder }, given) {
    checkTogether(options.model, given);
    if (options.model !== null) {
      await continueTraining(options.model, options, given, output);
      return EXIT.done;
    }
    if (options.out !== null) {
      checkDestination(options.out, options.force);
      checkEnding(options.out);
    }
    const data = loadData(options, dataFolder);
    const result = await withGpu(async (gpu) => {
      for (const note of data.notes) output.say(note);
      return interruptible(
        () => output.say('Stopping after the running batches; Ctrl-C once more ends at once.'),
        (signal) => trainOn(gpu, options, data, output, signal),
      );
    });
    output.print(
      options.json
        ? `${JSON.stringify(jsonReport(result, options))}\n`
        : `${reportLines(result, options).join('\n')}\n`,
    );
    return EXIT.done;
  },
});

async function trainOn(
  gpu: GpuDevice,
  options: TrainOptions,
  data: LoadedData,
  output: Output,
  signal: AbortSignal,
): Promise<TrainResult> {
  const model = await buildForecaster(gpu, options, data);
  for (const line of introduction(gpu, model, options, data)) output.say(line);
  const fit = await fitForecaster(model, options, data, output, signal);
  const test = await scoreTest(model, data);
  const dispatches = await model.plan(Math.min(options.batchSize, data.split.train.starts.length));
  const file = options.out === null ? null : await encodeModel(options.out, model, options, data);
  if (signal.aborted) throw interrupted(options.epochs, options.out, fit.logs.length);
  if (options.out !== null && file !== null) writeFile(options.out, file, options.force);
  return { device: gpu.info.label, model, data, test, dispatchesPerStep: dispatches.length, ...fit };
}

function introduction(gpu: GpuDevice, model: Sequential, options: TrainOptions, data: LoadedData): string[] {
  const { title, series, split } = data;
  const windows = [split.train, split.validation, split.test].map(({ starts }) => formatCount(starts.length));
  return [
    `${title}: ${plural(series.rows, 'row')}, ${plural(series.columns.length, 'input')}, target ${series.targets.join(', ')}; ${windows.join(' / ')} windows to train, validate and test.`,
    `${describeForecaster(options, data)} with ${plural(model.countParams(), 'parameter')} on ${gpu.info.label}.`,
  ];
}
