/**
 * From ranked chunks to results: neighbours become one result, copies too, and no document takes all the places.
 *
 * Pure. Chunks that would have been results of their own are joined when they follow one another in their document; the places
 * that this frees go to the next best chunks elsewhere, never to further pieces of what is shown already.
 */
import type { StoredChunk } from "../store/store.ts";
import { fingerprintOf, isNearlyThe } from "./near-duplicates.ts";

/** A chunk and everything known about why it was found. */
export interface Candidate {
  readonly chunk: StoredChunk;
}

/** Chunks of one document that follow one another, in document order; `best` is the one with the highest rank. */
export interface Passage<C extends Candidate> {
  readonly best: C;
  readonly chunks: readonly C[];
  /** Chunks of other documents that say nearly the same as `best`. */
  readonly copies: readonly C[];
}

export interface SelectOptions {
  /** How many passages at most. */
  readonly limit: number;
  /** How many passages of one document at most. Unless given 3, or more where these documents would not fill `limit`. */
  readonly perDocument?: number;
}

export interface Selection<C extends Candidate> {
  /** In the order of their best chunks. */
  readonly passages: readonly Passage<C>[];
  /** Documents that had more to show than they may, and how many passages of each were left out for others. */
  readonly cut: readonly { readonly path: string; readonly passages: number }[];
}

const usualPerDocument = 3;
/** Copies of one passage that are listed. */
const mostCopies = 20;

interface Growing<C> {
  best: C;
  chunks: C[];
  copies: C[];
}

/** @param candidates best first */
export function selectPassages<C extends Candidate>(
  candidates: readonly C[],
  { limit, perDocument }: SelectOptions,
): Selection<C> {
  const documents = new Set(candidates.map(({ chunk }) => chunk.documentId)).size;
  const most = perDocument ?? Math.max(usualPerDocument, Math.ceil(limit / Math.max(1, documents)));
  const passages: Growing<C>[] = [];
  const cut = new Map<string, number>();
  const fingerprints = new Map<Growing<C>, ReadonlySet<string>>();
  for (const [position, candidate] of candidates.entries()) {
    const { documentId, ordinal, path } = candidate.chunk;
    const siblings = passages.filter((passage) => passage.best.chunk.documentId === documentId);
    const before = siblings.find((passage) => passage.chunks.at(-1)!.chunk.ordinal === ordinal - 1);
    const after = siblings.find((passage) => passage.chunks[0]!.chunk.ordinal === ordinal + 1);
    if (before || after) {
      if (position >= limit) continue;
      if (before && after) join(passages, before, after, candidate);
      else if (before) before.chunks.push(candidate);
      else after!.chunks.unshift(candidate);
      continue;
    }
    const fingerprint = fingerprintOf(candidate.chunk);
    const original = passages.find(
      (passage) => passage.best.chunk.documentId !== documentId && isNearlyThe(fingerprint, fingerprints.get(passage)!),
    );
    if (original) {
      if (original.copies.length < mostCopies) original.copies.push(candidate);
    } else if (passages.length >= limit) break;
    else if (siblings.length >= most) cut.set(path, (cut.get(path) ?? 0) + 1);
    else {
      const passage: Growing<C> = { best: candidate, chunks: [candidate], copies: [] };
      passages.push(passage);
      fingerprints.set(passage, fingerprint);
    }
  }
  return { passages, cut: [...cut].map(([path, left]) => ({ path, passages: left })) };
}

/** `middle` closes the gap between two passages: the better placed one takes the other's chunks. */
function join<C extends Candidate>(passages: Growing<C>[], before: Growing<C>, after: Growing<C>, middle: C): void {
  const [kept, dropped] = passages.indexOf(before) < passages.indexOf(after) ? [before, after] : [after, before];
  kept.chunks = [...before.chunks, middle, ...after.chunks];
  kept.copies.push(...dropped.copies);
  passages.splice(passages.indexOf(dropped), 1);
}
