/** What the tests of the page stand on: the built page on a server, a browser and a folder for downloads, gone at the end. */
import type { Browser, Page } from 'puppeteer';
import { afterAll, beforeAll } from 'vitest';
import { readNpz } from '../../src/engine/keras/index.ts';
import { launchBrowser } from '../harness/browser.ts';
import {
  asVisited,
  type BuiltPage,
  click,
  DownloadFolder,
  serveBuiltPage,
  untilReady,
  type WatchedPage,
  watchedPage,
} from './page-support.ts';

/** There from the first test on, and in what is set up before it. */
export interface Stage {
  /** Of the page, such as `http://localhost:41234/`. */
  readonly address: string;
  readonly server: BuiltPage;
  readonly browser: Browser;
  readonly downloads: DownloadFolder;
  /** A new page on which the model stands and every view was looked at. */
  opened(width?: number): Promise<WatchedPage>;
  /** The same, with views out of sight left as visitors have them. */
  visited(width?: number): Promise<WatchedPage>;
  /** The weights a page exports, in Keras' order, by their names in the file: `lstm/kernel`. */
  weightsOf(page: Page): Promise<ReadonlyMap<string, Float32Array>>;
}

/** Sets the stage for the tests of the block in which it is called. */
export function useStage(launch: () => Promise<Browser> = () => launchBrowser()): Stage {
  let server: BuiltPage | undefined;
  let browser: Browser | undefined;
  const downloads = new DownloadFolder();

  beforeAll(async () => {
    server = await serveBuiltPage();
    browser = await launch();
  });

  afterAll(async () => {
    await browser?.close();
    await server?.close();
    downloads.remove();
  });

  const ready = async (watched: WatchedPage): Promise<WatchedPage> => {
    await watched.page.goto(there(server).address);
    await untilReady(watched.page);
    return watched;
  };

  return {
    downloads,
    get server() {
      return there(server);
    },
    get address() {
      return there(server).address;
    },
    get browser() {
      return there(browser);
    },
    async opened(width) {
      return ready(await watchedPage(there(browser), width));
    },
    async visited(width) {
      return ready(await asVisited(there(browser), width));
    },
    async weightsOf(page) {
      await downloads.use(page);
      await click(page, 'export-npz');
      const arrays = await readNpz((await downloads.take('.npz')).bytes);
      return new Map([...arrays].map(([name, { data }]) => [name, data as Float32Array]));
    },
  };
}

function there<Thing>(thing: Thing | undefined): Thing {
  if (thing === undefined) throw new Error('The stage is set only once the tests of its block begin.');
  return thing;
}
