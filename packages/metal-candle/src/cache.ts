/** What metal-candle keeps to start faster the next time: how much that is, and throwing it away. */
import { cacheUsage as usage, clearCacheEntries } from "#platform/cache";

/** Entries of one kind. */
export interface CacheUsage {
  /** "models" (in a page), "tokenizers", and what is known of kernels on this machine's adapters. */
  readonly kind: string;
  readonly files: number;
  readonly bytes: number;
}

/**
 * What is kept: in a page in the origin's CacheStorage, models included; in Node in the folder that METAL_CANDLE_CACHE names, or the user's
 * own, and models are in the Hugging Face cache, which is not counted.
 */
export async function cacheUsage(): Promise<CacheUsage[]> {
  return usage();
}

/**
 * Throws all of that away. Models that are loaded go on; the next load does the work again, and in a page downloads anew.
 *
 * @example
 * import { cacheUsage, clearCache } from "metal-candle";
 * for (const { kind, files, bytes } of await cacheUsage()) console.log(`${kind}: ${files} files, ${bytes} bytes`);
 * await clearCache();
 */
export async function clearCache(): Promise<void> {
  await clearCacheEntries();
}
