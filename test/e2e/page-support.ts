/**
 * The page as visitors get it, for the end-to-end tests: built once, served over http://localhost, opened in Chromium
 * with everything it complains about collected.
 */
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import type { Browser, Dialog, Page } from 'puppeteer';
import { preview } from 'vite';
import { BUILT_PAGE, PAGE_SETTINGS } from './build-page.ts';
import { untilDrawn } from './drawn.ts';

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

/**
 * Serves the built page on a free port.
 * @param folder where a test has put a copy, to change it
 */
export async function serveBuiltPage(folder = BUILT_PAGE): Promise<BuiltPage> {
  const server = await preview({
    ...PAGE_SETTINGS,
    build: { outDir: folder },
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
    folder,
    requests,
    close: () => server.close(),
  };
}

/** Most a test waits for one thing, ms: only what never comes should take as long, also where other work shares the processor. */
const LONGEST_WAIT = 120_000;

/** A page with what it printed as an error or threw. */
export interface WatchedPage {
  readonly page: Page;
  readonly complaints: string[];
}

/**
 * A new page that keeps its complaints; not opened yet. All its views are laid out, in sight or not: where a view out of sight
 * has only the size it had when last seen, and one too wide is cut, neither axe-core nor a test could tell what overlaps or
 * juts out. Tests of where a link, the tour or the Tab key leads take asVisited().
 */
export async function watchedPage(browser: Browser, width = 1280): Promise<WatchedPage> {
  const watched = await asVisited(browser, width);
  await watched.page.evaluateOnNewDocument(() => {
    const sheet = new CSSStyleSheet();
    sheet.replaceSync('.section-body { content-visibility: visible !important; }');
    document.adoptedStyleSheets.push(sheet);
  });
  return watched;
}

/** The same page with views out of sight left as visitors have them. */
export async function asVisited(browser: Browser, width = 1280): Promise<WatchedPage> {
  const page = await browser.newPage();
  await page.setViewport({ width, height: 900 });
  page.setDefaultTimeout(LONGEST_WAIT);
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

/** How often a condition is looked at, ms: by the clock, for a busy machine draws no frames for long at times. */
const POLLING = 50;

/** The session runs in the page's own thread then, and the device it gets is `lastDevice`: a test can lose it. */
export async function withDeviceAtHand(page: Page): Promise<void> {
  await page.evaluateOnNewDocument(() => {
    Reflect.deleteProperty(HTMLCanvasElement.prototype, 'transferControlToOffscreen');
    const request = GPUAdapter.prototype.requestDevice;
    GPUAdapter.prototype.requestDevice = async function (descriptor) {
      const device = await request.call(this, descriptor);
      Object.assign(window, { lastDevice: device });
      return device;
    };
  });
}

/** Loses the device of withDeviceAtHand(). */
export async function loseDevice(page: Page): Promise<void> {
  await page.evaluate(() => (window as unknown as { lastDevice: GPUDevice }).lastDevice.destroy());
}

/** Waits until the model stands, and looks at every view. @throws as untilStands() */
export async function untilReady(page: Page): Promise<void> {
  await untilStands(page);
  await lookAtAll(page);
}

/**
 * Waits until the model stands.
 * @throws Error with the page's own words when it finds no GPU, at once; and with how far it came where nothing stands
 */
export async function untilStands(page: Page): Promise<void> {
  try {
    await page.waitForFunction(
      () => {
        const train = document.querySelector<HTMLButtonElement>('[data-testid=train]');
        const isReady =
          train !== null &&
          !train.disabled &&
          document.querySelector('[data-testid=fingerprint]')?.textContent !== '';
        return isReady || document.querySelector('[data-testid=no-gpu-notice]') !== null;
      },
      { polling: POLLING },
    );
  } catch (cause) {
    throw new Error(`No model stands; ${await howFar(page)}`, { cause });
  }
  const notice = await page.$('[data-testid=no-gpu-notice]');
  if (notice !== null) throw new Error(`No WebGPU for the page: ${await textOf(page, 'no-gpu-notice')}`);
}

/** How far a page came that opens no model: whether its scripts, its session and its device answer. */
async function howFar(page: Page): Promise<string> {
  const words = page.evaluate(() => {
    const ids = ['device-badge', 'run-state', 'busy', 'problem', 'lost-notice'];
    const told = ids.map(
      (id) => `${id}: ${document.querySelector(`[data-testid=${id}]`)?.textContent ?? '-'}`,
    );
    const seen = `${document.visibilityState}, service worker ${navigator.serviceWorker?.controller?.state ?? '-'}`;
    const files = performance.getEntriesByType('resource').map(({ name }) => name.split('/').pop());
    return [...told, seen, `last files: ${files.slice(-4).join(', ')}`].join('; ').replace(/\s+/g, ' ');
  });
  const silence = new Promise<string>((resolve) => setTimeout(resolve, 5000, 'the page does not answer'));
  return `${await Promise.race([words, silence])}; workers: ${page.workers().length}`;
}

/** Scrolls through the page as a visitor does, so that every view's script is loaded, and back to where it was. */
export async function lookAtAll(page: Page): Promise<void> {
  await page.evaluate(async () => {
    const { scrollY } = window;
    const views = [...document.querySelectorAll('main section > .section-body')];
    for (const view of views) {
      view.scrollIntoView({ behavior: 'instant' });
      await customElements.whenDefined(view.localName);
      // A frame, or as good as one: where the processor is busy with other work, Chromium may draw none for a long time.
      await new Promise((resolve) => {
        requestAnimationFrame(resolve);
        setTimeout(resolve, 250);
      });
    }
    scrollTo({ top: scrollY, behavior: 'instant' });
  });
}

/** The text of an element by its test id, with single spaces, once it is drawn. */
export async function textOf(page: Page, testId: string): Promise<string> {
  await page.waitForSelector(`[data-testid="${testId}"]`);
  await untilDrawn(page);
  return page.$eval(`[data-testid="${testId}"]`, (element) =>
    (element.textContent ?? '').replace(/\s+/g, ' ').trim(),
  );
}

/**
 * Clicks an element by its test id, once it can be clicked and does what it shows: a click on a button that waits would be
 * lost without a word. Then waits until what the page itself makes of it is drawn.
 */
export async function click(page: Page, testId: string): Promise<void> {
  await untilDrawn(page);
  await page.waitForSelector(`[data-testid="${testId}"]:not(:disabled)`);
  // Through the DOM: no scrolling, so that sticky parts of the page cannot come between.
  await page.$eval(`[data-testid="${testId}"]`, (element) => (element as HTMLElement).click());
  await untilDrawn(page).catch((error: unknown) => {
    // Where the click has left the page there is nothing to wait for.
    if (!/context|detached/i.test(String(error))) throw error;
  });
}

/** Moves a slider as a visitor does, to the end of the move, and waits until that is drawn. */
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
  await untilDrawn(page);
}

/** For page.on('dialog'): leaves the page that asks whether to leave; one that is closed meanwhile asks no more. */
export function acceptDialog(dialog: Dialog): void {
  dialog.accept().catch(() => undefined);
}

/**
 * Waits until an element's text fulfils a condition, given as a pattern.
 * @throws Error with the text that stood there instead
 */
export async function untilText(page: Page, testId: string, pattern: RegExp): Promise<string> {
  try {
    await page.waitForFunction(
      (id: string, source: string) => {
        const text = document
          .querySelector(`[data-testid="${id}"]`)
          ?.textContent?.replace(/\s+/g, ' ')
          .trim();
        return text !== undefined && new RegExp(source).test(text);
      },
      { polling: POLLING },
      testId,
      pattern.source,
    );
  } catch (cause) {
    throw new Error(`Waited for ${pattern} in ${testId}; ${await wordsInstead(page, testId)}`, { cause });
  }
  return textOf(page, testId);
}

/** What the page says where a wait has ended, for the report of a test that failed. */
async function wordsInstead(page: Page, testId: string): Promise<string> {
  const [text, problem, news] = await page.evaluate(
    (ids: string[]) =>
      ids.map((id) => document.querySelector(`[data-testid="${id}"]`)?.textContent?.replace(/\s+/g, ' ')),
    [testId, 'problem', 'news'],
  );
  return `it says: ${text ?? '(no such element)'}; problem: ${problem ?? 'none'}; news: ${news ?? 'none'}`;
}

/**
 * Waits until a view says that its numbers are those of the weights which the page shows. Both are read at once: right after
 * a change the page may still show the fingerprint of the weights before.
 */
export async function untilFollows(page: Page, testId: string): Promise<void> {
  await page.waitForFunction(
    (id: string) => {
      const [shown, its] = ['fingerprint', id].map(
        (one) => document.querySelector(`[data-testid="${one}"]`)?.textContent ?? '',
      );
      return shown && its?.includes(shown);
    },
    { polling: POLLING },
    testId,
  );
  await untilDrawn(page);
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
    { timeout: SELF_TEST_MS, polling: POLLING },
  );
  return textOf(page, 'self-test-state');
}

/** Waits until the training is in a phase. */
export async function untilPhase(page: Page, phase: 'idle' | 'training' | 'paused' | 'done'): Promise<void> {
  await page.waitForSelector(`[data-testid=train][data-phase=${phase}]`);
  await untilDrawn(page);
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
export async function lossTable(page: Page): Promise<{ loss: number; valLoss: number }[]> {
  await page.waitForSelector('gw-learning details');
  await page.$eval('gw-learning details', (details) => {
    (details as HTMLDetailsElement).open = true;
  });
  // The table is made when its details tell that they were opened, a task later.
  await page.waitForSelector('[data-testid=loss-table] tbody tr');
  await untilDrawn(page);
  return page.evaluate(() => {
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
  /** Files whose last byte is written: a name stands in the folder before its bytes do. */
  readonly #complete: string[] = [];

  /** Sends the page's downloads here. */
  async use(page: Page): Promise<void> {
    const session = await page.createCDPSession();
    session.on('Browser.downloadProgress', ({ state, filePath }) => {
      if (state === 'completed' && filePath !== undefined) this.#complete.push(filePath);
    });
    await session.send('Browser.setDownloadBehavior', {
      behavior: 'allow',
      downloadPath: this.path,
      eventsEnabled: true,
    });
  }

  /** Waits for a whole file with this ending that still stands there, and gives its name and bytes. */
  async take(ending: string): Promise<{ name: string; bytes: Uint8Array }> {
    for (let tries = 0; tries < 300; tries++) {
      const path = this.#complete.find((file) => file.endsWith(ending) && existsSync(file));
      if (path !== undefined) return { name: basename(path), bytes: new Uint8Array(readFileSync(path)) };
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    throw new Error(
      `No whole download ending in ${ending}; there are: ${readdirSync(this.path).join(', ') || 'none'}.`,
    );
  }

  /** The same of a file of text, whose last line ends as the others do. */
  async takeText(ending: string): Promise<{ name: string; text: string }> {
    const { name, bytes } = await this.take(ending);
    const text = new TextDecoder().decode(bytes);
    if (!text.endsWith('\n')) throw new Error(`The last line of ${name} has no end.`);
    return { name, text };
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
