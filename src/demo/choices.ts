/**
 * How views are set, as far as a link can say it: by the key of each choice in an address, what can be chosen, the page's own
 * first. They are here, and not in their views, because a link is read before the views' scripts have come.
 */
import { type Signal, signal } from '@preact/signals-core';

export const CHOICES = {
  /** Which way the view of one cell looks. */
  way: ['forward', 'backward'],
  /** How the matrices lie: gates as blocks of their own, or side by side as Keras stores them. */
  lie: ['apart', 'stored'],
  /** Of the matrices' colours. */
  scale: ['shared', 'own'],
  /** Method of the lag lab. */
  lag: ['sensitivity', 'gradient-input', 'integrated', 'occlusion', 'permutation', 'half-life'],
  /** Where its integrated gradients begin. */
  baseline: ['mean', 'climatology', 'window'],
  /** How its bars are drawn. */
  bars: ['size', 'signed', 'share'],
  /** Whether they are of the chosen window alone. */
  alone: [false, true],
  /** Whether windows get older rows. */
  older: [false, true],
} as const;

export type ChoiceKey = keyof typeof CHOICES;
export type Choice<Key extends ChoiceKey> = (typeof CHOICES)[Key][number];
/** What is chosen otherwise than the page does by itself. */
export type ChoicesMade = { readonly [Key in ChoiceKey]?: Choice<Key> };

export const CHOICE_KEYS = Object.keys(CHOICES) as ChoiceKey[];

export const choices = Object.fromEntries(CHOICE_KEYS.map((key) => [key, signal(CHOICES[key][0])])) as {
  readonly [Key in ChoiceKey]: Signal<Choice<Key>>;
};

/** Index among the test windows of the one that the lag lab's baseline is, where it is a window. */
export const baselineWindow = signal(0);

/** The page's own choices, but for these. */
export function choose(made: ChoicesMade, keys: readonly ChoiceKey[] = CHOICE_KEYS): void {
  for (const key of keys) (choices[key] as Signal<unknown>).value = made[key] ?? CHOICES[key][0];
}

/** What is chosen now. */
export function choicesMade(): ChoicesMade {
  return Object.fromEntries(
    CHOICE_KEYS.flatMap((key) =>
      choices[key].value === CHOICES[key][0] ? [] : [[key, choices[key].value] as const],
    ),
  );
}
