/** Turns at drawing: at once while it is quick, else in order over several tasks. */
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { drawInTurn } from '../../src/demo/draw-turns.ts';

/** A task of its own, after those that wait. */
const nextTask = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 20));

describe('turns at drawing', () => {
  let clock = 0;
  const drawn: string[] = [];
  const drawing = (name: string, ms: number) => () => {
    clock += ms;
    drawn.push(name);
  };

  beforeEach(async () => {
    vi.spyOn(performance, 'now').mockImplementation(() => clock);
    drawn.length = 0;
    await nextTask();
  });

  afterEach(() => vi.restoreAllMocks());

  it('draws at once what is quick together', () => {
    for (const name of ['a', 'b', 'c']) expect(drawInTurn(drawing(name, 1))).toBeUndefined();

    expect(drawn).toEqual(['a', 'b', 'c']);
  });

  it('leaves what comes after 4 ms to the next tasks, each of no more than that, in order', async () => {
    const waits = ['a', 'b', 'c', 'd', 'e', 'f'].map((name) => drawInTurn(drawing(name, 3)));

    expect(drawn).toEqual(['a', 'b']);
    // How much is drawn at the end of the task that drew each.
    const seen = await Promise.all(waits.map((wait) => wait?.then(() => drawn.length)));
    expect(seen).toEqual([undefined, undefined, 4, 4, 6, 6]);
    expect(drawn).toEqual(['a', 'b', 'c', 'd', 'e', 'f']);
  });

  it('tells an error to whoever draws, and goes on with the others', async () => {
    const fails = (): void => {
      throw new Error('no');
    };
    expect(() => drawInTurn(fails)).toThrow('no');

    void drawInTurn(drawing('slow', 9));
    const [failed, next] = [drawInTurn(fails), drawInTurn(drawing('next', 1))];
    await expect(failed).rejects.toThrow('no');
    await next;
    expect(drawn).toEqual(['slow', 'next']);
  });
});
