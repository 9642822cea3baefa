/** `gatewise convert`: a model file as one of another format. Needs no GPU. */
import { basename, dirname, join } from 'node:path';
import { GatewiseError } from '../engine/index.ts';
import { EXIT } from './exit-codes.ts';
import { architectureOption, MODEL_HELP, openModel, openTrained } from './model/open-model.ts';
import { describeSource, jsonOption, jsonText } from './model/report.ts';
import { flag } from './option.ts';
import { quote } from './text.ts';
import { defineVerb } from './verb.ts';
import { checkDestination, writeFile } from './write-file.ts';

const ENDINGS =
  '.keras, .weights.h5, .h5, .npz, .keras1.npz (12 arrays per LSTM), .json (get_weights), model.json (TF.js), .safetensors (PyTorch) or .onnx';

export const convert = defineVerb({
  name: 'convert',
  summary:
    'Writes a model file in another format, with compile settings and optimizer state where the format has a place for them.',
  positionals: {
    input: { placeholder: 'IN', help: MODEL_HELP },
    out: { placeholder: 'OUT', help: `the file to write; its name ends in ${ENDINGS}` },
  },
  options: {
    architecture: architectureOption,
    force: flag('replace OUT if it is there'),
    json: jsonOption,
  },
  groups: { Options: ['architecture', 'force', 'json'] },
  examples: [
    ['gatewise convert old.h5 new.keras', 'a file of any Keras as one that Keras 3 loads'],
    ['gatewise convert model.keras web/model.json', 'for TensorFlow.js, with its shards beside it'],
    [
      'gatewise convert weights.h5 model.keras --architecture config.json',
      'weights and architecture in one file',
    ],
  ],
  notes: ['No GPU is needed. Exit codes: 0 done, 2 bad input.'],
  async run({ input, out, architecture, force, json }, { output }) {
    const { formatOf, writeModelFile } = await import('../engine/keras/index.ts');
    const format = formatOf(basename(out));
    if (format === null) {
      throw new GatewiseError(
        'bad-input',
        `The name ${quote(out)} says no format, expected one that ends in ${ENDINGS}.`,
      );
    }
    checkDestination(out, force);
    const holdsTraining = format === 'keras' || format === 'h5' || format === 'tfjs';
    const { model, source, notes } = await (holdsTraining ? openTrained : openModel)(input, architecture);
    const written = await writeModelFile(model, format, { baseName: baseNameOf(out) });
    const [main, ...shards] = written.files;
    if (main === undefined) throw new GatewiseError('internal', `The writer of ${format} made no file.`);
    const files = [
      ...shards.map(({ name, bytes }) => ({ path: join(dirname(out), basename(name)), bytes })),
      { path: out, bytes: main.bytes },
    ];
    for (const { path } of files) checkDestination(path, force);
    for (const { path, bytes } of files) writeFile(path, bytes, force);
    const all = [...notes, ...written.notes];
    for (const note of all) output.say(note);
    const paths = files.map(({ path }) => path).reverse();
    output.print(
      json
        ? jsonText({ in: input, source, out, format, files: paths, notes: all })
        : `${quote(input)}, ${describeSource(source)}, written as ${paths.map(quote).join(', ')}.\n`,
    );
    return EXIT.done;
  },
});

/** The name without the ending that told the format, for the names of further files. */
function baseNameOf(path: string): string {
  return basename(path).replace(/(\.weights\.h5|\.keras1\.npz|\.[^.]*)$/i, '') || 'model';
}
