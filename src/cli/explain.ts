/** `gatewise explain`: which lag of which feature a model goes by, by methods that carry their own controls. */
import type { GpuDevice } from '../engine/index.ts';
import { EXIT } from './exit-codes.ts';
import { explainOn, trainsSeeds } from './explain/explanation.ts';
import { checkTogether, EXPLAIN_GROUPS, EXPLAIN_OPTIONS, type ExplainOptions } from './explain/options.ts';
import { explainProgress } from './explain/progress.ts';
import { csvReport, jsonReport, reportLines, reportOf } from './explain/report.ts';
import { openSubject, type Subject } from './explain/subject.ts';
import { type Wanted, wantedBy } from './explain/wanted.ts';
import { withGpu } from './gpu.ts';
import { interruptible } from './interrupt.ts';
import { MODEL_HELP } from './model/open-model.ts';
import { jsonText } from './model/report.ts';
import { plural, quote } from './text.ts';
import { defineVerb } from './verb.ts';
import { checkDestination, writeFile } from './write-file.ts';

export const explain = defineVerb({
  name: 'explain',
  summary:
    'Tells which rows back, of which column, a forecaster goes by: what each adds to its error, how its forecast answers to it, and, by models trained like it with a column of noise and on shuffled targets, whether that is more than nothing.',
  positionals: { file: { placeholder: 'MODEL', help: MODEL_HELP } },
  options: EXPLAIN_OPTIONS,
  groups: EXPLAIN_GROUPS,
  examples: [
    [
      'gatewise explain seattle.keras',
      'of a model that gatewise train wrote of the bundled series: all methods and verdicts',
    ],
    [
      'gatewise explain hourly.keras --data hourly.csv.gz --method permutation --csv lags.csv',
      'of your own file, the table into a file as well',
    ],
    [
      'gatewise explain model.h5 --x x.npy --y y.npy --json',
      'of any Keras file and arrays, without verdicts, for a program',
    ],
  ],
  notes: [
    'Options of data and training not given are those of the recipe (gatewise.json) in the model file; where that has none, those of gatewise train. Inputs are scaled as the recipe says. The model is explained on the test part; of a long one on 512 windows, one drawn by the seed from each of 512 equal stretches.',
    'With --json, lags has {lag, feature, value, nullLow, nullHigh, verdict} for each place, lag 1 the newest row of the window. With --method all, value is the permutation (without targets the gradient) and methods has the others by name, in the order of lags. Permutation, occlusion and ig are in units of the target, the gradient per standard deviation of the input; with --x all is in scaled units. The null band is that of the method: of permutation and gradient; null for the others. Verdicts always go by the printed rule. halfLife is in steps of the window, a number for each unit of the first LSTM.',
    'Exit codes: 0 done, 2 bad input, 3 no adapter, device lost or training diverged, 130 interrupted.',
  ],
  async run(options, { output, dataFolder }, given) {
    const { file, method, csv, force, json } = options;
    checkTogether(options, given);
    if (csv !== null) checkDestination(csv, force);
    const subject = await openSubject(file, options, dataFolder);
    const wanted = wantedBy(method, subject);
    const explanation = await withGpu((gpu) => {
      for (const note of [...subject.notes, ...wanted.notes]) output.say(note);
      for (const line of introduction(gpu, subject, wanted, options)) output.say(line);
      return interruptible(
        () => output.say('Stopping after the running batches; Ctrl-C once more ends at once.'),
        (signal) =>
          explainOn(gpu, subject, wanted, options, explainProgress(output, 2 * options.seeds), signal),
      );
    });
    for (const note of explanation.study?.notes ?? []) output.say(note);
    const report = reportOf(subject, explanation, method);
    if (csv !== null) writeFile(csv, new TextEncoder().encode(csvReport(report)), force);
    output.print(json ? jsonText(jsonReport(report)) : `${reportLines(report).join('\n')}\n`);
    return EXIT.done;
  },
});

function introduction(
  gpu: GpuDevice,
  subject: Subject,
  wanted: Wanted,
  { file, seeds }: ExplainOptions & { readonly file: string },
): string[] {
  const { windows, title } = subject;
  const count = 'kind' in windows ? windows.starts.length : (windows.x.shape[0] ?? 0);
  const lines = [`${quote(file)} on ${plural(count, 'window')} of ${title}, on ${gpu.info.label}.`];
  if (trainsSeeds(subject, wanted)) {
    lines.push(
      `Trains ${seeds} networks like it and ${seeds} on shuffled targets, all with a column of noise, for ${plural(subject.study.training.epochs, 'epoch')}.`,
    );
  }
  return lines;
}
