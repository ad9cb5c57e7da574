/** All that an index says, to compare one that something was done to with one that nobody disturbed. */
import { openIndex, type Place } from "../../../src/store/index.ts";
import { textQuery } from "../../store/support/records.ts";
import { queries } from "./corpus.ts";

export interface Snapshot {
  readonly documents: readonly string[];
  readonly chunks: readonly string[];
  /** Of some queries, the hits' texts and scores. */
  readonly answers: readonly string[];
  readonly vectors: ReadonlyMap<string, Float32Array>;
}

export async function snapshotOf(place: Place): Promise<Snapshot> {
  const reader = await openIndex(place);
  try {
    const documents: string[] = [];
    const chunks: string[] = [];
    const hashes: string[] = [];
    for (const { id, path, chunks: count } of await reader.documents()) {
      documents.push(`${path} ${count}`);
      for (const { id: _id, documentId: _document, ...chunk } of await reader.chunksOf(id)) {
        chunks.push(JSON.stringify(chunk));
        hashes.push(chunk.hash);
      }
    }
    const answers: string[] = [];
    for (const query of queries) {
      const hits = await reader.searchText(textQuery(query), { limit: 20 });
      answers.push(`${query}: ${hits.map(({ score }) => score.toPrecision(9)).join(" ")}`);
    }
    return {
      documents: documents.toSorted(),
      chunks: chunks.toSorted(),
      answers,
      vectors: await reader.vectorsOf([...new Set(hashes)]),
    };
  } finally {
    await reader.close();
  }
}

/** How two differ, in a few words; empty when a search over one gives what it gives over the other. */
export function differences(found: Snapshot, expected: Snapshot): string[] {
  const differing: string[] = [];
  for (const part of ["documents", "chunks", "answers"] as const) {
    const [a, b] = [new Set(found[part]), new Set(expected[part])];
    const missing = [...b].filter((line) => !a.has(line));
    const added = [...a].filter((line) => !b.has(line));
    if (missing.length + added.length > 0) {
      differing.push(
        `${part}: ${missing.length} missing, ${added.length} others, such as ${(missing[0] ?? added[0]!).slice(0, 120)}`,
      );
    }
  }
  let largest = 0;
  for (const [hash, vector] of expected.vectors) {
    const other = found.vectors.get(hash);
    if (other) vector.forEach((value, i) => (largest = Math.max(largest, Math.abs(value - other[i]!))));
    else largest = Infinity;
  }
  // The CPU device rounds by what is in a batch.
  if (!(largest < 1e-5)) differing.push(`vectors differ by ${largest}`);
  return differing;
}
