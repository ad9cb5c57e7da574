/**
 * Waits until no other page has the index's files open.
 *
 * The worker of a page that was reloaded in the middle of a batch lives on for a moment, with its files. SQLite's pool, opened then, fails, and a pool
 * that fails to open removes its folder with all that is in it. So it is only opened when every file can be.
 */

/** A worker's file handle; the types of a page have no such call. */
type LockableFile = FileSystemHandle & { createSyncAccessHandle(): Promise<{ close(): void }> };

const usualPatience = 20_000;
const pause = 100;

/** @throws Error where somebody still has one of them after `patience` milliseconds */
export async function filesAreFree(directory: string, patience = usualPatience): Promise<void> {
  const began = performance.now();
  while (!(await areFree(directory))) {
    if (performance.now() - began > patience) {
      throw new Error("another page of this site still has its files open: close it, and reload this one");
    }
    await new Promise((resolve) => setTimeout(resolve, pause));
  }
}

/** @param directory in the origin's private files; one that is not there yet has no files */
async function areFree(directory: string): Promise<boolean> {
  const root = await navigator.storage.getDirectory();
  try {
    const folder = await root.getDirectoryHandle(directory);
    // Where the pool keeps its files.
    const files = await folder.getDirectoryHandle(".opaque");
    for await (const handle of files.values()) {
      if (handle.kind === "file") (await (handle as FileSystemHandle as LockableFile).createSyncAccessHandle()).close();
    }
    return true;
  } catch (error) {
    const { name } = error as Error;
    if (name === "NotFoundError") return true;
    if (name === "NoModificationAllowedError" || name === "InvalidStateError") return false;
    throw error;
  }
}
