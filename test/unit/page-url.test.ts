/** The page's state as an address: round trips, and links that someone else has written. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CHOICE_KEYS, CHOICES } from '../../src/demo/choices.ts';
import { presetRecipe } from '../../src/demo/presets.ts';
import { DEFAULT_RECIPE } from '../../src/demo/recipe.ts';
import { linkTo, writeUrl } from '../../src/demo/url-link.ts';
import { readUrl, setsTraining, type UrlState } from '../../src/demo/url-state.ts';

const HIDEABLE = ['controls', 'cell', 'keras'];
const PLAIN: UrlState = {
  section: '',
  preset: 'seattle',
  recipe: DEFAULT_RECIPE,
  seed: 1,
  keepBest: true,
  epoch: null,
  window: null,
  step: null,
  unit: null,
  gate: null,
  feature: null,
  choices: {},
  baselineWindow: null,
  hide: [],
  lang: null,
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
        patience: fc.integer({ min: 0, max: 1000 }),
      }),
      seed: fc.nat(2 ** 32 - 1),
      keepBest: fc.boolean(),
      epoch: fc.option(fc.nat(1000)),
      window: index,
      step: index,
      unit: index,
      gate: fc.option(fc.constantFrom('i' as const, 'f' as const, 'c' as const, 'o' as const)),
      feature: index,
      choices: fc.record(
        {
          way: fc.constantFrom(...CHOICES.way),
          lie: fc.constantFrom(...CHOICES.lie),
          scale: fc.constantFrom(...CHOICES.scale),
          lag: fc.constantFrom(...CHOICES.lag),
          baseline: fc.constantFrom(...CHOICES.baseline),
          bars: fc.constantFrom(...CHOICES.bars),
          alone: fc.boolean(),
          older: fc.boolean(),
        },
        { requiredKeys: [] },
      ),
      baselineWindow: index,
      hide: fc.subarray(HIDEABLE),
      lang: fc.constantFrom('en' as const, 'zh-CN' as const, null),
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

  it('takes a language that is there, and names one that is not', () => {
    expect(readUrl('#cell?lang=zh-cn', HIDEABLE).state?.lang).toBe('zh-CN');
    const { state, problems } = readUrl('#cell?lang=tlh', HIDEABLE);
    expect(state?.lang).toBeNull();
    expect(problems.join()).toMatch(/lang: expected en, zh-CN, received \u201ctlh\u201d/);
  });

  it('leaves the training alone unless it names something of it', () => {
    expect(setsTraining('#cell?t=5&gate=f&feature=2&way=backward&lag=occlusion&hide=keras')).toBe(false);
    expect(setsTraining('#cell')).toBe(false);
    for (const pair of ['preset=noise', 'seed=1', 'best=0', 'epoch=0', 'units=4', 'rate=1']) {
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
    ['#?best=2', /best: expected a whole number from 0 to 1, received \u201c2\u201d/],
    ['#?feature=-1', /feature: expected a whole number from 0 to 1000000/],
    ['#?way=up', /way: expected one of forward, backward, received \u201cup\u201d/],
    ['#?lag=__proto__', /lag: expected one of sensitivity, .*half-life, received \u201c__proto__\u201d/],
    ['#?older=1', /older: expected one of false, true, received \u201c1\u201d/],
    ['#?from=x', /from: expected a whole number/],
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
      'feature',
      'best',
      'from',
      ...CHOICE_KEYS,
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
        const { seed, epoch, window, step, unit, feature, baselineWindow } = state;
        for (const value of [seed, epoch, window, step, unit, feature, baselineWindow]) {
          expect(value === null || (Number.isInteger(value) && value >= 0)).toBe(true);
        }
        for (const [name, value] of Object.entries(state.choices))
          expect(CHOICES[name as keyof typeof CHOICES]).toContain(value);
        expect(HIDEABLE).toEqual(expect.arrayContaining([...state.hide]));
      }),
    );
  });
});
