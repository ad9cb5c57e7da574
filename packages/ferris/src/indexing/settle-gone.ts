/**
 * The end of a run that met every file: documents that are gone leave the index, and files that were left out as copies of one of them
 * take its place.
 *
 * Whether a document is gone is known only when all files have been seen, so copies of indexed documents wait here until then. A copy
 * that takes a place costs what a rename costs.
 */
import type { WalkedFile } from "../documents/walk/walk.ts";
import type { Store, StoredDocument } from "../store/store.ts";
import type { IndexRun } from "./run.ts";

/** A file with the same bytes, and the same way to cut them, as a document of the index that is elsewhere. */
export interface Copy {
  readonly file: WalkedFile;
  readonly of: StoredDocument;
}

/** Removes `gone`, all but those that one of `copies` replaces; the other copies are reported as duplicates. */
export async function settleGone(
  gone: readonly StoredDocument[],
  copies: readonly Copy[],
  { store, run }: { store: Store; run: IndexRun },
): Promise<void> {
  const without = new Set(gone.map(({ path }) => path));
  const heirs = new Map<string, Copy>();
  for (const copy of copies) {
    if (without.has(copy.of.path) && !heirs.has(copy.of.path)) heirs.set(copy.of.path, copy);
    else run.skip("duplicate", copy.file.path, `the same as ${copy.of.path}`, copy.file.size);
  }
  // First: an heir's own place may still hold what stood there before.
  const leaving = gone.filter(({ path }) => !heirs.has(path));
  run.removed = await run.clock.time("write", () => store.removeDocuments(leaving.map(({ path }) => path)));
  for (const { file, of } of heirs.values()) {
    const { path, size, modifiedTime } = file;
    await run.clock.time("write", () => store.updateDocument(of.path, { ...of, path, size, modifiedTime }));
    run.done("renamed", size, of.chunks, of.chunks);
  }
}
