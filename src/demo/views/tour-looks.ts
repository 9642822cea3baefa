/** What each stop of the tour sets in the views, the live number it names, and how all of it is put back. */

import { FORGET, LAG } from '../answers.ts';
import { CELL_CODE, computes } from '../cell-code.ts';
import { forwardQuantities } from '../cell-quantities.ts';
import { gateTerms, largestFirst, termName } from '../cell-terms.ts';
import { cellName } from '../draw/heatmap-layout.ts';
import { formatCount, formatLoss, formatPlural, formatWeight, verdictWords } from '../format.ts';
import { trainingGradients } from '../gradients.ts';
import { readingOfLags, tableOf } from '../lags/lag-bars.ts';
import { addsOlder, chosenDisplay, chosenMethod, knownLags, lagQuestion } from '../lags/lag-state.ts';
import { lstmWeights } from '../lstm-facts.ts';
import {
  chooseFeature,
  chooseStep,
  chosenGate,
  chosenStep,
  chosenUnit,
  rememberSelection,
  trace,
} from '../selection.ts';
import { data, forecast, history, model, recipe } from '../state.ts';
import { readingOf } from '../step-reading.ts';
import type { TourStopId } from '../teaching/tour.ts';
import { msg, str } from '../words.ts';
import { direction, marked, markQuantity } from './cell-state.ts';
import { chooseTraceCell, lookedAt, readCell, traceValue } from './time-state.ts';
import { cellWords } from './time-words.ts';
import { arrangement, chooseCell, chosenCell, chosenValue, showInMatrix } from './weights-state.ts';

/** A number as its view shows it, with what it is. */
export interface TourNumber {
  readonly words: string;
  readonly value: string;
  /** The line of the kernel that computes it. */
  readonly code?: string;
}

interface Look {
  /** Sets what is looked at. */
  set?(): void;
  /** Null while the view has none. */
  number?(): TourNumber | null;
}

const stepsNow = (): number => trace.value?.steps ?? recipe.value.window;

export const LOOKS: Readonly<Record<TourStopId, Look>> = {
  forecast: {
    number: () =>
      forecast.value === null || data.value === null
        ? null
        : { words: msg('The network is'), value: verdictWords(forecast.value, data.value).text },
  },
  training: {
    number: () => {
      const last = history.value.rows.at(-1);
      if (last === undefined) return null;
      return {
        words: msg(str`Validation loss after ${formatPlural(last.epoch, 'epoch')}`),
        value: formatLoss(last.valLoss),
      };
    },
  },
  gates: {
    set: () => {
      arrangement.value = 'apart';
      chosenGate.value = 'f';
      showInMatrix('bias', { gate: FORGET, row: 0, unit: chosenUnit.value }, false);
    },
    number: () => {
      const chosen = chosenCell.value;
      if (chosen === null || chosenValue.value === null) return null;
      const words = cellName(chosen.variable.name, chosen.cell, model.value?.features ?? []);
      return { words, value: formatWeight(chosenValue.value) };
    },
  },
  cell: {
    set: () => {
      chosenGate.value = 'f';
      chooseStep(stepsNow() - 1);
      direction.value = 'forward';
      markQuantity('z');
    },
    number: largestProduct,
  },
  'through-time': {
    set: () => chooseTraceCell({ key: 'f', step: Math.max(0, stepsNow() - 1 - LAG), unit: chosenUnit.value }),
    number: () => {
      const shown = trace.value;
      if (shown === null) return null;
      return {
        words: cellWords(shown, readCell.value),
        value: formatWeight(traceValue(shown, readCell.value)),
      };
    },
  },
  'time-steps': {
    number: () => {
      const built = model.value;
      if (built === null) return null;
      return {
        words: msg('Weights of the LSTM at every T'),
        value: formatCount(lstmWeights(built.units, built.features.length)),
      };
    },
  },
  gradient: {
    number: () => {
      const latest = trainingGradients.latest.value;
      if (latest?.type !== 'gradients') return null;
      return {
        words: msg('Over the first training windows'),
        value: readingOf(latest.steps, data.value?.stepMs ?? null),
      };
    },
  },
  'lag-lab': {
    set: () => {
      chosenMethod.value = 'sensitivity';
      chooseFeature(null);
      chosenDisplay.value = 'size';
      addsOlder.value = false;
    },
    number: () => {
      const known = lagQuestion.value === null ? null : knownLags(lagQuestion.value);
      if (known?.answer.type !== 'lags') return null;
      const table = tableOf(known.answer, 'size', null);
      return {
        words: msg('Over the test part'),
        value: readingOfLags(table, data.value?.unit ?? '', 'size', null),
      };
    },
  },
  keras: {},
  teachers: {},
};

/** The first line of the table of products, and a line of WGSL that adds it. */
function largestProduct(): TourNumber | null {
  const shown = trace.value;
  if (shown === null || shown.activation !== 'tanh' || shown.recurrentActivation !== 'sigmoid') return null;
  const gate = chosenGate.value;
  const [largest] = largestFirst(gateTerms(shown, gate, chosenStep.value, chosenUnit.value));
  const [sum] = forwardQuantities(gate);
  if (largest === undefined || sum === undefined) return null;
  const line = CELL_CODE.forward.flat().find((one) => computes(one, sum));
  const [value, factor] = [largest.value, largest.factor].map(formatWeight);
  return {
    words: msg(
      str`Unit ${chosenUnit.value}, the largest: ${termName(largest, model.value?.features ?? [])}, ${value} \u00b7 ${factor} =`,
    ),
    value: formatWeight(largest.product),
    ...(line === undefined ? {} : { code: line.text.trim() }),
  };
}

/** @returns what puts back all that a look sets */
export function rememberLook(): () => void {
  const putSelection = rememberSelection();
  const before = {
    arrangement: arrangement.value,
    cell: chosenCell.value,
    direction: direction.value,
    marked: marked.value,
    lookedAt: lookedAt.value,
    method: chosenMethod.value,
    display: chosenDisplay.value,
    addsOlder: addsOlder.value,
  };
  return () => {
    putSelection();
    arrangement.value = before.arrangement;
    chooseCell(before.cell);
    direction.value = before.direction;
    marked.value = before.marked;
    lookedAt.value = before.lookedAt;
    chosenMethod.value = before.method;
    chosenDisplay.value = before.display;
    addsOlder.value = before.addsOlder;
  };
}
