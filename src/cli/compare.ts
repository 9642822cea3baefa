/** `gatewise compare`: two model files tensor by tensor and gate by gate. Needs no GPU. */
import type { Comparison, TensorDifference } from '../engine/keras/index.ts';
import { EXIT } from './exit-codes.ts';
import { architectureOption, MODEL_HELP, openPair } from './model/open-model.ts';
import { jsonOption, jsonText } from './model/report.ts';
import { alignColumns, formatNumber } from './text.ts';
import { defineVerb } from './verb.ts';

const DIFFER = 'The models differ.';

export const compare = defineVerb({
  name: 'compare',
  summary:
    'Holds two model files against each other: settings of the layers, and every weight per tensor and per gate, as numbers and without a tolerance. Layers are paired by their place; NaN equals nothing.',
  positionals: {
    a: { placeholder: 'A', help: MODEL_HELP },
    b: { placeholder: 'B', help: 'another one, of any format' },
  },
  options: { architecture: architectureOption, json: jsonOption },
  groups: { Options: ['architecture', 'json'] },
  examples: [
    ['gatewise compare old.h5 new.keras', 'whether a converted file holds the same model'],
    ['gatewise compare a.keras b.keras --json', 'the differences for a program'],
  ],
  notes: ['No GPU is needed. Exit codes: 0 equal, 1 different, 2 bad input.'],
  async run({ a, b, architecture, json }, { output }) {
    const [one, other] = await openPair(a, b, architecture);
    const { compareModels } = await import('../engine/keras/index.ts');
    const result = compareModels(one.model, other.model);
    for (const note of [...one.notes, ...other.notes]) output.say(note);
    if (!result.equal) output.say(DIFFER);
    output.print(json ? jsonText(result) : `${comparisonLines(a, b, result).join('\n')}\n`);
    return result.equal ? EXIT.done : EXIT.differs;
  },
});

function comparisonLines(
  a: string,
  b: string,
  { equal, config, tensors, causes, notes }: Comparison,
): string[] {
  const lines = [
    `A: ${a}`,
    `B: ${b}`,
    equal ? 'The models are equal, every weight to the last bit.' : DIFFER,
  ];
  if (config.length > 0) lines.push('', 'Config:', ...config.map((line) => `  ${line}`));
  if (causes.length > 0) lines.push('', ...causes);
  const differing = tensors.filter(({ maxAbs }) => maxAbs > 0);
  if (differing.length > 0) {
    const rows = differing.map(({ path, gate, maxAbs, maxRel, worst }) => [
      gate === undefined ? path : `  gate ${gate}`,
      formatNumber(maxAbs),
      formatNumber(maxRel),
      worstText(worst),
    ]);
    lines.push('', ...alignColumns([['tensor', 'max abs', 'max rel', 'worst (A, B)'], ...rows]));
  }
  const same = tensors.filter(({ gate, maxAbs }) => gate === undefined && maxAbs === 0).length;
  if (!equal && same > 0) lines.push('', `Equal tensors: ${same}.`);
  if (notes.length > 0) lines.push('', ...notes);
  return lines;
}

function worstText(worst: TensorDifference['worst']): string {
  if (worst === null) return '';
  return `[${worst.index.join(', ')}] ${formatNumber(worst.a)}, ${formatNumber(worst.b)}`;
}
