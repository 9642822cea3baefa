/** The benchmark's page in headless Chromium: one frame per contender, so that engines share no global state. */
import type { Browser, Frame, Page } from 'puppeteer';
import { launchBrowser, openGpuPage } from '../test/harness/browser.ts';
import { type PageServer, serve } from '../test/harness/server.ts';
import type { Contender, ContenderName } from './protocol.ts';

/** How long a frame may take to load its engine, ms; the first start bundles TensorFlow.js. */
const LOADING_LIMIT = 120_000;

/** With both, a page is cross-origin isolated and may share memory with threads. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

export class BenchPage {
  readonly browserVersion: string;
  private readonly server: PageServer;
  private readonly browser: Browser;
  private readonly page: Page;
  private readonly frames = new Map<ContenderName, Frame>();
  private fault: string | null = null;

  private constructor(server: PageServer, browser: Browser, page: Page, browserVersion: string) {
    this.server = server;
    this.browser = browser;
    this.page = page;
    this.browserVersion = browserVersion;
    page.on('pageerror', (error) => {
      this.fault ??= error instanceof Error ? error.message : String(error);
    });
  }

  /** @throws Error when there is no browser, or no WebGPU in it */
  static async open(root: string): Promise<BenchPage> {
    const server = await serve({
      root,
      cacheDir: `${root}node_modules/.vite-bench`,
      optimizeDeps: { entries: ['bench/*.html', 'bench/contenders/*.ts'] },
      server: { headers: ISOLATION },
    });
    let browser: Browser | undefined;
    try {
      browser = await launchBrowser();
      const page = await openGpuPage(browser, `${server.origin}/bench/host.html`);
      return new BenchPage(server, browser, page, await browser.version());
    } catch (error) {
      await browser?.close();
      await server.close();
      throw error;
    }
  }

  /** Loads a contender's engine in a frame of its own. */
  async load(name: ContenderName): Promise<void> {
    const element = await this.page.evaluateHandle((address) => {
      const frame = document.createElement('iframe');
      frame.src = address;
      document.body.append(frame);
      return frame;
    }, `contender.html?${name}`);
    const frame = await element.contentFrame();
    await frame
      .waitForFunction(() => window.contender !== undefined, { timeout: LOADING_LIMIT })
      .catch((error) => {
        throw new Error(this.fault ?? `it did not load: ${error instanceof Error ? error.message : error}`);
      });
    this.frames.set(name, frame);
  }

  /**
   * Calls a method of a contender in its frame.
   * @throws Error with what the contender threw, or what went wrong in the page meanwhile
   */
  async call<M extends keyof Contender>(
    name: ContenderName,
    method: M,
    ...args: Parameters<NonNullable<Contender[M]>>
  ): Promise<Awaited<ReturnType<NonNullable<Contender[M]>>>> {
    const frame = this.frames.get(name);
    if (!frame) throw new Error('it is not loaded.');
    const answer = await frame.evaluate(
      async (verb, given) => {
        const contender = window.contender as unknown as Record<string, (...values: unknown[]) => unknown>;
        try {
          return { result: await contender[verb]?.(...given) };
        } catch (error) {
          return { fault: error instanceof Error ? error.message : JSON.stringify(error) };
        }
      },
      method,
      args as unknown[],
    );
    const fault = answer.fault ?? this.fault;
    if (fault !== null && fault !== undefined) throw new Error(fault);
    return answer.result as Awaited<ReturnType<NonNullable<Contender[M]>>>;
  }

  async close(): Promise<void> {
    await this.browser.close();
    await this.server.close();
  }
}
