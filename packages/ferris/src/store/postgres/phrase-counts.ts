/**
 * In how many chunks a phrase stands: what BM25 weighs it by, and whether the index knows it at all.
 *
 * Of one word that is summed up from the notes of those who wrote (word-counts.ts). Of several, or of how words begin, it is counted, which reads
 * the row of each chunk; so counts are kept until the collection changes, and those of a query are asked for together.
 */
import type { Phrase } from "../term-forms.ts";
import type { Sql } from "./sessions.ts";
import { chunksWith } from "./word-counts.ts";
import { lexemesOf, phraseQuery } from "./words.ts";

/** A collection as a search sees it. */
interface Counted {
  readonly sql: Sql;
  readonly collectionId: number;
  readonly totals: { readonly revision: number };
}

const mostKept = 20_000;

export class PhraseCounts {
  #revision = -1;
  #kept = new Map<string, number>();

  /** For each of these phrases, by its tsquery. */
  async of(scope: Counted, phrases: readonly Phrase[]): Promise<(query: string) => number> {
    const { sql, collectionId, totals } = scope;
    if (totals.revision !== this.#revision || this.#kept.size > mostKept) {
      this.#revision = totals.revision;
      this.#kept = new Map();
    }
    // A search that began with another version has a map of its own in hand.
    const kept = this.#kept;
    const words = new Map<string, string>();
    const others = new Set<string>();
    for (const each of phrases) {
      const query = phraseQuery(each);
      if (query === null || kept.has(query)) continue;
      const lexemes = lexemesOf(each.text);
      if (lexemes.length === 1 && !each.isPrefix) words.set(query, lexemes[0]!);
      else others.add(query);
    }
    if (words.size > 0) {
      const counts = await chunksWith(sql, collectionId, [...words.values()]);
      for (const [query, word] of words) kept.set(query, counts.get(word) ?? 0);
    }
    if (others.size > 0) {
      const rows = await sql.query<{ found: number }>(
        `SELECT (SELECT count(*) FROM ${wordsOf(collectionId)} WHERE words @@ q.query) AS found
         FROM (SELECT u.query::tsquery AS query, u.place FROM unnest($1::text[]) WITH ORDINALITY AS u (query, place) OFFSET 0) AS q
         ORDER BY q.place`,
        [[...others]],
      );
      for (const [i, query] of [...others].entries()) kept.set(query, rows[i]!.found);
    }
    return (query) => kept.get(query) ?? 0;
  }
}

/** The partition with a collection's words, by its own name: planned without the others. */
export function wordsOf(collectionId: number): string {
  return `chunk_words_${collectionId}`;
}
