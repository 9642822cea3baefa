/** Whether the page works without a connection: a service worker keeps its files, once everything of a first visit is there. */
import { signal } from '@preact/signals-core';

export type OfflineState =
  /** Not a built page, not a secure one, or a browser that keeps nothing. */
  | 'unavailable'
  /** The visitor's browser asks pages to load as little as they can. */
  | 'saving-data'
  | 'storing'
  | 'ready'
  | 'failed';

export const offline = signal<OfflineState>('unavailable');

/** Keeps the page's files for offline use, after the first visit has loaded. Waits for nothing and throws nothing. */
export function keepForOffline(): void {
  if (!('serviceWorker' in navigator) || !/^https?:$/.test(location.protocol)) return;
  // Only Chromium has it, so TypeScript does not know it.
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (connection?.saveData === true && navigator.serviceWorker.controller === null) {
    offline.value = 'saving-data';
    return;
  }
  offline.value = 'storing';
  if (document.readyState === 'complete') void register();
  else addEventListener('load', () => void register(), { once: true });
}

async function register(): Promise<void> {
  try {
    const registration = await navigator.serviceWorker.register('./sw.js');
    const worker = registration.active ?? registration.installing ?? registration.waiting;
    await activated(worker);
    offline.value = 'ready';
  } catch {
    offline.value = 'failed';
  }
}

function activated(worker: ServiceWorker | null): Promise<void> {
  return new Promise((resolve, reject) => {
    const look = (): void => {
      if (worker?.state === 'activated') resolve();
      else if (worker === null || worker.state === 'redundant') reject(new Error('not kept'));
    };
    worker?.addEventListener('statechange', look);
    look();
  });
}
