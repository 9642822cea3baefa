/** `gatewise gate-order`: which order of the gates, hard_sigmoid and transposes of a file give the expected outputs. */
import { withPredictor } from '../engine/index.ts';
import type { GateOrderResult, GateOrderTrial } from '../engine/keras/index.ts';
import { EXIT } from './exit-codes.ts';
import { withGpu } from './gpu.ts';
import { readExpectation } from './model/expectation.ts';
import { architectureOption, MODEL_HELP } from './model/open-model.ts';
import {
  expectedKeyOption,
  expectedOption,
  inputOption,
  jsonOption,
  jsonText,
  keyOption,
  toleranceOption,
} from './model/report.ts';
import { alignColumns, formatNumber, plural } from './text.ts';
import { defineVerb } from './verb.ts';

/** Trials that people are shown. */
const MOST_SHOWN = 5;

export const gateOrder = defineVerb({
  name: 'gate-order',
  summary:
    'Tries all 24 orders of the four gates of the LSTM layers, with sigmoid and both hard_sigmoids, with the recurrent kernel as it is and transposed (where none of these fits, each gate of it by itself), and says which gives the expected outputs.',
  positionals: { file: { placeholder: 'FILE', help: MODEL_HELP } },
  options: {
    x: inputOption,
    key: keyOption,
    y: expectedOption,
    yKey: expectedKeyOption,
    tolerance: toleranceOption,
    architecture: architectureOption,
    json: jsonOption,
  },
  groups: { Data: ['x', 'key', 'y', 'yKey'], Options: ['tolerance', 'architecture', 'json'] },
  examples: [
    ['gatewise gate-order model.h5 --x x.npy --y y.npy', 'in which order a file holds its gates'],
    [
      'gatewise gate-order w.npz --architecture config.json --x x.npy --y y.npy --json',
      'of bare weights, for a program',
    ],
  ],
  notes: [
    'With --json, order is the blocks as the file holds them, a letter each ("ifco"); hardSigmoid is "keras2" for clip(0.2x + 0.5), "keras3" for clip(x/6 + 0.5), null where the gates have the recurrentActivation named, mostly sigmoid; transposed lists the recurrent kernels of which gates were.',
    'The order i, f, c, o is that of Keras 2 and 3; files of other kinds (Keras 1, ONNX, PyTorch) are brought into it while they are read. Of a large x a part is used, and said. Exit codes: 0 one fits, 1 none does, 2 bad input, 3 no adapter or device lost.',
  ],
  async run(options, { output }) {
    const { tolerance, json } = options;
    const { model, notes, x, y } = await readExpectation('gate-order', options, false);
    const { findGateOrder, searchRows } = await import('../engine/keras/index.ts');
    const rows = searchRows(model, x, y, 0);
    const tell = (done: number, total: number): void => {
      if (output.columns() !== null) output.draw(`${done} of ${total} tried.`);
    };
    const result = await withGpu((gpu) =>
      withPredictor(gpu, rows.x, (predictor) =>
        findGateOrder(model, (changed) => predictor.predict(changed), rows.y, tolerance, tell),
      ),
    );
    const said = [...notes, ...(rows.note === null ? [] : [rows.note])];
    for (const note of said) output.say(note);
    output.print(
      json
        ? jsonText({ ...result, tolerance, notes: said })
        : `${orderLines(result, tolerance).join('\n')}\n`,
    );
    return result.best.fits ? EXIT.done : EXIT.differs;
  },
});

function orderLines({ best, all }: GateOrderResult, tolerance: number): string[] {
  const fitting = all.filter(({ fits }) => fits);
  const head = best.fits
    ? `Fits within ${tolerance} * (1 + |expected|): ${describe(best)}, max abs error ${formatNumber(best.maxAbs)}.`
    : `None of ${plural(all.length, 'combination')} fits within ${tolerance} * (1 + |expected|).`;
  const more =
    fitting.length > 1
      ? [`${fitting.length - 1} other combinations fit as well: these inputs do not tell them apart.`]
      : [];
  const rows = all.slice(0, MOST_SHOWN).map((trial) => [describe(trial), formatNumber(trial.maxAbs)]);
  return [head, ...more, '', ...alignColumns([['combination', 'max abs'], ...rows])];
}

const ACTIVATION_WORDS = {
  keras2: 'hard_sigmoid (Keras 1 and 2: clip(0.2x + 0.5))',
  keras3: 'hard_sigmoid (Keras 3: clip(x/6 + 0.5))',
} as const;

function describe({ order, hardSigmoid, recurrentActivation, transposed }: GateOrderTrial): string {
  const gates = `${[...order].join(', ')} with ${hardSigmoid === null ? recurrentActivation : ACTIVATION_WORDS[hardSigmoid]}`;
  return transposed === undefined
    ? gates
    : `${gates}, recurrent kernel of ${transposed.join(', ')} transposed`;
}
