/** What the page says to those who listen: news of training, the cursor over the forecast, the slider of time_steps. */
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ElementHandle } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { untilDrawn } from './drawn.ts';
import { useStage } from './page-stage.ts';
import { applySettings, click, lossTable, setRange, textOf, untilPhase, untilText } from './page-support.ts';

const MONTHS = 'Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec'.split(' ');

/** `2015-03-12` as `12 Mar 2015`. */
function spoken(date: string): string {
  const [year = '', month = '', day = ''] = date.split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1]} ${year}`;
}

describe('what the page says', () => {
  const stage = useStage();

  it('tells the end of training with the numbers of its last epoch, as they stand in the table', async () => {
    const { page, complaints } = await stage.opened();
    await applySettings(page, { epochs: '3' });
    await untilText(page, 'undo', /settings/);
    await click(page, 'train');
    await untilPhase(page, 'done');

    const news = await untilText(page, 'news', /^Training finished/);

    const rows = await lossTable(page);
    const last = rows.at(-1);
    expect(rows).toHaveLength(3);
    const [, epoch, loss, valLoss, error] =
      /^Training finished at epoch (\d+), loss ([\d.]+), validation loss ([\d.]+), mean error on the test part ([\d.]+)$/.exec(
        news,
      ) ?? [];
    expect([epoch, loss, valLoss].map(Number)).toEqual([3, last?.loss, last?.valLoss]);
    expect(await textOf(page, 'stat-model')).toContain(`${error}`);
    expect(await page.$eval('[data-testid=news]', (one) => one.getAttribute('role'))).toBe('status');
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has news of running training at most once in five seconds', async () => {
    const { page } = await stage.opened();
    await page.evaluate(() => {
      const said: [number, string][] = [];
      Object.assign(window, { said });
      const news = document.querySelector('[data-testid=news]') as HTMLElement;
      const note = (): void => {
        const text = news.textContent ?? '';
        if (text.startsWith('Training, epoch') && said.at(-1)?.[1] !== text)
          said.push([performance.now(), text]);
      };
      // As it is written: an observer is told later, after whatever other views draw in the same task.
      const { insertBefore } = Node.prototype;
      Node.prototype.insertBefore = function <T extends Node>(node: T, child: Node | null): T {
        const inserted = insertBefore.call(this, node, child) as T;
        if (news.contains(this)) note();
        return inserted;
      };
      const data = Object.getOwnPropertyDescriptor(CharacterData.prototype, 'data') as PropertyDescriptor;
      Object.defineProperty(CharacterData.prototype, 'data', {
        ...data,
        set(this: CharacterData, text: string) {
          data.set?.call(this, text);
          if (news.contains(this)) note();
        },
      });
    });
    const said = (): Promise<[number, string][]> =>
      page.evaluate(() => (window as unknown as { said: [number, string][] }).said);
    await applySettings(page, { epochs: '1000' });
    await untilText(page, 'undo', /settings/);

    await click(page, 'train');
    await expect.poll(async () => (await said()).length, { timeout: 60_000 }).toBeGreaterThanOrEqual(4);
    await click(page, 'train');
    await untilPhase(page, 'paused');

    const times = (await said()).slice(0, 4).map(([at]) => at);
    const gaps = times.slice(1).map((at, one) => at - (times[one] ?? 0));
    // A timer may run a little early by the page's clock, which is rounded.
    for (const gap of gaps) expect(gap).toBeGreaterThan(4990);
    await untilText(page, 'news', /^Paused at epoch/);
    await page.close();
  });

  it('moves the cursor over the forecast with the arrow keys, and says date, observed and forecast of its window', async () => {
    const { page } = await stage.opened();
    await stage.downloads.use(page);
    await click(page, 'forecast-csv');
    const [head = '', ...lines] = (await stage.downloads.takeText('.csv')).text.trim().split('\n');
    expect(head.split(',').slice(0, 4)).toEqual(['date', 'observed', 'forecast', 'persistence']);
    const said = (): Promise<readonly [index: number, text: string]> =>
      page.$eval(
        '[data-testid=forecast-cursor]',
        (cursor) =>
          [
            Number(cursor.getAttribute('aria-valuenow')),
            (cursor.getAttribute('aria-valuetext') ?? '').replaceAll('\u00a0', ' '),
          ] as const,
      );
    const expected = (index: number): string => {
      const [date = '', observed, forecast] = (lines[index] ?? '').split(',');
      const words = (value: string | undefined): string =>
        `${Number(value).toFixed(1).replace('-', '\u2212')} °C`;
      return `${spoken(date)}: observed ${words(observed)}, forecast ${words(forecast)}, same as yesterday `;
    };

    await page.focus('[data-testid=forecast-cursor]');
    await page.keyboard.press('Home');
    await untilDrawn(page);
    const [first] = await said();
    for (const [key, by] of [
      ['ArrowRight', 1],
      ['ArrowUp', 2],
      ['ArrowRight', 3],
      ['ArrowLeft', 2],
      ['ArrowDown', 1],
    ] as const) {
      await page.keyboard.press(key);
      await expect.poll(async () => (await said())[0]).toBe(first + by);
      expect((await said())[1]).toContain(expected(first + by));
    }
    await page.close();
  });

  it('reads the slider of time_steps out in what a row is: days, or hours', async () => {
    const { page, complaints } = await stage.opened();
    const read = (): Promise<string | null> =>
      page.$eval('[data-testid=steps-slider]', (slider) => slider.getAttribute('aria-valuetext'));
    await setRange(page, 'steps-slider', 24);
    await expect.poll(read).toBe('24 days');
    await setRange(page, 'steps-slider', 1);
    await expect.poll(read).toBe('1 day');

    const hours = Array.from({ length: 400 }, (_, hour) => {
      const date = new Date(Date.UTC(2020, 0, 1, hour)).toISOString().slice(0, 16);
      return `${date},${(10 + 5 * Math.sin((hour * Math.PI) / 12)).toFixed(2)}`;
    });
    const path = join(stage.downloads.path, 'hours.in');
    writeFileSync(path, ['time,warmth', ...hours].join('\n'));
    const input = await page.$('input[data-testid=csv-input]');
    await (input as ElementHandle<HTMLInputElement>).uploadFile(path);
    await untilText(page, 'column-picker', /400 rows/);
    await click(page, 'use-columns');
    await untilText(page, 'data-name', /hours/);
    await setRange(page, 'steps-slider', 24);
    await expect.poll(read).toBe('24 hours');
    expect(complaints).toEqual([]);
    await page.close();
  });
});
