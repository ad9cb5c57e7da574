/**
 * Results in another order than that of relevance. The same results: what is sorted is what was found, never an endless tail.
 */
import type { StoredDocument, StoreReader } from "../store/store.ts";
import type { SearchAnswer } from "./result.ts";

/** "relevance": best first. "date": newest first. */
export type SortOrder = "relevance" | "date";

/** `answer` with its results newest first, by the latest date that a document's front matter has, else by its file's time. */
export async function newestFirst(reader: Pick<StoreReader, "document">, answer: SearchAnswer): Promise<SearchAnswer> {
  const paths = [...new Set(answer.results.map(({ path }) => path))];
  const documents = await Promise.all(paths.map((path) => reader.document(path)));
  const times = new Map(paths.map((path, i) => [path, timeOf(documents[i] ?? null)]));
  const results = answer.results
    .toSorted((a, b) => times.get(b.path)! - times.get(a.path)! || a.rank - b.rank)
    .map((result, i) => ({ ...result, rank: i + 1 }));
  return { ...answer, results };
}

function timeOf(document: Pick<StoredDocument, "fields" | "modifiedTime"> | null): number {
  if (document === null) return 0;
  const said = (document.fields?.date ?? []).map((date) => Date.parse(date)).filter((time) => !Number.isNaN(time));
  return said.length > 0 ? Math.max(...said) : document.modifiedTime;
}
