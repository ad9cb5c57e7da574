/**
 * The cache door, the page's side: the same small entries in the origin's CacheStorage.
 *
 * The browser decides how long they live and how many bytes the origin may have. Where CacheStorage is missing (insecure
 * pages), nothing is kept and nothing fails.
 */

import { keptFiles, keptFilesCache } from "./kept-files.browser.ts";

const cacheName = "metal-candle";

/** Entries of one kind; tokenizers, the largest, have up to some 30 MB. */
const mostEntries = 16;

/** Where our cache is, for people. */
export function cacheFolder(): string | null {
  return storage() === null ? null : `CacheStorage "${cacheName}"`;
}

/** The entry of `key` (any string) within `kind`, or null. */
export async function readCacheEntry(kind: string, key: string): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const response = await (await storage()?.open(cacheName))?.match(entryUrl(kind, key));
    return response === undefined ? null : new Uint8Array(await response.arrayBuffer());
  } catch {
    return null;
  }
}

/** Keeps `content` for `key`. Returns whether that worked. */
export async function writeCacheEntry(kind: string, key: string, content: Uint8Array): Promise<boolean> {
  try {
    const cache = await storage()?.open(cacheName);
    if (cache === undefined) return false;
    await cache.put(entryUrl(kind, key), new Response(content.slice()));
    await evict(cache, kind);
    return true;
  } catch {
    return false;
  }
}

/** One line per kind of entry: how many files and bytes. */
export async function cacheUsage(): Promise<{ kind: string; files: number; bytes: number }[]> {
  const usage = new Map<string, { kind: string; files: number; bytes: number }>();
  const cache = await storage()?.open(cacheName);
  for (const request of (await cache?.keys()) ?? []) {
    const kind = new URL(request.url).pathname.split("/").at(-2) ?? "";
    const line = usage.get(kind) ?? { kind, files: 0, bytes: 0 };
    line.files += 1;
    line.bytes += (await (await cache?.match(request))?.arrayBuffer())?.byteLength ?? 0;
    usage.set(kind, line);
  }
  // Weights are counted by what their entries say: reading them all would take long.
  const models = await keptFiles();
  if (models.length > 0) {
    const bytes = models.reduce((sum, { entry }) => sum + entry.size, 0);
    usage.set("models", { kind: "models", files: models.length, bytes });
  }
  return [...usage.values()];
}

/** Removes everything. */
export async function clearCacheEntries(): Promise<void> {
  for (const name of [cacheName, keptFilesCache]) await storage()?.delete(name);
}

/** Takes away the oldest of a kind: CacheStorage lists entries in the order in which they came. */
async function evict(cache: Cache, kind: string): Promise<void> {
  const start = entryUrl(kind, "");
  const requests = (await cache.keys()).filter(({ url }) => url.startsWith(start));
  for (const request of requests.slice(0, -mostEntries)) await cache.delete(request);
}

function storage(): CacheStorage | null {
  return globalThis.caches ?? null;
}

/** CacheStorage keys are URLs; this one is never fetched. */
function entryUrl(kind: string, key: string): string {
  return `https://metal-candle.invalid/${encodeURIComponent(kind)}/${encodeURIComponent(key)}`;
}
