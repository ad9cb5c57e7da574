/** Looks at an index as a stranger would, after whatever happened to its writer: is it sound, and what does it hold? */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { expect } from "vitest";
import { folderOf } from "../../support/files.ts";

export interface Holdings {
  readonly documents: number;
  readonly chunks: number;
  /** Documents that wait for vectors. */
  readonly pending: number;
  /** Hashes of the chunks whose vectors the next run need not compute: of documents, and staged ones. */
  readonly vectors: ReadonlySet<string>;
}

/** Counts rows of a copy of the index in `place`, after SQLite and FTS5 have checked themselves and every row has its others. */
export function examine(place: string): Holdings {
  const copy = folderOf();
  for (const suffix of ["", "-wal"]) {
    const file = join(place, `index.db${suffix}`);
    if (existsSync(file)) copyFileSync(file, join(copy, `index.db${suffix}`));
  }
  const database = new DatabaseSync(join(copy, "index.db"));
  const one = (sql: string) => Object.values(database.prepare(sql).get() as object)[0] as number;
  try {
    expect(one("PRAGMA integrity_check")).toBe("ok");
    if (one("SELECT count(*) FROM sqlite_schema") === 0)
      return { documents: 0, chunks: 0, pending: 0, vectors: new Set() };
    database.exec("INSERT INTO chunk_words (chunk_words) VALUES ('integrity-check')");
    // No document without all of its chunks, no chunk without its words and its document. Vectors: of all chunks of a document, or of none
    // while it waits, and then each is there or noted as missing.
    const none = [
      "documents AS d WHERE chunks <> (SELECT count(*) FROM chunks WHERE document_id = d.id)",
      "chunks WHERE id NOT IN (SELECT chunk_id FROM vectors) AND document_id NOT IN (SELECT document_id FROM pending_documents)",
      "chunks WHERE id IN (SELECT chunk_id FROM vectors) AND document_id IN (SELECT document_id FROM pending_documents)",
      `pending_documents AS d WHERE missing < 1 OR missing <>
         (SELECT count(*) FROM pending_chunks WHERE chunk_id IN (SELECT id FROM chunks WHERE document_id = d.document_id))`,
      `chunks WHERE document_id IN (SELECT document_id FROM pending_documents) AND id NOT IN (SELECT chunk_id FROM pending_chunks)
         AND hash NOT IN (SELECT hash FROM staged_vectors)`,
      "pending_chunks WHERE chunk_id NOT IN (SELECT id FROM chunks WHERE document_id IN (SELECT document_id FROM pending_documents))",
      "pending_documents WHERE document_id NOT IN (SELECT id FROM documents)",
      "vectors WHERE chunk_id NOT IN (SELECT id FROM chunks)",
      "chunks WHERE id NOT IN (SELECT id FROM chunk_words_docsize)",
      "chunk_words_docsize WHERE id NOT IN (SELECT id FROM chunks)",
      "chunks WHERE document_id NOT IN (SELECT id FROM documents)",
    ];
    for (const rows of none) expect(one(`SELECT count(*) FROM ${rows}`), rows).toBe(0);
    return {
      documents: one("SELECT count(*) FROM documents"),
      chunks: one("SELECT count(*) FROM chunks"),
      pending: one("SELECT count(*) FROM pending_documents"),
      vectors: new Set(
        database
          .prepare(
            "SELECT hex(hash) AS hash FROM chunks JOIN vectors ON chunk_id = id UNION SELECT hex(hash) FROM staged_vectors ORDER BY 1",
          )
          .all()
          .map(({ hash }) => (hash as string).toLowerCase()),
      ),
    };
  } finally {
    database.close();
  }
}
