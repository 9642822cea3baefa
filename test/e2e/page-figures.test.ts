/** Which weights a figure on the page belongs to, what the page says aloud, and that it asks before it forgets. */
import type { Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  acceptDialog,
  applySettings,
  click,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  type WatchedPage,
} from './page-support.ts';

/** Keeps, for each frame drawn from now on, the state of the training, the error shown, and the headline. */
async function recordFrames(page: Page): Promise<() => Promise<string[][]>> {
  await page.evaluate(() => {
    const frames: string[][] = [];
    const text = (id: string): string =>
      (document.querySelector(`[data-testid=${id}]`)?.textContent ?? '').replace(/\s+/g, ' ').trim();
    const look = (): void => {
      frames.push([text('run-state'), text('stat-model'), text('verdict')]);
      requestAnimationFrame(look);
    };
    look();
    Object.assign(window, { frames });
  });
  return () => page.evaluate(() => (window as unknown as { frames: string[][] }).frames);
}

describe('the figures on the page', () => {
  const stage = useStage();
  let watched: WatchedPage;

  beforeAll(async () => {
    watched = await stage.opened();
    await applySettings(watched.page, { epochs: '2' });
    await untilText(watched.page, 'stat-epoch', /^0$/);
  });

  it.each(['new-seed', 'apply'])('are not the network before\u2019s after %s', async (begin) => {
    const { page } = watched;
    await click(page, 'train');
    await untilPhase(page, 'done');
    const trained = await textOf(page, 'stat-model');
    const verdict = await textOf(page, 'verdict');
    const frames = await recordFrames(page);

    await click(page, begin);
    await untilText(page, 'stat-note', /^before training; press Train$/);

    const framesUntrained = async (): Promise<string[][]> =>
      (await frames()).filter(([state]) => state?.startsWith('Untrained'));
    // The frame that shows it may come a while after the text stands.
    await expect.poll(async () => (await framesUntrained()).at(-1)?.[1] ?? '').toMatch(/^\d/);
    const untrained = await framesUntrained();
    const shown = untrained.map(([, figure]) => figure);
    expect(shown).not.toContain(trained);
    expect(untrained.map(([, , headline]) => headline)).not.toContain(verdict);
  });

  it('belong to one step after one step', async () => {
    const { page } = watched;

    await click(page, 'step');
    await untilText(page, 'run-state', /step 1 of/);

    await untilText(page, 'stat-note', /^after 1 step$/);
    expect(await textOf(page, 'verdict-detail')).toContain('These are the weights after 1 step.');
    await click(page, 'reset');
    await untilText(page, 'stat-note', /^before training; press Train$/);
  });

  it('are told aloud once training ends, and nothing of the loading remains', async () => {
    const { page } = watched;
    expect(await textOf(page, 'news')).toBe('');

    await click(page, 'train');
    await untilPhase(page, 'done');

    const error = Number.parseFloat(await textOf(page, 'stat-model'));
    expect(await textOf(page, 'news')).toMatch(
      new RegExp(
        `^Training finished at epoch 2, loss [\\d.]+, validation loss [\\d.]+, mean error on the test part ${error}`,
      ),
    );
  });

  it('are not lost unasked: leaving asks once epochs are trained, until they are exported', async () => {
    const { page } = watched;
    const asked: string[] = [];
    page.on('dialog', (dialog) => {
      asked.push(dialog.type());
      acceptDialog(dialog);
    });
    await stage.downloads.use(page);
    // Browsers ask only where somebody has touched the page.
    await page.mouse.click(5, 400);
    await click(page, 'export-npz');
    await stage.downloads.take('.npz');
    await page.reload();
    await untilReady(page);
    expect(asked).toEqual([]);

    await page.mouse.click(5, 400);
    // What was trained before the reload stands again.
    await click(page, 'reset');
    await untilText(page, 'stat-epoch', /^0$/);
    await click(page, 'train');
    await untilText(page, 'stat-epoch', /^[1-9]/);
    await page.reload();
    await untilReady(page);

    expect(asked).toEqual(['beforeunload']);
    expect(watched.complaints).toEqual([]);
  });
});
