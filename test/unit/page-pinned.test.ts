/** A result beside the pinned one: when it may be compared, and what is said of it. */
import { describe, expect, it } from 'vitest';
import { PRESET_IDS, presetRecipe } from '../../src/demo/presets.ts';
import pinnedFile from '../../src/demo/teaching/pinned.json';
import {
  allowanceOf,
  compared,
  isAtEnd,
  type PinnedFile,
  type PinnedResult,
  pinnedFor,
  roundingWords,
  type Trained,
} from '../../src/demo/teaching/pinned.ts';

const recipe = presetRecipe('seattle');
const pinned: PinnedResult = {
  date: '2026-11-30',
  device: 'an adapter',
  recipe,
  seed: 1,
  epoch: 39,
  mae: 2,
  skill: 0.25,
  fingerprint: '36d48077',
  spread: 0.005,
};
const file: PinnedFile = { command: '', nudges: 2, results: { seattle: pinned } };
const trained = (mae = 2, fingerprint = 'ffffffff'): Trained => ({
  data: { preset: 'seattle', unit: '\u00b0C' },
  run: { phase: 'done', epoch: 40, targetEpochs: 40, seed: 1, start: null, isEdited: false },
  recipe,
  keepBest: true,
  forecast: { epoch: 39, step: 0, scores: { mae, rmse: 3 }, skill: 0.25 },
  bestEpoch: 39,
  fingerprint,
});

describe('a pinned result', () => {
  it('is there for every ready preset, with the settings it brings', () => {
    const results: PinnedFile['results'] = pinnedFile.results;
    expect(Object.keys(results)).toEqual(PRESET_IDS.filter((id) => id !== 'city'));
    for (const id of PRESET_IDS) {
      if (id === 'city') continue;
      const one = results[id];
      expect(one?.recipe).toEqual(presetRecipe(id));
      expect(one?.seed).toBe(1);
      expect(one?.fingerprint).toMatch(/^[0-9a-f]{8}$/);
      expect(one?.mae).toBeGreaterThan(0);
      // Rounding must not be what the result is made of.
      expect(allowanceOf(one ?? pinned).allowed).toBeLessThan(one?.mae ?? Number.NaN);
    }
  });

  it('is compared with only where series, settings, seed and beginning are those of the record', () => {
    const right = trained();
    expect(pinnedFor(right, file)).toBe(pinned);
    const others: Trained[] = [
      { ...right, data: { ...right.data, preset: null } },
      { ...right, data: { ...right.data, preset: 'new-york' } },
      { ...right, recipe: { ...recipe, units: 31 } },
      { ...right, keepBest: false },
      { ...right, run: { ...right.run, seed: 2 } },
      { ...right, run: { ...right.run, start: 'a.keras' } },
      { ...right, run: { ...right.run, isEdited: true } },
    ];
    expect(others.map((one) => pinnedFor(one, file))).toEqual(others.map(() => null));
  });

  it('waits for the end, and for the best epoch to be what is seen', () => {
    const right = trained();
    expect(isAtEnd(right)).toBe(true);
    expect(isAtEnd({ ...right, run: { ...right.run, phase: 'paused', epoch: 39 } })).toBe(false);
    expect(isAtEnd({ ...right, forecast: { ...right.forecast, epoch: 12 } })).toBe(false);
    expect(isAtEnd({ ...right, forecast: { ...right.forecast, step: 3 } })).toBe(false);
  });

  it('allows four times what one nudged weight did, and never less than float32 sums are good for', () => {
    expect(allowanceOf(pinned)).toEqual({ allowed: 0.02, isAssumed: false });
    expect(allowanceOf({ mae: 2, spread: 4e-4 })).toEqual({ allowed: 2e-3, isAssumed: true });
    expect([roundingWords(4.94e-6, ''), roundingWords(0.0123456, '\u00b0C')]).toEqual([
      '4.9e-6',
      '0.012\u00a0\u00b0C',
    ]);
  });

  it('is the same to the bit, within rounding, or another', () => {
    const both = (mae: string, print: string): string =>
      `Your result: ${mae} \u00b0C, skill 25.0 %, weights ${print}. Recorded: 2.00 \u00b0C, skill 25.0 %, weights 36d48077 (an adapter, 30 Nov 2026).`;
    const said = (one: Trained): [string, string] => {
      const { verdict, words } = compared(one, pinned);
      return [verdict, words.replaceAll('\u00a0', ' ')];
    };
    expect(said(trained(2, '36d48077'))).toEqual([
      'same',
      `${both('2.00', '36d48077')} The same, to the last bit.`,
    ]);
    expect(said(trained(2.0125))).toEqual([
      'within',
      `${both('2.01', 'ffffffff')} They are 0.013 \u00b0C apart, within the 0.02 \u00b0C allowed for rounding.`,
    ]);
    expect(said(trained(1.97))).toEqual([
      'other',
      `${both('1.97', 'ffffffff')} They are 0.03 \u00b0C apart, more than the 0.02 \u00b0C allowed for rounding. Compare browser and device with your neighbour\u2019s.`,
    ]);
  });
});
