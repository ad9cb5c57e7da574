/** What a search looks in: one collection as one transaction sees it. Types only. */
import type { LanguageCode } from "../../words/language.ts";
import type { Totals } from "./collection.ts";
import type { PhraseCounts } from "./phrase-counts.ts";
import type { Sql } from "./sessions.ts";

export interface TextScope {
  readonly sql: Sql;
  readonly collectionId: number;
  readonly totals: Totals;
  readonly languages: readonly LanguageCode[];
  /** Ids of the documents that count; null for all. */
  readonly documents: readonly number[] | null;
  /** Of those documents. */
  readonly keptChunks: number;
  /** Whether there is an HNSW index of the vectors. */
  readonly isGraphed: boolean;
  readonly counts: PhraseCounts;
}
