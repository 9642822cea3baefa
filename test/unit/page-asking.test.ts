/** One question at a time, and indices held to what there is. */
import { describe, expect, it } from 'vitest';
import { oneAtATime } from '../../src/demo/one-at-a-time.ts';
import { within } from '../../src/demo/within.ts';

/** Questions that are answered when the test says so. */
function asked() {
  const answers: { resolve: () => void; reject: (error: Error) => void }[] = [];
  const ask = oneAtATime(() => new Promise<void>((resolve, reject) => answers.push({ resolve, reject })));
  const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));
  return { answers, ask, turn };
}

describe('one question at a time', () => {
  it('asks once more, and only once, for all who asked meanwhile', async () => {
    const { answers, ask, turn } = asked();
    const first = ask();
    void ask();
    void ask();
    expect(answers).toHaveLength(1);
    answers[0]?.resolve();
    await turn();
    expect(answers).toHaveLength(2);
    answers[1]?.resolve();
    await first;
    expect(answers).toHaveLength(2);
  });

  it('is not stuck after a question that failed', async () => {
    const { answers, ask } = asked();
    const first = ask();
    answers[0]?.reject(new Error('gone'));
    await expect(first).rejects.toThrow('gone');
    const second = ask();
    expect(answers).toHaveLength(2);
    answers[1]?.resolve();
    await second;
  });

  it('asks what came meanwhile also where the one before failed', async () => {
    const { answers, ask, turn } = asked();
    const first = ask();
    void ask();
    answers[0]?.reject(new Error('gone'));
    await turn();
    expect(answers).toHaveLength(2);
    answers[1]?.resolve();
    await first;
  });
});

describe('an index', () => {
  it('is held to what there is, and is 0 where it is no number', () => {
    expect([-1, 0, 2, 3, Number.POSITIVE_INFINITY].map((index) => within(index, 3))).toEqual([0, 0, 2, 2, 2]);
    expect(within(Number.NaN, 3)).toBe(0);
    expect(within(1, 0)).toBe(0);
  });
});
