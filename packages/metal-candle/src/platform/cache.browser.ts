/**
 * The cache door, the page's side: the same small entries in the origin's CacheStorage.
 *
 * The browser decides how long they live and how many bytes the origin may have. Where CacheStorage is missing (insecure
 * pages), nothing is kept and nothing fails.
 */

const cacheName = "metal-candle";

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
  return [...usage.values()];
}

function storage(): CacheStorage | null {
  return globalThis.caches ?? null;
}

/** CacheStorage keys are URLs; this one is never fetched. */
function entryUrl(kind: string, key: string): string {
  return `https://metal-candle.invalid/${encodeURIComponent(kind)}/${encodeURIComponent(key)}`;
}
