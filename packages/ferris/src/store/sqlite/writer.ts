/**
 * Changing an index kept in SQLite: documents with their chunks, words and vectors, all or nothing.
 *
 * A changed document keeps the rows of the chunks that stayed the same (by hash), so their ids, words and vectors are not
 * written again. Vectors may follow their document (pending.ts). The full-text table holds no text of its own: it is given it, with Chinese, Japanese
 * and Korean spaced out, when a chunk comes and when it goes.
 */
import { fromHex } from "#platform/bytes";
import { isAtOrBelow } from "../../files/paths.ts";
import { type Database, transaction, translated } from "./database.ts";
import { packLineRuns } from "../line-runs.ts";
import { type IndexPlace, SqliteReader } from "./reader.ts";
import { type Added, Stage } from "./stage.ts";
import type {
  ChunkRecord,
  DocumentRecord,
  NewChunk,
  NewDocument,
  PendingChunk,
  PendingDocument,
  Store,
  StoredDocument,
  Work,
} from "../store.ts";
import { pendingChunks, pendingDocuments, pendingWork } from "./pending.ts";
import { joinHeadings, parsedJson, textsOf } from "../stored-values.ts";
import { type DocumentName, WordIndex } from "./word-index.ts";

/** Documents removed in one transaction: keeps its log small. */
const removedAtOnce = 64;

export class SqliteStore extends SqliteReader implements Store {
  readonly #words: WordIndex;
  readonly #stage: Stage;

  /** `database` has its tables, and nobody else writes to it. */
  constructor(database: Database, place: IndexPlace) {
    super(database, place);
    this.#words = new WordIndex(database);
    this.#stage = new Stage(database, this.vectors, this.codes);
  }

  async documentsWithContent(contentHash: string): Promise<StoredDocument[]> {
    return this.read(() => {
      const rows = this.database
        .prepare("SELECT path FROM documents WHERE content_hash = ? ORDER BY path")
        .all(fromHex(contentHash));
      return rows.map((row) => this.selectDocument(row.path)!);
    });
  }

  async pendingWork(): Promise<Work> {
    return this.read(() => pendingWork(this.database));
  }

  async pendingDocuments(limit: number): Promise<PendingDocument[]> {
    return this.read(() => pendingDocuments(this.database, limit));
  }

  async pendingChunks(documentId: number, after: number, limit: number): Promise<PendingChunk[]> {
    return this.read(() => pendingChunks(this.database, documentId, after, limit));
  }

  async putVectors(hashes: readonly string[], vectors: Float32Array): Promise<readonly number[]> {
    const { dimensions } = this.identity;
    const given = new Map(
      hashes.map((hash, row) => [hash, vectors.subarray(row * dimensions, (row + 1) * dimensions)]),
    );
    let complete: number[] = [];
    this.#changing(() => (complete = this.#stage.put(given)));
    return complete;
  }

  async clearStaged(): Promise<void> {
    transaction(this.database, this.path, () => this.#stage.clear());
  }

  async putDocuments(
    documents: readonly NewDocument[],
    vectors: ReadonlyMap<string, Float32Array>,
  ): Promise<readonly Work[]> {
    let work: readonly Work[] = [];
    this.#changing(() => {
      work = documents.map(({ record, chunks }) => this.#putDocument(record, chunks, vectors));
    });
    return work;
  }

  async updateDocument(path: string, record: DocumentRecord): Promise<void> {
    transaction(this.database, this.path, () => {
      const known = this.selectDocument(path);
      if (known === undefined) return;
      this.#words.rename(known.id, known, record);
      this.database
        .prepare(
          `UPDATE documents SET path = ?, type = ?, title = ?, line_basis = ?, fields = ?, size = ?, modified_time = ?, content_hash = ?, recipe = ?,
         indexed_time = ? WHERE path = ?`,
        )
        .run(...documentValues(record), Date.now(), path);
    });
  }

  async removeDocuments(paths: readonly string[]): Promise<number> {
    let removed = 0;
    for (let first = 0; first < paths.length; first += removedAtOnce) {
      this.#changing(() => {
        for (const path of paths.slice(first, first + removedAtOnce)) {
          const known = this.selectDocument(path);
          if (known === undefined) continue;
          const chunks = this.database.prepare("SELECT id FROM chunks WHERE document_id = ?").all(known.id);
          for (const chunk of chunks) this.#removeChunk(chunk.id, known);
          this.database.prepare("DELETE FROM pending_documents WHERE document_id = ?").run(known.id);
          this.database.prepare("DELETE FROM documents WHERE id = ?").run(known.id);
          removed++;
        }
      });
    }
    return removed;
  }

  async addRoots(roots: readonly string[]): Promise<void> {
    transaction(this.database, this.path, () => {
      for (const root of roots) this.database.prepare("INSERT OR IGNORE INTO roots (path) VALUES (?)").run(root);
    });
  }

  async setHome(folder: string): Promise<void> {
    if ((await this.home()) === folder) return;
    transaction(this.database, this.path, () => {
      this.database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('home', ?)").run(folder);
    });
  }

  async mounts(): Promise<string[]> {
    const row = this.read(() => this.database.prepare("SELECT value FROM meta WHERE key = 'mounts'").get()) as
      | { value: string }
      | undefined;
    return row === undefined ? [] : textsOf(parsedJson(row.value));
  }

  async setMounts(folders: readonly string[]): Promise<void> {
    const value = JSON.stringify([...new Set(folders)].toSorted());
    if (JSON.stringify((await this.mounts()).toSorted()) === value) return;
    transaction(this.database, this.path, () => {
      this.database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('mounts', ?)").run(value);
    });
  }

  /** An index in a folder has no queue. */
  async forgetQueued(): Promise<readonly string[]> {
    return [];
  }

  async forgetRoots(under: readonly string[]): Promise<void> {
    transaction(this.database, this.path, () => {
      const roots = this.database.prepare("SELECT path FROM roots").all() as { path: string }[];
      for (const { path } of roots.filter((root) => under.some((folder) => isAtOrBelow(root.path, folder)))) {
        this.database.prepare("DELETE FROM roots WHERE path = ?").run(path);
      }
    });
  }

  async compact(): Promise<void> {
    await this.clearStaged();
    translated(this.path, () => {
      this.database.exec("INSERT INTO chunk_words (chunk_words) VALUES ('optimize')");
      this.database.exec("VACUUM");
    });
  }

  /** A transaction that changes vectors, with their codes. */
  #changing(work: () => void): void {
    try {
      transaction(this.database, this.path, () => {
        work();
        this.codes.flush();
      });
    } finally {
      this.codes.discard();
    }
  }

  #putDocument(record: DocumentRecord, chunks: readonly NewChunk[], vectors: ReadonlyMap<string, Float32Array>): Work {
    const tokens = chunks.reduce((sum, chunk) => sum + chunk.tokens, 0);
    const known = this.selectDocument(record.path);
    if (known) this.#words.rename(known.id, known, record);
    const { id } = this.database
      .prepare(
        `INSERT INTO documents (path, type, title, line_basis, fields, size, modified_time, content_hash, recipe, chunks, tokens, indexed_time)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
       ON CONFLICT (path) DO UPDATE SET type = excluded.type, title = excluded.title, line_basis = excluded.line_basis, fields = excluded.fields, size = excluded.size,
         modified_time = excluded.modified_time, content_hash = excluded.content_hash, recipe = excluded.recipe,
         chunks = excluded.chunks, tokens = excluded.tokens, indexed_time = excluded.indexed_time
       RETURNING id`,
      )
      .get(...documentValues(record), chunks.length, tokens, Date.now()) as { id: number };

    const old = new Map<string, number[]>();
    for (const row of this.database
      .prepare("SELECT id, lower(hex(hash)) AS hash FROM chunks WHERE document_id = ?")
      .iterate(id)) {
      const ids = old.get(row.hash);
      if (ids) ids.push(row.id);
      else old.set(row.hash, [row.id]);
    }
    const added: Added[] = [];
    chunks.forEach((chunk, ordinal) => {
      const kept = old.get(chunk.hash)?.shift();
      if (kept === undefined) added.push({ id: this.#insertChunk(id, ordinal, chunk, record), chunk });
      else {
        this.database
          .prepare(
            `UPDATE chunks SET ordinal = ?, start_line = ?, end_line = ?, start_column = ?, end_column = ?, line_runs = ?,
             start_byte = ?, end_byte = ?, page = ?, is_ocr = ? WHERE id = ?`,
          )
          .run(ordinal, ...placeValues(chunk), kept);
      }
    });
    for (const gone of [...old.values()].flat()) {
      // Its text may turn up in another document of this run.
      this.#stage.keepOf("id = ?", gone);
      this.#removeChunk(gone, record);
    }
    return this.#stage.settle(id, added, vectors);
  }

  #insertChunk(documentId: number, ordinal: number, chunk: ChunkRecord, name: DocumentName): number {
    const headingPath = joinHeadings(chunk.headingPath);
    const hash = fromHex(chunk.hash);
    const { lastInsertRowid } = this.database
      .prepare(
        `INSERT INTO chunks (document_id, ordinal, hash, heading_path, text, start_line, end_line, start_column, end_column, line_runs,
         start_byte, end_byte, page, is_ocr, tokens)
       VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
      )
      .run(documentId, ordinal, hash, headingPath, chunk.text, ...placeValues(chunk), chunk.tokens);
    const id = Number(lastInsertRowid);
    this.#words.add(id, { headingPath, text: chunk.text, path: name.path, title: name.title });
    return id;
  }

  #removeChunk(id: number, name: DocumentName): void {
    this.#words.remove(id, name);
    this.#stage.remove(id);
    this.database.prepare("DELETE FROM pending_chunks WHERE chunk_id = ?").run(id);
    this.database.prepare("DELETE FROM chunks WHERE id = ?").run(id);
  }
}

/** Where a chunk stands, in the order of the columns. */
function placeValues(chunk: ChunkRecord) {
  const { startLine, endLine, startColumn, endColumn, lineRuns, startByte, endByte, page, isOcr } = chunk;
  return [startLine, endLine, startColumn, endColumn, packLineRuns(lineRuns), startByte, endByte, page, Number(isOcr)];
}

function documentValues(record: DocumentRecord) {
  const { path, type, title, lineBasis, fields, size, modifiedTime, contentHash, recipe } = record;
  const said = fields === null ? null : JSON.stringify(fields);
  return [path, type, title, lineBasis, said, size, modifiedTime, fromHex(contentHash), recipe];
}
