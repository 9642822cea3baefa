/**
 * The page as visitors get it, for the end-to-end tests: built once, served over http://localhost, opened in Chromium
 * with everything it complains about collected.
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Browser, Page } from 'puppeteer';
import { build, preview } from 'vite';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const OUT = `${ROOT}test-output/page`;

export interface BuiltPage {
  /** Such as `http://localhost:41234/`. */
  readonly address: string;
  readonly port: number;
  /** Where the built files lie. */
  readonly folder: string;
  /** Paths asked for, of pages and workers alike, in order. */
  readonly requests: string[];
  close(): Promise<void>;
}

/** Builds the page with the project's own settings and serves it on a free port. */
export async function serveBuiltPage(): Promise<BuiltPage> {
  const shared = { configFile: `${ROOT}vite.config.ts`, logLevel: 'error' as const };
  const mode = process.env.NODE_ENV;
  // Vitest says "test", and libraries would come in their development form, warnings and all.
  process.env.NODE_ENV = 'production';
  try {
    await build({ ...shared, build: { outDir: OUT, emptyOutDir: true } });
  } finally {
    process.env.NODE_ENV = mode ?? 'test';
  }
  const server = await preview({
    ...shared,
    build: { outDir: OUT },
    // Any host name, so that a test can open the page over one that is not secure.
    preview: { port: 0, strictPort: false, host: 'localhost', open: false, allowedHosts: true },
  });
  const address = server.httpServer.address();
  if (address === null || typeof address === 'string') throw new Error('The test server did not get a port.');
  const requests: string[] = [];
  server.httpServer.on('request', ({ url = '' }: { url?: string }) => requests.push(url.split('?')[0] ?? ''));
  return {
    address: `http://localhost:${address.port}/`,
    port: address.port,
    folder: OUT,
    requests,
    close: () => server.close(),
  };
}

/** A page with what it printed as an error or threw. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
}

/** A new page that keeps its complaints; not opened yet. */
export async function watchedPage(browser: Browser, width = 1280): Promise<WatchedPage> {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  page.setDefaultTimeout(60_000);
  const complaints: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warn') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(String(error)));
  page.on('requestfailed', (request) => complaints.push(`${request.url()} failed`));
  page.on('response', (response) => {
    if (response.status() >= 400) complaints.push(`${response.url()}: ${response.status()}`);
  });
  return { page, complaints };
}

/**
 * A browser that keeps no page for offline use: what the page then asks the server for is what it needs itself, where
 * else the service worker fetches every file of the build.
 */
export async function withoutServiceWorker(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    Reflect.deleteProperty(Navigator.prototype, 'serviceWorker');
  });
}

/** Waits until the model stands, and looks at every view. @throws as untilStands() */
export async function untilReady(page: Page): Promise<void> {
  await untilStands(page);
  await lookAtAll(page);
}

/**
 * Waits until the model stands.
 * @throws Error with the page's own words when it finds no GPU, at once
 */
export async function untilStands(page: Page): Promise<void> {
  await page.waitForFunction(() => {
    const train = document.querySelector<HTMLButtonElement>('[data-testid=train]');
    const isReady =
      train !== null &&
      !train.disabled &&
      document.querySelector('[data-testid=fingerprint]')?.textContent !== '';
    return isReady || document.querySelector('[data-testid=no-gpu-notice]') !== null;
  });
  const notice = await page.$('[data-testid=no-gpu-notice]');
  if (notice !== null) throw new Error(`No WebGPU for the page: ${await textOf(page, 'no-gpu-notice')}`);
}

/** Scrolls through the page as a visitor does, so that every view's script is loaded, and back to where it was. */
export async function lookAtAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { scrollY } = window;
    const views = [...document.querySelectorAll('main section > .section-body')];
    for (const view of views) {
      view.scrollIntoView({ behavior: 'instant' });
      await customElements.whenDefined(view.localName);
      await new Promise(requestAnimationFrame);
    }
    scrollTo({ top: scrollY, behavior: 'instant' });
  });
}

/** The text of an element by its test id, with single spaces. */
export async function textOf(page: Page, testId: string): Promise<string> {
  await page.waitForSelector(`[data-testid="${testId}"]`);
  return page.$eval(`[data-testid="${testId}"]`, (element) =>
    (element.textContent ?? '').replace(/\s+/g, ' ').trim(),
  );
}

/** Clicks an element by its test id. */
export async function click(page: Page, testId: string): Promise<void> {
  await page.waitForSelector(`[data-testid="${testId}"]`);
  // Through the DOM: no scrolling, so that sticky parts of the page cannot come between.
  await page.$eval(`[data-testid="${testId}"]`, (element) => (element as HTMLElement).click());
}

/** Moves a slider as a visitor does, to the end of the move. */
export async function setRange(page: Page, testId: string, value: number): Promise<void> {
  await page.$eval(
    `[data-testid="${testId}"]`,
    (element, text) => {
      const input = element as HTMLInputElement;
      input.value = text;
      input.dispatchEvent(new Event('input', { bubbles: true }));
      input.dispatchEvent(new Event('change', { bubbles: true }));
    },
    String(value),
  );
}

/** Waits until an element's text fulfils a condition, given as a pattern. */
export async function untilText(page: Page, testId: string, pattern: RegExp): Promise<string> {
  await page.waitForFunction(
    (id: string, source: string) => {
      const text = document.querySelector(`[data-testid="${id}"]`)?.textContent?.replace(/\s+/g, ' ').trim();
      return text !== undefined && new RegExp(source).test(text);
    },
    {},
    testId,
    pattern.source,
  );
  return textOf(page, testId);
}

/** How long the self-test may take where other work shares the processor, ms. */
const SELF_TEST_MS = 240_000;

/** Runs the self-test to its end and gives what it says of itself. */
export async function runSelfTest(page: Page): Promise<string> {
  await click(page, 'self-test');
  await page.waitForFunction(
    () =>
      /checks (passed|failed)/.test(
        document.querySelector('[data-testid=self-test-state]')?.textContent ?? '',
      ),
    { timeout: SELF_TEST_MS },
  );
  return textOf(page, 'self-test-state');
}

/** Waits until the training is in a phase. */
export async function untilPhase(page: Page, phase: 'idle' | 'training' | 'paused' | 'done'): Promise<void> {
  await page.waitForSelector(`[data-testid=train][data-phase=${phase}]`);
}

/** Fills in the settings and applies them. */
export async function applySettings(page: Page, settings: Readonly<Record<string, string>>): Promise<void> {
  await page.$eval('[data-testid=settings]', (details) => {
    (details as HTMLDetailsElement).open = true;
  });
  for (const [field, value] of Object.entries(settings)) {
    await page.$eval(
      `[data-testid=setting-${field}]`,
      (input, text) => {
        (input as HTMLInputElement).value = text;
      },
      value,
    );
  }
  await click(page, 'apply');
}

/** The losses by epoch as the page's table has them. */
export function lossTable(page: Page): Promise<{ loss: number; valLoss: number }[]> {
  return page.evaluate(async () => {
    const details = document.querySelector('gw-learning details') as HTMLDetailsElement;
    details.open = true;
    await new Promise((resolve) => setTimeout(resolve, 100));
    return [...document.querySelectorAll('[data-testid=loss-table] tbody tr')].map((row) => {
      const [loss = Number.NaN, valLoss = Number.NaN] = [...row.querySelectorAll('td')].map((cell) =>
        Number(cell.textContent),
      );
      return { loss, valLoss };
    });
  });
}

/** What downloads end in: a folder of its own, removed at the end. */
export class DownloadFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'gatewise-page-'));

  /** Sends the page's downloads here. */
  async use(page: Page): Promise<void> {
    const session = await page.createCDPSession();
    await session.send('Browser.setDownloadBehavior', { behavior: 'allow', downloadPath: this.path });
  }

  /** Waits for a file with this ending and gives its name and bytes. */
  async take(ending: string): Promise<{ name: string; bytes: Uint8Array }> {
    for (let tries = 0; tries < 300; tries++) {
      const name = readdirSync(this.path).find((file) => file.endsWith(ending));
      if (name !== undefined) return { name, bytes: new Uint8Array(readFileSync(join(this.path, name))) };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(
      `No download ending in ${ending}; there are: ${readdirSync(this.path).join(', ') || 'none'}.`,
    );
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
