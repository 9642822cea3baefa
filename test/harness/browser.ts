/**
 * Headless Chromium for the browser tests, with the software WebGPU adapter (SwiftShader), so that they give the
 * same numbers on every machine. GATEWISE_ADAPTER=gpu takes the machine's own adapter, GATEWISE_ADAPTER=none takes
 * all of them away (to see that the tests are then red).
 */
import puppeteer, { type Browser, type Page } from 'puppeteer';
import { findBrowsers } from '../../bin/lib/find-browser.mjs';
import { adapterChoice } from '../../bin/lib/vulkan.mjs';

/** ms: longer than the longest test. */
const PROTOCOL_TIMEOUT = 600_000;
/** ms: the development server reads every module of the engine first. */
const NAVIGATION_TIMEOUT = 120_000;

/**
 * @param protocolTimeout how long one call into a page may take, ms
 * @throws Error in one sentence when no browser is installed
 */
export async function launchBrowser(protocolTimeout = PROTOCOL_TIMEOUT): Promise<Browser> {
  const [executablePath] = findBrowsers();
  if (executablePath === undefined) {
    throw new Error(
      'No Chrome or Chromium found: install one (Debian: apt-get install chromium), or name it in GATEWISE_CHROME.',
    );
  }
  return puppeteer.launch({
    executablePath,
    headless: true,
    args: browserArguments(),
    protocolTimeout,
  });
}

/** Chromium as it is without a graphics adapter: WebGPU finds none. */
export function launchWithoutAdapter(args: readonly string[] = []): Promise<Browser> {
  const [executablePath = ''] = findBrowsers();
  return puppeteer.launch({
    executablePath,
    headless: true,
    args: [...hostArguments(), ...args],
    protocolTimeout: PROTOCOL_TIMEOUT,
  });
}

/**
 * A page at `address` on which WebGPU works.
 * @throws Error when navigator.gpu is missing or gives no adapter
 */
export async function openGpuPage(browser: Browser, address: string): Promise<Page> {
  const page = await browser.newPage();
  await page.goto(address, { timeout: NAVIGATION_TIMEOUT });
  const found = await page.evaluate(async () => {
    if (!('gpu' in navigator)) return 'no navigator.gpu';
    return (await navigator.gpu.requestAdapter()) === null ? 'no adapter' : 'adapter';
  });
  if (found !== 'adapter') {
    throw new Error(`WebGPU does not work in ${await browser.version()}: ${found} at ${address}.`);
  }
  return page;
}

function browserArguments(): string[] {
  const gpuArguments = {
    auto: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    software: ['--enable-unsafe-webgpu', '--use-webgpu-adapter=swiftshader'],
    gpu: ['--enable-unsafe-webgpu', '--enable-features=Vulkan', '--use-angle=vulkan'],
    none: ['--disable-gpu'],
  }[adapterChoice()];
  return [...gpuArguments, ...hostArguments()];
}

function hostArguments(): string[] {
  // Chromium's sandbox refuses to start as root; a small /dev/shm (containers) crashes big pages.
  const rootArguments = process.getuid?.() === 0 ? ['--no-sandbox'] : [];
  return [...rootArguments, '--disable-dev-shm-usage'];
}
