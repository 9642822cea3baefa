/** What newcomers stumbled over (docs/user-trial.md): links that led past, weights that changed on the way to their field, bars of chance. */
import type { BoundingBox, Page } from 'puppeteer';
import { beforeAll, describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  asVisited,
  click,
  textOf,
  untilFollows,
  untilPhase,
  untilStands,
  untilText,
  type WatchedPage,
} from './page-support.ts';

/** Where a matrix lies on the screen, in sight. */
async function matrixBox(page: Page, id: string): Promise<BoundingBox> {
  const handle = await page.waitForSelector(`[data-testid=matrix-${id}] .matrix-view`);
  await handle?.scrollIntoView();
  const found = await handle?.boundingBox();
  if (!found) throw new Error(`No matrix ${id} to be seen.`);
  return found;
}

describe('the page to a newcomer', () => {
  const stage = useStage();
  let watched: WatchedPage;

  beforeAll(async () => {
    watched = await stage.opened();
  });

  it('keeps the weight that was pressed while the pointer goes past others to the field, and names it there', async () => {
    const { page } = watched;
    const kernel = await matrixBox(page, 'kernel');
    await page.mouse.click(kernel.x + 0.1 * kernel.width, kernel.y + 0.6 * kernel.height);
    await untilText(page, 'cell-readout', /^kernel, input gate, .+ to unit \d+, .*\d/);
    const pressed = /^(.+ to unit \d+),/.exec(await textOf(page, 'cell-readout'))?.[1] ?? 'none';

    const bias = await matrixBox(page, 'bias');
    await page.mouse.move(bias.x + 0.6 * bias.width, bias.y + bias.height - 6);
    await untilText(page, 'cell-readout', /^bias, candidate, unit/);
    const field = await page.waitForSelector('[data-testid=weight-edit]');
    await field?.click();

    await untilText(page, 'cell-readout', /^kernel/);
    expect(await textOf(page, 'cell-readout')).toContain(pressed);
    const label = await page.$eval('[data-testid=weight-edit]', (input) =>
      (input as HTMLInputElement).labels?.[0]?.textContent?.trim(),
    );
    expect(label).toBe(`Set ${pressed} to`);
  });

  it('leaves a zoomed matrix where it was moved to, as the pointer goes and the pressed weight is chosen again', async () => {
    const { page } = watched;
    const { x, y, width, height } = await matrixBox(page, 'kernel');
    const middle = y + 0.6 * height;
    await page.mouse.click(x + 0.05 * width, middle);
    await untilText(page, 'cell-readout', /^kernel, input gate, .+ to unit \d+, .*\d/);
    const pressed = /^(.+ to unit \d+),/.exec(await textOf(page, 'cell-readout'))?.[1] ?? 'none';
    for (let times = 0; times < 3; times++)
      await page.$eval('gw-matrix:has([data-testid=matrix-kernel]) [aria-label="Zoom in"]', (one) =>
        (one as HTMLElement).click(),
      );
    for (let times = 0; times < 3; times++) {
      await page.mouse.move(x + 0.9 * width, middle);
      await page.mouse.down();
      await page.mouse.move(x + 0.1 * width, middle, { steps: 5 });
      await page.mouse.up();
    }
    expect(await textOf(page, 'cell-readout')).not.toContain(pressed);
    await page.mouse.move(2, middle);

    await untilText(page, 'cell-readout', /^kernel, input gate/);
    expect(await textOf(page, 'cell-readout')).toContain(pressed);
    const left = await page.$eval('[data-testid=cell-kernel]', (cell) =>
      Number.parseFloat((cell as HTMLElement).style.left),
    );
    expect(left).toBeLessThan(0);
  });

  it('says of bars that were measured before training that they are chance, and no longer after it', async () => {
    const { page } = watched;
    expect(await textOf(page, 'lag-untrained')).toContain('These weights are still random');
    await click(page, 'step');
    await untilPhase(page, 'paused');
    await untilText(page, 'run-state', /step 1 of/);
    await untilFollows(page, 'lag-of');
    // In the first epoch, which counts as none yet, but no longer of random weights.
    expect(await textOf(page, 'lag-of')).toMatch(/epoch 0/);
    expect(await page.$('[data-testid=lag-untrained]')).toBeNull();
    await click(page, 'train-epoch');
    await untilText(page, 'lag-of', /epoch 1/);
    expect(await page.$('[data-testid=lag-untrained]')).toBeNull();
  });

  it('writes the letter of a gate beside its number alone, not beside z', async () => {
    const { page } = watched;
    const besideNumber = (id: string): Promise<string | null | undefined> =>
      page.$eval(
        `[data-testid=${id}]`,
        (one) => one.parentElement?.querySelector('.part-letter')?.textContent,
      );
    await click(page, 'cell-gate-f');
    await page.waitForSelector('[data-testid=cell-z-f]');
    expect(await besideNumber('cell-z-f')).toBeUndefined();
    expect(await page.$$eval('.cell-numbers .part[data-cell-part=f] .part-letter', (all) => all.length)).toBe(
      1,
    );
  });
});

describe('a lesson\u2019s link', () => {
  const stage = useStage();

  it('still shows its section when the model comes later, also to a visitor who has pressed something there', async () => {
    // Views that were never seen have no size of their own yet: those of the new model move what is below them.
    const { page } = await asVisited(stage.browser);
    await page.goto(stage.address);
    await untilStands(page);
    await page.evaluate(() => {
      location.hash = '#teachers';
    });
    await page.waitForSelector('gw-teachers a[href^="#time-steps?"]');
    await page.evaluate(async () => {
      const followed = new Promise((resolve) => addEventListener('hashchange', resolve, { once: true }));
      document.querySelector<HTMLElement>('gw-teachers a[href^="#time-steps?"]')?.click();
      await followed;
      // Before the session can have answered.
      const pressed = new PointerEvent('pointerdown', { bubbles: true });
      document.querySelector('#time-steps h2')?.dispatchEvent(pressed);
    });
    await untilText(page, 'steps-kernel', /^\(6, 64\)$/);
    await untilFollows(page, 'gradient-of');
    await page.waitForFunction(() => {
      const top = document.querySelector('#time-steps')?.getBoundingClientRect().top ?? Number.NaN;
      return Math.abs(top - 112) < 40;
    });
  });
});

describe('the list of sections on a phone', () => {
  const stage = useStage();

  it('is at hand far down the page, beside buttons that are not cut, and leads on', async () => {
    const { page } = await stage.visited(390);
    await page.evaluate(() => {
      location.hash = '#time-steps';
    });
    await page.waitForSelector('[data-testid=steps-slider]');
    for (const width of [320, 390]) {
      await page.setViewport({ width, height: 844 });
      const cut = await page.$$eval('gw-controls button', (all) =>
        all
          .filter((button) => {
            const walk = document.createTreeWalker(button, NodeFilter.SHOW_TEXT);
            const isBroken = (node: Node): boolean =>
              [...(node.textContent ?? '').matchAll(/\S+/g)].some(({ 0: word, index }) => {
                const range = document.createRange();
                range.setStart(node, index);
                range.setEnd(node, index + word.length);
                return range.getClientRects().length > 1;
              });
            for (let node = walk.nextNode(); node !== null; node = walk.nextNode())
              if (isBroken(node)) return true;
            return (
              button.scrollWidth > button.clientWidth || button.getBoundingClientRect().right > innerWidth
            );
          })
          .map((button) => button.textContent),
      );
      expect(cut).toEqual([]);
    }
    const button = await page.waitForSelector('.page-nav button');
    const isOnTop = await button?.evaluate((one) => {
      const { left, top, width, height } = one.getBoundingClientRect();
      return one.contains(document.elementFromPoint(left + width / 2, top + height / 2));
    });
    expect(isOnTop).toBe(true);
    await button?.click();
    const link = await page.waitForSelector('#sections a[href="#gates"]', { visible: true });
    await link?.click();
    await page.waitForFunction(
      () => Math.abs(document.querySelector('#gates')?.getBoundingClientRect().top ?? 999) < 100,
    );
  });
});
