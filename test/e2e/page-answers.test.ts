/** Three answers: static text that is true without scripts, numbers that equal those of the exported weights, links that lead there. */
import { describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  setRange,
  textOf,
  untilFollows,
  untilPhase,
  untilText,
  watchedPage,
} from './page-support.ts';
import { seattleWindows, traceOf } from './seattle.ts';

const STEPS = 14;
const UNITS = 8;
const LAG = 5;

describe('three answers', () => {
  const stage = useStage();

  it('are there as text before any script runs', async () => {
    const { page } = await watchedPage(stage.browser);
    await page.setJavaScriptEnabled(false);
    await page.goto(stage.address);
    const text = await page.$eval('#answers', (section) => (section.textContent ?? '').replace(/\s+/g, ' '));
    expect(text).toMatch(/Not in the weights\..*\(6, 128\), \(32, 128\) and \(128\)/);
    expect(text).toMatch(/Columns 32 to 63 are the forget gate/);
    expect(text).toMatch(/No weight belongs to t−5\./);
    await page.close();
  });

  it('have numbers that the float64 reference gives with the exported weights', async () => {
    const { page, complaints } = await stage.opened();
    expect(await untilText(page, 'answer-bias', /./)).toBe('1');
    await applySettings(page, { units: String(UNITS), epochs: '2' });
    await untilText(page, 'answer-columns', /8 to 15/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    const weights = await stage.weightsOf(page);
    const [kernel, recurrentKernel, bias = new Float32Array()] = [...weights.values()];
    await untilFollows(page, 'cell-whose');

    expect(await textOf(page, 'answer-count')).toBe(
      String((kernel?.length ?? 0) + (recurrentKernel?.length ?? 0) + bias.length),
    );
    const slice = [...bias.subarray(UNITS, 2 * UNITS)];
    const [least, most] = (await textOf(page, 'answer-bias')).split(' to ').map(Number);
    expect(least).toBeCloseTo(Math.min(...slice), 3);
    expect(most).toBeCloseTo(Math.max(...slice), 3);

    const { f } = traceOf(weights, seattleWindows(STEPS).x);
    const held = Array.from({ length: UNITS }, (_, unit) => {
      let product = 1;
      for (let t = STEPS - LAG; t < STEPS; t++) product *= f[t * UNITS + unit] as number;
      return product;
    }).sort((a, b) => a - b);
    const middle = ((held[3] as number) + (held[4] as number)) / 2;
    expect(Number((await textOf(page, 'answer-held')).replace(/\s*%/, ''))).toBeCloseTo(100 * middle, 2);

    const linksOf = (place: string): Promise<string[]> =>
      page.$$eval(`${place} a`, (all) => all.map((link) => link.getAttribute('href') ?? ''));
    const links = await linksOf('#answers');
    const sections = await linksOf('.page-nav');
    expect(links.length).toBeGreaterThanOrEqual(3);
    expect(sections.length).toBeGreaterThanOrEqual(11);
    for (const link of [...links, ...sections]) expect(await page.$(link), link).not.toBeNull();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('lead into their views with what they speak of chosen', async () => {
    const { page, complaints } = await stage.visited();
    await applySettings(page, { units: String(UNITS), epochs: '2' });
    await untilText(page, 'answer-columns', /8 to 15/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await untilFollows(page, 'cell-whose');
    const take = (section: string): Promise<void> =>
      page.$eval(`#answers .answer a[href="#${section}"]`, (link) => (link as HTMLElement).click());
    const is = (testId: string): Promise<boolean> =>
      page.$eval(`[data-testid=${testId}]`, (input) => (input as HTMLInputElement).checked);
    const valueIs = (testId: string): Promise<string> =>
      page.$eval(`[data-testid=${testId}]`, (input) => (input as HTMLInputElement).value);

    await click(page, 'cell-gate-o');
    await click(page, 'arrange-stored');
    await take('gates');
    const read = await untilText(
      page,
      'cell-readout',
      /^bias, forget gate, unit 0, \S+ bias\[units:2\*units\]/,
    );
    const [least = 0, most = 0] = (await textOf(page, 'answer-bias')).split(' to ').map(Number);
    const said = Number(/unit 0, (\S+) /.exec(read)?.[1]);
    expect(said).toBeGreaterThanOrEqual(least);
    expect(said).toBeLessThanOrEqual(most);
    expect(await is('cell-gate-f')).toBe(true);
    expect(await is('arrange-apart')).toBe(true);

    await take('time-steps');
    await page.waitForFunction(
      () => (document.activeElement as HTMLElement | null)?.dataset.testid === 'steps-slider',
    );
    await page.keyboard.press('ArrowRight');
    expect(await valueIs('steps-slider')).toBe(String(STEPS + 1));

    await setRange(page, 'cell-step', 0);
    await take('lag-lab');
    const row = await untilText(page, 'lag-readout', new RegExp(`^t−${LAG} \\(.*\\), lag ${LAG + 1} `));
    expect(await is('lag-method-permutation')).toBe(true);
    expect(await valueIs('cell-step')).toBe(String(STEPS - 1 - LAG));
    // Once it was measured, the card says the row's largest effect; and then its link chooses that input too.
    const told = await untilText(page, 'answer-lag', /./);
    const [, input = '', value = ''] = /lag \d+ (\D+?) (\S*\d\S*) /.exec(row) ?? [];
    expect(told.split(' ')[0]).toBe(value);
    await take('lag-lab');
    await page.waitForFunction(
      () => document.querySelector<HTMLSelectElement>('[data-testid=lag-input]')?.value !== '',
    );
    expect(
      await page.$eval(
        '[data-testid=lag-input]',
        (one) => (one as HTMLSelectElement).selectedOptions[0]?.text,
      ),
    ).toBe(input);
    expect(complaints).toEqual([]);
    await page.close();
  });
});
