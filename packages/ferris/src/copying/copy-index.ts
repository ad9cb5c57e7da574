/**
 * Copies an index into another place: from a folder to a server, back, or from one server to another. Nothing is read or embedded again.
 *
 * Document by document: what is there already, by all that it says and by its vectors, is left alone, so that a copy that was cut off goes on; what
 * was written is read back and compared.
 */
import { createHash } from "node:crypto";
import { IndexUnusableError } from "../errors.ts";
import { openIndex, openIndexForWriting, type Place } from "../store/index.ts";
import type { Store, StoredChunk, StoredDocument, StoreReader } from "../store/store.ts";

export interface CopyProgress {
  /** Documents that are through, and all. */
  readonly done: number;
  readonly total: number;
}

export interface CopyOptions {
  readonly from: Place;
  readonly to: Place;
  readonly onProgress?: ((progress: CopyProgress) => void) | undefined;
  readonly onNotice?: ((line: string) => void) | undefined;
  /** Stops after the documents under way; the same copy goes on from there. */
  readonly signal?: AbortSignal | undefined;
}

export interface CopyReport {
  readonly copied: number;
  /** Were there already, the same in everything. */
  readonly same: number;
  /** Wait for vectors where they are, and were left out: indexing has to finish first. */
  readonly waiting: number;
  /** In the other place and not in this one; left alone. */
  readonly others: number;
  readonly chunks: number;
  readonly interrupted: boolean;
}

/** Chunks that are written in one transaction. */
const chunksAtOnce = 512;

/** Of a document that changes while it is read. */
const mostTries = 10;

interface Copied {
  readonly document: StoredDocument;
  readonly chunks: readonly StoredChunk[];
  readonly vectors: ReadonlyMap<string, Float32Array>;
  readonly digest: string;
}

/**
 * @throws IndexMismatchError where the other place has an index of another model; IndexUnusableError where what was written is not what was
 *   read; what opening throws
 */
export async function copyIndex({ from, to, onProgress, onNotice, signal }: CopyOptions): Promise<CopyReport> {
  const source = await openIndex(from, { onNotice });
  try {
    const target = await openIndexForWriting(to, { identity: source.identity, onNotice });
    try {
      return await copyDocuments(source, target, { onProgress, signal });
    } finally {
      await target.close();
    }
  } finally {
    await source.close();
  }
}

async function copyDocuments(
  source: StoreReader,
  target: Store,
  { onProgress, signal }: Pick<CopyOptions, "onProgress" | "signal">,
): Promise<CopyReport> {
  // In the order in which they came, so that what is equally good stands in the same order there.
  const documents = (await source.documents()).toSorted((one, other) => one.id - other.id);
  const there = new Map((await target.documents()).map((document) => [document.path, document]));
  const counts = { copied: 0, same: 0, waiting: 0, chunks: 0 };
  let group: Copied[] = [];
  let chunks = 0;
  const write = async (): Promise<void> => {
    await writeGroup(target, group);
    counts.copied += group.length;
    group = [];
    chunks = 0;
  };
  let interrupted = false;
  for (const [done, document] of documents.entries()) {
    onProgress?.({ done, total: documents.length });
    interrupted = signal?.aborted ?? false;
    if (interrupted) break;
    const read = await readWhole(source, document.path);
    if (read === "gone") continue;
    if (read === "waiting") {
      counts.waiting++;
      continue;
    }
    counts.chunks += read.chunks.length;
    const known = there.get(document.path);
    there.delete(document.path);
    if (known && (await digestOf(target, document.path)) === read.digest) {
      counts.same++;
      continue;
    }
    // Of a text that stays, the vector stays: another one, as another device computes it, would be left there.
    if (known) await target.removeDocuments([document.path]);
    group.push(read);
    chunks += read.chunks.length;
    if (chunks >= chunksAtOnce) await write();
  }
  if (group.length > 0) await write();
  await target.addRoots((await source.statistics()).roots);
  await target.clearStaged();
  onProgress?.({ done: documents.length, total: documents.length });
  return { ...counts, others: interrupted ? 0 : there.size, interrupted };
}

async function writeGroup(target: Store, group: readonly Copied[]): Promise<void> {
  const vectors = new Map(group.flatMap((each) => [...each.vectors]));
  await target.putDocuments(
    group.map(({ document, chunks }) => ({ record: document, chunks })),
    vectors,
  );
  for (const { document, digest } of group) {
    if ((await digestOf(target, document.path)) === digest) continue;
    throw new IndexUnusableError(
      `${document.path} is not in ${target.path} as it is in the index that it was copied from. Is somebody else writing to either of them? Copy again.`,
    );
  }
}

async function digestOf(reader: StoreReader, path: string): Promise<string | null> {
  const read = await readWhole(reader, path);
  return typeof read === "string" ? null : read.digest;
}

/**
 * A document with all that belongs to it, of one version, whoever writes to the index meanwhile: read again where it changed while it was read.
 * "waiting": for vectors; "gone": since somebody looked.
 */
async function readWhole(reader: StoreReader, path: string): Promise<Copied | "waiting" | "gone"> {
  let document = await reader.document(path);
  for (let tries = 0; document !== null && tries < mostTries; tries++) {
    const read = await readOnce(reader, document);
    const now = await reader.document(path);
    if (now !== null && now.id === document.id && now.indexedTime === document.indexedTime) return read ?? "waiting";
    document = now;
  }
  // One that changes all the time is as one that is not finished.
  return document === null ? "gone" : "waiting";
}

/** Null for one that waits for vectors. */
async function readOnce(reader: StoreReader, document: StoredDocument): Promise<Copied | null> {
  const chunks = await reader.chunksOf(document.id);
  const rows = await reader.vectorsOfChunks(chunks.map(({ id }) => id));
  const { dimensions } = reader.identity;
  const vectors = new Map<string, Float32Array>();
  const digest = createHash("sha256").update(canonical(document));
  for (const [i, chunk] of chunks.entries()) {
    const vector = rows.subarray(i * dimensions, (i + 1) * dimensions);
    // Zeros may be a vector of nothing, which has a row of its own; one that is missing has none by its hash either.
    if (vector.every((value) => value === 0) && !(await reader.vectorsOf([chunk.hash])).has(chunk.hash)) return null;
    vectors.set(chunk.hash, vector);
    digest.update(canonical(chunk)).update(new Uint8Array(vector.buffer, vector.byteOffset, vector.byteLength));
  }
  return { document, chunks, vectors, digest: digest.digest("hex") };
}

/** Each index's own. */
const own = new Set(["id", "documentId", "indexedTime"]);

/** With its keys in order, without what is its index's own, and without what some store cannot hold. */
function canonical(value: object): string {
  return JSON.stringify(value, (_key, part: unknown) => {
    if (typeof part === "string") return part.replace(/[\0\p{Surrogate}]/gu, "\u{FFFD}");
    if (typeof part !== "object" || part === null || Array.isArray(part)) return part;
    const kept = Object.entries(part).filter(([name]) => !own.has(name));
    return Object.fromEntries(kept.toSorted(([one], [other]) => (one < other ? -1 : 1)));
  });
}
