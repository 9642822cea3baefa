/** For teachers: questions checked against the network that stands, a sheet whose answers are the reference's, type, code to embed. */
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { presetOf, presetRecipe } from '../../src/demo/presets.ts';
import { RECIPE_SETTINGS, recipeText } from '../../src/demo/recipe.ts';
import { LESSONS } from '../../src/demo/teaching/lessons.ts';
import { type LinkState, linkTo } from '../../src/demo/url-state.ts';
import { readNpz } from '../../src/engine/keras/index.ts';
import { lstmForward } from '../../src/engine/reference/index.ts';
import { launchBrowser } from '../harness/browser.ts';
import {
  applySettings,
  type BuiltPage,
  click,
  DownloadFolder,
  serveBuiltPage,
  setRange,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';
import { seattleWindows } from './seattle.ts';

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
  };
}

/** Chooses an answer as a visitor does and gives what the page says of it. */
async function choose(page: Page, id: string, answer: string): Promise<string> {
  await page.waitForSelector(`[data-testid=question-${id}]`);
  const said = `[data-testid=question-${id}] .teachers-answer p`;
  await page.evaluate(
    (name, text) => {
      const inputs = [...document.querySelectorAll<HTMLInputElement>(`[data-testid=question-${name}] input`)];
      const input = inputs.find(({ value }) => value === text);
      if (input === undefined)
        throw new Error(`${name} has ${inputs.map(({ value }) => value).join(' | ')}, not ${text}.`);
      input.click();
    },
    id,
    answer,
  );
  await page.waitForFunction((selector) => document.querySelector(selector) === null, {}, said);
  await page.waitForSelector(`[data-testid=question-${id}] button:not([disabled])`);
  await page.$eval(`[data-testid=question-${id}] button`, (button) => button.click());
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
    series: presetOf(preset).title,
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
  let server: BuiltPage;
  let browser: Browser;
  const downloads = new DownloadFolder();

  beforeAll(async () => {
    server = await serveBuiltPage();
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    downloads.remove();
  });

  it('asks what it can check: all right answers count, a wrong one is told with the reason, other settings ask anew', async () => {
    const { page, complaints } = await watchedPage(browser);
    await page.goto(server.address);
    await untilReady(page);
    const answers = Object.entries(rightAnswers(32));

    expect(await choose(page, 'count', '1,248')).toMatch(
      /^Not that one\. 4 \u00b7 \(32 \u00b7 \(6 \+ 32\) \+ 32\) = 4,992/,
    );
    for (const [id, answer] of answers) expect(await choose(page, id, answer)).toMatch(/^Right\./);
    await untilText(page, 'questions-right', new RegExp(`^${answers.length} of ${answers.length} right`));
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
    const { page } = await watchedPage(browser);
    await page.goto(server.address);
    await untilReady(page);
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
    const { page, complaints } = await watchedPage(browser);
    await page.goto(server.address);
    await untilReady(page);
    await applySettings(page, { epochs: '1', units: '8' });
    await untilText(page, 'stat-epoch', /^0$/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await setRange(page, 'cell-step', 9);
    await setRange(page, 'cell-unit', 5);
    await downloads.use(page);
    await click(page, 'export-npz');
    const arrays = await readNpz((await downloads.take('.npz')).bytes);
    const array = (name: string): Float32Array => arrays.get(`lstm/${name}`)?.data as Float32Array;
    const { x } = seattleWindows(STEPS);
    const { i, f, candidate, o, c, h } = lstmForward(
      { shape: [1, STEPS, 6], data: x.data.subarray(0, STEPS * 6) },
      { kernel: array('kernel'), recurrentKernel: array('recurrent_kernel'), bias: array('bias') },
      { units: 8 },
    );
    const at = 9 * 8 + 5;
    await untilText(page, 'cell-whose', new RegExp(`fingerprint ${await textOf(page, 'fingerprint')}`));
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
    const { page, complaints } = await watchedPage(browser);
    await page.emulateMediaFeatures([{ name: 'prefers-reduced-motion', value: 'reduce' }]);
    await page.goto(server.address);
    await untilReady(page);
    for (const [k, { title, state }] of LESSONS.entries()) {
      await applySettings(page, { units: '3', window: '9', epochs: '2' });
      await untilText(page, 'model-line', /^LSTM\(3\)/);
      await click(page, 'new-seed');
      await untilText(page, 'seed', /^(?!1$)/);
      await untilText(page, 'cell-whose', new RegExp(await textOf(page, 'fingerprint')));
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
    const { page, complaints } = await watchedPage(browser);
    await page.goto(server.address);
    await untilReady(page);
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
      src: `${server.address}#gates?seed=1&hide=controls,${hidden.join()}`,
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
        { timeout: 5000 },
        width,
      );
    }
    await click(page, 'projector');
    expect(await size()).toBe(before);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
