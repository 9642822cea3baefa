/**
 * The predict-first questions. Where a number is asked for, right and wrong answers are worked out from the network as it
 * is; each has its reason and the view to look it up in.
 */

import { formatCount } from '../format.ts';
import { lstmWeights } from '../lstm-facts.ts';
import { english, msg, say, str, type Told, told } from '../words.ts';
import type { Facts } from './facts.ts';
import { onSections } from './section-questions.ts';

export interface Question {
  readonly id: string;
  readonly text: string;
  /** Different from each other. */
  readonly options: readonly string[];
  /** Index of the right one. */
  readonly right: number;
  readonly why: string;
  /** Section where it can be seen. */
  readonly view: string;
}

export type Asked = Omit<Question, 'right' | 'options'> & {
  readonly right: Told;
  readonly wrong: readonly Told[];
};

export function questionsFor(facts: Facts): Question[] {
  return [...sizes(facts), ...gates(facts), ...time(facts), ...learned(facts), ...onSections()].map(inOrder);
}

function sizes({ units, inputs, window }: Facts): Asked[] {
  const [first = msg('input 0')] = inputs;
  const D = inputs.length;
  const all = 4 * units;
  const shape = (rows: number, columns: number): string => `(${rows}, ${columns})`;
  return [
    {
      id: 'count',
      text: msg(
        str`How many weights has this LSTM, with ${units} units, ${D} inputs and a window of ${window}?`,
      ),
      right: formatCount(lstmWeights(units, D)),
      wrong: [4 * units * (D + units), units * (D + units) + units, lstmWeights(units, D) * (window + 1)].map(
        formatCount,
      ),
      why: msg(
        str`4 \u00b7 (${units} \u00b7 (${D} + ${units}) + ${units}) = ${formatCount(lstmWeights(units, D))}: four gates, each with a weight for every input and every unit, and a bias. The window is not in it.`,
      ),
      view: 'time-steps',
    },
    {
      id: 'recurrent-shape',
      text: msg('Which shape has recurrent_kernel?'),
      right: shape(units, all),
      wrong: [shape(D, all), shape(all, units), shape(units, units), shape(window, all)],
      why: msg(
        str`A row for each of the ${units} units whose last output comes in, and ${units} columns for each of the four gates.`,
      ),
      view: 'gates',
    },
    {
      id: 'first-row',
      text: msg('What are the numbers in row 0 of kernel?'),
      right: told(str`what all four gates do with \u201c${first}\u201d`),
      wrong: [
        told('the weights of the input gate'),
        told('the weights of the oldest time step'),
        told('the weights of unit 0'),
      ],
      why: msg('Rows of kernel are inputs; gates and units stand side by side in its columns.'),
      view: 'gates',
    },
  ];
}

function gates({ units }: Facts): Asked[] {
  const columns = (k: number): string => `kernel[:, ${k * units}:${(k + 1) * units}]`;
  return [
    {
      id: 'forget-columns',
      text: msg('Which columns are the forget gate?'),
      right: columns(1),
      wrong: [columns(0), columns(2), columns(3)],
      why: msg(
        str`Keras keeps the gates in the order i, f, c\u0303, o, ${units} columns each: the forget gate is the second block.`,
      ),
      view: 'gates',
    },
    {
      id: 'forget-bias',
      text: msg('What is the bias of the forget gate before training, with Keras\u2019 defaults?'),
      right: '1',
      wrong: ['0', '0.5', told('a random number')],
      why: msg(
        'Keras sets it to 1 (unit_forget_bias), so that a fresh network begins by remembering. All other biases begin at 0. Press Reset and look.',
      ),
      view: 'gates',
    },
    {
      id: 'range',
      text: msg('Between which numbers can the forget gate lie?'),
      right: told('0 and 1'),
      wrong: [told('\u22121 and 1'), told('0 and infinity'), told('any two numbers')],
      why: msg(
        'It is a sigmoid of its sum: a share of the memory that is kept. Only the candidate, a tanh, lies between \u22121 and 1.',
      ),
      view: 'cell',
    },
    {
      id: 'keep',
      text: msg(
        'The forget gate stands at 1 and the input gate at 0. What becomes of the cell\u2019s memory?',
      ),
      right: told('it stays as it is'),
      wrong: [told('it is erased'), told('it becomes the candidate'), told('it becomes the output')],
      why: msg(
        'c = f \u00b7 c(t\u22121) + i \u00b7 candidate = 1 \u00b7 c(t\u22121) + 0. Try it with the sliders under \u201cWhat if?\u201d.',
      ),
      view: 'cell',
    },
    {
      id: 'half',
      text: msg(
        'The forget gate stands at 0.5 and nothing is added. How much of the memory is left after 3 steps?',
      ),
      right: String(0.5 ** 3),
      wrong: ['0', String(0.5 * 3), String(0.5 / 3).slice(0, 5)],
      why: msg(str`Each step keeps half of what was there: 0.5 \u00b7 0.5 \u00b7 0.5 = ${0.5 ** 3}.`),
      view: 'cell',
    },
  ];
}

function time({ window, dispatchesPerStep, units }: Facts): Asked[] {
  const longer = window + 16;
  const asked: Asked[] = [
    {
      id: 'shape-of-time',
      text: msg(str`Do the shapes of the weights change when time_steps goes from ${window} to ${longer}?`),
      right: told('no, none of them'),
      wrong: [
        told('kernel gets more rows'),
        told('recurrent_kernel gets more rows'),
        told('each time step gets a matrix of its own'),
      ],
      why: msg(
        'The same matrices are used at every step. time_steps is in the data and in the loop, not in the weights.',
      ),
      view: 'time-steps',
    },
    {
      id: 'skill',
      text: msg('A forecast has a skill below 0 against \u201csame as yesterday\u201d. What does that say?'),
      right: told('repeating the last value would have been better'),
      wrong: [told('it is wrong every day'), told('it is too cold'), told('training has not ended')],
      why: msg(
        'Skill is 1 minus the forecast\u2019s mean error divided by that of the plain forecast: 0 is as good, below 0 is worse.',
      ),
      view: 'forecast',
    },
  ];
  // Above 256 units the engine runs a dispatch for each time step, and the answer would be another.
  if (dispatchesPerStep === null || units > 256) return asked;
  return [
    ...asked,
    {
      id: 'dispatches',
      text: msg(
        str`A training step takes ${dispatchesPerStep} dispatches at ${window} time steps. How many does it take at ${longer}?`,
      ),
      right: formatCount(dispatchesPerStep),
      wrong: [2 * dispatchesPerStep, dispatchesPerStep + 16, dispatchesPerStep * longer].map(formatCount),
      why: msg(
        'The kernel loops over time on the graphics device; the processor hands over the same list whatever the window.',
      ),
      view: 'bonnet',
    },
  ];
}

function learned({ window, inputs }: Facts): Asked[] {
  const [first = 'input 0'] = inputs;
  const oldest = window === 1 ? 't' : `t\u2212${window - 1}`;
  return [
    {
      id: 'lag-weight',
      text: msg(str`Which weights belong to ${oldest}, the oldest row of the window?`),
      right: told('none: every row goes through the same weights'),
      wrong: [
        told('row 0 of kernel'),
        told('the first block of recurrent_kernel'),
        told('those of the forget gate'),
      ],
      why: msg(
        'Rows of kernel are inputs, columns are gates and units. Which rows are used shows only when the data are changed.',
      ),
      view: 'lag-lab',
    },
    {
      id: 'lag-average-day',
      text: msg(
        str`On a day on which \u201c${first}\u201d is exactly at its mean, what is its gradient \u00d7 input?`,
      ),
      right: told('0, whether it matters or not'),
      wrong: [told('0, so it does not matter'), told('as large as its gradient'), told('the mean itself')],
      why: msg(
        'Inputs are centred before the network reads them, so the mean is 0, and anything times 0 is 0. Integrated gradients and permutation do not have this blind spot.',
      ),
      view: 'lag-lab',
    },
    {
      id: 'lag-not-used',
      text: msg('The verdict on t\u22125 is \u201cnot used\u201d. What does that say?'),
      right: told('this network\u2019s error does not depend on that row'),
      wrong: [
        told('the row holds no information about the target'),
        told('no network could use that row'),
        told('the weights of that row are 0'),
      ],
      why: msg(
        'Rows near each other are alike: what the row says the network may take from another. And there are no weights of a row.',
      ),
      view: 'lag-lab',
    },
  ];
}

/** Options in an order that tells nothing and is the same in all languages: numbers by size, words by their English letters. */
function inOrder({ right, wrong, ...question }: Asked): Question {
  const byEnglish = new Map([right, ...wrong].map((option) => [english(option), option]));
  const order = [...byEnglish.keys()].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  const options = order.map((key) => say(byEnglish.get(key) ?? ''));
  return { ...question, options, right: order.indexOf(english(right)) };
}
