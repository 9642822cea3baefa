/** Pieces of work begun one ahead: their order, what ends them, and that nothing runs on after the end. */
import { describe, expect, it } from 'vitest';
import { oneAhead, type Piece } from '../../src/engine/explain/one-ahead.ts';

/** Pieces that end when told, and what happened to them. */
function held(count: number) {
  const seen: string[] = [];
  const ends: { end(): void; fail(error: Error): void }[] = [];
  const pieces = Array.from(
    { length: count },
    (_, k): Piece =>
      () => {
        seen.push(`begin ${k}`);
        return new Promise((resolve, reject) => {
          ends[k] = { end: () => resolve(() => seen.push(`take ${k}`)), fail: reject };
        });
      },
  );
  return { pieces, seen, ends };
}

const turn = () => new Promise((resolve) => setTimeout(resolve));

describe('pieces begun one ahead', () => {
  it('begin while the one before is computed, two at once at most, and are taken in their order', async () => {
    const { pieces, seen, ends } = held(3);
    const work = oneAhead(pieces, undefined);
    await turn();
    expect(seen).toEqual(['begin 0', 'begin 1']);
    ends[1]?.end();
    await turn();
    expect(seen).toEqual(['begin 0', 'begin 1']);
    ends[0]?.end();
    await turn();
    expect(seen.slice(2)).toEqual(['take 0', 'begin 2', 'take 1']);
    ends[2]?.end();
    await work;
    expect(seen.at(-1)).toBe('take 2');
  });

  it('end with the first that fails, once nothing runs any more', async () => {
    const { pieces, seen, ends } = held(3);
    let isOver = false;
    const work = oneAhead(pieces, undefined).finally(() => {
      isOver = true;
    });
    await turn();
    ends[0]?.fail(new Error('no room'));
    await turn();
    expect(isOver).toBe(false);
    ends[1]?.fail(new Error('no room either'));
    await expect(work).rejects.toThrow(/^no room$/);
    expect(seen).toEqual(['begin 0', 'begin 1']);
  });

  it('are stopped between two, and nothing is taken then', async () => {
    const stop = new AbortController();
    const { pieces, seen, ends } = held(3);
    const work = oneAhead(pieces, stop.signal);
    await turn();
    stop.abort();
    ends[0]?.end();
    ends[1]?.end();
    await expect(work).rejects.toMatchObject({ code: 'aborted' });
    expect(seen).toEqual(['begin 0', 'begin 1']);
    await expect(oneAhead([], stop.signal)).resolves.toBeUndefined();
  });
});
