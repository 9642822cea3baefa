/** For teachers: questions whose numbers are worked out, lessons as addresses, and code to embed a view. */
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { storedAs } from '../../src/demo/gate-guide.ts';
import { presetRecipe } from '../../src/demo/presets.ts';
import { embedCode, FRAME, frameSize } from '../../src/demo/teaching/embed.ts';
import { LESSONS } from '../../src/demo/teaching/lessons.ts';
import { questionsFor } from '../../src/demo/teaching/questions.ts';
import { linkTo } from '../../src/demo/url-link.ts';
import { readUrl } from '../../src/demo/url-state.ts';
import { dense } from '../../src/engine/layers/dense.ts';
import { lstm } from '../../src/engine/layers/lstm.ts';
import { initialParameters, layoutOf, unpackParameters } from '../../src/engine/models/parameters.ts';

const html = readFileSync(fileURLToPath(new URL('../../src/demo/index.html', import.meta.url)), 'utf8');
const sections = [...html.matchAll(/<section class="[^"]*" id="([^"]+)"/g)].map(([, id]) => id);
const facts = (units: number, count: number, window: number) => ({
  units,
  inputs: Array.from({ length: count }, (_, k) => `input ${k}`),
  window,
  dispatchesPerStep: 5,
});
const answerOf = (id: string, known = facts(16, 6, 14)): string => {
  const question = questionsFor(known).find((one) => one.id === id);
  return question?.options[question.right] ?? '';
};

describe('questions', () => {
  it('have different answers, one of them right, a reason and a view of the page, whatever the network', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 256 }),
        fc.integer({ min: 1, max: 40 }),
        fc.integer({ min: 1, max: 336 }),
        (h, d, t) => {
          const questions = questionsFor(facts(h, d, t));
          expect(questions.length).toBeGreaterThanOrEqual(8);
          for (const { options, right, why, view } of questions) {
            expect(options.length).toBeGreaterThanOrEqual(3);
            expect(new Set(options).size).toBe(options.length);
            expect(options[right]).toBeDefined();
            expect(why.length).toBeGreaterThan(20);
            expect(sections).toContain(view);
          }
        },
      ),
      // Where inputs, units and window are as many, shapes fall together.
      { examples: [[1, 1, 1]] },
    );
  });

  it('count the weights the engine gives such a layer, at any size', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 64 }), fc.integer({ min: 1, max: 20 }), (h, d) => {
        const counted = layoutOf([lstm({ units: h })], [3, d]).layers[0]?.parameterCount ?? 0;
        expect(Number(answerOf('count', facts(h, d, 14)).replaceAll(',', ''))).toBe(counted);
      }),
    );
  });

  it('know the shapes, columns and biases the engine has', () => {
    const layout = layoutOf([lstm({ units: 16 }), dense({ units: 1 })], [14, 6]);
    const [, recurrent, bias] = unpackParameters(layout, initialParameters(layout, 1));
    expect(answerOf('recurrent-shape')).toBe(`(${recurrent?.shape.join(', ')})`);
    const [, from = Number.NaN, to = Number.NaN] = /(\d+):(\d+)/.exec(answerOf('forget-columns')) ?? [];
    expect([...(bias?.data ?? [])].map(String)).toEqual(
      Array.from({ length: 64 }, (_, k) =>
        k >= Number(from) && k < Number(to) ? answerOf('forget-bias') : '0',
      ),
    );
  });

  it('stand beside every section that asks to predict first, with or without a device', () => {
    const withPredict = [...html.matchAll(/<section class="[^"]*" id="([^"]+)"[\s\S]*?<\/section>/g)].flatMap(
      ([text, id]) => (text.includes('<gw-predict>') ? [id] : []),
    );
    expect(withPredict).toEqual([
      'forecast',
      'learning',
      'gates',
      'cell',
      'through-time',
      'time-steps',
      'lag-lab',
      'keras',
      'bonnet',
    ]);
    const without = { ...facts(16, 6, 14), dispatchesPerStep: null };
    for (const known of [facts(16, 6, 14), without]) {
      const views = new Set(questionsFor(known).map(({ view }) => view));
      expect(withPredict.filter((id) => !views.has(id ?? ''))).toEqual([]);
    }
  });

  it('know what 0.9 leaves, how many digits a float has, and what PyTorch does', () => {
    const steps = Number(answerOf('half-memory'));
    expect([0.9 ** steps < 0.5, 0.9 ** (steps - 1) < 0.5]).toEqual([true, false]);
    const digits = Number(answerOf('float-digits'));
    const isKept = (places: number): boolean => {
      const one = Math.fround(1 + 10 ** -places);
      return Number(one.toPrecision(places + 1)) > 1;
    };
    // A number of so many digits survives, one with two more does not.
    expect([isKept(digits - 1), isKept(digits + 1)]).toEqual([true, false]);
    expect(storedAs(6, 16).find(({ format }) => format === 'PyTorch')?.order).toContain(
      answerOf('pytorch-order'),
    );
    expect(answerOf('skill-number')).toBe('25\u00a0%');
  });

  it('leave out dispatches where a time step is a dispatch, and where there is no device', () => {
    expect(answerOf('dispatches')).toBe('5');
    expect(answerOf('dispatches', facts(300, 6, 14))).toBe('');
    expect(answerOf('dispatches', { ...facts(16, 6, 14), dispatchesPerStep: null } as never)).toBe('');
  });
});

describe('papers behind the views', () => {
  it('each lead to a section of the page and name a year', () => {
    const list = html.slice(html.indexOf('data-testid="papers"'));
    const papers = [...list.matchAll(/<dt><a href="#([^"]+)">[^<]+<\/a><\/dt>\s*<dd[^>]*>([^<]+)<\/dd>/g)];
    expect(papers).toHaveLength(10);
    for (const [, section, text] of papers) {
      expect(sections).toContain(section);
      expect(text).toMatch(/: .+\. .*(19|20)\d\d\.$/);
    }
  });
});

describe('lessons', () => {
  it('lead to sections of the page, by addresses the page reads as what they promise', () => {
    expect(LESSONS.length).toBeGreaterThanOrEqual(10);
    expect(new Set(LESSONS.map(({ state }) => linkTo(state))).size).toBe(LESSONS.length);
    for (const { state } of LESSONS) {
      const { section, preset = 'seattle', recipe, ...looked } = state;
      expect(sections).toContain(section);
      const own = presetRecipe(preset);
      const { state: read, problems } = readUrl(linkTo(state), []);
      expect(problems).toEqual([]);
      expect(read).toMatchObject({ section, preset, seed: 1, ...looked });
      expect(read?.recipe).toEqual({ ...own, ...recipe });
      expect(read?.step ?? 0).toBeLessThan(read?.recipe.window ?? 0);
      expect(read?.unit ?? 0).toBeLessThan(read?.recipe.units ?? 0);
      expect(read?.epoch ?? 0).toBeLessThanOrEqual(read?.recipe.epochs ?? 0);
    }
  });
});

describe('code to embed a view', () => {
  it('names address, hidden sections and size, and lets nothing out of its quotes', () => {
    const code = embedCode({
      address: 'https://example.org/a"b/',
      section: 'cell',
      title: 'One <step> & "cell"',
      hide: ['top', 'keras'],
      width: 960,
      height: 700,
    });
    expect(code).toBe(
      '<iframe src="https://example.org/a&quot;b/#cell?seed=1&amp;hide=top,keras" title="One &lt;step> &amp; &quot;cell&quot;" width="960" height="700" loading="lazy" style="border: 0; max-width: 100%"></iframe>',
    );
  });

  it('holds typed sizes to what a frame may have', () => {
    expect(
      ['800', '12.6e1', '', 'wide', '-5', '1e9', 'Infinity'].map((text) => frameSize(text, 960)),
    ).toEqual([800, FRAME.least, 960, 960, FRAME.least, FRAME.most, 960]);
  });
});
