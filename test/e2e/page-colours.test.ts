/**
 * The page in forced colours: letters, borders, lines, bars, marks of what is chosen and the focus ring are seen. And without any
 * hue: patterns, dashes and borders differ.
 */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  lookAtAll,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';
import { changedPixels, emulateMedia, type Mark, picturesOf, seenPixels } from './pixels.ts';

const GATES = ['i', 'f', 'c', 'o'];
const GONE = 'visibility: hidden';

/** Each with the style that takes it away. */
const MARKS: Readonly<Record<string, Mark>> = {
  ...Object.fromEntries(
    GATES.flatMap((gate): [string, Mark][] => [
      [
        `letter of ${gate}`,
        { selector: `gw-matrix .gate-name[data-gate=${gate}] .gate-letter`, without: GONE },
      ],
      [
        `border of ${gate}`,
        { selector: `gw-matrix .gate-name[data-gate=${gate}]`, without: 'border-color: Canvas' },
      ],
      [
        `letter of ${gate} through time`,
        { selector: `.time-head[data-gate=${gate}] .gate-letter`, without: GONE },
      ],
      [
        `border of ${gate} through time`,
        { selector: `.time-head[data-gate=${gate}]`, without: 'border-color: Canvas' },
      ],
      [
        `bars of ${gate}`,
        { selector: `.step-gradients .legend .step-bar[data-gate=${gate}]`, without: GONE },
      ],
    ]),
  ),
  ...Object.fromEntries(
    ['observed', 'forecast', 'persistence', 'climatology'].map((line): [string, Mark] => [
      `line of ${line}`,
      { selector: `[data-testid=forecast-chart] .line-${line}`, without: GONE },
    ]),
  ),
  'line of training': { selector: 'gw-learning .chart .line-training', without: GONE },
  'line of validation': { selector: 'gw-learning .chart .line-validation', without: GONE },
  'line of what survives': { selector: '.line-survival', without: GONE },
  'numbers of an axis': { selector: '[data-testid=forecast-chart] .axis text', without: GONE },
  'cursor of the chart': { selector: '.cursor-line', without: GONE },
  'dot of the cursor': { selector: '.cursor-dot', without: GONE },
  'bar of a score': { selector: '.scores tr[data-model=true] .bar', without: GONE },
  'bar of a baseline': { selector: '.scores tr:not([data-model=true]) .bar', without: GONE },
  'bar of a half-life': { selector: '.half-life-bar > span', without: GONE },
  'bar of the lag lab': { selector: '.lag-chart .lag-bar', without: GONE },
  'tile of a time step': { selector: '.steps-tiles span', without: 'background: Canvas' },
  'colours of the scale': { selector: '.ramp-colours', without: GONE },
  'border of a card': { selector: '.answer', without: 'border-color: Canvas' },
  'border of a button': { selector: '[data-testid=step]', without: 'border-color: Canvas' },
  'chosen segment': {
    selector: '.segments label:has(:checked)',
    without: 'background: Canvas !important; color: CanvasText',
  },
  'chosen formula': { selector: '.cell-formula[aria-pressed=true]', without: 'border-color: Canvas' },
  ...Object.fromEntries(
    ['x', 'h', 'b', ...GATES].map((part): [string, Mark] => [
      `letter of ${part} in the cell`,
      { selector: `[data-testid=cell-parts] [data-cell-part=${part}]`, without: GONE },
    ]),
  ),
  'letter of a number': { selector: '.cell-numbers .part-letter[data-cell-part=x]', without: GONE },
  'letters of an identifier': { selector: '.cell-code .part-several', without: GONE },
  'step of the walk': { selector: '.cell-walk li[aria-current=step]', without: 'background: Canvas' },
  'line of code that is meant': { selector: '.cell-code [data-lit=true]', without: 'background: Canvas' },
  'chosen similar day': {
    selector: '.similar-days [aria-pressed=true]',
    without: 'background: Canvas !important; color: CanvasText',
  },
  'chosen cell': { selector: '[data-testid=time-cell-f]', without: GONE },
};

/** What stands for each kind of element that takes the focus: itself, or the label over it. */
const FOCUSED: Readonly<Record<string, string>> = {
  '[data-testid=train]': '[data-testid=train]',
  '[data-testid=step]': '[data-testid=step]',
  '[data-testid=theme]': '[data-testid=theme]',
  '.page-nav button': '.page-nav button',
  '.badge-device button': '.badge-device button',
  'gw-forecast .segments input': '.segments label:has(:focus-visible)',
  'gw-forecast summary': 'gw-forecast summary',
  '[data-testid=forecast-cursor]': '[data-testid=forecast-cursor]',
  '[data-testid=cell-kernel]': '[data-testid=cell-kernel]',
  '[data-testid=time-cell-f]': '[data-testid=time-cell-f]',
  '.cell-formula': '.cell-formula',
  'gw-bonnet [tabindex="0"]': 'gw-bonnet [tabindex="0"]:focus-visible',
};
/** Pixels of the smallest, such as the letter i. */
const LEAST_MARK = 6;
/** Pixels, four to one of CSS, in which two samples of a legend differ that are 20 to 28 wide and 12 high. */
const LEAST_SAMPLE = 40;
/** Pixels of the ring around the smallest. */
const LEAST_RING = 40;

function force(page: Page, ground: 'light' | 'dark'): Promise<void> {
  return emulateMedia(page, {
    'forced-colors': 'active',
    'prefers-color-scheme': ground,
    'prefers-reduced-motion': 'reduce',
  });
}

/** Everything there is to see: trained for two epochs, with all lines drawn, a window chosen and a step of the walk taken. */
async function fill(page: Page): Promise<void> {
  await applySettings(page, { epochs: '2' });
  await untilText(page, 'stat-epoch', /^0$/);
  await click(page, 'train');
  await untilPhase(page, 'done');
  await lookAtAll(page);
  await page.waitForSelector('[data-testid=forecast-chart] svg');
  await page.$eval('gw-forecast .legend input', (box) => (box as HTMLInputElement).click());
  await page.waitForSelector('[data-testid=forecast-chart] .line-climatology');
  await page.waitForSelector('.lag-chart .lag-bar');
  await page.waitForSelector('[data-testid=gradient-chart] .step-bar');
  await click(page, 'find-similar');
  await page.waitForSelector('[data-testid=similar-days] button');
  await page.$eval('[data-testid=similar-days] button', (button) => button.click());
  await page.waitForSelector('.similar-days [aria-pressed=true]');
  await click(page, 'cell-next-sub-step');
}

describe('forced colours', () => {
  const stage = useStage();

  it('leave every mark and the focus ring in sight, on a light and on a dark ground', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await force(page, 'light');
    await page.goto(stage.address);
    await untilReady(page);
    await fill(page);

    for (const ground of ['light', 'dark'] as const) {
      await force(page, ground);
      // What is forced goes before the theme chosen.
      await page.select('[data-testid=theme]', ground === 'light' ? 'dark' : 'light');
      await page.focus('[data-testid=forecast-cursor]');
      await page.waitForSelector('.cursor-dot');
      const unseen: string[] = [];
      for (const [name, mark] of Object.entries(MARKS)) {
        const count = await seenPixels(page, mark);
        if (count < LEAST_MARK) unseen.push(`${name}: ${count} pixels`);
      }
      await page.keyboard.press('Tab');
      for (const [selector, ringed] of Object.entries(FOCUSED)) {
        await page.focus(selector);
        const count = await seenPixels(page, { selector: ringed, without: 'outline: none' });
        if (count < LEAST_RING) unseen.push(`focus ring of ${selector}: ${count} pixels`);
      }
      expect({ ground, unseen }).toEqual({ ground, unseen: [] });
      const others = '.cell-formula:not([aria-pressed=true])';
      expect(await seenPixels(page, { selector: others, without: 'border-color: Canvas' })).toBe(0);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('or none at all leave inputs, gates and lines apart, by pattern, dash, width and border', async () => {
    const { page, complaints } = await stage.opened();
    await page.waitForSelector('gw-lag-lab .legend .lag-bar');
    await page.waitForSelector('.step-gradients .legend .step-bar');
    await page.waitForSelector('gw-matrix .gate-name');
    await page.setViewport({ width: 1280, height: 900, deviceScaleFactor: 2 });
    await page.evaluate(() => {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(`
        .lag-bar, .step-bar { fill: var(--ink) !important; }
        .legend line { stroke: var(--ink) !important; }`);
      document.adoptedStyleSheets.push(sheet);
    });
    const alike: string[] = [];
    for (const [selector, samples] of [
      ['gw-lag-lab .legend svg', 6],
      ['.step-gradients .legend svg', 4],
      ['gw-forecast .legend svg', 4],
    ] as const) {
      const pictures = await picturesOf(page, selector);
      expect(pictures.length, selector).toBe(samples);
      for (const [index, one] of pictures.entries()) {
        for (const [before, other] of pictures.slice(0, index).entries()) {
          const count = await changedPixels(page, one, other);
          if (count < LEAST_SAMPLE) alike.push(`${selector} ${before} and ${index}: ${count} pixels`);
        }
      }
    }
    expect(alike).toEqual([]);
    for (const heads of [
      '[data-testid=matrix-kernel] .gate-name',
      '.time-head[data-gate]:not([data-gate=none])',
    ]) {
      const styles = await page.$$eval(heads, (all) =>
        all.map((one) => getComputedStyle(one).borderBottomStyle),
      );
      expect(new Set(styles).size, heads).toBe(4);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });
});
