/** Every GPU case in headless Chromium; test/gpu/node.test.ts runs the same in Node through Dawn. */
import type { Browser, Page } from 'puppeteer';
import { afterAll, describe, expect, it } from 'vitest';
import { launchBrowser, openGpuPage } from '../harness/browser.ts';
import { allCases } from '../harness/gpu-case.ts';
import { type PageServer, serveTests } from '../harness/server.ts';

const keys = allCases().map(({ key }) => key);

describe('GPU numerics in Chromium', () => {
  let server: PageServer | undefined;
  let browser: Browser | undefined;
  let opening: Promise<Page> | undefined;

  // Opened by the first test that needs it, not in a hook: without an adapter every test is red, none skipped.
  const openPage = (): Promise<Page> => {
    opening ??= (async () => {
      server = await serveTests();
      browser = await launchBrowser();
      const page = await openGpuPage(browser, `${server.origin}/test/browser/numerics.html`);
      await page.waitForFunction(() => 'caseKeys' in window);
      return page;
    })();
    return opening;
  };

  afterAll(async () => {
    await browser?.close();
    await server?.close();
  });

  it('the page has the same cases as Node', async () => {
    const page = await openPage();

    const pageKeys = await page.evaluate(() => window.caseKeys);

    expect(pageKeys).toEqual(keys);
  });

  for (const key of keys) {
    it(key, async () => {
      const page = await openPage();

      const fault = await page.evaluate((name) => window.runCase(name), key);

      if (fault !== null) throw new Error(fault);
    });
  }
});
