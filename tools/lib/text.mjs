// @ts-check
/**
 * `npm run text`: writes the sentences of the page that are new into xliff/zh-CN.xlf, takes those out that are gone, and makes
 * src/demo/locales/zh-CN.ts of it. Sentences that have no Chinese yet are named; the page shows them in English.
 */
import { localizer, namesOf } from '../text/table.mjs';

/** @returns {Promise<number>} 1 where a sentence has no Chinese, or one that does not fit */
export async function text() {
  const table = localizer();
  const { messages, errors } = table.extractSourceMessages();
  await table.writeInterchangeFiles();
  const written = localizer();
  const translated = namesOf(written);
  const faults = [
    ...errors.map(({ messageText, file }) => `${file?.fileName}: ${messageText}`),
    ...messages
      .filter(({ name }) => !translated.has(name))
      .map(({ name, contents }) => `No Chinese yet: ${name} ${wordsOf(contents)}`),
    ...written.validateTranslations().errors,
  ];
  for (const fault of faults) process.stderr.write(`${fault}\n`);
  await written.build();
  return faults.length === 0 ? 0 : 1;
}

/** @param {readonly unknown[]} contents */
function wordsOf(contents) {
  return contents.map((part) => (typeof part === 'string' ? part : '{}')).join('');
}
