/** Back and forth on the page: any epoch again in every view, changes undone and done again, a weight set by hand. */
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  setRange,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';

async function untilFingerprint(page: Page, fingerprint: string): Promise<void> {
  await untilText(page, 'fingerprint', new RegExp(fingerprint));
}

describe('back and forth', () => {
  const stage = useStage();
  let watched: WatchedPage;
  let untrained = '';
  let trained = '';

  beforeAll(async () => {
    watched = await stage.opened();
    const { page } = watched;
    await applySettings(page, { epochs: '3' });
    await untilText(page, 'undo', /settings/);
    untrained = await textOf(page, 'fingerprint');
    await click(page, 'train');
    await untilPhase(page, 'done');
    trained = await textOf(page, 'fingerprint');
  });

  it('shows the weights of the beginning in every view, then the newest again', async () => {
    const { page } = watched;
    expect(trained).not.toBe(untrained);
    const error = await textOf(page, 'stat-model');
    await setRange(page, 'epoch-shown', 0);
    await untilFingerprint(page, untrained);
    expect(await textOf(page, 'epoch-words')).toBe('epoch 0, before training');
    await untilText(page, 'cell-whose', new RegExp(untrained));
    await untilText(page, 'steps-fingerprint', new RegExp(untrained));
    expect(await untilText(page, 'verdict-detail', /before training/)).toMatch(/before training/);
    expect(await textOf(page, 'stat-model')).not.toBe(error);

    for (let epoch = 1; epoch <= 3; epoch++) await click(page, 'epoch-on');
    await untilText(page, 'epoch-words', /epoch 3, the newest/);
    await untilFingerprint(page, trained);
    await untilText(page, 'stat-model', new RegExp(`^${error.replace('.', '\\.')}$`));
  });

  it('trains on from the newest epoch, whichever is looked at', async () => {
    const { page } = watched;
    // The truth: the same training without a look.
    const plain = await watchedPage(stage.browser);
    await plain.page.goto(stage.address);
    await untilReady(plain.page);
    await applySettings(plain.page, { epochs: '3' });
    await untilText(plain.page, 'undo', /settings/);
    await click(plain.page, 'train');
    await untilPhase(plain.page, 'done');
    for (const one of [page, plain.page]) {
      await one.bringToFront();
      if (one === page) {
        await setRange(page, 'epoch-shown', 1);
        await untilText(page, 'verdict-detail', /after 1 epoch\./);
      }
      await click(one, 'step');
      await untilPhase(one, 'paused');
      await untilText(one, 'verdict-detail', /3 epochs and 1 step/);
    }
    const expected = await textOf(plain.page, 'fingerprint');
    await plain.page.close();
    await page.bringToFront();
    await untilFingerprint(page, expected);

    // In the middle of an epoch too.
    await setRange(page, 'epoch-shown', 0);
    await untilFingerprint(page, untrained);
    await click(page, 'step');
    await untilText(page, 'run-state', /step 2 of/);
    await untilText(page, 'verdict-detail', /3 epochs and 2 steps/);
    expect([expected, trained, untrained]).not.toContain(await textOf(page, 'fingerprint'));
  });

  it('undoes a new seed with its training, and does it again', async () => {
    const { page } = watched;
    await click(page, 'reset');
    await untilFingerprint(page, untrained);
    await click(page, 'undo');
    await untilFingerprint(page, trained);
    await untilText(page, 'stat-epoch', /^3$/);
    await click(page, 'new-seed');
    await untilText(page, 'stat-epoch', /^0$/);
    const other = await untilText(page, 'fingerprint', new RegExp(`^(?!${untrained}|${trained})`));
    await page.keyboard.down('Control');
    await page.keyboard.press('z');
    await page.keyboard.up('Control');
    await untilFingerprint(page, trained);
    await click(page, 'redo');
    await untilFingerprint(page, other);
    await click(page, 'undo');
    await untilFingerprint(page, trained);
  });

  it('undoes settings, with another model in between', async () => {
    const { page } = watched;
    await applySettings(page, { units: '5', epochs: '7' });
    await untilText(page, 'steps-kernel', /20\)/);
    await click(page, 'undo');
    await untilFingerprint(page, trained);
    expect(await textOf(page, 'steps-kernel')).toMatch(/128\)/);
    await untilText(page, 'stat-epoch', /^3$/);
  });

  it('undoes the box of the best epoch with the settings it came with', async () => {
    const { page } = watched;
    const isTicked = (): Promise<boolean> =>
      page.$eval('[data-testid=keep-best]', (box) => (box as HTMLInputElement).checked);
    await click(page, 'keep-best');
    await applySettings(page, { units: '4' });
    await untilText(page, 'steps-kernel', /16\)/);
    expect(await isTicked()).toBe(false);
    await click(page, 'undo');
    await untilFingerprint(page, trained);
    expect(await isTicked()).toBe(true);
    await click(page, 'redo');
    await untilText(page, 'steps-kernel', /16\)/);
    expect(await isTicked()).toBe(false);
    await click(page, 'undo');
    await untilFingerprint(page, trained);
  });

  it('sets one weight by hand, and takes it back', async () => {
    const { page } = watched;
    await page.focus('[data-testid=cell-bias]');
    await page.waitForFunction(
      () => document.querySelector<HTMLInputElement>('[data-testid=weight-edit]')?.disabled === false,
    );
    await page.type('[data-testid=weight-edit]', '2,5');
    await click(page, 'weight-set');
    await untilText(page, 'cell-readout', /2\.5$|2\.5 /);
    expect(await textOf(page, 'fingerprint')).not.toBe(trained);
    await untilText(page, 'undo', /edit of a weight/);
    await click(page, 'undo');
    await untilFingerprint(page, trained);

    await page.type('[data-testid=weight-edit]', 'many');
    await click(page, 'weight-set');
    expect(await untilText(page, 'problem', /received/)).toMatch(
      /A weight is a number such as 0.25; received “many”/,
    );
    expect(watched.complaints).toEqual([]);
  });
});
