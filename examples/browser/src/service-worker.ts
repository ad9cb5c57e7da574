/**
 * Keeps the site: every file it ships, fetched once, checked against its hash, and answered from here ever after.
 *
 * A site is kept whole or not at all: a newer one is fetched beside the one in use, files that did not change are taken over, and it
 * serves when all of it is there and no page uses the older one. Nothing but the site's own files passes here.
 */

/** A file of the site, relative to this one. */
interface SiteFile {
  readonly path: string;
  /** "sha256-…", as Subresource Integrity has it. */
  readonly integrity: string;
  readonly bytes: number;
  /** What few need (the CPU device) is kept when it was asked for. */
  readonly isKeptWhenAsked: boolean;
}

/** Put in by the build. */
declare const siteFiles: readonly SiteFile[];
declare const siteVersion: string;

/** The parts of a service worker's scope that are used: TypeScript has them in a library that contradicts the page's. */
interface WorkerScope {
  readonly registration: { readonly scope: string };
  readonly clients: {
    claim(): Promise<void>;
    matchAll(options: object): Promise<readonly { postMessage(message: unknown): void }[]>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(type: string, listener: (event: WorkerEvent) => void): void;
}
interface WorkerEvent {
  readonly request: Request;
  readonly data: unknown;
  waitUntil(promise: Promise<unknown>): void;
  respondWith(response: Promise<Response>): void;
}

const worker = globalThis as unknown as WorkerScope;
const prefix = "ferris-site ";
const cacheName = prefix + siteVersion;
const { scope } = worker.registration;
const addressOf = (path: string) => new URL(path, scope).href;

const fetchesAtOnce = 6;

async function install(): Promise<void> {
  const cache = await caches.open(cacheName);
  const before = await sitesBefore();
  // Whoever needed one of those needs it offline, too.
  const isWanted = async ({ path, isKeptWhenAsked }: SiteFile) =>
    !isKeptWhenAsked || (await Promise.all(before.map((site) => site.match(addressOf(path))))).some(Boolean);
  const wanted = await Promise.all(siteFiles.map(isWanted));
  const files = siteFiles.filter((_, i) => wanted[i]);
  const total = files.reduce((sum, { bytes }) => sum + bytes, 0);
  let done = 0;
  const left = files.toSorted((a, b) => b.bytes - a.bytes);
  const fetchNext = async () => {
    for (let file = left.shift(); file !== undefined; file = left.shift()) {
      const address = addressOf(file.path);
      // From the site before, where the file is the same; its hash is asked of whatever comes from the network.
      const same = await keptBefore(before, address, file.integrity);
      await cache.put(address, same ?? (await fetched(address, file.integrity)));
      done += file.bytes;
      await say({ done, total });
    }
  };
  try {
    await Promise.all(Array.from({ length: fetchesAtOnce }, fetchNext));
  } catch (error) {
    left.length = 0;
    await say({ failure: (error as Error).message });
    throw error;
  }
}

async function fetched(address: string, integrity: string): Promise<Response> {
  const response = await fetch(address, { integrity, cache: "no-cache", redirect: "error" }).catch((cause: Error) => {
    throw new Error(`${address} cannot be fetched (${cause.message})`, { cause });
  });
  if (!response.ok) throw new Error(`${address} answers ${response.status}`);
  return withIntegrity(response, integrity);
}

const integrityHeader = "x-ferris-integrity";

function withIntegrity(response: Response, integrity: string): Response {
  const headers = new Headers(response.headers);
  // The body has been unpacked by now.
  for (const name of ["content-encoding", "content-length", "transfer-encoding"]) headers.delete(name);
  headers.set(integrityHeader, integrity);
  return new Response(response.body, { status: 200, headers });
}

/** What was kept until now: of sites before this one, and of this one where an earlier attempt broke off. */
async function sitesBefore(): Promise<Cache[]> {
  const names = (await caches.keys()).filter((name) => name.startsWith(prefix));
  return Promise.all(names.map((name) => caches.open(name)));
}

async function keptBefore(sites: readonly Cache[], address: string, integrity: string): Promise<Response | null> {
  for (const site of sites) {
    const found = await site.match(address);
    if (found?.headers.get(integrityHeader) === integrity) return found;
  }
  return null;
}

async function say(message: unknown): Promise<void> {
  for (const page of await worker.clients.matchAll({ includeUncontrolled: true })) page.postMessage(message);
}

async function activate(): Promise<void> {
  for (const name of await caches.keys()) {
    if (name.startsWith(prefix) && name !== cacheName) await caches.delete(name);
  }
  await worker.clients.claim();
}

async function answer(request: Request): Promise<Response> {
  const address = new URL(request.url);
  address.search = "";
  address.hash = "";
  const wanted = address.href === scope ? addressOf("index.html") : address.href;
  const cache = await caches.open(cacheName);
  const kept = await cache.match(wanted);
  if (kept !== undefined) return request.method === "HEAD" ? new Response(null, kept) : kept;
  const file = siteFiles.find(({ path }) => addressOf(path) === wanted);
  if (file === undefined || request.method !== "GET") return fetch(request);
  // By its hash: the server may have a newer site by now, and parts of two do not fit.
  const response = await fetched(wanted, file.integrity);
  await cache.put(wanted, response.clone());
  return response;
}

worker.addEventListener("install", (event) => event.waitUntil(install()));
worker.addEventListener("activate", (event) => event.waitUntil(activate()));
worker.addEventListener("message", (event) => {
  if (event.data === "take over") void worker.skipWaiting();
});
worker.addEventListener("fetch", (event) => {
  const { request } = event;
  const isOurs = request.url.startsWith(scope) && (request.method === "GET" || request.method === "HEAD");
  if (isOurs) event.respondWith(answer(request));
});
