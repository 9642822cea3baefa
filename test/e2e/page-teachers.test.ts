/** For teachers: questions checked against the network that stands, a sheet whose answers are the reference's, type, code to embed. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { presetOf, presetRecipe } from '../../src/demo/presets.ts';
import { RECIPE_SETTINGS, recipeText } from '../../src/demo/recipe.ts';
import { LESSONS } from '../../src/demo/teaching/lessons.ts';
import pinnedFile from '../../src/demo/teaching/pinned.json';
import { allowanceOf, type PinnedFile } from '../../src/demo/teaching/pinned.ts';
import { type LinkState, linkTo } from '../../src/demo/url-link.ts';
import { english } from '../../src/demo/words.ts';
import { loadAxe, violations } from './axe.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  setRange,
  textOf,
  untilFollows,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
  withoutServiceWorker,
} from './page-support.ts';
import { seattleWindows, traceOf } from './seattle.ts';

const STEPS = 14;

/** The right answers for the page's own network with these units, worked out here. */
function rightAnswers(units: number): Record<string, string> {
  return {
    count: (4 * (units * (6 + units) + units)).toLocaleString('en-GB'),
    'recurrent-shape': `(${units}, ${4 * units})`,
    'first-row': 'what all four gates do with \u201cprecipitation\u201d',
    'forget-columns': `kernel[:, ${units}:${2 * units}]`,
    'forget-bias': '1',
    range: '0 and 1',
    keep: 'it stays as it is',
    half: '0.125',
    'shape-of-time': 'no, none of them',
    skill: 'repeating the last value would have been better',
    dispatches: '5',
    'skill-number': '25\u00a0%',
    'best-epoch': 'it learns the training part by heart',
    'loss-of-mean': '1',
    'half-memory': '7',
    swapped: 'the forecasts',
    'pytorch-order': 'i, f, g, o',
    'float-digits': '7',
    'lag-weight': 'none: every row goes through the same weights',
    'lag-average-day': '0, whether it matters or not',
    'lag-not-used': 'this network\u2019s error does not depend on that row',
  };
}

/** Chooses an answer as a visitor does and gives what the page says of it. */
async function choose(page: Page, id: string, answer: string, place = 'question'): Promise<string> {
  const asked = `[data-testid=${place}-${id}]`;
  await page.waitForSelector(asked);
  const said = `${asked} .teachers-answer p`;
  await page.evaluate(
    (name, text) => {
      const inputs = [...document.querySelectorAll<HTMLInputElement>(`${name} input`)];
      const input = inputs.find(({ value }) => value === text);
      if (input === undefined)
        throw new Error(`${name} has ${inputs.map(({ value }) => value).join(' | ')}, not ${text}.`);
      input.click();
    },
    asked,
    answer,
  );
  await page.waitForFunction((selector) => document.querySelector(selector) === null, {}, said);
  await page.waitForSelector(`${asked} button:not([disabled])`);
  await page.$eval(`${asked} button`, (button) => button.click());
  const handle = await page.waitForFunction(
    (selector) => document.querySelector(selector)?.textContent?.trim(),
    {},
    said,
  );
  return (await handle.jsonValue()) ?? '';
}

/** What a lesson's link promises, as the page has it in its words and controls. */
function promised({ preset = 'seattle', ...state }: LinkState): Record<string, unknown> {
  const recipe = { ...presetRecipe(preset), ...state.recipe };
  const looked = { window: state.window, step: state.step, unit: state.unit, gate: state.gate };
  return {
    series: english(presetOf(preset).title),
    settings: recipeText(recipe),
    seed: '1',
    run: state.epoch ? `Epoch ${state.epoch} of ${recipe.epochs}` : 'Untrained, seed 1',
    isInView: true,
    ...Object.fromEntries(
      Object.entries(looked).flatMap(([key, value]) => (value === undefined ? [] : [[key, String(value)]])),
    ),
  };
}

/** The same of the page as it stands. */
function standing(page: Page, section: string): Promise<Record<string, unknown>> {
  return page.evaluate(
    (id, fields) => {
      const one = (name: string): HTMLElement | null => document.querySelector(`[data-testid=${name}]`);
      const textIn = (name: string): string => (one(name)?.textContent ?? '').replace(/\s+/g, ' ').trim();
      const valueIn = (name: string): string => (one(name) as HTMLInputElement | null)?.value ?? '';
      const gate = ['i', 'f', 'c', 'o'].find((key) => (one(`cell-gate-${key}`) as HTMLInputElement)?.checked);
      const top = document.getElementById(id)?.getBoundingClientRect().top ?? Number.NaN;
      return {
        series: textIn('data-name'),
        settings: Object.fromEntries(fields.map((field) => [field, valueIn(`setting-${field}`)])),
        seed: textIn('seed'),
        run: textIn('run-state'),
        isInView: top >= 0 && top < innerHeight / 2,
        window: valueIn('cell-window'),
        step: valueIn('cell-step'),
        unit: valueIn('cell-unit'),
        gate,
      };
    },
    section,
    RECIPE_SETTINGS.map(({ field }) => field),
  );
}

describe('for teachers', () => {
  const stage = useStage();

  it('asks beside each section what to predict there, downloaded once it is opened', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await withoutServiceWorker(page);
    await page.goto(stage.address);
    await untilReady(page);
    const sections = await page.$$eval('gw-predict', (all) => all.map((one) => one.closest('section')?.id));
    expect(sections).toHaveLength(9);
    expect(stage.server.requests.filter((path) => /section-questions/.test(path))).toEqual([]);

    for (const id of sections) {
      await page.waitForSelector(`#${id} gw-predict summary`);
      await page.$eval(`#${id} gw-predict summary`, (summary) => (summary as HTMLElement).click());
      await page.waitForSelector(`#${id} gw-section-questions fieldset`);
    }
    expect(await choose(page, 'skill-number', '75\u00a0%', 'predict')).toMatch(
      /^Not that one\. 1 \u2212 1\.5 \/ 2 = 0\.25/,
    );
    expect(await choose(page, 'skill-number', '25\u00a0%', 'predict')).toMatch(/^Right\./);
    // The list for teachers asks the same and keeps its own answers.
    await click(page, 'all-questions-open');
    expect(await textOf(page, 'questions-right')).toMatch(/^0 of /);
    await loadAxe(page);
    expect(await violations(page, 'gw-predict')).toEqual([]);
    await page.setViewport({ width: 320, height: 800 });
    await page.waitForFunction(() => document.documentElement.scrollWidth <= 320);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('asks what it can check: all right answers count, a wrong one is told with the reason, other settings ask anew', async () => {
    const { page, complaints } = await stage.opened();
    const answers = Object.entries(rightAnswers(32));
    await click(page, 'all-questions-open');

    expect(await choose(page, 'count', '1,248')).toMatch(
      /^Not that one\. 4 \u00b7 \(32 \u00b7 \(6 \+ 32\) \+ 32\) = 4,992/,
    );
    for (const [id, answer] of answers) expect(await choose(page, id, answer)).toMatch(/^Right\./);
    await untilText(page, 'questions-right', new RegExp(`^${answers.length} of ${answers.length} right`));
    await page.$eval('[data-testid=answer-key] summary', (summary) => (summary as HTMLElement).click());
    await page.waitForSelector('[data-testid=answer-key] li');
    expect(
      (await page.$$eval('[data-testid=answer-key] li b', (all) => all.map((one) => one.textContent))).sort(),
    ).toEqual(answers.map(([, answer]) => answer).sort());
    expect(
      await page.$$eval(
        '[data-testid^=question-] .teachers-answer a',
        (all) =>
          all.filter((link) => document.querySelector(link.getAttribute('href') ?? '') === null).length,
      ),
    ).toBe(0);
    expect(await textOf(page, 'gate-bias-f')).toMatch(/1\s?1$/);

    await applySettings(page, { units: '16' });
    await untilText(page, 'questions-right', new RegExp(`^0 of ${answers.length} right`));
    for (const [id, answer] of Object.entries(rightAnswers(16))) {
      expect(await choose(page, id, answer)).toMatch(/^Right\./);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('takes no answer from arrow keys, but from the button, and another one afterwards', async () => {
    const { page } = await stage.opened();
    await click(page, 'all-questions-open');
    await page.waitForSelector('[data-testid=question-range]');
    const said = () => page.$eval('[data-testid=question-range] .teachers-answer', (one) => one.textContent);
    expect(
      await page.$eval('[data-testid=question-range] button', (one) => (one as HTMLButtonElement).disabled),
    ).toBe(true);
    const right = rightAnswers(32).range;
    const isRight = () =>
      page.$eval(
        '[data-testid=question-range] input:checked',
        (input, wanted) => (input as HTMLInputElement).value === wanted,
        right,
      );
    await page.focus('[data-testid=question-range] input');
    await page.keyboard.press('Space');
    while (await isRight()) await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    while (await isRight()) await page.keyboard.press('ArrowDown');
    await page.waitForSelector('[data-testid=question-range] button:not([disabled])');
    expect(await said()).toBe('');

    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-testid=question-range] [data-right=false]');
    await page.keyboard.down('Shift');
    await page.keyboard.press('Tab');
    await page.keyboard.up('Shift');
    while (!(await isRight())) await page.keyboard.press('ArrowDown');
    await page.waitForFunction(
      () => document.querySelector('[data-testid=question-range] [data-right]') === null,
    );
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    await page.waitForSelector('[data-testid=question-range] [data-right=true]');
    await untilText(page, 'questions-right', /^1 of/);
    await page.close();
  });

  it('prints the sheet alone, on two pages, with the gates the float64 reference gives', async () => {
    const { page, complaints } = await stage.opened();
    await applySettings(page, { epochs: '1', units: '8' });
    await untilText(page, 'stat-epoch', /^0$/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await page.waitForSelector('[data-testid=cell-step]');
    await setRange(page, 'cell-step', 9);
    await setRange(page, 'cell-unit', 5);
    const { i, f, candidate, o, c, h } = traceOf(await stage.weightsOf(page), seattleWindows(STEPS).x);
    const at = 9 * 8 + 5;
    await untilFollows(page, 'cell-whose');
    await page.$eval('[data-testid=sheet-preview] summary', (summary) => (summary as HTMLElement).click());
    await untilText(page, 'sheet-answers', /Unit 5, row 10 of 14/);

    const solved = await page.$$eval(
      '[data-testid=sheet-answers] .sheet-table b, [data-testid=sheet-answers] > p:last-child b',
      (all) => all.map((one) => Number((one.textContent ?? '').replace('\u2212', '-'))),
    );
    const expected = [i, f, candidate, o, c, h].map((values) => values[at] ?? Number.NaN);
    expect(solved).toHaveLength(6);
    for (const [k, value] of expected.entries()) expect(solved[k]).toBeCloseTo(value, 3);
    const blanks = await textOf(page, 'sheet-questions');
    for (const value of solved) expect(blanks).not.toContain(String(value).replace('-', '\u2212'));
    expect(await textOf(page, 'sheet-answers')).toContain('4 \u00b7 (8 \u00b7 (6 + 8) + 8) = 480');

    await page.evaluate(() => {
      window.print = () => undefined;
    });
    await click(page, 'print-sheet');
    await page.waitForSelector('.print-sheet');
    await page.emulateMediaType('print');
    const visible = await page.evaluate(() =>
      [...document.body.children]
        .filter((one) => getComputedStyle(one).display !== 'none')
        .map((one) => one.className),
    );
    expect(visible).toEqual(['print-sheet']);
    const pdf = Buffer.from(await page.pdf({ format: 'a4' })).toString('latin1');
    expect(pdf.match(/\/Type \/Page\b/g)).toHaveLength(2);
    await page.emulateMediaType('screen');
    await page.evaluate(() => dispatchEvent(new Event('afterprint')));
    expect(await page.$('.print-sheet')).toBeNull();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has lessons whose links open what they promise, whatever stood there before', async () => {
    const { page, complaints } = await watchedPage(stage.browser);
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.goto(stage.address);
    await untilReady(page);
    for (const [k, { title, state }] of LESSONS.entries()) {
      await applySettings(page, { units: '3', window: '9', epochs: '2' });
      await untilText(page, 'model-line', /^LSTM\(3\)/);
      await click(page, 'new-seed');
      await untilText(page, 'seed', /^(?!1$)/);
      await untilFollows(page, 'cell-whose');
      for (const slider of ['cell-window', 'cell-step', 'cell-unit']) await setRange(page, slider, 2);
      await click(page, 'cell-gate-i');

      await page.$$eval('[data-testid=lessons] a', (all, at) => (all[at] as HTMLElement).click(), k);
      await expect
        .poll(() => standing(page, state.section), { message: title, timeout: 90_000 })
        .toMatchObject(promised(state));
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has lessons as links, large type without a sideways scroll, and code that embeds the view it names', async () => {
    const { page, complaints } = await stage.opened();
    const links = await page.$$eval('[data-testid=lessons] a', (all) =>
      all.map((one) => one.getAttribute('href') ?? ''),
    );
    expect(links).toEqual(LESSONS.map(({ state }) => linkTo(state)));
    const ids = await page.$$eval('main > section', (all) => all.map(({ id }) => id));

    await page.select('[data-testid=embed-view]', 'gates');
    await page.$eval('[data-testid=embed-width]', (input) => {
      (input as HTMLInputElement).value = '99999';
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await click(page, 'embed-controls');
    const code = await untilText(page, 'embed-code', /#gates/);
    const frame = await page.evaluate((text) => {
      const { body } = new DOMParser().parseFromString(text, 'text/html');
      const { src = '', title = '', width = '', height = '' } = body.querySelector('iframe') ?? {};
      return { src, title, width, height };
    }, code);
    const hidden = ids.filter((id) => id !== 'gates');
    expect(frame).toEqual({
      src: `${stage.address}#gates?seed=1&hide=controls,${hidden.join()}`,
      title: 'gatewise: Which matrix is which gate?',
      width: '4000',
      height: '900',
    });
    await click(page, 'embed-copy');
    await page.waitForFunction(() =>
      /Copied|selected/.test(document.querySelector('gw-embed [role=status]')?.textContent ?? ''),
    );

    const size = (): Promise<number> =>
      page.$eval('#teachers p', (one) => Number.parseFloat(getComputedStyle(one).fontSize));
    const before = await size();
    await click(page, 'projector');
    expect(await size()).toBe(before * 1.5);
    await page.$eval('[data-testid=sheet-preview]', (details) => {
      (details as HTMLDetailsElement).open = true;
    });
    for (const width of [1280, 320]) {
      await page.setViewport({ width, height: 800 });
      await page.waitForFunction(
        (most) => document.documentElement.scrollWidth <= most,
        { polling: 50 },
        width,
      );
    }
    await click(page, 'projector');
    expect(await size()).toBe(before);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('holds a training by a preset\u2019s own settings against its pinned result, with the error of its own CSV', async () => {
    const pinned = (pinnedFile.results as PinnedFile['results'])['remember-20'];
    if (pinned === undefined) throw new Error('There is no pinned result of remember-20.');
    const { page, complaints } = await watchedPage(stage.browser);
    await page.goto(`${stage.address}#teachers?preset=remember-20&seed=1`);
    await untilReady(page);
    expect(await page.$('[data-testid=pinned]')).toBeNull();
    await click(page, 'train');
    await untilPhase(page, 'done');
    const words = await untilText(page, 'pinned', /^Your result: /);

    await stage.downloads.use(page);
    await click(page, 'forecast-csv');
    const { text: csv } = await stage.downloads.takeText('.csv');
    const [head = '', ...lines] = csv.trim().split('\n');
    const [observed, forecast] = ['observed', 'forecast'].map((name) => head.split(',').indexOf(name));
    const errors = lines.map((line) => {
      const cells = line.split(',').map(Number);
      return Math.abs((cells[observed ?? -1] ?? Number.NaN) - (cells[forecast ?? -1] ?? Number.NaN));
    });
    const mae = errors.reduce((sum, error) => sum + error, 0) / errors.length;
    expect(Math.abs(mae - pinned.mae)).toBeLessThanOrEqual(allowanceOf(pinned).allowed);
    expect(words).toContain(`weights ${await textOf(page, 'fingerprint')}. Recorded: `);
    const verdict = await page.$eval('[data-testid=pinned]', (one) => (one as HTMLElement).dataset.verdict);
    expect(verdict).toBe(words.includes('to the last bit') ? 'same' : 'within');

    await applySettings(page, { epochs: '1' });
    await untilText(page, 'pinned', /^There is a recorded result for each ready series/);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
