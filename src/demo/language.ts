/**
 * The language in force: asked for by a link, chosen here before, or the browser's. Another than English is downloaded when it is
 * wanted; until it is here, and where that fails, the page stays in the language it is in.
 */
import { configureLocalization } from '@lit/localize';
import { signal } from '@preact/signals-core';
import { LANGUAGES, type Language, languageOf } from './languages.ts';
import { followWords } from './words.ts';

const STORED = 'gatewise.language';

const { setLocale } = configureLocalization({
  sourceLocale: LANGUAGES[0],
  targetLocales: LANGUAGES.slice(1),
  loadLocale: () => import('./locales/zh-CN.ts'),
});

/** The language whose words are here. */
const spoken = signal<Language>('en');
/** The language that is wanted. */
export const language = signal<Language>('en');

// Whatever was drawn or worked out with words is made again in another language.
followWords(() => void spoken.value);

/** Begins in the language that is asked for, was chosen before, or is the browser's first that is known. */
export function beginLanguage(asked: Language | null): void {
  void speak(asked ?? languageOf(stored()) ?? firstOf(navigator.languages));
}

/** Takes a visitor's choice, also for the next visit. */
export function chooseLanguage(next: Language): void {
  try {
    localStorage.setItem(STORED, next);
  } catch {
    // Storage can be closed (private windows, policies); the choice then lasts as long as the page.
  }
  void speak(next);
}

/** Puts a language in force without keeping it for the next visit. */
export async function speak(next: Language): Promise<void> {
  if (next === language.peek()) return;
  language.value = next;
  try {
    // The page's own HTML is English: its words in other languages come with the first of those.
    const [{ sayStatic }] = await Promise.all([import('./static-words.ts'), setLocale(next)]);
    if (language.peek() !== next) return;
    sayStatic();
    document.documentElement.lang = next;
    spoken.value = next;
  } catch {
    language.value = spoken.peek();
  }
}

function firstOf(wanted: readonly string[]): Language {
  const known = wanted.map((one) => (/^zh\b/i.test(one) ? 'zh-CN' : /^en\b/i.test(one) ? 'en' : null));
  return known.find((one) => one !== null) ?? 'en';
}

function stored(): string | null {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null;
  }
}
