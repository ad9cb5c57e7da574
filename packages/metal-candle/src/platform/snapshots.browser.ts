/**
 * A hub's snapshots among a page's kept files: which files a commit has, and the blob of each. Written by the blobs door, read by the files
 * door.
 */
import { keptEntry, type KeptFile, openKept, readKept } from "./kept-files.browser.ts";

/** Where kept models are, in the place of a folder: never fetched, and never a URL of anybody's. */
export const keptModels = "cachestorage:";

export interface SnapshotFile {
  readonly path: string;
  readonly blob: string;
}

/** Blobs that the browser did not keep: they live as long as the thread, until they are opened and closed. */
const held = new Map<string, KeptFile>();

export function holdBlob(key: string, file: KeptFile): void {
  held.set(key, file);
}

/** Whether a path is among kept models. */
export function isKept(path: string): boolean {
  return path.startsWith(`${keptModels}/`);
}

/** The key of a snapshot's list. */
export function snapshotManifest(folder: string): string {
  return `${folder.replace(/\/+$/, "")}/`;
}

/** Whether a snapshot is here with all its blobs: a browser may have thrown some away. */
export async function hasSnapshot(folder: string): Promise<boolean> {
  const files = await snapshotFiles(folder);
  if (files === null) return false;
  const repository = folder.slice(0, folder.indexOf("/snapshots/"));
  for (const { blob } of files) {
    const key = `${repository}/blobs/${blob}`;
    if (!held.has(key) && (await keptEntry(key)) === null) return false;
  }
  return true;
}

/** A file of a snapshot, or null. Its list says what there is, so that nobody is asked for what there is not. */
export async function openSnapshotFile(path: string): Promise<KeptFile | null> {
  const match = /^(.*)\/snapshots\/([^/]+)\/(.+)$/.exec(path);
  if (match === null) return null;
  const [, repository, commit, name] = match as unknown as [string, string, string, string];
  const files = await snapshotFiles(`${repository}/snapshots/${commit}`);
  const blob = files?.find((file) => file.path === name)?.blob;
  if (blob === undefined) return null;
  const key = `${repository}/blobs/${blob}`;
  const kept = await openKept(key);
  const file = kept ?? held.get(key) ?? null;
  if (kept === null) held.delete(key);
  return file;
}

async function snapshotFiles(folder: string): Promise<readonly SnapshotFile[] | null> {
  const bytes = await readKept(snapshotManifest(folder));
  if (bytes === null) return null;
  try {
    const { files } = JSON.parse(new TextDecoder().decode(bytes)) as { files?: readonly SnapshotFile[] };
    return Array.isArray(files) ? files : null;
  } catch {
    return null;
  }
}
