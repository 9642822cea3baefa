/** `gatewise inspect`: what a model file is and holds. Needs no GPU. */
import { EXIT } from './exit-codes.ts';
import { inspectionLines } from './model/inspection-lines.ts';
import { architectureOption, MODEL_HELP, openAny } from './model/open-model.ts';
import { jsonOption, jsonText } from './model/report.ts';
import { defineVerb } from './verb.ts';

export const inspect = defineVerb({
  name: 'inspect',
  summary:
    'Tells what a model file is: who wrote it, its layers and their settings, every tensor with its shape, and each gate cut out of the fused matrices with its norm and range.',
  positionals: { file: { placeholder: 'FILE', help: MODEL_HELP } },
  options: { architecture: architectureOption, json: jsonOption },
  groups: { Options: ['architecture', 'json'] },
  examples: [
    ['gatewise inspect model.h5', 'the layers and gates of a file of any Keras'],
    ['gatewise inspect weights.h5 --architecture config.json', 'of a file that holds weights only'],
    ['gatewise inspect model.keras --json', 'the same for a program'],
  ],
  notes: ['No GPU is needed. Exit codes: 0 done, 2 bad input.'],
  async run({ file, architecture, json }, { output }) {
    const opened = await openAny(file, architecture);
    const { inspectModel } = await import('../engine/keras/index.ts');
    const inspection = inspectModel(opened);
    output.print(json ? jsonText(inspection) : `${inspectionLines(inspection).join('\n')}\n`);
    return EXIT.done;
  },
});
