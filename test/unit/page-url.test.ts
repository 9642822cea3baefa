/** The page's state as an address: round trips, and links that someone else has written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { presetRecipe } from '../../src/demo/presets.ts';
import { DEFAULT_RECIPE } from '../../src/demo/recipe.ts';
import { linkTo, readUrl, setsTraining, type UrlState, writeUrl } from '../../src/demo/url-state.ts';

const HIDEABLE = ['controls', 'cell', 'keras'];
const PLAIN: UrlState = {
  section: '',
  preset: 'seattle',
  recipe: DEFAULT_RECIPE,
  seed: 1,
  epoch: null,
  window: null,
  step: null,
  unit: null,
  gate: null,
  hide: [],
};

describe('an address', () => {
  it('says nothing of what is as it always is', () => {
    expect(writeUrl(PLAIN)).toBe('#?seed=1');
    expect(writeUrl({ ...PLAIN, section: 'cell', seed: 3, gate: 'f', step: 0 })).toBe(
      '#cell?seed=3&t=0&gate=f',
    );
  });

  it('gives back what it was made of', () => {
    const index = fc.option(fc.nat(999_999));
    const state = fc.record({
      section: fc.constantFrom('', 'cell', 'time-steps'),
      preset: fc.constantFrom(
        'seattle' as const,
        'new-york' as const,
        'lag-3' as const,
        'remember-20' as const,
      ),
      recipe: fc.record({
        units: fc.integer({ min: 1, max: 256 }),
        window: fc.integer({ min: 1, max: 336 }),
        horizon: fc.integer({ min: 1, max: 336 }),
        learningRate: fc.constantFrom(1, 0.01, 1e-7, 0.30000000000000004),
        batchSize: fc.integer({ min: 1, max: 1024 }),
        epochs: fc.integer({ min: 1, max: 1000 }),
      }),
      seed: fc.nat(2 ** 32 - 1),
      epoch: fc.option(fc.nat(1000)),
      window: index,
      step: index,
      unit: index,
      gate: fc.option(fc.constantFrom('i' as const, 'f' as const, 'c' as const, 'o' as const)),
      hide: fc.subarray(HIDEABLE),
    });
    fc.assert(
      fc.property(state, (one) => {
        const { state: read, problems } = readUrl(writeUrl(one), HIDEABLE);
        expect(read).toEqual(one);
        expect(problems).toEqual([]);
      }),
    );
  });

  it('has the settings of its preset where it says nothing else', () => {
    const { state } = readUrl('#cell?preset=difference-24&epochs=7', HIDEABLE);
    expect(state?.recipe).toEqual({ ...presetRecipe('difference-24'), epochs: 7 });
    expect(state === null ? '' : writeUrl(state)).toBe('#cell?preset=difference-24&epochs=7&seed=1');
  });

  it('leaves the training alone unless it names something of it', () => {
    expect(setsTraining('#cell?t=5&gate=f&hide=keras')).toBe(false);
    expect(setsTraining('#cell')).toBe(false);
    for (const pair of ['preset=noise', 'seed=1', 'epoch=0', 'units=4', 'rate=1']) {
      expect(setsTraining(`#cell?t=5&${pair}`)).toBe(true);
    }
  });

  it('of a link sets what the link says, and leaves all else as the page has it', () => {
    expect(linkTo({ section: 'cell', recipe: { units: 4 }, unit: 2, hide: ['keras', 'controls'] })).toBe(
      '#cell?units=4&seed=1&unit=2&hide=keras,controls',
    );
    expect(linkTo({ section: 'bonnet', preset: 'lag-3', epoch: 0 })).toBe(
      '#bonnet?preset=lag-3&seed=1&epoch=0',
    );
    expect(readUrl(linkTo({}), HIDEABLE).state).toEqual(PLAIN);
  });

  it('is a plain anchor without a question mark', () => {
    expect(readUrl('#cell', HIDEABLE)).toEqual({ section: 'cell', state: null, problems: [] });
    expect(readUrl('', HIDEABLE)).toEqual({ section: '', state: null, problems: [] });
  });

  it.each([
    ['#?units=999', /Units: expected a whole number from 1 to 256, received \u201c999\u201d/],
    ['#?seed=-1', /seed: expected a whole number from 0 to 4294967295, received \u201c-1\u201d/],
    ['#?epoch=1001', /epoch: expected a whole number from 0 to 1000/],
    ['#?t=1e9', /t: expected a whole number/],
    ['#?preset=city', /preset: expected one of seattle, new-york, lag-3.*received \u201ccity\u201d/],
    ['#?gate=x', /gate: expected i, f, c or o, received \u201cx\u201d/],
    ['#?rate=', /Learning rate: .* received nothing/],
    [`#?hide=${'a'.repeat(3000)}`, /expected at most 2000/],
  ])('%s keeps the page\u2019s own value and says so', (hash, sentence) => {
    const { state, problems } = readUrl(hash, HIDEABLE);
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(sentence);
    if (state !== null) expect(state).toEqual(PLAIN);
  });

  it('never throws and never lets a value out of its bounds, whatever stands there', () => {
    const key = fc.constantFrom(
      'units',
      'window',
      'rate',
      'seed',
      'epoch',
      'w',
      't',
      'unit',
      'gate',
      'hide',
      'x',
    );
    const pair = fc.tuple(key, fc.oneof(fc.string(), fc.double().map(String), fc.integer().map(String)));
    fc.assert(
      fc.property(fc.string(), fc.array(pair, { maxLength: 12 }), (section, pairs) => {
        const query = pairs.map(([name, value]) => `${name}=${value}`).join('&');
        const { state } = readUrl(`#${section}?${query}`, HIDEABLE);
        if (state === null) return;
        expect(state.recipe.units).toBeGreaterThanOrEqual(1);
        expect(state.recipe.units).toBeLessThanOrEqual(256);
        expect(state.recipe.learningRate).toBeGreaterThan(0);
        expect(state.section).toMatch(/^[a-z0-9-]{0,40}$/i);
        for (const value of [state.seed, state.epoch, state.window, state.step, state.unit]) {
          expect(value === null || (Number.isInteger(value) && value >= 0)).toBe(true);
        }
        expect(HIDEABLE).toEqual(expect.arrayContaining([...state.hide]));
      }),
    );
  });
});
