/** Documents that are called as a query says, by the words of their names first and then exactly. */
import { fold } from "../../words/fold.ts";
import { isCalled } from "../../words/names.ts";
import type { StoredChunk, StoredDocument } from "../store.ts";
import type { Database } from "./database.ts";
import { quoted } from "./full-text-query.ts";
import { chunkColumns, documentColumns, type DocumentRow, toChunk, toDocument } from "./rows.ts";

/** See DocumentReader. `test` says which documents count. */
export function chunksCalled(
  database: Database,
  names: readonly string[],
  limit: number,
  test: (document: StoredDocument) => boolean,
): StoredChunk[] {
  const found: number[] = [];
  for (const name of names) {
    const words = name.match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
    if (words.length === 0) continue;
    const rows = database
      .prepare(
        `SELECT ${documentColumns} FROM documents WHERE id IN
         (SELECT document_id FROM chunks WHERE id IN (SELECT rowid FROM chunk_words WHERE chunk_words MATCH ?)) ORDER BY path`,
      )
      .iterate(`name : (${words.map((word) => quoted(fold(word))).join(" AND ")})`) as Iterable<DocumentRow>;
    for (const row of rows) {
      if (found.length >= limit) break;
      const document = toDocument(row);
      if (isCalled(document.path, name) && test(document) && !found.includes(document.id)) found.push(document.id);
    }
  }
  const first = database.prepare(
    `SELECT ${chunkColumns} FROM chunks AS c JOIN documents AS d ON d.id = c.document_id WHERE c.document_id = ? AND c.ordinal = 0`,
  );
  return found.flatMap((id) => first.all(id).map(toChunk));
}
