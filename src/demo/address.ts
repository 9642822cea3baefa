/** The page follows its address: settings, seed, epoch, what is looked at, how views are set and what is hidden. */
import { signal } from '@preact/signals-core';
import { send } from './app.ts';
import { baselineWindow, CHOICE_KEYS, choose } from './choices.ts';
import { language, speak } from './language.ts';
import type { ModelReport } from './protocol.ts';
import {
  chooseComingFeature,
  chooseFeature,
  chooseStep,
  chooseUnit,
  chooseWindow,
  chosenGate,
} from './selection.ts';
import { data, model, problem } from './state.ts';
import { readUrl, setsTraining, type UrlState } from './url-state.ts';

/** Parts beside the sections that a link can hide. */
const PARTS: Readonly<Record<string, string>> = {
  controls: 'gw-controls, gw-begin',
  travel: 'gw-travel',
  setup: 'gw-setup, gw-series',
};
/** How long at most, ms. */
const HELD_AT_MOST_MS = 20_000;
/** How long the page must have stood still before the target of a link is no longer held in place, ms. */
const HELD_MS = 4000;

/** What a link hides, by its names. */
export const hiddenParts = signal<readonly string[]>([]);
/** True once a link named the language: then links to this name it too. */
let namesLanguage = false;

export function sections(): HTMLElement[] {
  return [...document.querySelectorAll<HTMLElement>('main > section[id]')];
}

/** What links to this page name of how it is shown. */
export function shownAs(): Pick<UrlState, 'hide' | 'lang'> {
  return { hide: hiddenParts.value, lang: namesLanguage ? language.value : null };
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

/**
 * Puts the asked state in force as far as it is the page's own: what is hidden, what is looked at, how views are set, where it
 * stands. A link that names the training is of the whole page: views that it does not name are as the page has them by itself.
 */
export function show(state: UrlState): void {
  const isWhole = setsTraining(location.hash);
  hiddenParts.value = state.hide;
  if (state.lang !== null) {
    namesLanguage = true;
    void speak(state.lang);
  }
  for (const name of hideable()) {
    for (const element of document.querySelectorAll<HTMLElement>(
      PARTS[name] ?? `#${name}, .page-nav li:has([href="#${name}"])`,
    )) {
      element.hidden = state.hide.includes(name);
    }
  }
  if (state.window !== null) chooseWindow(state.window);
  if (state.step !== null) chooseStep(state.step);
  if (state.unit !== null) chooseUnit(state.unit);
  if (state.gate !== null) chosenGate.value = state.gate;
  const isOther = isWhole && state.preset !== data.value?.preset;
  if (isOther) chooseComingFeature(state.feature);
  else if (isWhole || state.feature !== null) chooseFeature(state.feature);
  choose(state.choices, isWhole ? CHOICE_KEYS : CHOICE_KEYS.filter((key) => key in state.choices));
  if (state.baselineWindow !== null) baselineWindow.value = state.baselineWindow;
  holdAt(state.section, isWhole ? model.value : null);
}

/** Lets the target of the link before go. */
let release = (): void => {};

/**
 * Views come after a link to them, and each moves what is below it: its target is held until the page stands or is moved.
 * @param before the model that the link's own takes the place of, which may take a while
 */
export function holdAt(section: string, before: ModelReport | null = null): void {
  release();
  const target = section === '' ? null : document.getElementById(section);
  const main = document.querySelector('main');
  if (target === null || main === null) return;
  let timer: ReturnType<typeof setTimeout> | undefined;
  const began = performance.now();
  const isOver = (): boolean => model.value !== before || performance.now() - began > HELD_AT_MOST_MS;
  const waitOn = (): void => {
    clearTimeout(timer);
    // Recorded views give way to live ones once there is a model, which may be late.
    timer = setTimeout(() => (isOver() ? letGo() : waitOn()), HELD_MS);
  };
  const observer = new ResizeObserver(() => {
    target.scrollIntoView({ behavior: 'instant' });
    if (performance.now() - began > HELD_AT_MOST_MS) letGo();
    else waitOn();
  });
  const touches = ['wheel', 'touchmove', 'pointerdown', 'keydown'];
  const letGo = (event?: Event): void => {
    // A press on what the link led to moves nothing.
    if (event?.type === 'pointerdown' && target.contains(event.target as Node)) return;
    clearTimeout(timer);
    observer.disconnect();
    for (const touch of touches) removeEventListener(touch, letGo);
  };
  release = letGo;
  waitOn();
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
    const { preset, recipe, seed, keepBest, epoch } = state;
    send({ type: 'go-to', preset, recipe, seed, keepBest, epoch });
  });
}
