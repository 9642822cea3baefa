/**
 * The service worker of the built page: keeps every file of one build and answers with it, so that the page works without
 * a connection from the second visit on. Files of other origins, and all that is not of this build, go to the network.
 * A new build is kept beside the old one and takes over once no tab shows the old one any more, so that no page ever
 * mixes the two. Imports nothing: a browser compares this one file to find out whether there is a new build.
 */

interface ExtendableEvent extends Event {
  waitUntil(work: Promise<unknown>): void;
}
interface FetchEvent extends ExtendableEvent {
  readonly request: Request;
  respondWith(response: Promise<Response>): void;
}
/** The part of a service worker's global scope used here; the page's types know only windows. */
interface Scope {
  readonly registration: { readonly scope: string };
  readonly clients: { claim(): Promise<void> };
  addEventListener(type: 'install' | 'activate', listener: (event: ExtendableEvent) => void): void;
  addEventListener(type: 'fetch', listener: (event: FetchEvent) => void): void;
}

/** Written by the build (tools/page/offline-files.ts): paths from the page, and a hash of all they hold. */
declare const BUILD: { readonly files: readonly string[]; readonly hash: string };

const scope = self as unknown as Scope;
const home = scope.registration.scope;
/** Caches belong to the origin, and other copies of this page may live there: the name has the place in it. */
const mine = `gatewise ${home} `;
const present = mine + BUILD.hash;
/** The page itself is kept under its short address: some servers send index.html on to it. */
const long = new URL('index.html', home).href;
const kept = new Set(BUILD.files.map((file) => shortened(new URL(file, home).href)));

scope.addEventListener('install', (event) => event.waitUntil(keepAll()));
scope.addEventListener('activate', (event) => event.waitUntil(takeOver()));
scope.addEventListener('fetch', (event) => {
  const { method, url } = event.request;
  const { href } = Object.assign(new URL(url), { hash: '', search: '' });
  const file = shortened(href);
  if (method === 'GET' && kept.has(file)) event.respondWith(answer(event.request, file));
});

function shortened(href: string): string {
  return href === long ? home : href;
}

/** A file whose name holds a hash of its content is the same in every build; the others are asked of the server itself. */
async function keepAll(): Promise<void> {
  const cache = await caches.open(present);
  for (const url of kept) {
    const known = url.includes('/assets/') ? await caches.match(url) : undefined;
    if (known === undefined) await cache.add(new Request(url, { cache: 'no-cache' }));
    else await cache.put(url, known);
  }
}

async function takeOver(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter((one) => one.startsWith(mine) && one !== present).map((one) => caches.delete(one)),
  );
  await scope.clients.claim();
}

/** From this build; the network only where the browser has thrown the cache away. */
async function answer(request: Request, file: string): Promise<Response> {
  const cache = await caches.open(present);
  return (await cache.match(file, { ignoreVary: true })) ?? fetch(request);
}
