// @ts-check
/**
 * Takes the pictures of the page in docs/: trained with the defaults in headless Chromium on its software adapter, its start at
 * 1280 and 390 pixels, light and dark, and each view by itself in docs/views. Needs a built page (`npm run build`).
 *
 *   node tools/screenshots.mjs
 */
import puppeteer from 'puppeteer';
import { preview } from 'vite';
import { findBrowsers } from '../bin/lib/find-browser.mjs';
import { fromRoot } from './lib/paths.mjs';

const THEMES = /** @type {const} */ (['light', 'dark']);
/** What the narrow picture shows, one screen each. */
const SCREENS = ['header', '[data-testid=verdict]', 'gw-matrix:nth-of-type(2)'];
/** What of the whole page is in the wide picture, CSS pixels: the start, the answers and the forecast. */
const WIDE_HEIGHT = 2600;
const NARROW = { width: 390, height: 844 };
/** Time for charts and heatmaps to follow a change of size or theme, ms. */
const SETTLE = 1500;

const [executablePath] = findBrowsers();
if (executablePath === undefined) throw new Error('No Chrome or Chromium found. Install one first.');
const server = await preview({
  configFile: fromRoot('vite.config.ts'),
  preview: { port: 0, strictPort: false, open: false },
});
const address = server.resolvedUrls?.local[0];
if (address === undefined) throw new Error('The built page could not be served. Run npm run build first.');
const browser = await puppeteer.launch({
  executablePath,
  args: [
    '--enable-unsafe-webgpu',
    '--use-webgpu-adapter=swiftshader',
    '--disable-dev-shm-usage',
    ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
  ],
});
try {
  await takeWide();
  await takeViews();
  await takeNarrow();
} finally {
  await browser.close();
  await server.close();
}

async function takeWide() {
  const page = await trainedPage({ width: 1280, height: 900 });
  for (const theme of THEMES) {
    await setTheme(page, theme);
    const path = docsFile(`page-1280-${theme}.png`);
    await page.screenshot({ path, clip: { x: 0, y: 0, width: 1280, height: WIDE_HEIGHT } });
  }
  await page.close();
}

async function takeViews() {
  const page = await trainedPage({ width: 1280, height: 900 });
  await setTheme(page, 'light');
  // What stays in place while the page scrolls would lie over the views.
  await page.addStyleTag({ content: '.top-bar, .section-text { position: static !important }' });
  const views = await page.$$eval('main > section', (sections) => sections.map(({ id }) => id));
  for (const view of views) {
    const section = await page.$(`#${view}`);
    await section?.evaluate((element) => element.scrollIntoView({ behavior: 'instant' }));
    await settle();
    await section?.screenshot({ path: docsFile(`views/${view}.png`) });
  }
  await page.close();
}

async function takeNarrow() {
  const page = await trainedPage({ ...NARROW, isMobile: true, hasTouch: true });
  for (const theme of THEMES) {
    await setTheme(page, theme);
    const screens = [];
    for (const selector of SCREENS) {
      await page.$eval(selector, (element) =>
        element.scrollIntoView({ block: 'start', behavior: 'instant' }),
      );
      await settle();
      screens.push(await page.screenshot({ encoding: 'base64' }));
    }
    await writeSideBySide(screens, docsFile(`page-390-${theme}.png`));
  }
  await page.close();
}

/** @param {import('puppeteer').Viewport} viewport */
async function trainedPage(viewport) {
  const page = await browser.newPage();
  page.setDefaultTimeout(300_000);
  await page.setViewport(viewport);
  await page.goto(/** @type {string} */ (address));
  await page.waitForSelector('[data-testid=train]:not([disabled])');
  // Each view's script comes when the view comes near, or at the first Tab.
  await page.keyboard.press('Tab');
  await page.waitForSelector('gw-matrix canvas');
  await page.click('[data-testid=train]');
  await page.waitForSelector('[data-testid=train][data-phase=done]');
  return page;
}

/** @param {import('puppeteer').Page} page @param {'light' | 'dark'} theme */
async function setTheme(page, theme) {
  await page.emulateMediaFeatures([
    { name: 'prefers-color-scheme', value: theme },
    { name: 'prefers-reduced-motion', value: 'reduce' },
  ]);
  await page.evaluate(() => {
    /** @type {HTMLElement | null} */ (document.activeElement)?.blur();
    scrollTo(0, 0);
  });
  await page.mouse.move(2, 2);
  await settle();
}

/** @param {string[]} screens @param {string} path */
async function writeSideBySide(screens, path) {
  const gap = 24;
  const sheet = await browser.newPage();
  await sheet.setViewport({
    width: screens.length * (NARROW.width + gap) + gap,
    height: NARROW.height + 2 * gap,
  });
  const images = screens
    .map((data) => `<img width="${NARROW.width}" src="data:image/png;base64,${data}">`)
    .join('');
  await sheet.setContent(
    `<body style="margin:0;padding:${gap}px;display:flex;gap:${gap}px;background:#7d8891">${images}</body>`,
  );
  await sheet.screenshot({ path: /** @type {`${string}.png`} */ (path) });
  await sheet.close();
}

function settle() {
  return new Promise((resolve) => setTimeout(resolve, SETTLE));
}

/** @param {string} name @returns {`${string}.png`} */
function docsFile(name) {
  return /** @type {`${string}.png`} */ (fromRoot(`docs/${name}`));
}
