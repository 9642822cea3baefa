/** What studies print, said by the page: in English exactly what the engine says. */
import { describe, expect, it } from 'vitest';
import { correlationNote, verdictRule, verdictWord } from '../../src/demo/verdict-words.ts';
import { CORRELATION_NOTE, VERDICT_RULE, type Verdict } from '../../src/engine/explain/index.ts';

describe('the words of a study', () => {
  it('are the engine\u2019s own', () => {
    expect(verdictRule()).toBe(VERDICT_RULE);
    expect(correlationNote()).toBe(CORRELATION_NOTE);
    const verdicts: readonly Verdict[] = ['used', 'cannot tell', 'not used'];
    expect(verdicts.map(verdictWord)).toEqual(verdicts);
  });
});
