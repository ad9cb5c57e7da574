/** Which documents and chunks a filter keeps. Both retrievers of one search ask, often one after the other: the last answer is remembered. */
import { keepsAll, makeDocumentTest } from "../document-filter.ts";
import type { DocumentFilter, TextQuery } from "../store.ts";
import type { Database } from "./database.ts";
import { type DocumentRow, toDocument } from "./rows.ts";
import { type Among, constraintOf, idsWith } from "./text-constraint.ts";

export class KeptDocuments {
  readonly #database: Database;
  #last: { readonly key: string; readonly among: Among } | null = null;

  constructor(database: Database) {
    this.#database = database;
  }

  /** The documents that `filter` keeps, or null where it keeps all. */
  among(filter: DocumentFilter | undefined): Among | null {
    if (filter === undefined || keepsAll(filter)) return null;
    // What other connections changed, and what this one did.
    const { data_version: version } = this.#database.prepare("PRAGMA data_version").get() as { data_version: number };
    const { changes } = this.#database.prepare("SELECT total_changes() AS changes").get() as { changes: number };
    const key = JSON.stringify([filter, version, changes]);
    if (this.#last?.key !== key) this.#last = { key, among: this.#keep(filter) };
    return this.#last.among;
  }

  /** Of the documents that `filter` keeps and with what `words` require, or null where these keep all. */
  chunkIds(filter: DocumentFilter | undefined, words?: TextQuery): number[] | null {
    const among = this.among(filter);
    const constraint = words ? constraintOf(this.#database, words) : null;
    if (constraint) return idsWith(this.#database, constraint, among);
    if (among === null) return null;
    // One JSON array instead of a row each: 9 ms instead of 80 for 100,000 ids.
    const { ids } = this.#database
      .prepare("SELECT json_group_array(id) AS ids FROM chunks WHERE document_id IN (SELECT value FROM json_each(?))")
      .get(among.documents) as { ids: string };
    return JSON.parse(ids) as number[];
  }

  #keep(filter: DocumentFilter): Among {
    const test = makeDocumentTest(filter);
    const ids: number[] = [];
    let chunks = 0;
    const rows = this.#database
      .prepare("SELECT id, path, type, modified_time AS modifiedTime, fields, chunks FROM documents")
      .iterate();
    for (const row of rows) {
      if (!test(toDocument(row as DocumentRow))) continue;
      ids.push(row.id);
      chunks += row.chunks;
    }
    return { documents: JSON.stringify(ids), chunks };
  }
}
