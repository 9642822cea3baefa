/**
 * The predict-first questions. Where a number is asked for, right and wrong answers are worked out from the network as it
 * is; each has its reason and the view to look it up in.
 */
import { formatCount } from '../format.ts';
import { lstmWeights } from '../lstm-facts.ts';
import type { Facts } from './facts.ts';

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

type Asked = Omit<Question, 'right' | 'options'> & {
  readonly right: string;
  readonly wrong: readonly string[];
};

export function questionsFor(facts: Facts): Question[] {
  return [...sizes(facts), ...gates(facts), ...time(facts)].map(inOrder);
}

function sizes({ units, inputs, window }: Facts): Asked[] {
  const [first = 'input 0'] = inputs;
  const D = inputs.length;
  const all = 4 * units;
  const shape = (rows: number, columns: number): string => `(${rows}, ${columns})`;
  return [
    {
      id: 'count',
      text: `How many weights has this LSTM, with ${units} units, ${D} inputs and a window of ${window}?`,
      right: formatCount(lstmWeights(units, D)),
      wrong: [4 * units * (D + units), units * (D + units) + units, lstmWeights(units, D) * (window + 1)].map(
        formatCount,
      ),
      why: `4 \u00b7 (${units} \u00b7 (${D} + ${units}) + ${units}) = ${formatCount(lstmWeights(units, D))}: four gates, each with a weight for every input and every unit, and a bias. The window is not in it.`,
      view: 'time-steps',
    },
    {
      id: 'recurrent-shape',
      text: 'Which shape has recurrent_kernel?',
      right: shape(units, all),
      wrong: [shape(D, all), shape(all, units), shape(units, units), shape(window, all)],
      why: `A row for each of the ${units} units whose last output comes in, and ${units} columns for each of the four gates.`,
      view: 'gates',
    },
    {
      id: 'first-row',
      text: 'What are the numbers in row 0 of kernel?',
      right: `what all four gates do with \u201c${first}\u201d`,
      wrong: [
        'the weights of the input gate',
        'the weights of the oldest time step',
        'the weights of unit 0',
      ],
      why: 'Rows of kernel are inputs; gates and units stand side by side in its columns.',
      view: 'gates',
    },
  ];
}

function gates({ units }: Facts): Asked[] {
  const columns = (k: number): string => `kernel[:, ${k * units}:${(k + 1) * units}]`;
  return [
    {
      id: 'forget-columns',
      text: 'Which columns are the forget gate?',
      right: columns(1),
      wrong: [columns(0), columns(2), columns(3)],
      why: `Keras keeps the gates in the order i, f, c, o, ${units} columns each: the forget gate is the second block.`,
      view: 'gates',
    },
    {
      id: 'forget-bias',
      text: 'What is the bias of the forget gate before training, with Keras\u2019 defaults?',
      right: '1',
      wrong: ['0', '0.5', 'a random number'],
      why: 'Keras sets it to 1 (unit_forget_bias), so that a fresh network begins by remembering. All other biases begin at 0. Press Reset and look.',
      view: 'gates',
    },
    {
      id: 'range',
      text: 'Between which numbers can the forget gate lie?',
      right: '0 and 1',
      wrong: ['\u22121 and 1', '0 and infinity', 'any two numbers'],
      why: 'It is a sigmoid of its sum: a share of the memory that is kept. Only the candidate, a tanh, lies between \u22121 and 1.',
      view: 'cell',
    },
    {
      id: 'keep',
      text: 'The forget gate stands at 1 and the input gate at 0. What becomes of the cell\u2019s memory?',
      right: 'it stays as it is',
      wrong: ['it is erased', 'it becomes the candidate', 'it becomes the output'],
      why: 'c = f \u00b7 c(t\u22121) + i \u00b7 candidate = 1 \u00b7 c(t\u22121) + 0. Try it with the sliders under \u201cWhat if?\u201d.',
      view: 'cell',
    },
    {
      id: 'half',
      text: 'The forget gate stands at 0.5 and nothing is added. How much of the memory is left after 3 steps?',
      right: String(0.5 ** 3),
      wrong: ['0', String(0.5 * 3), String(0.5 / 3).slice(0, 5)],
      why: `Each step keeps half of what was there: 0.5 \u00b7 0.5 \u00b7 0.5 = ${0.5 ** 3}.`,
      view: 'cell',
    },
  ];
}

function time({ window, dispatchesPerStep, units }: Facts): Asked[] {
  const longer = window + 16;
  const asked: Asked[] = [
    {
      id: 'shape-of-time',
      text: `Do the shapes of the weights change when time_steps goes from ${window} to ${longer}?`,
      right: 'no, none of them',
      wrong: [
        'kernel gets more rows',
        'recurrent_kernel gets more rows',
        'each time step gets a matrix of its own',
      ],
      why: 'The same matrices are used at every step. time_steps is in the data and in the loop, not in the weights.',
      view: 'time-steps',
    },
    {
      id: 'skill',
      text: 'A forecast has a skill below 0 against \u201csame as yesterday\u201d. What does that say?',
      right: 'repeating the last value would have been better',
      wrong: ['it is wrong every day', 'it is too cold', 'training has not ended'],
      why: 'Skill is 1 minus the forecast\u2019s mean error divided by that of the plain forecast: 0 is as good, below 0 is worse.',
      view: 'forecast',
    },
  ];
  // Above 256 units the engine runs a dispatch for each time step, and the answer would be another.
  if (dispatchesPerStep === null || units > 256) return asked;
  return [
    ...asked,
    {
      id: 'dispatches',
      text: `A training step takes ${dispatchesPerStep} dispatches at ${window} time steps. How many does it take at ${longer}?`,
      right: formatCount(dispatchesPerStep),
      wrong: [2 * dispatchesPerStep, dispatchesPerStep + 16, dispatchesPerStep * longer].map(formatCount),
      why: 'The kernel loops over time on the graphics device; the processor hands over the same list whatever the window.',
      view: 'bonnet',
    },
  ];
}

/** Options in an order that tells nothing: numbers by size, words by their letters. */
function inOrder({ right, wrong, ...question }: Asked): Question {
  const options = [...new Set([right, ...wrong])].sort((a, b) => a.localeCompare(b, 'en', { numeric: true }));
  return { ...question, options, right: options.indexOf(right) };
}
