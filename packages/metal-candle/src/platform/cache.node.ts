/**
 * The cache door, Node's side: small files that make the next start faster, and never anything that cannot be made again.
 *
 * One folder (`METAL_CANDLE_CACHE`, else `metal-candle` in XDG_CACHE_HOME, macOS's ~/Library/Caches, %LOCALAPPDATA% or ~/.cache),
 * one sub-folder per kind, one file per key. A file carries the SHA-256 of its content and arrives by rename, so a half-written
 * or damaged one reads as absent. Failing to write is not an error: the work is only done again next time.
 */
import { createHash, randomUUID } from "node:crypto";
import { mkdir, readdir, rename, rm, stat, utimes, writeFile } from "node:fs/promises";
import { homedir } from "node:os";
import { join } from "node:path";
import { readFileBytes } from "./files.node.ts";

/** Bytes that all entries together may have; the longest unused go first. */
const largestCache = 1 << 30;

/** Milliseconds after which nobody goes on with a file that is not whole: writing an entry takes less than a second. */
const abandonedAfter = 3_600_000;

const hashBytes = 32;

/** Where our cache is, whether or not it exists yet. */
export function cacheFolder(): string | null {
  const chosen = process.env["METAL_CANDLE_CACHE"];
  if (chosen) return chosen;
  const base =
    process.env["XDG_CACHE_HOME"] ||
    (process.platform === "win32" && process.env["LOCALAPPDATA"]) ||
    (process.platform === "darwin" ? join(homedir(), "Library", "Caches") : join(homedir(), ".cache"));
  return join(base, "metal-candle");
}

/** The entry of `key` (any string) within `kind` (a folder's name), or null. */
export async function readCacheEntry(kind: string, key: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const path = entryPath(kind, key);
  try {
    // Refuses what is not a file: a pipe would be waited for.
    const file = await readFileBytes(path, largestCache);
    if (file === null) return null;
    const content = new Uint8Array(file.buffer, file.byteOffset + hashBytes, file.length - hashBytes);
    if (!createHash("sha256").update(content).digest().equals(file.subarray(0, hashBytes))) return null;
    const now = new Date();
    await utimes(path, now, now);
    return content;
  } catch {
    return null;
  }
}

/** Keeps `content` for `key`. Returns whether that worked. */
export async function writeCacheEntry(kind: string, key: string, content: Uint8Array): Promise<boolean> {
  const path = entryPath(kind, key);
  const temporary = `${path}.${randomUUID()}.part`;
  try {
    await mkdir(join(path, ".."), { recursive: true, mode: 0o700 });
    const hash = createHash("sha256").update(content).digest();
    await writeFile(temporary, [hash, content], { mode: 0o600, flag: "wx" });
    await rename(temporary, path);
    await evict();
    return true;
  } catch {
    await rm(temporary, { force: true }).catch(() => undefined);
    return false;
  }
}

/** One line per kind of entry: how many files and bytes. For `doctor`. */
export async function cacheUsage(): Promise<{ kind: string; files: number; bytes: number }[]> {
  const usage = new Map<string, { kind: string; files: number; bytes: number }>();
  for (const entry of await entries()) {
    const line = usage.get(entry.kind) ?? { kind: entry.kind, files: 0, bytes: 0 };
    line.files += 1;
    line.bytes += entry.bytes;
    usage.set(entry.kind, line);
  }
  return [...usage.values()];
}

/** Removes everything. */
export async function clearCacheEntries(): Promise<void> {
  for (const { path } of await entries()) await rm(path, { force: true });
}

function entryPath(kind: string, key: string): string {
  const name = createHash("sha256").update(key).digest("hex").slice(0, 40);
  return join(cacheFolder()!, kind, name);
}

interface Entry {
  readonly kind: string;
  readonly path: string;
  readonly bytes: number;
  readonly used: number;
}

async function entries(): Promise<Entry[]> {
  const folder = cacheFolder()!;
  const found: Entry[] = [];
  for (const kind of await readdir(folder, { withFileTypes: true }).catch(() => [])) {
    if (!kind.isDirectory()) continue;
    for (const name of await readdir(join(folder, kind.name)).catch(() => [])) {
      const path = join(folder, kind.name, name);
      const information = await stat(path).catch(() => null);
      if (information?.isFile()) {
        found.push({ kind: kind.name, path, bytes: information.size, used: information.mtimeMs });
      }
    }
  }
  return found;
}

/** Removes what killed processes left half written, and the entries unused for longest until the rest fits. */
async function evict(): Promise<void> {
  const all = (await entries()).toSorted((a, b) => b.used - a.used);
  let bytes = 0;
  for (const { path, used, bytes: size } of all) {
    const isAbandoned = path.endsWith(".part") && Date.now() - used > abandonedAfter;
    if (!isAbandoned) bytes += size;
    if (isAbandoned || bytes > largestCache) await rm(path, { force: true });
  }
}
