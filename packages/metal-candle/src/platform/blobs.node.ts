/**
 * The blobs of a hub cache, Node's side: files named by the hash of their content, written piece by piece and checked.
 *
 * A blob under its own name is whole and checked; what is not yet lies beside it as NAME.incomplete, or as
 * NAME.PROCESS-N.incomplete while a process writes to it, so that two processes never write to one file and an interrupted
 * download is taken up where it stopped. Layout as huggingface_hub's, which Python's tools read.
 */
import { createHash, type Hash } from "node:crypto";
import { constants } from "node:fs";
import {
  copyFile,
  lstat,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
  type FileHandle,
} from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import type { BlobHash } from "./blob-types.ts";
import { isRunning } from "./running-process.node.ts";

/** Reading and appending, never through a symbolic link. Windows has no such flag, and makes links for administrators only. */
const appending = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

let writers = 0;

/** Whether the blob is there with that many bytes. */
export async function hasBlob(repository: string, name: string, size: number): Promise<boolean> {
  const information = await stat(blobPath(repository, name)).catch(() => null);
  return information?.isFile() === true && information.size === size;
}

/** A blob being written. One of `finish`, `suspend` or `discard` ends it. */
export class PartialBlob {
  /** Bytes written so far, those of an earlier attempt included. */
  length: number;
  readonly #path: string;
  readonly #finalPath: string;
  readonly #handle: FileHandle;
  readonly #hash: Hash;

  private constructor(path: string, finalPath: string, handle: FileHandle, hash: Hash, length: number) {
    this.#path = path;
    this.#finalPath = finalPath;
    this.#handle = handle;
    this.#hash = hash;
    this.length = length;
  }

  /** Starts a blob, or takes up one that an earlier attempt left. `size` is what it will have when whole. */
  static async open(repository: string, name: string, kind: BlobHash, size: number): Promise<PartialBlob> {
    const finalPath = blobPath(repository, name);
    await mkdir(dirname(finalPath), { recursive: true });
    const path = `${finalPath}.${process.pid}-${++writers}.incomplete`;
    await claim(dirname(finalPath), name, path);
    // Not through a link that lies in the cache under this name.
    const handle = await open(path, appending);
    try {
      const { size: length } = await handle.stat();
      const hash = startHash(kind, size);
      if (length > size) await handle.truncate(0);
      else
        for await (const piece of handle.createReadStream({ start: 0, autoClose: false }))
          hash.update(piece as Uint8Array);
      return new PartialBlob(path, finalPath, handle, hash, length > size ? 0 : length);
    } catch (error) {
      await handle.close();
      throw error;
    }
  }

  async write(piece: Uint8Array): Promise<void> {
    await this.#handle.writeFile(piece);
    this.#hash.update(piece);
    this.length += piece.byteLength;
  }

  /** Puts the blob in its place if its hash is `name`; otherwise removes it. Returns which. */
  async finish(name: string): Promise<boolean> {
    if (this.#hash.digest("hex") !== name) {
      await this.discard();
      return false;
    }
    await this.#handle.sync();
    await this.#handle.close();
    await rename(this.#path, this.#finalPath);
    return true;
  }

  /** Keeps what there is for a later attempt. */
  async suspend(): Promise<void> {
    await this.#handle.close();
    await rename(this.#path, `${this.#finalPath}.incomplete`);
  }

  async discard(): Promise<void> {
    await this.#handle.close();
    await rm(this.#path, { force: true });
  }
}

/**
 * Makes a snapshot out of blobs. A new one appears whole, by rename; one that is there already gets what it lacks.
 * @param files path within the snapshot, and the blob's name
 */
export async function linkSnapshot(
  repository: string,
  commit: string,
  files: readonly { readonly path: string; readonly blob: string }[],
): Promise<string> {
  const snapshot = join(repository, "snapshots", commit);
  const exists = (await stat(snapshot).catch(() => null)) !== null;
  const target = exists ? snapshot : `${snapshot}.${process.pid}-${++writers}.incomplete`;
  for (const file of files) {
    const path = join(target, ...file.path.split("/"));
    if ((await stat(path).catch(() => null)) !== null) continue;
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    await link(blobPath(repository, file.blob), path);
  }
  if (!exists) {
    await rename(target, snapshot).catch(async (error: unknown) => {
      // Another process was first: its snapshot is of the same commit.
      await rm(target, { recursive: true, force: true });
      if ((await stat(snapshot).catch(() => null)) === null) throw error;
    });
  }
  return snapshot;
}

/** Records which commit a branch or tag is. */
export async function writeReference(repository: string, revision: string, commit: string): Promise<void> {
  const path = join(repository, "refs", ...revision.split("/"));
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${process.pid}-${++writers}.incomplete`;
  await rm(temporary, { force: true });
  await writeFile(temporary, commit, { flag: "wx" });
  await rename(temporary, path);
}

/** Gives `path` the best of what earlier attempts left, if anything. */
async function claim(folder: string, name: string, path: string): Promise<void> {
  const left: { path: string; size: number }[] = [];
  for (const entry of await readdir(folder)) {
    if (!entry.startsWith(`${name}.`) || !entry.endsWith(".incomplete")) continue;
    const owner = /\.(\d+)-\d+\.incomplete$/.exec(entry)?.[1];
    if (owner !== undefined && isRunning(Number(owner))) continue;
    const information = await lstat(join(folder, entry)).catch(() => null);
    if (information?.isFile()) left.push({ path: join(folder, entry), size: information.size });
  }
  const [largest, ...others] = left.sort((a, b) => b.size - a.size);
  // A rename that fails lost a race with another process, which has the file now.
  if (largest !== undefined) await rename(largest.path, path).catch(() => undefined);
  for (const other of others) await rm(other.path, { force: true });
}

function startHash(kind: BlobHash, size: number): Hash {
  return kind === "sha256" ? createHash("sha256") : createHash("sha1").update(`blob ${size}\0`);
}

/** A relative link, as Python makes it; a copy where the system allows none (Windows without developer mode). */
async function link(blob: string, path: string): Promise<void> {
  try {
    await symlink(relative(dirname(path), blob), path);
  } catch {
    await copyFile(blob, path);
  }
}

function blobPath(repository: string, name: string): string {
  return join(repository, "blobs", name);
}
