/** What page.ts runs inside the page. Each function stands alone: Puppeteer sends its text. */

export interface Driven {
  /** Milliseconds after the file was given to the page's input. */
  readonly times: {
    /** The file is read and its columns are on the page. */
    readonly columnsOffered: number;
    /** The page names the file as its data: the windows are cut and the kernels for them are built. */
    readonly dataReady: number;
    /** The page tells of a finished training step; it does so at most every 100 ms. */
    readonly firstStep: number;
  };
  /** Longest time between two turns of a message that the main thread sends to itself, ms. */
  readonly longestStallMs: number;
  /** The same while nothing happens, over a second before the file: what the machine's other work does to it. */
  readonly restingStallMs: number;
  /** Tasks over 50 ms on the main thread, as the browser reports them, ms each. */
  readonly longTasks: readonly number[];
}

/**
 * Waits for the file, then does what a visitor does, at once: takes the columns offered, presses Train. Meanwhile a
 * message goes round on the main thread without a pause; the longest time between two of its turns is how long a
 * visitor's click could have waited.
 */
export async function driveToFirstStep(): Promise<Driven> {
  const find = <T extends HTMLElement>(id: string): T | null =>
    document.querySelector(`[data-testid="${id}"]`);
  const longTasks: number[] = [];
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longTasks.push(duration);
  });
  const input = find<HTMLInputElement>('csv-input');
  if (input === null) throw new Error('The page has no file input.');
  let restingStallMs = 0;
  for (let last = performance.now(), end = last + 1000; last < end; ) {
    await new Promise((resolve) => setTimeout(resolve, 1));
    restingStallMs = Math.max(restingStallMs, performance.now() - last);
    last = performance.now();
  }
  document.documentElement.dataset.awaitsFile = '';
  const file = await new Promise<File>((resolve) => {
    // In the capturing phase: the page's own listener takes the file away.
    input.addEventListener('change', () => resolve(input.files?.[0] as File), { capture: true, once: true });
  });
  const started = performance.now();
  observer.observe({ type: 'longtask' });

  let columnsOffered = 0;
  let dataReady = 0;
  let turn = started;
  let longestStallMs = 0;
  const channel = new MessageChannel();
  const firstStep = await new Promise<number>((resolve) => {
    channel.port1.onmessage = () => {
      const now = performance.now();
      longestStallMs = Math.max(longestStallMs, now - turn);
      turn = now;
      if (columnsOffered === 0) {
        const button = find<HTMLButtonElement>('use-columns');
        if (button !== null) {
          columnsOffered = now - started;
          button.click();
        }
      } else if (dataReady === 0) {
        if (find('data-name')?.textContent === file.name) {
          dataReady = now - started;
          find<HTMLButtonElement>('train')?.click();
        }
      } else if (/, step [1-9]/.test(find('run-state')?.textContent ?? '')) {
        resolve(now - started);
        return;
      }
      // A turn of the event loop, not a busy loop: rendering and input come in between.
      setTimeout(() => channel.port2.postMessage(null), 1);
    };
    channel.port2.postMessage(null);
  });
  await new Promise((resolve) => setTimeout(resolve, 200)); // long tasks are told late
  observer.disconnect();
  return { times: { columnsOffered, dataReady, firstStep }, longestStallMs, restingStallMs, longTasks };
}
