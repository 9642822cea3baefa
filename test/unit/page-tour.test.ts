/** The stops of the guided tour name what the page has. */
import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { TOUR, type TourStop } from '../../src/demo/teaching/tour.ts';

const demo = (path: string): string => fileURLToPath(new URL(`../../src/demo/${path}`, import.meta.url));
const read = (path: string): string => readFileSync(demo(path), 'utf8');
const sections = [...read('index.html').matchAll(/<section class="[^"]*" id="([^"]+)"/g)].map(([, id]) => id);
const sources = [
  'index.html',
  'recorded/static-html.ts',
  ...readdirSync(demo('views')).map((file) => `views/${file}`),
];
/** Test ids as the templates have them. What a template fills in may be anything, but one filled in from its first letter on proves nothing. */
const testIds = sources
  .flatMap((path) => [...read(path).matchAll(/data-testid="([^"]+)"/g)])
  .map(([, id = '']) => new RegExp(`^${id.replaceAll(/\$\{[^}]*\}/g, '.+')}$`))
  .filter(({ source }) => !source.startsWith('^.+'));

describe('the guided tour', () => {
  it('has seven to ten stops, each at a section and at things that the page has', () => {
    const stops: readonly TourStop[] = TOUR;
    expect(stops.length).toBeGreaterThanOrEqual(7);
    expect(stops.length).toBeLessThanOrEqual(10);
    expect(new Set(stops.map(({ id }) => id)).size).toBe(stops.length);
    for (const { section, targets } of stops) {
      expect(sections).toContain(section);
      expect(targets.length).toBeGreaterThan(0);
      for (const target of targets)
        expect(
          testIds.some((id) => id.test(target)),
          target,
        ).toBe(true);
    }
  });

  it('goes down the page and says two sentences at each stop', () => {
    const places = TOUR.map(({ section }) => sections.indexOf(section));
    expect(places).toEqual([...places].sort((a, b) => a - b));
    for (const { text } of TOUR) expect(text.match(/\.(?=\s|$)/g), text).toHaveLength(2);
  });
});
