/** `gatewise predict`: outputs of a model of a file for given inputs. */
import { withPredictor } from '../engine/index.ts';
import { EXIT } from './exit-codes.ts';
import { withGpu } from './gpu.ts';
import { readInputs } from './model/inputs.ts';
import { architectureOption, MODEL_HELP, openModel } from './model/open-model.ts';
import { inputOption, jsonOption, jsonText, keyOption, needed } from './model/report.ts';
import { flag, text } from './option.ts';
import { checkTensorDestination, writeTensorFile } from './tensor-file.ts';
import { plural, quote } from './text.ts';
import { defineVerb } from './verb.ts';

export const predict = defineVerb({
  name: 'predict',
  summary: 'Writes what a model of any file gives for the inputs of an array.',
  positionals: { file: { placeholder: 'FILE', help: MODEL_HELP } },
  options: {
    x: inputOption,
    key: keyOption,
    out: text('FILE', 'the outputs: .npy, .npz or .csv', 'the name of a file'),
    architecture: architectureOption,
    force: flag('replace the file of --out if it is there'),
    json: jsonOption,
  },
  groups: { Data: ['x', 'key', 'out', 'force'], Options: ['architecture', 'json'] },
  examples: [
    ['gatewise predict model.h5 --x x.npy --out y.npy', 'outputs of a file of any Keras'],
    [
      'gatewise predict weights.h5 --architecture config.json --x data.npz --key x --out y.csv',
      'of a file that holds weights only',
    ],
  ],
  notes: ['Exit codes: 0 done, 2 bad input, 3 no adapter or device lost.'],
  async run(options, { output }) {
    const { file, key, architecture, force, json } = options;
    const path = needed(options.x, '--x X.npy', 'predict');
    const out = needed(options.out, '--out Y.npy', 'predict');
    checkTensorDestination(out, force);
    const { model, notes } = await openModel(file, architecture);
    const x = await readInputs(path, key, model);
    const { y, device } = await withGpu((gpu) =>
      withPredictor(gpu, x, async (predictor) => ({
        y: await predictor.predict(model),
        device: gpu.info.label,
      })),
    );
    await writeTensorFile(out, y, force);
    for (const note of notes) output.say(note);
    const bad = y.data.reduce((count, value) => count + (Number.isFinite(value) ? 0 : 1), 0);
    if (bad > 0) output.say(`${plural(bad, 'output')} of ${y.data.length} are NaN or infinite.`);
    output.print(
      json
        ? jsonText({ file, x: path, out, inputShape: x.shape, shape: y.shape, device, notes })
        : `${plural(x.shape[0] ?? 0, 'row')} of ${quote(path)} gave outputs of shape [${y.shape.join(', ')}], written to ${quote(out)} on ${device}.\n`,
    );
    return EXIT.done;
  },
});
