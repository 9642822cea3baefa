/** The page follows its address: settings, seed, epoch, what is looked at and what is hidden; and makes such addresses. */
import { send } from './app.ts';
import {
  chooseStep,
  chooseUnit,
  chooseWindow,
  chosenGate,
  chosenStep,
  chosenUnit,
  chosenWindow,
} from './selection.ts';
import { data, problem, recipe, run } from './state.ts';
import { FIRST_PRESET, readUrl, setsTraining, type UrlState, writeUrl } from './url-state.ts';

/** Parts beside the sections that a link can hide. */
const PARTS: Readonly<Record<string, string>> = {
  controls: 'gw-controls',
  travel: 'gw-travel',
  setup: 'gw-setup',
};
/** Sections come near the top third of the screen when they are read. */
const READ_AT = 1 / 3;

/** How long the target of a link is held in place while views come, ms. */
const HELD_MS = 4000;

let hidden: readonly string[] = [];

function sections(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('main > section[id]')];
}

/** Names that `hide` may hold. */
function hideable(): string[] {
  return [...Object.keys(PARTS), ...sections().map(({ id }) => id)];
}

/** The state the page's address asks for, null where it asks for none; what cannot be used is told. */
export function stateOfAddress(): UrlState | null {
  const { state, problems } = readUrl(location.hash, hideable());
  if (problems.length > 0) {
    problem.value = { code: 'bad-input', place: 'link', message: problems.join(' ') };
  }
  return state;
}

/** Puts the asked state in force as far as it is the page's own: what is hidden, what is looked at, where it stands. */
export function show(state: UrlState): void {
  hidden = state.hide;
  for (const name of hideable()) {
    const element = document.querySelector<HTMLElement>(PARTS[name] ?? `#${name}`);
    if (element !== null) element.hidden = state.hide.includes(name);
  }
  if (state.window !== null) chooseWindow(state.window);
  if (state.step !== null) chooseStep(state.step);
  if (state.unit !== null) chooseUnit(state.unit);
  if (state.gate !== null) chosenGate.value = state.gate;
  holdAt(state.section);
}

/** Views come after a link to them, and each moves what is below it: its target is held until the page stands or is touched. */
export function holdAt(section: string): void {
  const target = section === '' ? null : document.getElementById(section);
  const main = document.querySelector('main');
  if (target === null || main === null) return;
  const observer = new ResizeObserver(() => target.scrollIntoView({ behavior: 'instant' }));
  const touches = ['wheel', 'touchstart', 'pointerdown', 'keydown'];
  const letGo = (): void => {
    clearTimeout(timer);
    observer.disconnect();
    for (const touch of touches) removeEventListener(touch, letGo);
  };
  const timer = setTimeout(letGo, HELD_MS);
  for (const touch of touches) addEventListener(touch, letGo, { passive: true });
  observer.observe(main);
}

/** Follows changes of the address, plain anchors too. */
export function followAddress(): void {
  addEventListener('hashchange', () => {
    const state = stateOfAddress();
    if (state === null) {
      holdAt(location.hash.slice(1));
      return;
    }
    show(state);
    if (!setsTraining(location.hash)) return;
    const { preset, recipe: wanted, seed, epoch } = state;
    send({ type: 'go-to', preset, recipe: wanted, seed, epoch });
  });
}

/** The link to what is seen now. */
export function linkToThis(): string {
  const { shownEpoch, seed } = run.value;
  const preset = data.value?.preset ?? null;
  const at = innerHeight * READ_AT;
  const section = sections().findLast((one) => !one.hidden && one.getBoundingClientRect().top < at);
  const hash = writeUrl({
    section: section?.id ?? '',
    preset: preset === null || preset === 'city' ? FIRST_PRESET : preset,
    recipe: recipe.value,
    seed,
    epoch: shownEpoch === 0 ? null : shownEpoch,
    window: chosenWindow.value,
    step: chosenStep.value,
    unit: chosenUnit.value,
    gate: chosenGate.value,
    hide: hidden,
  });
  return `${location.origin}${location.pathname}${hash}`;
}
