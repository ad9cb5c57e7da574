/**
 * From ranked chunks to results: neighbours become one result, and no document takes all the places.
 *
 * Pure. Chunks that would have been results of their own are joined when they follow one another in their document; the places
 * that this frees go to the next best chunks elsewhere, never to further pieces of what is shown already.
 */
import type { StoredChunk } from "../store/store.ts";

/** A chunk and everything known about why it was found. */
export interface Candidate {
  readonly chunk: StoredChunk;
}

/** Chunks of one document that follow one another, in document order; `best` is the one with the highest rank. */
export interface Passage<C extends Candidate> {
  readonly best: C;
  readonly chunks: readonly C[];
}

/**
 * The passages to show, in the order of their best chunks.
 *
 * @param candidates best first
 * @param limit how many passages at most
 * @param perDocument how many passages of one document at most
 */
export function selectPassages<C extends Candidate>(
  candidates: readonly C[],
  limit: number,
  perDocument: number,
): Passage<C>[] {
  const passages: { best: C; chunks: C[] }[] = [];
  for (const [position, candidate] of candidates.entries()) {
    const { documentId, ordinal } = candidate.chunk;
    const siblings = passages.filter((passage) => passage.best.chunk.documentId === documentId);
    const before = siblings.find((passage) => passage.chunks.at(-1)!.chunk.ordinal === ordinal - 1);
    const after = siblings.find((passage) => passage.chunks[0]!.chunk.ordinal === ordinal + 1);
    if (before || after) {
      if (position >= limit) continue;
      if (before && after) join(passages, before, after, candidate);
      else if (before) before.chunks.push(candidate);
      else after!.chunks.unshift(candidate);
    } else if (passages.length < limit && siblings.length < perDocument) {
      passages.push({ best: candidate, chunks: [candidate] });
    }
    if (passages.length === limit && position >= limit - 1) break;
  }
  return passages;
}

/** `middle` closes the gap between two passages: the better placed one takes the other's chunks. */
function join<C extends Candidate>(
  passages: { best: C; chunks: C[] }[],
  before: { best: C; chunks: C[] },
  after: { best: C; chunks: C[] },
  middle: C,
): void {
  const [kept, dropped] = passages.indexOf(before) < passages.indexOf(after) ? [before, after] : [after, before];
  kept.chunks = [...before.chunks, middle, ...after.chunks];
  passages.splice(passages.indexOf(dropped), 1);
}
