/** The languages of the page, by the names they have on the web. */
export const LANGUAGES = ['en', 'zh-CN'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language of that name; null where it names none of them. */
export function languageOf(text: string | null): Language | null {
  return LANGUAGES.find((one) => one.toLowerCase() === text?.toLowerCase()) ?? null;
}
