/**
 * Hears of changes below one folder, or of one file.
 *
 * macOS and Windows watch whole trees by themselves. On Linux a watch is for one folder, so every folder below gets its own (not
 * every file: a folder's watch tells of its files); `refresh` brings them in line with the tree as it is now. Whoever refreshes
 * after a change and then looks at the files misses nothing: what came before is there to be seen, what comes after is heard.
 */
import { type FSWatcher, watch } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { InputError } from "../errors.ts";

/** Full of changes that concern no document. Two watches, each with an index of its own beside the other, would never rest. */
const neverWatched = new Set([".git", ".ferris", "node_modules"]);

export class FolderWatch {
  readonly #path: string;
  readonly #ignored: ReadonlySet<string>;
  readonly #note: () => void;
  /** By path; the identity tells a folder from another that took its name. */
  readonly #watchers = new Map<string, { identity: string; watcher: FSWatcher }>();

  /**
   * @param path absolute; need not exist
   * @param ignored absolute paths of folders whose changes do not count
   */
  constructor(path: string, ignored: readonly string[], note: () => void) {
    this.#path = path;
    this.#ignored = new Set(ignored);
    this.#note = note;
  }

  /** Watches what is there now. @throws InputError when the system has no more watches to give */
  async refresh(): Promise<void> {
    const seen = new Set<string>();
    const found = await stat(this.#path).catch(() => null);
    if (found?.isDirectory()) await this.#cover(this.#path, seen);
    else if (found) await this.#watchFolder(dirname(this.#path), seen, basename(this.#path));
    for (const [path, { watcher }] of this.#watchers) {
      if (seen.has(path)) continue;
      watcher.close();
      this.#watchers.delete(path);
    }
  }

  /** Whether the path is what it was at the last `refresh`: a folder that was replaced is silent. */
  async isCurrent(): Promise<boolean> {
    const found = await stat(this.#path).catch(() => null);
    const watched = found?.isDirectory() === false ? dirname(this.#path) : this.#path;
    const identity = found && (await identityOf(watched));
    return (this.#watchers.get(watched)?.identity ?? null) === identity;
  }

  close(): void {
    for (const { watcher } of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
  }

  /** `folder` and, where the system does not do so itself, all below it. */
  async #cover(folder: string, seen: Set<string>): Promise<void> {
    await this.#watchFolder(folder, seen);
    if (process.platform !== "linux") return;
    // A folder that is gone by now, or may not be entered, has nothing to hear.
    const entries = await readdir(folder, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(folder, entry.name);
      if (entry.isDirectory() && !this.#isIgnored(path)) await this.#cover(path, seen);
    }
  }

  /** @param onlyFile the one file in it that counts, where not all do */
  async #watchFolder(folder: string, seen: Set<string>, onlyFile?: string): Promise<void> {
    const identity = await identityOf(folder);
    if (identity === null) return;
    const known = this.#watchers.get(folder);
    seen.add(folder);
    if (known?.identity === identity) return;
    known?.watcher.close();
    this.#watchers.delete(folder);
    try {
      const watcher = watch(folder, { recursive: process.platform !== "linux" && onlyFile === undefined });
      watcher.on("change", (_type, name) => {
        // No name: the system lost events, and anything may have changed.
        if (name === null || this.#concerns(String(name), folder, onlyFile)) this.#note();
      });
      // The folder went away; the next refresh sees to it.
      watcher.on("error", () => this.#note());
      this.#watchers.set(folder, { identity, watcher });
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "EACCES") return;
      if (code !== "ENOSPC" && code !== "EMFILE") throw error;
      throw new InputError(
        `${folder} cannot be watched: the system has no more watches to give (${code}); on Linux raise fs.inotify.max_user_watches, or watch fewer folders`,
        { cause: error },
      );
    }
  }

  #concerns(name: string, folder: string, onlyFile: string | undefined): boolean {
    if (onlyFile !== undefined) return name === onlyFile;
    const parts = name.split(/[\\/]/);
    return !parts.some((_, i) => this.#isIgnored(join(folder, ...parts.slice(0, i + 1))));
  }

  #isIgnored(path: string): boolean {
    return neverWatched.has(basename(path)) || this.#ignored.has(path);
  }
}

/** Inode numbers are used again at once; with the time of birth they tell two folders apart. */
async function identityOf(path: string): Promise<string | null> {
  const found = await stat(path, { bigint: true }).catch(() => null);
  return found && `${found.dev}:${found.ino}:${found.birthtimeNs}`;
}
