/**
 * The files door, the page's side: a path is a URL, a folder is a URL prefix, and a file is what one fetch brings.
 *
 * A file is fetched once and kept as one ArrayBuffer until `close()`; there is no listing, and no cache but the browser's own.
 * A development server that answers a missing file with its start page (HTML) counts as "not there".
 */
import { InvalidArgumentError, ModelFileError } from "../errors.ts";
import type { RandomAccessFile } from "./file-types.ts";

/** Fetches a file, or gives null where the server has none. */
export async function openFile(path: string): Promise<RandomAccessFile | null> {
  const response = await request(path);
  return response === null ? null : new FetchedFile(path, new Uint8Array(await response.arrayBuffer()));
}

/** A whole small file, or null where there is none. Throws ModelFileError above `limitBytes`. */
export async function readFileBytes(path: string, limitBytes: number): Promise<Uint8Array<ArrayBuffer> | null> {
  const response = await request(path);
  if (response === null) return null;
  const bytes = await response.arrayBuffer();
  if (bytes.byteLength > limitBytes) {
    throw new ModelFileError(
      `${path} has ${bytes.byteLength} bytes; a file of this kind may have at most ${limitBytes}.`,
    );
  }
  return new Uint8Array(bytes);
}

/** A URL prefix counts as a model folder when it has a config.json. */
export async function folderExists(path: string): Promise<boolean> {
  return isPathLike(path) && (await request(joinPath(path, "config.json"), "HEAD")) !== null;
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
export function packageFolder(): string | null {
  return null;
}

class FetchedFile implements RandomAccessFile {
  readonly path: string;
  readonly size: number;
  #bytes: Uint8Array;

  constructor(path: string, bytes: Uint8Array) {
    this.path = path;
    this.size = bytes.byteLength;
    this.#bytes = bytes;
  }

  async read(target: Uint8Array, position: number): Promise<void> {
    if (position + target.byteLength > this.#bytes.byteLength) {
      throw new ModelFileError(`${this.path} ends at byte ${this.#bytes.byteLength}: it was cut short or closed.`);
    }
    target.set(this.#bytes.subarray(position, position + target.byteLength));
  }

  async close(): Promise<void> {
    this.#bytes = new Uint8Array(0);
  }
}

async function request(path: string, method = "GET"): Promise<Response | null> {
  let response: Response;
  try {
    response = await fetch(path, { method });
  } catch (error) {
    throw new ModelFileError(`${path} cannot be fetched: ${(error as Error).message}.`, { cause: error });
  }
  if (response.status === 404 || response.headers.get("content-type")?.startsWith("text/html")) return null;
  if (!response.ok) throw new ModelFileError(`${path} cannot be fetched: the server answered ${response.status}.`);
  return response;
}
