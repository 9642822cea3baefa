/** The benchmark's page in headless Chromium: one frame per contender, so that engines share no global state. */
import type { Browser, Frame, Page } from 'puppeteer';
import { launchBrowser, openGpuPage } from '../test/harness/browser.ts';
import { type PageServer, serve } from '../test/harness/server.ts';
import type { FrameName, Frames, Host, Hosts, MethodAnswer, MethodArguments } from './host.ts';

/** How long a frame may take to load its engine, ms; the first start bundles TensorFlow.js. */
const LOADING_LIMIT = 120_000;

/** How long a call may take, ms: TensorFlow.js on webgpu may need minutes for a step. */
const CALL_LIMIT = 3_600_000;

/** With both, a page is cross-origin isolated: it may share memory with threads, and its clock ticks every 5 us. */
const ISOLATION = {
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Embedder-Policy': 'require-corp',
};

/** Browsers, each with a new profile, over one server of the sources. */
export class BrowserHosts implements Hosts {
  readonly description: string;
  private readonly server: PageServer;
  private readonly wantsGpu: boolean;

  private constructor(server: PageServer, wantsGpu: boolean, description: string) {
    this.server = server;
    this.wantsGpu = wantsGpu;
    this.description = description;
  }

  /**
   * @param wantsGpu the machine's own GPU; the software adapter otherwise
   * @throws Error when there is no browser
   */
  static async start(root: string, wantsGpu: boolean): Promise<BrowserHosts> {
    process.env.GATEWISE_ADAPTER = wantsGpu ? 'gpu' : 'software';
    const browser = await launchBrowser(CALL_LIMIT);
    const version = await browser.version();
    await browser.close();
    const server = await serve({
      root,
      cacheDir: `${root}node_modules/.vite-bench`,
      optimizeDeps: { entries: ['bench/*.html', 'bench/contenders/*.ts', 'bench/ort/*-predictor.ts'] },
      server: { headers: ISOLATION },
    });
    return new BrowserHosts(server, wantsGpu, `${version}, headless`);
  }

  /** @throws Error when the browser has no WebGPU, or only a software adapter where the GPU was asked for */
  async open(): Promise<BenchPage> {
    const browser = await launchBrowser(CALL_LIMIT);
    try {
      const page = await openGpuPage(browser, `${this.server.origin}/bench/host.html`);
      if (this.wantsGpu) await requireGpu(page);
      return new BenchPage(browser, page);
    } catch (error) {
      await browser.close();
      if (!this.wantsGpu) throw error;
      throw new Error(`${error instanceof Error ? error.message : error} Run it without --browser-gpu.`);
    }
  }

  close(): Promise<void> {
    return this.server.close();
  }
}

class BenchPage implements Host {
  private readonly browser: Browser;
  private readonly page: Page;
  private readonly frames = new Map<FrameName, Frame>();
  private fault: string | null = null;

  constructor(browser: Browser, page: Page) {
    this.browser = browser;
    this.page = page;
    page.on('pageerror', (error) => {
      this.fault ??= error instanceof Error ? error.message : String(error);
    });
  }

  async load(name: FrameName): Promise<void> {
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

  async call<N extends FrameName, M extends keyof Frames[N]>(
    name: N,
    method: M,
    ...args: MethodArguments<N, M>
  ): Promise<MethodAnswer<N, M>> {
    const frame = this.frames.get(name);
    if (!frame) throw new Error('it is not loaded.');
    const answer = await frame.evaluate(
      async (verb, given) => {
        const { contender } = window;
        try {
          const work: unknown = contender && Reflect.get(contender, verb);
          return {
            result: typeof work === 'function' ? await Reflect.apply(work, contender, given) : undefined,
          };
        } catch (error) {
          return { fault: error instanceof Error ? error.message : JSON.stringify(error) };
        }
      },
      String(method),
      args as unknown[],
    );
    const fault = answer.fault ?? this.fault;
    if (fault !== null && fault !== undefined) throw new Error(fault);
    return answer.result as MethodAnswer<N, M>;
  }

  async close(): Promise<void> {
    await this.browser.close();
  }
}

async function requireGpu(page: Page): Promise<void> {
  const info = await page.evaluate(async () => {
    const { vendor, architecture, description } = (await navigator.gpu.requestAdapter())?.info ?? {};
    return `${vendor} ${architecture} ${description}`.trim();
  });
  if (/swiftshader|llvmpipe/i.test(info)) {
    throw new Error(`--browser-gpu found no GPU, only the software adapter (${info}).`);
  }
}
