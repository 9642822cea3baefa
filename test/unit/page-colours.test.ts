/** The palette by numbers, light and dark: contrast of text, lines and rings, and what stays apart for the colour-blind. */
import { describe, expect, it } from 'vitest';
import { type Rgb, rampStops, type Theme } from '../../src/demo/draw/ramp.ts';
import { contrast, distance, seen, token, VISION } from '../harness/colours.ts';

const TEXT = 4.5;
/** Lines, bars, borders of controls, the focus ring, and type from 24 pixels on. */
const GRAPHICS = 3;
const GROUNDS = ['page', 'surface', 'sunken', 'note-ground', 'bad-ground'];
const CARDS = ['page', 'surface'];
/** Where the parts of a cell stand: cards, code, and what is marked of them. */
const CODE = [...CARDS, 'sunken', 'note-ground'];
const THEMES: readonly Theme[] = ['light', 'dark'];
const VISIONS = Object.keys(VISION) as (keyof typeof VISION)[];

/** Pairs of [drawn, ground] with the contrast they need. */
const PAIRS: readonly (readonly [string, readonly string[], number])[] = [
  // Text; that of the charts' axes is ink-3, their notes ink-2.
  ['ink', GROUNDS, TEXT],
  ['ink-2', GROUNDS, TEXT],
  ['ink-3', GROUNDS, TEXT],
  ['accent', GROUNDS, TEXT],
  ['on-accent', ['accent', 'accent-strong'], TEXT],
  // Chosen segments.
  ['page', ['ink'], TEXT],
  ['good', [...CARDS, 'note-ground'], TEXT],
  ['bad', [...CARDS, 'note-ground', 'bad-ground'], TEXT],
  // Letters of the gates.
  ...['gate-i', 'gate-f', 'gate-c', 'gate-o'].map((gate): [string, string[], number] => [gate, CODE, TEXT]),
  // Letters, numbers and identifiers of what a gate's sum is made of.
  ...['term-x', 'term-h', 'term-b'].map((term): [string, string[], number] => [term, CODE, TEXT]),
  // The focus ring, around buttons of any kind and inside chosen segments.
  ['focus', GROUNDS, GRAPHICS],
  ['line-strong', GROUNDS, GRAPHICS],
  ['observed', CARDS, GRAPHICS],
  ['forecast', CARDS, GRAPHICS],
  ['persistence', CARDS, GRAPHICS],
  ['climatology', CARDS, GRAPHICS],
  ['validation', CARDS, GRAPHICS],
  // Bars of half-lives.
  ['gate-f', ['sunken'], GRAPHICS],
];

/** What stands in one picture, told apart by hue alone where nothing else is said. */
const ROLES = {
  gates: { names: ['gate-i', 'gate-f', 'gate-c', 'gate-o'], least: 3 },
  'parts of a cell': {
    names: ['term-x', 'term-h', 'term-b', 'gate-i', 'gate-f', 'gate-c', 'gate-o'],
    least: 3,
  },
  'lines of the forecast': { names: ['observed', 'forecast', 'persistence', 'climatology'], least: 8 },
  'lines of the loss': { names: ['ink', 'validation'], least: 8 },
};

describe.each(THEMES)('the colours in %s', (theme) => {
  it.each(PAIRS)('%s is seen on %s at %d:1', (drawn, grounds, least) => {
    for (const ground of grounds) {
      const ratio = contrast(token(drawn, theme), token(ground, theme));
      expect(ratio, `${drawn} on ${ground}`).toBeGreaterThanOrEqual(least);
    }
  });

  it('the ends of the ramp are seen on the page, and a ring around a cell on every colour of it', () => {
    const page = token('page', theme);
    const stops = rampStops(theme);
    for (const end of [stops[0], stops.at(-1)] as Rgb[]) {
      expect(contrast(end, page)).toBeGreaterThanOrEqual(GRAPHICS);
    }
    for (const stop of stops) {
      const rings = [contrast(token('ink', theme), stop), contrast(page, stop)];
      expect(Math.max(...rings), `rings on ${stop}`).toBeGreaterThanOrEqual(GRAPHICS);
    }
  });

  it.each(VISIONS)(
    'with %s negative and positive values stay apart, and larger ones further from zero',
    (vision) => {
      const stops = rampStops(theme);
      const middle = (stops.length - 1) / 2;
      const lightness = stops.map((stop) => seen(stop, vision)[0]);
      for (let n = 1; n <= middle; n++) {
        const [low, high] = [stops[middle - n], stops[middle + n]] as [Rgb, Rgb];
        expect(distance(low, high, vision), `${low} and ${high}`).toBeGreaterThan(8);
        for (const side of [-1, 1]) {
          const step = (lightness[middle + side * n] ?? 0) - (lightness[middle + side * (n - 1)] ?? 0);
          expect(theme === 'light' ? -step : step, `step ${side * n}`).toBeGreaterThan(0.05);
        }
      }
    },
  );

  it.each(
    Object.entries(ROLES).flatMap(([name, roles]) => VISIONS.map((vision) => ({ name, vision, ...roles }))),
  )('the $name stay apart with $vision', ({ names, vision, least }) => {
    const pairs = names.flatMap((one, index) => names.slice(index + 1).map((other) => [one, other] as const));
    for (const [one, other] of pairs) {
      const apart = distance(token(one, theme), token(other, theme), vision);
      expect(apart, `${one} and ${other}`).toBeGreaterThan(least);
    }
  });
});

describe('the measures of colour', () => {
  it('are those of their definitions', () => {
    expect(contrast([0, 0, 0], [255, 255, 255])).toBeCloseTo(21, 10);
    expect(contrast([119, 119, 119], [255, 255, 255])).toBeCloseTo(4.48, 2);
    expect(distance([0, 0, 0], [255, 255, 255], 'trichromacy')).toBeCloseTo(100, 4);
    // Grey stays grey for everybody: each row of the matrices adds up to 1.
    for (const vision of VISIONS) {
      const [lightness, ...hue] = seen([128, 128, 128], vision);
      expect(lightness).toBeCloseTo(0.6, 2);
      for (const part of hue) expect(part).toBeCloseTo(0, 4);
    }
  });
});
