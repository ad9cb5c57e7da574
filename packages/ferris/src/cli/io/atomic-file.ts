/**
 * A file that appears whole or not at all: written beside its place under another name, renamed when complete.
 *
 * Where the place is taken by something that is not an ordinary file (/dev/null, a named pipe), it is written to directly.
 */
import { type FileHandle, open, readdir, realpath, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { OutputError } from "../../errors.ts";

export class AtomicFile {
  readonly #path: string;
  readonly #temporary: string | null;
  readonly #handle: FileHandle;

  private constructor(path: string, temporary: string | null, handle: FileHandle) {
    this.#path = path;
    this.#temporary = temporary;
    this.#handle = handle;
  }

  /** @throws OutputError when the place cannot be written, or is a folder */
  static async create(path: string): Promise<AtomicFile> {
    try {
      // Through a symbolic link, so that the link stays and its target changes.
      const target = await realpath(path).catch(() => path);
      const existing = await stat(target).catch(() => null);
      if (existing?.isDirectory()) throw new OutputError(`${path} is a folder: --output needs the name of a file`);
      if (existing && !existing.isFile()) return new AtomicFile(target, null, await open(target, "w"));
      const temporary = join(dirname(target), `.${basename(target)}.${process.pid}.part`);
      await removeLeftOvers(target);
      return new AtomicFile(target, temporary, await open(temporary, "wx", existing ? existing.mode & 0o777 : 0o666));
    } catch (error) {
      throw asOutputError(path, error);
    }
  }

  /** Whether parts that were written can be written again, at their place. */
  get canRewrite(): boolean {
    return this.#temporary !== null;
  }

  /** Whether `path` is where this file is until it is whole. */
  isTemporary(path: string): boolean {
    return this.#temporary !== null && resolve(this.#temporary) === path;
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? Buffer.from(data) : data;
    try {
      // writeFile on a handle goes on from where it stands, and does not stop at partial writes.
      await this.#handle.writeFile(bytes);
    } catch (error) {
      throw asOutputError(this.#path, error);
    }
  }

  /** Overwrites bytes at the start. */
  async rewriteStart(data: Uint8Array): Promise<void> {
    try {
      for (let at = 0; at < data.length;) {
        at += (await this.#handle.write(data, at, data.length - at, at)).bytesWritten;
      }
    } catch (error) {
      throw asOutputError(this.#path, error);
    }
  }

  /** Puts the complete file in its place. */
  async commit(): Promise<void> {
    try {
      if (this.#temporary !== null) await this.#handle.sync();
      await this.#handle.close();
      if (this.#temporary !== null) await rename(this.#temporary, this.#path);
    } catch (error) {
      await this.discard();
      throw asOutputError(this.#path, error);
    }
  }

  /** Leaves nothing behind. */
  async discard(): Promise<void> {
    await this.#handle.close().catch(() => {});
    if (this.#temporary !== null) await rm(this.#temporary, { force: true });
  }
}

/** Parts of this file that killed processes left, and whatever has this process's name for it: a link in the way, say. */
async function removeLeftOvers(target: string): Promise<void> {
  const prefix = `.${basename(target)}.`;
  for (const name of await readdir(dirname(target)).catch(() => [])) {
    const owner = name.startsWith(prefix) ? /^(\d+)\.part$/.exec(name.slice(prefix.length))?.[1] : undefined;
    if (owner !== undefined && !isRunningElsewhere(Number(owner))) {
      await rm(join(dirname(target), name), { force: true });
    }
  }
}

function isRunningElsewhere(pid: number): boolean {
  if (pid === process.pid) return false;
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === "EPERM";
  }
}

function asOutputError(path: string, error: unknown): OutputError {
  if (error instanceof OutputError) return error;
  const full = (error as NodeJS.ErrnoException).code === "ENOSPC" ? " (the disk is full)" : "";
  // Without Node's "open '/folder/.name.123.part'": nobody asked for that name.
  const reason = (error as Error).message.replace(/, \w+ '.*$/s, "");
  return new OutputError(`${path} cannot be written${full}: ${reason}. Check the folder and its permissions.`, {
    cause: error,
  });
}
