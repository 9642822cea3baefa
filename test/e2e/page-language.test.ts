/** The page in two languages: chosen while it trains, named by a link, complete in Chinese, and with room for longer words. */
import { cpSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Browser, ElementHandle } from 'puppeteer';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { TOUR } from '../../src/demo/teaching/tour.ts';
import { launchBrowser } from '../harness/browser.ts';
import { BUILT_PAGE } from './build-page.ts';
import { englishLeft, longerWords, overflowing } from './language.ts';
import {
  applySettings,
  type BuiltPage,
  click,
  lookAtAll,
  serveBuiltPage,
  textOf,
  untilPhase,
  untilReady,
  untilText,
  watchedPage,
  withoutServiceWorker,
} from './page-support.ts';

const CHINESE = /\/zh-CN-[\w-]+\.js$/;
const METHODS = ['gradient-input', 'integrated', 'occlusion', 'permutation', 'half-life', 'sensitivity'];
const openAll = (all: Element[]): void => {
  for (const details of all) (details as HTMLDetailsElement).open = true;
};

/** The script with the Chinese words, in the build. */
function chineseFile(folder: string): string {
  const name = readdirSync(join(folder, 'assets')).find((one) => CHINESE.test(`/${one}`));
  return join(folder, 'assets', name ?? 'there is none');
}

describe('the page in two languages', () => {
  let server: BuiltPage;
  let browser: Browser;
  // Longer words take the place of the Chinese ones in it.
  const folder = mkdtempSync(join(tmpdir(), 'gatewise-languages-'));

  beforeAll(async () => {
    cpSync(BUILT_PAGE, folder, { recursive: true });
    server = await serveBuiltPage(folder);
    browser = await launchBrowser();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it('changes all of it at once while training goes on, and back; English visitors download no Chinese', async () => {
    const { page, complaints } = await watchedPage(browser);
    await withoutServiceWorker(page);
    await page.goto(server.address);
    await untilReady(page);
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    const isAsked = (): boolean => server.requests.some((path) => CHINESE.test(path));
    expect(isAsked()).toBe(false);

    await applySettings(page, { epochs: '1000' });
    await click(page, 'train');
    await untilText(page, 'stat-epoch', /^[1-9]/);
    await page.select('[data-testid=language]', 'zh-CN');
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
    const epoch = Number(await textOf(page, 'stat-epoch'));
    expect(isAsked()).toBe(true);
    expect(await page.title()).toBe('gatewise：可以打开来看的天气预测网络');
    expect(await page.$eval('#learning-title', (title) => title.textContent)).toBe('它如何学习');
    expect(await page.$eval('#title', (title) => title.textContent)).toContain('预测明天的气温');
    for (const place of ['.lead', 'gw-setup .card-text']) {
      const written = await page.$eval(place, (part) => part.textContent ?? '');
      expect(written, place).toMatch(/\p{Script=Han}/u);
      expect(written, place).not.toMatch(
        /[\u3001\u3002\uff01\uff0c\uff1a\uff1b\uff1f] |[\u4e00-\u9fff] +[\u4e00-\u9fff]/,
      );
    }
    await untilText(page, 'train', /^暂停$/);
    await untilText(page, 'forecast-cursor', /^$/);
    expect(
      await page.$eval('[data-testid=forecast-cursor]', (cursor) => [
        cursor.getAttribute('aria-label'),
        cursor.getAttribute('aria-valuetext'),
      ]),
    ).toEqual(['预测，逐个窗口查看', expect.stringMatching(/^2015年.*观测 .*预测 .*与昨天相同/)]);
    await untilText(page, 'steps-count', /4,992$/);
    expect(await page.$eval('gw-steps', (view) => view.textContent)).toContain('同一组权重，使用 14 次');
    expect(await page.$eval('gw-learning', (view) => view.textContent)).toMatch(/训练集\s+验证集/);

    await page.waitForFunction(
      (past: number) => Number(document.querySelector('[data-testid=stat-epoch]')?.textContent) > past,
      {},
      epoch,
    );
    expect(await page.$eval('[data-testid=train]', (button) => (button as HTMLElement).dataset.phase)).toBe(
      'training',
    );

    await page.select('[data-testid=language]', 'en');
    await page.waitForFunction(() => document.documentElement.lang === 'en');
    await untilText(page, 'train', /^Pause$/);
    await click(page, 'train');
    await untilPhase(page, 'paused');
    expect(await page.$eval('#learning-title', (title) => title.textContent)).toBe('How it learns');
    const said = (): Promise<string> =>
      page.$$eval('header, main, footer', (parts) => parts.map((part) => part.textContent).join());
    // Charts are drawn a few times a second.
    await expect.poll(async () => (await said()).match(/\p{Script=Han}+/gu)).toEqual(['中文']);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('opens in the language of a link, in the one chosen before, else in the browser\u2019s', async () => {
    const context = await browser.createBrowserContext();
    const page = await context.newPage();
    page.setDefaultTimeout(60_000);
    const opened = async (hash: string, language: string): Promise<void> => {
      await page.goto('about:blank');
      await page.goto(`${server.address}${hash}`);
      await page.waitForFunction((lang: string) => document.documentElement.lang === lang, {}, language);
    };
    await opened('#cell?lang=zh-CN', 'zh-CN');
    await untilText(page, 'train', /^训练$/);
    await opened('', 'en');
    await page.waitForSelector('[data-testid=language]');
    await page.select('[data-testid=language]', 'zh-CN');
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
    await opened('', 'zh-CN');
    await opened('#?lang=en', 'en');

    await page.evaluate(() => localStorage.clear());
    await page.evaluateOnNewDocument(() => {
      Object.defineProperty(Navigator.prototype, 'languages', { get: () => ['fr', 'zh-TW', 'en'] });
    });
    await opened('', 'zh-CN');
    await context.close();
  });

  it('has no English word left in Chinese but names and identifiers', async () => {
    const { page, complaints } = await watchedPage(browser);
    await withoutServiceWorker(page);
    await page.goto(`${server.address}#?lang=zh-CN`);
    await page.waitForFunction(() => document.documentElement.lang === 'zh-CN');
    await untilReady(page);
    await page.waitForSelector('gw-cell [data-testid=cell-z]');
    await applySettings(page, { epochs: '2' });
    await untilText(page, 'stat-epoch', /^0$/);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await page.$$eval('details', openAll);
    await page.waitForSelector('[data-testid=gradient-chart]');
    await page.waitForSelector('[data-testid=bonnet-plan]');
    await click(page, 'cell-next-sub-step');
    await page.select('[data-testid=preset]', 'lag-3');
    expect(await englishLeft(page)).toEqual([]);

    await click(page, 'cell-backward');
    await page.waitForSelector('[data-testid=cell-shares]');
    await click(page, 'bonnet-time');
    await untilText(page, 'bonnet-whole', /^一个/);
    await click(page, 'steps-apply');
    await page.waitForSelector('[data-testid=steps-results] tbody tr');
    await click(page, 'find-similar');
    await page.waitForSelector('[data-testid=similar-days]');
    await page.$eval('[data-testid=setting-units]', (input) => {
      (input as HTMLInputElement).value = '?';
    });
    await click(page, 'apply');
    await page.select('[data-testid=preset]', 'city');
    await page.waitForSelector('[data-testid=city]');
    await click(page, 'tour-begin');
    await page.waitForSelector('[data-testid=tour-title]');
    expect(await englishLeft(page)).toEqual([]);
    for (let stop = 2; stop <= TOUR.length; stop++) {
      await click(page, 'tour-next');
      await untilText(page, 'tour-title', new RegExp(`${stop} .*${TOUR.length} `));
      expect(await englishLeft(page)).toEqual([]);
    }
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('marks as English what the engine says in English', async () => {
    const { page, complaints } = await watchedPage(browser);
    // One page's service worker would serve the others' files too.
    await withoutServiceWorker(page);
    await page.goto(`${server.address}#?lang=zh-CN`);
    await untilReady(page);
    await click(page, 'self-test');
    await page.waitForSelector('[data-testid=self-test-table] tbody tr');
    expect(
      await page.$eval('[data-testid=self-test-table] tbody tr', (row) => [
        row.querySelector('th')?.lang,
        row.querySelector('td span')?.getAttribute('lang'),
      ]),
    ).toEqual(['en', 'en']);

    const folder = mkdtempSync(join(tmpdir(), 'gatewise-language-'));
    writeFileSync(join(folder, 'empty.csv'), '');
    const input = (await page.$('[data-testid=csv-input]')) as ElementHandle<HTMLInputElement>;
    await input.uploadFile(join(folder, 'empty.csv'));
    // What has its Chinese is not marked, be it the engine's or the page's own.
    await untilText(page, 'problem', /文件是空的/);
    const marked = (testId: string): Promise<string | null> =>
      page.$eval(`[data-testid=${testId}] p`, (said) => said.getAttribute('lang'));
    expect(await marked('problem')).toBeNull();
    const layers = [{ class_name: 'LSTM', config: { units: -1, batch_shape: [null, 2, 1] } }];
    const architecture = { class_name: 'Sequential', config: { name: 'bad', layers } };
    writeFileSync(join(folder, 'bad.json'), JSON.stringify(architecture));
    const models = (await page.$('[data-testid=keras-input]')) as ElementHandle<HTMLInputElement>;
    await models.uploadFile(join(folder, 'bad.json'));
    await untilText(page, 'keras-problem', /units/);
    expect(await marked('keras-problem')).toBe('en');
    rmSync(folder, { recursive: true });

    await page.focus('[data-testid=cell-kernel]');
    await click(page, 'weight-set');
    await untilText(page, 'problem', /^权重/);
    expect(await marked('problem')).toBeNull();
    expect(complaints).toEqual([]);
    await page.close();
  });

  it('has no English word left in the lag lab, whatever is asked there', { timeout: 600_000 }, async () => {
    const { page, complaints } = await watchedPage(browser);
    await withoutServiceWorker(page);
    await page.goto(`${server.address}#lag-lab?preset=lag-3&units=2&epochs=2&seed=1&lang=zh-CN`);
    await untilReady(page);
    await untilText(page, 'lag-reading', /^(x|shadow) 的 t\S* 每变化一个标准差，预测变化 /);
    await click(page, 'train');
    await untilPhase(page, 'done');
    await page.$$eval('#lag-lab details', openAll);
    await untilText(page, 'lag-random-reading', /。$/);
    const left: string[] = [];
    for (const method of METHODS) {
      await click(page, `lag-method-${method}`);
      await page.waitForSelector(`[data-testid=lag-table][data-method=${method}]`);
      left.push(...(await englishLeft(page)));
    }
    await click(page, 'lag-method-integrated');
    await click(page, 'lag-of-window');
    await click(page, 'lag-baseline-window');
    await page.waitForSelector('[data-testid=lag-change]');
    await page.select('[data-testid=lag-display]', 'share');
    left.push(...(await englishLeft(page)));
    await click(page, 'lag-baseline-climatology');
    await untilText(page, 'lag-why', /没有日期/);
    await click(page, 'lag-older');
    left.push(...(await englishLeft(page)));

    await page.$eval('[data-testid=lag-seeds]', (input) => {
      (input as HTMLInputElement).value = '2';
      input.dispatchEvent(new Event('change', { bubbles: true }));
    });
    await click(page, 'lag-study-begin');
    left.push(...(await englishLeft(page)));
    await page.waitForSelector('[data-testid=lag-verdicts]', { timeout: 240_000 });
    expect(await textOf(page, 'lag-verdicts')).toMatch(/已使用.*无法判断.*未使用/s);
    await click(page, 'lag-retrain-begin');
    left.push(...(await englishLeft(page)));
    await page.waitForSelector('[data-testid=lag-retrain-table]', { timeout: 240_000 });
    await page.$$eval('#lag-lab details', openAll);
    left.push(...(await englishLeft(page)));
    expect([...new Set(left)]).toEqual([]);
    expect(complaints).toEqual([]);
    await page.close();
  });

  it.each([1280, 320])('has room at %d pixels for words that are longer by two fifths', async (width) => {
    const { page, complaints } = await watchedPage(browser, width);
    await withoutServiceWorker(page);
    // In the build itself: where a browser's requests are answered by the test, one is lost now and then.
    const chinese = chineseFile(server.folder);
    writeFileSync(chinese, `${longerWords(0.4)}\nexport { templates };`);
    await page.goto(`${server.address}#?lang=zh-CN`);
    await untilText(page, 'train', /^Trainoo$/);
    await untilReady(page);
    await page.waitForSelector('gw-cell [data-testid=cell-step]');
    await page.$$eval('details', openAll);
    await lookAtAll(page);
    expect(complaints).toEqual([]);
    expect(await page.$eval('#learning-title', (title) => title.textContent)).toBe('Howoo ito learnsooo');
    expect(await overflowing(page)).toEqual([]);
    await page.close();
  });
});
