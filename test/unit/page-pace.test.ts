/** The time training takes: what is read back of what was kept, and the words for it. */
import { describe, expect, it } from 'vitest';
import { readPaces, timeWords } from '../../src/demo/pace.ts';

describe('the time of an epoch', () => {
  it('is read back by device and settings', () => {
    const kept = JSON.stringify([
      ['GPU|32', 84.5],
      ['GPU|64', 120],
    ]);

    expect([...readPaces(kept)]).toEqual([
      ['GPU|32', 84.5],
      ['GPU|64', 120],
    ]);
  });

  it.each([
    null,
    'no JSON',
    '{"a":1}',
    '[["a","b"]]',
    '[["a",-1]]',
    '[["a",0]]',
    '[["a",1e12]]',
    '[[1,2]]',
    '[null]',
  ])('takes nothing from %j', (text) => {
    expect([...readPaces(text)]).toEqual([]);
  });

  it('keeps no more than 30', () => {
    const many = Array.from({ length: 50 }, (_, at) => [`${at}`, 1]);

    expect(readPaces(JSON.stringify(many)).size).toBe(30);
  });

  it.each([
    [0.2, 'about a second'],
    [4.4, 'about 4 s'],
    [12, 'about 10 s'],
    [88, 'about 90 s'],
    [100, 'about 2 min'],
  ])('%d seconds are %s', (seconds, words) => {
    expect(timeWords(seconds)).toBe(words);
  });
});
