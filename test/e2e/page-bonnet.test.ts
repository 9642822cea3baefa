/** Under the bonnet: the plan and its times, the code the device got, the device itself; and a self-test that can fail. */
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { version } from '../../package.json';
import type { SelfTestReport } from '../../src/demo/self-test-report.ts';
import { useStage } from './page-stage.ts';
import {
  applySettings,
  click,
  runSelfTest,
  textOf,
  untilReady,
  untilText,
  watchedPage,
} from './page-support.ts';

/** What a page on which the session runs in the page's own thread has seen go to createShaderModule. */
interface Seen {
  given: Record<string, string>;
}

const rows = (page: Page, id: string): Promise<string[][]> =>
  page.$$eval(`[data-testid=${id}] tbody tr`, (all) =>
    all.map((row) => [...row.children].map((cell) => (cell.textContent ?? '').replace(/\s+/g, ' ').trim())),
  );

describe('under the bonnet', () => {
  const stage = useStage();

  it('lists the dispatches of a training step and times them; the plan follows the model', async () => {
    const { page, complaints } = await stage.opened();

    await untilText(page, 'bonnet-step', /^A batch of 32 windows takes 5 dispatches/);
    const plan = await rows(page, 'bonnet-plan');
    expect(plan.map(([kernel, dispatches]) => [kernel, dispatches])).toEqual([
      ['lstm_forward', '1'],
      ['dense_head', '1'],
      ['lstm_backward', '1'],
      ['lstm_weight_gradient', '1'],
      ['adam', '1'],
    ]);
    const fingerprint = await textOf(page, 'fingerprint');
    await click(page, 'bonnet-time');
    await untilText(
      page,
      'bonnet-whole',
      /median \S+ (\u00b5s|ms), quartiles .* runs after one to warm up\.$/,
    );
    expect(await textOf(page, 'bonnet-times')).toContain('software adapter');
    const timed = await rows(page, 'bonnet-plan');
    for (const [k, cells] of timed.entries()) {
      expect(cells).toHaveLength(7);
      expect(cells.slice(3, 6).join(' ')).toMatch(
        /^[\d.]+ (\u00b5s|ms) [\d.]+ (\u00b5s|ms) to [\d.]+ (\u00b5s|ms) [\d.]+ (\u00b5s|ms)$/,
      );
      expect(cells[6]).toBe(plan[k]?.[3]);
    }
    expect(await textOf(page, 'fingerprint')).toBe(fingerprint);

    await applySettings(page, { batchSize: '8', units: '16' });
    await untilText(page, 'bonnet-step', /^A batch of 8 windows/);
    await page.waitForFunction(() => document.querySelector('[data-testid=bonnet-whole]') === null);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('passes its self-test, shows how far it is, and gives a report as text and JSON', async () => {
    const { page, complaints } = await stage.opened();
    await page.waitForSelector('[data-testid=bonnet-plan]');
    const adapter = await page.$eval('[data-testid=bonnet-device] dd', (dd) => dd.textContent ?? '');

    await page.evaluate(() => {
      const state = document.querySelector('[data-testid=self-test-state]') as Element;
      const seen: string[] = [];
      Object.assign(window, { seen });
      const done = (): number => document.querySelectorAll('[data-testid=self-test-table] tbody tr').length;
      new MutationObserver(() => seen.push(`${state.textContent ?? ''}, ${done()} shown`)).observe(state, {
        subtree: true,
        childList: true,
        characterData: true,
      });
    });
    const said = await runSelfTest(page);
    expect(said).toMatch(/^All \d+ checks passed\.$/);
    const seen = await page.evaluate(() => (window as unknown as { seen: string[] }).seen);
    const count = Number(/\d+/.exec(said)?.[0]);
    expect(count).toBeGreaterThanOrEqual(10);
    for (let done = 1; done < count; done++)
      expect(seen).toContain(`${done} of ${count} checks done, ${done} shown`);
    const table = await rows(page, 'self-test-table');
    expect(table.map(([, verdict]) => verdict)).toEqual(Array(count).fill('passed'));

    const text = await textOf(page, 'self-test-report');
    expect(text).toContain(`gatewise ${version} self-test`);
    expect(text).toContain(adapter);
    expect(text).toContain('maxBufferSize');
    await click(page, 'self-test-json');
    const json = await untilText(page, 'self-test-report', /^\{/);
    const report = JSON.parse(json) as SelfTestReport;
    expect(report).toMatchObject({ engine: `gatewise ${version}`, passed: count, failed: 0 });
    expect(report.userAgent).toBe(await page.evaluate(() => navigator.userAgent));
    expect(report.limits.maxBufferSize).toBeGreaterThan(0);
    expect(Math.abs(Date.now() - Date.parse(report.date))).toBeLessThan(120_000);
    expect(report.results.every(({ error, limit }) => error <= limit)).toBe(true);

    await page.$$eval('#bonnet details', (all) => {
      for (const details of all) details.open = true;
    });
    for (const width of [320, 1280]) {
      await page.setViewport({ width, height: 800 });
      await page.waitForFunction(
        (most) => document.documentElement.scrollWidth <= most,
        { polling: 50 },
        width,
      );
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('shows the very code the device was given, and fails its self-test where two gates of it are swapped', async () => {
    const { page } = await watchedPage(stage.browser);
    await page.evaluateOnNewDocument(() => {
      // Without it the session runs on the page's own thread, where the device can be got at.
      Reflect.deleteProperty(globalThis, 'OffscreenCanvas');
      const seen: Seen = { given: {} };
      Object.assign(window, seen);
      const create = GPUDevice.prototype.createShaderModule;
      GPUDevice.prototype.createShaderModule = function (descriptor) {
        seen.given[descriptor.label ?? ''] = descriptor.code;
        const code = descriptor.code
          .replace(
            'let i = activate(RECURRENT_ACTIVATION, z[0])',
            'let i = activate(RECURRENT_ACTIVATION, z[1])',
          )
          .replace(
            'let f = activate(RECURRENT_ACTIVATION, z[1])',
            'let f = activate(RECURRENT_ACTIVATION, z[0])',
          );
        return create.call(this, { ...descriptor, code });
      };
    });
    await page.goto(stage.address);
    await untilReady(page);
    await page.waitForSelector('[data-testid=bonnet-plan]');
    expect(await textOf(page, 'bonnet-device')).toContain('the page\u2019s own');

    const given = await page.evaluate(() => (window as unknown as Seen).given);
    const shown = await page.$$eval('.bonnet-kernel', (all) =>
      all.map((one) => [
        one.getAttribute('data-testid')?.replace('kernel-', ''),
        one.querySelector('pre')?.textContent,
      ]),
    );
    expect(
      shown
        .map(([name]) => name)
        .slice(0, 5)
        .sort(),
    ).toEqual(['adam', 'dense_head', 'lstm_backward', 'lstm_forward', 'lstm_weight_gradient']);
    for (const [name, code] of shown) expect(code, name ?? '').toBe(given[name ?? '']);
    // The lines beside the cell's formulas are lines of the same code.
    await page.waitForSelector('[data-testid=cell-code]');
    const beside = await page.$eval('[data-testid=cell-code]', (code) => code.textContent ?? '');
    const lines = beside.split('\n').filter((line) => line.trim() !== '');
    expect(lines.length).toBeGreaterThan(10);
    const forward = new Set((given.lstm_forward ?? '').split('\n'));
    expect(lines.filter((line) => !forward.has(line))).toEqual([]);

    expect(await runSelfTest(page)).toMatch(/^\d+ of \d+ checks failed\.$/);
    const failed = (await rows(page, 'self-test-table')).filter(([, verdict]) => verdict === 'failed');
    expect(failed.length).toBeGreaterThanOrEqual(6);
    expect(failed.some(([name]) => name?.startsWith('Gates i, f, candidate, o'))).toBe(true);
    expect(await textOf(page, 'self-test-report')).toContain('FAILED Gates i, f, candidate, o');
    await page.close();
  });
});
