/**
 * The files door, the page's side: a path is a URL, a folder is a URL prefix or a snapshot among the page's kept models, and a file is what
 * one GET brings. There is no listing, and nothing is asked for by HEAD, which no service worker can answer out of its cache.
 *
 * What a URL brings is fetched-files.browser.ts's business.
 */
import { InvalidArgumentError } from "../errors.ts";
import type { DownloadWatch, RandomAccessFile } from "./file-types.ts";
import { fetchFile, watches } from "./fetched-files.browser.ts";
import { hasSnapshot, isKept, openSnapshotFile } from "./snapshots.browser.ts";
import { readKept } from "./kept-files.browser.ts";
import { readWhole } from "./read-whole.ts";

/** Files that were fetched to see whether a folder is there, until they are asked for. */
const probed = new Map<string, RandomAccessFile>();

/** Fetches a file, or gives null where the server has none. */
export async function openFile(path: string): Promise<RandomAccessFile | null> {
  return open(path, Infinity);
}

/** A whole small file, or null where there is none. Throws ModelFileError above `limitBytes`. */
export async function readFileBytes(path: string, limitBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  if (isKept(path) && !path.includes("/snapshots/")) return readKept(path);
  return readWhole(path, await open(path, limitBytes), limitBytes);
}

async function open(path: string, limitBytes: number): Promise<RandomAccessFile | null> {
  if (isKept(path)) return openSnapshotFile(path);
  const url = absolutePath(path);
  const known = probed.get(url);
  probed.delete(url);
  return known ?? fetchFile(url, limitBytes);
}

/** A URL prefix counts as a model folder when it has a config.json, or a modules.json. */
export async function folderExists(path: string): Promise<boolean> {
  if (isKept(path)) return hasSnapshot(path);
  if (!isPathLike(path)) return false;
  for (const name of ["config.json", "modules.json"]) {
    const url = absolutePath(joinPath(path, name));
    const file = await fetchFile(url, Infinity);
    if (file === null) continue;
    // The next to ask for it gets this one.
    probed.set(url, file);
    return true;
  }
  return false;
}

/** Tells of what is downloaded below a folder, until the function that comes back is called. */
export function watchDownloads(folder: string, watch: DownloadWatch): () => void {
  const entry = { prefix: `${absolutePath(folder).replace(/\/+$/, "")}/`, watch };
  watches.add(entry);
  return () => watches.delete(entry);
}

/** A page cannot list a folder. */
export async function listFolder(): Promise<string[]> {
  return [];
}

/** A page cannot list a folder. */
export async function listFiles(): Promise<string[]> {
  return [];
}

/** A page cannot write files: always throws. */
export async function writeWholeFile(path: string): Promise<void> {
  throw new InvalidArgumentError(`${path} cannot be written: a page has no files.`);
}

export async function startFolder(path: string): Promise<string> {
  throw new InvalidArgumentError(`${path} cannot be written: a page has no files.`);
}

export async function placeFolder(_part: string, path: string): Promise<void> {
  throw new InvalidArgumentError(`${path} cannot be written: a page has no files.`);
}

export async function dropFolder(_part: string): Promise<void> {}

/** Joins a URL prefix and names below it. */
export function joinPath(folder: string, ...names: string[]): string {
  return [folder.replace(/\/+$/, ""), ...names.filter((name) => name !== "")].join("/");
}

/** The absolute form of a URL, relative to the page. */
export function absolutePath(path: string): string {
  return new URL(path, globalThis.location?.href).href;
}

/** The absolute form of a URL; a page knows no links. */
export async function canonicalPath(path: string): Promise<string> {
  return absolutePath(path);
}

/** Whether a string can only be meant as a URL: it has a scheme, or starts with `.` or `/`. */
export function isPathLike(text: string): boolean {
  return /^[a-z][a-z0-9+.-]*:/i.test(text) || /^(\.{0,2})\//.test(text);
}

/** A page has no installed packages. */
export function defaultModelFolder(): string | null {
  return null;
}
