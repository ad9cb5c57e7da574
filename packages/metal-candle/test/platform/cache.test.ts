/** The cache door: what comes back is what was written, or nothing. */
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { cacheFolder, cacheUsage, readCacheEntry, writeCacheEntry } from "#platform/cache";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "metal-candle-cache-"));
  vi.stubEnv("METAL_CANDLE_CACHE", folder);
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(folder, { recursive: true, force: true });
});

const entryPath = (kind: string): string => join(folder, kind, readdirSync(join(folder, kind))[0]);

test("an entry comes back under its kind and key, and no other", async () => {
  const content = Uint8Array.from({ length: 5000 }, (_, index) => index);
  expect(await readCacheEntry("verdicts", "adapter|driver/1.0")).toBeNull();
  expect(await writeCacheEntry("verdicts", "adapter|driver/1.0", content)).toBe(true);
  expect(await readCacheEntry("verdicts", "adapter|driver/1.0")).toEqual(content);
  expect(await readCacheEntry("verdicts", "adapter|driver/1.1")).toBeNull();
  expect(await readCacheEntry("tokenizers", "adapter|driver/1.0")).toBeNull();
  expect(await writeCacheEntry("verdicts", "adapter|driver/1.0", Uint8Array.of(1))).toBe(true);
  expect(await readCacheEntry("verdicts", "adapter|driver/1.0")).toEqual(Uint8Array.of(1));
  expect(await cacheUsage()).toEqual([{ kind: "verdicts", files: 1, bytes: 33 }]);
});

test("a damaged or shortened entry is absent", async () => {
  await writeCacheEntry("kind", "key", new Uint8Array(100).fill(7));
  const path = entryPath("kind");
  const bytes = readFileSync(path);
  bytes[60] ^= 1;
  writeFileSync(path, bytes);
  expect(await readCacheEntry("kind", "key")).toBeNull();
  for (const length of [0, 10, 32, 90]) {
    writeFileSync(path, bytes.subarray(0, length));
    expect(await readCacheEntry("kind", "key")).toBeNull();
  }
});

test("an empty entry is an entry", async () => {
  await writeCacheEntry("kind", "key", new Uint8Array(0));
  expect(await readCacheEntry("kind", "key")).toEqual(new Uint8Array(0));
});

test("is the user's own, and leaves nothing half-written", async () => {
  await Promise.all(
    Array.from({ length: 8 }, (_, index) => writeCacheEntry("kind", "key", new Uint8Array(1000).fill(index))),
  );
  expect(readdirSync(join(folder, "kind"))).toHaveLength(1);
  expect(statSync(entryPath("kind")).mode & 0o077).toBe(0);
  expect((await readCacheEntry("kind", "key"))!.length).toBe(1000);
});

test("a failed write is not an error", async () => {
  const file = join(folder, "file");
  writeFileSync(file, "");
  vi.stubEnv("METAL_CANDLE_CACHE", join(file, "below"));
  expect(await writeCacheEntry("kind", "key", Uint8Array.of(1))).toBe(false);
  expect(await readCacheEntry("kind", "key")).toBeNull();
  expect(await cacheUsage()).toEqual([]);
});

test("lies in XDG_CACHE_HOME unless told otherwise", () => {
  vi.stubEnv("METAL_CANDLE_CACHE", "");
  vi.stubEnv("XDG_CACHE_HOME", "/x");
  expect(cacheFolder()).toBe(join("/x", "metal-candle"));
});
