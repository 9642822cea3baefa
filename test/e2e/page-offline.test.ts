/** The built page without a connection, after one visit: all of it, and nothing that leaves its origin. */
import { unzipSync } from 'fflate';
import type { Page } from 'puppeteer';
import { describe, expect, it } from 'vitest';
import { useStage } from './page-stage.ts';
import {
  click,
  lookAtAll,
  runSelfTest,
  textOf,
  untilPhase,
  untilReady,
  untilStands,
  untilText,
  watchedPage,
} from './page-support.ts';

const VIEWS_LATER = [
  'gw-weights',
  'gw-cell',
  'gw-steps',
  'gw-keras',
  'gw-export',
  'gw-bonnet',
  'gw-teachers',
];

const defined = (page: Page, names: readonly string[]): Promise<string[]> =>
  page.evaluate((all) => all.filter((name) => customElements.get(name) !== undefined), names);

/** Waits until the page's service worker keeps everything. */
const untilKept = (page: Page): Promise<unknown> =>
  page.evaluate(async () => {
    const { active } = await navigator.serviceWorker.ready;
    while (active?.state !== 'activated') await new Promise((resolve) => setTimeout(resolve, 50));
  });

describe('the page without a connection', () => {
  const stage = useStage();

  it('may load and ask nothing but its own files and the weather service it names', async () => {
    const { page } = await watchedPage(stage.browser);
    await page.goto(stage.address);
    const directives = await page.evaluate(async () => {
      const seen: string[] = [];
      document.addEventListener('securitypolicyviolation', ({ effectiveDirective }) =>
        seen.push(effectiveDirective),
      );
      await fetch('https://example.org/').catch(() => undefined);
      const script = document.createElement('script');
      script.textContent = 'window.injected = true';
      document.body.append(script);
      await new Promise((resolve) => setTimeout(resolve, 200));
      // Each is told twice: the server's header says the same as the page's own meta element.
      return [...new Set(seen), 'injected' in window];
    });
    expect(directives).toEqual(['connect-src', 'script-src-elem', false]);
    await page.close();
  });

  it('holds its workers to the same policy where the server sends it as a header', async () => {
    const { page } = await watchedPage(stage.browser);
    await page.goto(stage.address);
    const own = await page.$eval('meta[http-equiv=Content-Security-Policy]', (meta) =>
      meta.getAttribute('content'),
    );
    expect((await fetch(stage.address)).headers.get('content-security-policy')).toBe(own);
    await untilStands(page);
    const [session] = page.workers();
    const seen = await session?.evaluate(async () => {
      const directives: string[] = [];
      addEventListener('securitypolicyviolation', (event) =>
        directives.push((event as SecurityPolicyViolationEvent).effectiveDirective),
      );
      await fetch('https://example.org/').catch(() => undefined);
      await new Promise((resolve) => setTimeout(resolve, 200));
      return directives;
    });
    expect(seen).toEqual(['connect-src']);
    await page.close();
  });

  it('keeps every file after one visit, lets go of what an older build kept, and of nothing else', async () => {
    const { page } = await watchedPage(stage.browser);
    await page.goto(`${stage.address}icon-of-no-page`);
    await page.evaluate(async (home) => {
      for (const registration of await navigator.serviceWorker.getRegistrations())
        await registration.unregister();
      for (const name of await caches.keys()) await caches.delete(name);
      for (const name of [`gatewise ${home} older`, `gatewise ${home}elsewhere/ x`, 'of another program']) {
        await (await caches.open(name)).put('./old', new Response('old'));
      }
    }, stage.address);

    await page.goto(stage.address);
    await untilStands(page);
    await untilKept(page);

    const names = await page.evaluate(() => caches.keys());
    expect(names).toHaveLength(3);
    expect(names.some((name) => name.endsWith(' older'))).toBe(false);
    const kept = await page.evaluate(
      async (mine) => {
        const requests = await (await caches.open(mine)).keys();
        return requests.map(({ url }) => url);
      },
      names.find((name) => name.startsWith(`gatewise ${stage.address} `)) ?? '',
    );
    expect(kept).toContain(stage.address);
    expect(kept.filter((url) => /worker.*\.js$/.test(url)).length).toBeGreaterThanOrEqual(2);
    expect(kept.some((url) => url.endsWith('.csv'))).toBe(true);
    await page.close();
  });

  it('opens, shows views nobody looked at before, trains, tests itself and writes HDF5, with the server gone', async () => {
    const first = await watchedPage(stage.browser);
    await first.page.goto(stage.address);
    await untilStands(first.page);
    await untilKept(first.page);
    expect(await defined(first.page, VIEWS_LATER)).toEqual([]);
    await first.page.close();
    await stage.server.close();

    const { page, complaints } = await watchedPage(stage.browser);
    const foreign: string[] = [];
    page.on('request', (request) => {
      const url = request.url();
      if (!url.startsWith(stage.address) && !/^(data|blob):/.test(url)) foreign.push(url);
    });
    await page.goto(`${stage.address}?from=elsewhere#cell`);
    await untilReady(page);
    await lookAtAll(page);
    expect(await defined(page, VIEWS_LATER)).toEqual(VIEWS_LATER);
    const before = await textOf(page, 'fingerprint');
    await click(page, 'step');
    await untilPhase(page, 'paused');
    await page.waitForFunction(
      (old) => document.querySelector('[data-testid=fingerprint]')?.textContent?.trim() !== old,
      {},
      before,
    );
    expect(await runSelfTest(page)).toMatch(/^All \d+ checks passed/);
    await stage.downloads.use(page);
    await click(page, 'export-keras');
    const { bytes } = await stage.downloads.take('.keras');
    const weights = unzipSync(bytes)['model.weights.h5'] ?? new Uint8Array();
    expect([...weights.subarray(0, 4)]).toEqual([0x89, 0x48, 0x44, 0x46]);
    expect(await untilText(page, 'offline-state', /^Ready/)).toContain('Ready for offline use');
    expect(foreign).toEqual([]);
    expect(complaints).toEqual([]);

    await page.goto(`${stage.address}index.html`);
    await untilStands(page);
    await page.close();
  });
});
