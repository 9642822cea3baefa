/** Links: a copied one opened in a new page gives the same state; lessons change the page they stand on; bad ones are told. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  asVisited,
  click,
  setRange,
  textOf,
  untilPhase,
  untilReady,
  untilStands,
  untilText,
} from './page-support.ts';

const SELECTION = ['cell-window', 'cell-step', 'cell-unit'] as const;

/** What is set in views and cards, beside the training and the selection. */
const CHECKED = {
  'cell-gate-o': true,
  'cell-backward': true,
  'arrange-stored': true,
  'scale-own': true,
  'lag-method-integrated': true,
  'lag-baseline-window': true,
  'lag-of-window': true,
  'lag-older': true,
  'keep-best': false,
};
const VALUES = { 'lag-baseline-number': '60', 'lag-display': 'share', 'lag-input': '2' };

/** The same of a page. */
const setOf = (page: Page) =>
  page.evaluate(
    (checked, values) => {
      const input = (id: string) => document.querySelector(`[data-testid=${id}]`) as HTMLInputElement | null;
      return {
        checked: Object.fromEntries(checked.map((id) => [id, input(id)?.checked])),
        values: Object.fromEntries(values.map((id) => [id, input(id)?.value])),
      };
    },
    Object.keys(CHECKED),
    Object.keys(VALUES),
  );

function sliderValue(page: Page, testId: string): Promise<string> {
  return page.$eval(`[data-testid=${testId}]`, (input) => (input as HTMLInputElement).value);
}

describe('a link', () => {
  const stage = useStage();

  it('opens in a new page with the same settings, weights, epoch, selection and views', async () => {
    await stage.browser
      .defaultBrowserContext()
      .overridePermissions(stage.address, ['clipboard-read', 'clipboard-sanitized-write']);
    const { page, complaints } = await stage.opened();
    await page.$eval('[data-testid=keep-best]', (box) => {
      (box as HTMLInputElement).checked = false;
    });
    await applySettings(page, { epochs: '3', units: '6', window: '10' });
    await untilText(page, 'steps-kernel', /24\)/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await setRange(page, 'epoch-shown', 2);
    await untilText(page, 'verdict-detail', /after 2 epochs\.|weights of epoch 2/);
    await setRange(page, 'cell-window', 40);
    await setRange(page, 'cell-unit', 4);
    await untilText(page, 'cell-whose', /fingerprint/);
    await setRange(page, 'cell-step', 3);
    for (const [testId, isChecked] of Object.entries(CHECKED)) if (isChecked) await click(page, testId);
    await page.select('[data-testid=lag-display]', VALUES['lag-display']);
    await page.select('[data-testid=lag-input]', VALUES['lag-input']);
    await setRange(page, 'lag-baseline-number', 60);
    const fingerprint = await textOf(page, 'fingerprint');
    const error = await textOf(page, 'stat-model');
    await click(page, 'share');
    await untilText(page, 'link-status', /^Link copied, with epoch 2\.$/);
    const link = await page.evaluate(() => navigator.clipboard.readText());
    expect(link).toMatch(
      /units=6&window=10&epochs=3&seed=1&best=0&epoch=2&w=40&t=3&unit=4&gate=o&feature=2&/,
    );
    expect(await setOf(page)).toEqual({ checked: CHECKED, values: VALUES });
    await page.close();

    const { page: other } = await asVisited(stage.browser);
    await other.goto(link);
    await untilReady(other);
    await untilText(other, 'fingerprint', new RegExp(fingerprint));
    expect(await untilText(other, 'stat-model', new RegExp(error.replace('.', '\\.')))).toBe(error);
    await untilText(other, 'cell-whose', new RegExp(fingerprint));
    for (const [k, testId] of SELECTION.entries())
      expect(await sliderValue(other, testId)).toBe(['40', '3', '4'][k]);
    expect(await setOf(other)).toEqual({ checked: CHECKED, values: VALUES });
    expect(await untilText(other, 'run-state', /Epoch 2 of 3/)).toBe('Epoch 2 of 3');
    expect(complaints).toEqual([]);
    await other.close();
  });

  it('changes the page it stands on, can be undone, and hides what a class does not need', async () => {
    const { page, complaints } = await stage.visited();
    const first = await textOf(page, 'fingerprint');
    await page.evaluate(() => {
      location.hash = '#cell?preset=lag-3&seed=7&epoch=1&unit=2&hide=keras,controls';
    });
    await untilText(page, 'run-state', /Epoch 1 of 20/);
    expect(await textOf(page, 'fingerprint')).not.toBe(first);
    await untilText(page, 'cell-whose', /epoch/);
    expect(await sliderValue(page, 'cell-unit')).toBe('2');
    const isSeen = (selector: string): Promise<boolean> =>
      page.$eval(selector, (element) => element.getClientRects().length > 0);
    expect(await isSeen('#keras')).toBe(false);
    expect(await isSeen('gw-controls')).toBe(false);
    expect(await isSeen('#cell')).toBe(true);
    const top = await page.$eval('#cell', (section) => section.getBoundingClientRect().top);
    expect(Math.abs(top)).toBeLessThan(400);

    await page.evaluate(() => {
      location.hash = '#gates?preset=lag-3&seed=7&epoch=0';
    });
    await untilText(page, 'epoch-words', /epoch 0, before training/);
    expect(await isSeen('gw-controls')).toBe(true);
    await page.evaluate(() => {
      location.hash = '#cell?t=3&way=backward&feature=1&lag=occlusion';
    });
    await untilText(page, 'cell-whose', /epoch 0/);
    const isChosen = (): Promise<(boolean | string | undefined)[]> =>
      page.evaluate(() => {
        const input = (id: string) => document.querySelector<HTMLInputElement>(`[data-testid=${id}]`);
        return [
          input('cell-backward')?.checked,
          input('lag-method-occlusion')?.checked,
          input('lag-input')?.value,
        ];
      });
    await expect.poll(isChosen).toEqual([true, true, '1']);
    await click(page, 'undo');
    await untilText(page, 'epoch-words', /epoch 1/);

    // A link of the whole page sets what it does not name as the page has it by itself.
    // A link to the beginning, while the beginning is looked at, takes the training away, and undo brings it back.
    await page.evaluate(() => {
      location.hash = '#gates?preset=lag-3&seed=7';
    });
    await untilText(page, 'stat-epoch', /^0$/);
    expect(await isChosen()).toEqual([false, false, '']);
    await click(page, 'undo');
    await untilText(page, 'stat-epoch', /^1$/);
    await untilText(page, 'epoch-words', /epoch 1/);
    await click(page, 'undo');
    await untilText(page, 'fingerprint', new RegExp(first));
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([
    ['in the address', 'through-time', 1280],
    ['clicked', 'through-time', 1280],
    ['clicked', 'time-steps', 390],
    ['clicked', 'keras', 1280],
  ])('%s leads to #%s on a page whose views have not come yet, at %d pixels', async (way, section, width) => {
    const { page, complaints } = await asVisited(stage.browser, width);
    await page.goto(`${stage.address}${way === 'clicked' ? '' : `#${section}`}`);
    await untilStands(page);
    if (way === 'clicked') await page.$eval(`a[href="#${section}"]`, (link) => (link as HTMLElement).click());
    await page.waitForSelector('gw-teachers [data-testid=lessons]');
    const tops: number[] = [];
    for (let n = 0; n < 8; n++) {
      await new Promise((resolve) => setTimeout(resolve, 250));
      tops.push(await page.$eval(`#${section}`, (element) => element.getBoundingClientRect().top));
    }
    expect(Math.abs(tops.at(-1) as number), `the section's top: ${tops}`).toBeLessThan(150);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('with values that cannot be used says which, and opens the page with its own', async () => {
    const { page, complaints } = await asVisited(stage.browser);
    await page.goto(`${stage.address}#cell?units=9999&gate=<b>&lag=all&feature=99&seed=2`);
    await untilReady(page);
    const told = await textOf(page, 'problem');
    expect(told).toMatch(/Units: expected a whole number from 1 to 256, received “9999”/);
    expect(told).toMatch(/gate: expected i, f, c or o, received “<b>”/);
    expect(told).toMatch(/lag: expected one of sensitivity, .*, received “all”/);
    // An input that the series does not have is none.
    expect(await page.$eval('[data-testid=lag-input]', (input) => (input as HTMLSelectElement).value)).toBe(
      '',
    );
    expect(await untilText(page, 'run-state', /seed/)).toBe('Untrained, seed 2');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
