/** Looks at an index as a stranger would, after whatever happened to its writer: is it sound, and what does it hold? */
import { copyFileSync, existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "@photostructure/sqlite";
import { expect } from "vitest";
import { folderOf } from "../../support/files.ts";

export interface Holdings {
  readonly documents: number;
  readonly chunks: number;
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
    if (one("SELECT count(*) FROM sqlite_schema") === 0) return { documents: 0, chunks: 0, vectors: new Set() };
    database.exec("INSERT INTO chunk_words (chunk_words) VALUES ('integrity-check')");
    // No document without all of its chunks, no chunk without its vector, its words and its document.
    const none = [
      "documents AS d WHERE chunks <> (SELECT count(*) FROM chunks WHERE document_id = d.id)",
      "chunks WHERE id NOT IN (SELECT chunk_id FROM vectors)",
      "vectors WHERE chunk_id NOT IN (SELECT id FROM chunks)",
      "chunks WHERE id NOT IN (SELECT id FROM chunk_words_docsize)",
      "chunk_words_docsize WHERE id NOT IN (SELECT id FROM chunks)",
      "chunks WHERE document_id NOT IN (SELECT id FROM documents)",
    ];
    for (const rows of none) expect(one(`SELECT count(*) FROM ${rows}`), rows).toBe(0);
    return {
      documents: one("SELECT count(*) FROM documents"),
      chunks: one("SELECT count(*) FROM chunks"),
      vectors: new Set(
        database
          .prepare("SELECT hex(hash) AS hash FROM chunks UNION SELECT hex(hash) FROM staged_vectors ORDER BY 1")
          .all()
          .map(({ hash }) => (hash as string).toLowerCase()),
      ),
    };
  } finally {
    database.close();
  }
}
