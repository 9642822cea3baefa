/** What each of the three answers sets in the view its link leads to; loaded when a link is taken. */
import type { LitElement } from 'lit';
import { FORGET, LAG } from '../answers.ts';
import { choices } from '../choices.ts';
import { lagAnswered, measuredLags } from '../lags/lag-answer.ts';
import { chooseFeature, chooseStep, chosenGate, chosenUnit, trace } from '../selection.ts';
import { canRun, model, recipe } from '../state.ts';
import { showInMatrix } from './weights-state.ts';

export type AnswerId = 'time-steps' | 'gates' | 'lag-lab';

const LOOKS: Readonly<Record<AnswerId, () => void>> = {
  /** The slider is what the answer asks to be moved: the arrow keys do so at once. */
  'time-steps': () => void focusSlider(),
  /** The block of the bias that gives the forget gate away. */
  gates: () => {
    choices.lie.value = 'apart';
    chosenGate.value = 'f';
    showInMatrix('bias', { gate: FORGET, row: 0, unit: chosenUnit.value }, false);
  },
  /** The row asked about, by the method whose number the answer tells or will tell; by one that is quick on a processor where there is no device. */
  'lag-lab': () => {
    choices.lag.value = canRun.value ? 'permutation' : 'sensitivity';
    choices.bars.value = 'size';
    choices.older.value = false;
    const measured = measuredLags.value;
    const input = measured === null ? null : lagAnswered(measured, LAG + 1)?.asked.feature;
    const feature = model.value?.features.indexOf(input ?? '') ?? -1;
    chooseFeature(feature < 0 ? null : feature);
    chooseStep(Math.max(0, (trace.value?.steps ?? recipe.value.window) - 1 - LAG));
  },
};

export function lookAt(answer: AnswerId): void {
  LOOKS[answer]();
}

async function focusSlider(): Promise<void> {
  await customElements.whenDefined('gw-steps');
  const view = document.querySelector<LitElement>('gw-steps');
  await view?.updateComplete;
  view?.querySelector<HTMLElement>('[data-testid=steps-slider]')?.focus({ preventScroll: true });
}
