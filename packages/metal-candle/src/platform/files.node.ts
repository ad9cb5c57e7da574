/**
 * The files door, Node's side: opening, probing and joining paths. The only code of the engine that touches node:fs for models.
 *
 * A file that does not exist is `null`, never an error; one that exists and cannot be read is a ModelFileError with the
 * system's reason. Reads are positional and asynchronous, so a model's tensors come straight into the arrays they are wanted in.
 */
import { randomUUID } from "node:crypto";
import { constants } from "node:fs";
import { access, mkdir, open, readdir, realpath, rename, rm, rmdir, stat, type FileHandle } from "node:fs/promises";
import { createRequire } from "node:module";
import { basename, dirname, isAbsolute, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { ModelFileError } from "../errors.ts";
import type { DownloadWatch, RandomAccessFile } from "./file-types.ts";
import { readWhole } from "./read-whole.ts";
import { isRunning } from "./running-process.node.ts";

/** The largest single read that libuv takes is 2³¹ − 1 bytes; this stays well below it. */
const largestRead = 1 << 30;

/** Opens a file for positional reads, or gives null where there is none. */
export async function openFile(path: string): Promise<RandomAccessFile | null> {
  let handle: FileHandle;
  try {
    // A pipe without a writer must be refused below, not waited for.
    handle = await open(path, constants.O_RDONLY | (constants.O_NONBLOCK ?? 0));
  } catch (error) {
    if (isMissing(error)) return null;
    throw unreadable(path, error);
  }
  const information = await handle.stat();
  if (!information.isFile()) {
    await handle.close();
    throw new ModelFileError(`${path} is not a regular file.`);
  }
  return new NodeFile(path, information.size, handle);
}

/** A whole small file, or null where there is none. Throws ModelFileError above `limitBytes`. */
export async function readFileBytes(path: string, limitBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  return readWhole(path, await openFile(path), limitBytes);
}

/** Whether a folder is there and can be entered. */
export async function folderExists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isDirectory();
  } catch {
    return false;
  }
}

/** Names of the entries of a folder, sorted; empty where there is no such folder. */
export async function listFolder(path: string): Promise<string[]> {
  try {
    await access(path, constants.R_OK);
    return (await readdir(path)).toSorted();
  } catch {
    return [];
  }
}

/** Paths of all files below a folder, relative to it with `/`, sorted. Links are followed, as hub caches are made of them. */
export async function listFiles(folder: string): Promise<string[]> {
  const found: string[] = [];
  for (const name of await listFolder(folder)) {
    const information = await stat(join(folder, name)).catch(() => null);
    if (information?.isDirectory()) {
      for (const below of await listFiles(join(folder, name))) found.push(`${name}/${below}`);
    } else if (information?.isFile()) {
      found.push(name);
    }
  }
  return found;
}

/**
 * Writes a file whole or not at all: beside its place, synced, then renamed into it. Makes the folders above it.
 * Throws the system's error (a full disk, no permission).
 */
export async function writeWholeFile(
  path: string,
  pieces: AsyncIterable<Uint8Array> | Iterable<Uint8Array>,
): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${randomUUID()}.part`;
  const handle = await open(temporary, "wx");
  try {
    for await (const piece of pieces) await handle.writeFile(piece);
    await handle.sync();
  } catch (error) {
    await handle.close();
    await rm(temporary, { force: true });
    throw error;
  }
  await handle.close();
  await rename(temporary, path);
}

/**
 * A folder that appears whole or not at all: made beside its place, and put there by `placeFolder`. What killed processes left of the same
 * folder is removed. Returns where to write.
 */
export async function startFolder(path: string): Promise<string> {
  const target = await canonicalPath(path);
  await mkdir(dirname(target), { recursive: true });
  for (const name of await listFolder(dirname(target))) {
    const owner = name.startsWith(`${basename(target)}.`) ? /\.(\d+)\.part$/.exec(name)?.[1] : undefined;
    if (owner === undefined || (Number(owner) !== process.pid && isRunning(Number(owner)))) continue;
    await rm(join(dirname(target), name), { recursive: true, force: true });
  }
  const part = `${target}.${process.pid}.part`;
  await mkdir(part);
  return part;
}

/** Puts a folder that `startFolder` gave in the place of `path`, which is empty or not there. */
export async function placeFolder(part: string, path: string): Promise<void> {
  const target = await canonicalPath(path);
  await rmdir(target).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
  await rename(part, target);
}

/** Removes a folder that `startFolder` gave. */
export async function dropFolder(part: string): Promise<void> {
  await rm(part, { recursive: true, force: true });
}

/** Joins a folder and names below it. */
export function joinPath(folder: string, ...names: string[]): string {
  return join(folder, ...names);
}

/** The absolute form of a path, with `~` for the user's own folder already replaced by the caller. */
export function absolutePath(path: string): string {
  return resolve(path);
}

/** The path with every symbolic link followed; the path itself where that fails. */
export async function canonicalPath(path: string): Promise<string> {
  return realpath(path).catch(() => resolve(path));
}

/** Whether a string can only be meant as a path: absolute, or starting with `.` or `~`, or with a backslash in it. */
export function isPathLike(text: string): boolean {
  return isAbsolute(text) || /^(\.{1,2}|~)($|[\\/])/.test(text) || /^[A-Za-z]:[\\/]/.test(text) || text.includes("\\");
}

/**
 * The folder of the default model's package, or null where it is not installed. Its name stands here in full, so that tools that copy what a
 * program needs by reading it (@vercel/nft, for Next.js and functions in the cloud) take it along.
 */
export function defaultModelFolder(): string | null {
  try {
    return dirname(fileURLToPath(import.meta.resolve("all-minilm-l6-v2-q8")));
  } catch {
    return requiredModelFolder();
  }
}

/** Where modules have no `import.meta.resolve`, as in Jest. */
function requiredModelFolder(): string | null {
  try {
    return dirname(createRequire(import.meta.url).resolve("all-minilm-l6-v2-q8/package.json"));
  } catch {
    return null;
  }
}

/** Opening files downloads nothing here. Returns what ends the watch. */
export function watchDownloads(_folder: string, _watch: DownloadWatch): () => void {
  return () => undefined;
}

class NodeFile implements RandomAccessFile {
  readonly path: string;
  readonly size: number;
  readonly #handle: FileHandle;

  constructor(path: string, size: number, handle: FileHandle) {
    this.path = path;
    this.size = size;
    this.#handle = handle;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    let done = 0;
    while (done < target.byteLength) {
      const length = Math.min(target.byteLength - done, largestRead);
      let bytesRead: number;
      try {
        ({ bytesRead } = await this.#handle.read(target, done, length, position + done));
      } catch (error) {
        throw unreadable(this.path, error);
      }
      if (bytesRead === 0) {
        throw new ModelFileError(
          `${this.path} ends at byte ${position + done}, ${target.byteLength - done} bytes too early: it was cut short.`,
        );
      }
      done += bytesRead;
    }
  }

  async close(): Promise<void> {
    await this.#handle.close();
  }
}

function isMissing(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === "ENOENT" || code === "ENOTDIR";
}

function unreadable(path: string, error: unknown): ModelFileError {
  return new ModelFileError(`${path} cannot be read: ${(error as Error).message}.`, { cause: error });
}
