/** The link to what is seen now; loaded when one is asked for. */
import { sections, shownAs } from './address.ts';
import { baselineWindow, choicesMade } from './choices.ts';
import { chosenFeature, chosenGate, chosenStep, chosenUnit, chosenWindow } from './selection.ts';
import { data, keepBest, recipe, run } from './state.ts';
import { writeUrl } from './url-link.ts';
import { FIRST_PRESET } from './url-state.ts';

/** Sections come near the top third of the screen when they are read. */
const READ_AT = 1 / 3;

export function linkToThis(): string {
  const { shownEpoch, seed } = run.value;
  const preset = data.value?.preset ?? null;
  const at = innerHeight * READ_AT;
  const section = sections().findLast((one) => !one.hidden && one.getBoundingClientRect().top < at);
  const choices = choicesMade();
  const hash = writeUrl({
    section: section?.id ?? '',
    preset: preset === null || preset === 'city' ? FIRST_PRESET : preset,
    recipe: recipe.value,
    seed,
    keepBest: keepBest.value,
    epoch: shownEpoch === 0 ? null : shownEpoch,
    window: chosenWindow.value,
    step: chosenStep.value,
    unit: chosenUnit.value,
    gate: chosenGate.value,
    feature: chosenFeature.value,
    choices,
    baselineWindow: choices.baseline === 'window' ? baselineWindow.value : null,
    ...shownAs(),
  });
  return `${location.origin}${location.pathname}${hash}`;
}
