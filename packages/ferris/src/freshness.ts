/**
 * Whether what the index has of a document is still what its file says.
 *
 * Of a few documents, such as the results of a search, exactly: where time and size differ from what was indexed, the file's bytes
 * decide. Of a whole index by size and time alone.
 */
import { createHash } from "node:crypto";
import { opendir, stat } from "node:fs/promises";
import { dirname } from "node:path";
import { isAtOrBelow } from "./files/paths.ts";
import { takingTurns } from "./main-thread/give-way.ts";
import { readRegularFile } from "./files/read-file.ts";
import type { DocumentPassage } from "./search/passage.ts";
import type { SearchAnswer } from "./search/result.ts";
import type { Staleness } from "./staleness.ts";
import type { StoredDocument, StoreReader } from "./store/store.ts";

/** Documents of an index by what became of their files. */
export interface Freshness {
  readonly current: number;
  readonly changed: number;
  readonly gone: number;
}

/** Larger files whose time alone differs count as changed without being read. */
const mostBytesRead = 2 ** 22;
const lookedAtOnce = 64;

/** Whether files that are not at their paths are gone, or this machine is one that does not have them. */
type HasFiles = (path: string) => Promise<boolean>;

/**
 * Of an index on a server, which others write to from machines of their own: files that lie below a folder that was indexed are this machine's
 * where it has that folder. Of an index in a folder all are.
 */
async function filesHere(reader: StoreReader): Promise<HasFiles> {
  if (reader.folder !== null) return async () => true;
  const { roots } = await reader.statistics();
  const there = new Map<string, Promise<boolean>>();
  return async (path) => {
    for (const root of roots) {
      if (!isAtOrBelow(path, root)) continue;
      // A root may be a file itself.
      const place = path === root ? dirname(root) : root;
      if (!there.has(place)) there.set(place, hasEntries(place));
      if (await there.get(place)) return true;
    }
    return false;
  };
}

/** An empty folder is where a drive is mounted that is not, or a container's volume. */
async function hasEntries(folder: string): Promise<boolean> {
  try {
    for await (const _ of await opendir(folder)) return true;
  } catch {
    // Not there, or not for us.
  }
  return false;
}

/** Null where the file is as it was indexed, or cannot be looked at. */
async function stalenessOf(
  document: Pick<StoredDocument, "path" | "size" | "modifiedTime" | "contentHash">,
  hasFiles: HasFiles,
  { reads }: { reads: boolean },
): Promise<Staleness | null> {
  const { path, size, modifiedTime, contentHash } = document;
  try {
    const found = await stat(path);
    if (found.size === size && found.mtimeMs === modifiedTime) return null;
    if (found.size !== size || !reads || size > mostBytesRead) return "changed";
    const bytes = await readRegularFile(path, { follow: true, mostBytes: mostBytesRead });
    return createHash("sha256").update(bytes).digest("hex") === contentHash ? null : "changed";
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    return (code === "ENOENT" || code === "ENOTDIR") && (await hasFiles(path)) ? "gone" : null;
  }
}

interface Look {
  readonly stale: Staleness | null;
  readonly documentTime?: number;
}

function timeOf({ fields, modifiedTime }: StoredDocument): number {
  const said = (fields?.date ?? []).map((date) => Date.parse(date)).filter((time) => !Number.isNaN(time));
  return said.length > 0 ? Math.max(...said) : modifiedTime;
}

/** A search's answer whose results say what became of their files. */
export async function markedAnswer(reader: StoreReader, answer: SearchAnswer): Promise<SearchAnswer> {
  const [results, misses] = await Promise.all([
    withStaleness(reader, answer.results),
    withStaleness(reader, answer.nearestMiss ? [answer.nearestMiss] : []),
  ]);
  return { ...answer, results, nearestMiss: misses[0] ?? null };
}

/** The same of lines of one document. */
export async function markedPassage(
  reader: StoreReader,
  passage: DocumentPassage | null,
): Promise<DocumentPassage | null> {
  return passage && { ...passage, stale: (await withStaleness(reader, [passage]))[0]!.stale };
}

/** `items` with what became of the files at their paths, each looked at once, and the times of the documents. */
export async function withStaleness<T extends { readonly path: string }>(
  reader: StoreReader,
  items: readonly T[],
): Promise<(T & Look)[]> {
  const hasFiles = await filesHere(reader);
  const looks = new Map<string, Promise<Look>>();
  const look = async (path: string): Promise<Look> => {
    const document = await reader.document(path);
    if (document === null) return { stale: null };
    return { stale: await stalenessOf(document, hasFiles, { reads: true }), documentTime: timeOf(document) };
  };
  for (const { path } of items) if (!looks.has(path)) looks.set(path, look(path));
  return Promise.all(items.map(async (item) => ({ ...item, ...(await looks.get(item.path)!) })));
}

/** Looks at the size and time of every document's file. */
export async function freshnessOf(reader: StoreReader): Promise<Freshness> {
  const hasFiles = await filesHere(reader);
  const documents = await reader.documents();
  const counts = { current: 0, changed: 0, gone: 0 };
  const giveWay = takingTurns();
  for (let first = 0; first < documents.length; first += lookedAtOnce) {
    const some = documents.slice(first, first + lookedAtOnce);
    for (const stale of await Promise.all(some.map((document) => stalenessOf(document, hasFiles, { reads: false })))) {
      counts[stale ?? "current"]++;
    }
    await giveWay();
  }
  return counts;
}
