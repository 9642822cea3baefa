/** Below the heatmaps: slices as Python with the live shapes, and the bias that gives the forget gate away. */
import { expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import { applySettings, click, textOf, untilPhase, untilText } from './page-support.ts';

const stage = useStage();

it('the guide names f by its ones before training, says that training moved them, and follows the units', async () => {
  const { page, complaints } = await stage.opened();
  expect(await untilText(page, 'gate-cue', /exactly 1 throughout/)).toContain('that of f, forget gate is');
  expect(await textOf(page, 'gate-bias-f')).toMatch(/1\s?1$/);
  expect(await textOf(page, 'gate-bias-i')).toMatch(/0\s?0$/);

  await applySettings(page, { epochs: '1', units: '16' });
  await untilText(page, 'gate-python', /W_f = W\[:, 16:32\] # \(6, 16\)/);
  await click(page, 'train');
  await untilPhase(page, 'done');
  await untilText(page, 'gate-cue', /^After 1 epochs? training has moved the bias/);

  const trained = await textOf(page, 'fingerprint');
  await click(page, 'gate-reset');
  expect(await untilText(page, 'gate-reset-said', /^Before training/)).toMatch(
    /^Before training every number of bias\[16:32\] is exactly 1, and all others lie between 0 and 0\. .* is f, forget gate,/,
  );
  await untilText(page, 'cell-readout', /^bias, forget gate, .*, 1 /);
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('cell-bias');
  await click(page, 'gate-reset-undo');
  await untilText(page, 'fingerprint', new RegExp(`^${trained}$`));
  expect(await textOf(page, 'gate-reset-said')).toBe('');
  expect(await page.evaluate(() => document.activeElement?.getAttribute('data-testid'))).toBe('gate-reset');

  await click(page, 'gate-reset');
  await page.waitForSelector('[data-testid=gate-reset-undo]');
  await click(page, 'new-seed');
  await page.waitForFunction(() => document.querySelector('[data-testid=gate-reset-undo]') === null);
  expect(await textOf(page, 'gate-reset-said')).toBe('');
  await click(page, 'train');
  await untilPhase(page, 'done');
  await click(page, 'reset');
  await untilText(page, 'gate-cue', /exactly 1 throughout/);
  await click(page, 'gate-copy');
  await page.waitForFunction(() =>
    /Copied|selected/.test(document.querySelector('gw-gate-guide .actions [role=status]')?.textContent ?? ''),
  );
  await page.$eval('[data-testid=gate-guide]', (details) => {
    (details as HTMLDetailsElement).open = true;
  });
  await page.setViewport({ width: 320, height: 800 });
  await page.waitForFunction(() => document.documentElement.scrollWidth <= 320, { polling: 50 });
  expect(complaints).toEqual([]);
  await page.close();
});
