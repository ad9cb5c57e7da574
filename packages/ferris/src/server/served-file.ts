/**
 * A file of an indexed document, for whoever may search the index: that document's file and no other.
 *
 * The index says which paths there are. What lies at such a path by now may be something else: a symbolic link that somebody put there
 * leads nowhere, and folders on the way may not lead out of what was indexed either.
 */
import { type FileHandle, open, realpath } from "node:fs/promises";
import { noFollow } from "../files/read-file.ts";
import { isAtOrBelow } from "../files/paths.ts";
import type { Ferris } from "../ferris.ts";
import type { StoredDocument } from "../store/store.ts";
import { Problem } from "./problems.ts";

export interface ServedFile {
  readonly document: StoredDocument;
  /** Whoever opened it closes it. */
  readonly handle: FileHandle;
  readonly bytes: number;
}

/** @throws Problem where the index does not have it, or it is not there as a file any more */
export async function openServedFile(ferris: Ferris, path: string): Promise<ServedFile> {
  const document = await indexedDocument(ferris, path);
  const shown = JSON.stringify(path.slice(0, 200));
  try {
    const real = await realpath(path);
    const { roots } = await ferris.statistics();
    const places = await Promise.all(roots.map((root) => realpath(root).catch(() => null)));
    if (!places.some((place) => place !== null && isAtOrBelow(real, place))) {
      throw new Problem("forbidden", `${shown} leads out of the folders that were indexed`);
    }
    const handle = await open(real, noFollow);
    const stats = await handle.stat();
    if (stats.isFile()) return { document, handle, bytes: stats.size };
    await handle.close();
    throw new Problem("not-found", `${shown} is not a file any more`);
  } catch (error) {
    if (error instanceof Problem) throw error;
    const { code } = error as NodeJS.ErrnoException;
    throw new Problem(
      "not-found",
      `${shown} cannot be opened (${code ?? "unknown"}): what the index has of it is still there`,
    );
  }
}

/** @throws Problem where the index does not have it */
export async function indexedDocument(ferris: Ferris, path: string): Promise<StoredDocument> {
  const document = await ferris.document(path);
  // SQLite takes a NUL for the end of a text.
  if (document?.path !== path)
    throw new Problem("not-found", `the index does not have ${JSON.stringify(path.slice(0, 200))}`);
  return document;
}

/**
 * The first and the last byte of a request for a part (`bytes=0-99`); null for one that is not understood or ends before it begins, which then
 * gets all (RFC 9110).
 *
 * @throws Problem for a part that begins beyond the file's end: clients that read on until there is no more wait for 416
 */
export function rangeOf(header: string | undefined, bytes: number): { first: number; last: number } | null {
  const [, from = "", to = ""] = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header ?? "") ?? [];
  if (from === "" && to === "") return null;
  const first = from === "" ? Math.max(0, bytes - Number(to)) : Number(from);
  const last = from === "" || to === "" ? bytes - 1 : Math.min(Number(to), bytes - 1);
  if (first <= last) return { first, last };
  if (from !== "" && to !== "" && Number(to) < first) return null;
  throw new Problem("beyond-end", `the range ${header} is outside of the file, which has ${bytes} bytes`, { bytes });
}
