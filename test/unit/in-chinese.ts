/** The page's words in Chinese, for all tests of a group. */
import { configureLocalization } from '@lit/localize';
import { afterAll, beforeAll, vi } from 'vitest';
import * as chinese from '../../src/demo/locales/zh-CN.ts';

const { setLocale } = configureLocalization({
  sourceLocale: 'en',
  targetLocales: ['zh-CN'],
  loadLocale: () => Promise.resolve(chinese),
});

/** Called within describe(). */
export function inChinese(): void {
  beforeAll(() => {
    // Where the library tells of a change of language.
    vi.stubGlobal('window', new EventTarget());
    return setLocale('zh-CN');
  });

  afterAll(async () => {
    await setLocale('en');
    vi.unstubAllGlobals();
  });
}
