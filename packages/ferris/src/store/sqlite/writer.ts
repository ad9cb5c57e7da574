/**
 * Changing an index kept in SQLite: documents with their chunks, words and vectors, all or nothing.
 *
 * A changed document keeps the rows of the chunks that stayed the same (by hash), so their ids, words and vectors are not
 * written again. The full-text table holds no text of its own: it is given it, with Chinese, Japanese
 * and Korean spaced out, when a chunk comes and when it goes.
 */
import { fromHex } from "#platform/bytes";
import { isAtOrBelow } from "../../files/paths.ts";
import { type Database, transaction, translated } from "./database.ts";
import { packLineRuns } from "../line-runs.ts";
import { headingSeparator } from "./rows.ts";
import { type IndexPlace, SqliteReader, bytesOf } from "./reader.ts";
import type { ChunkRecord, DocumentRecord, Store, StoredDocument } from "../store.ts";
import { type DocumentName, WordIndex } from "./word-index.ts";

/** Documents removed in one transaction: keeps its log small. */
const removedAtOnce = 64;

export class SqliteStore extends SqliteReader implements Store {
  readonly #words: WordIndex;

  /** `database` has its tables, and nobody else writes to it. */
  constructor(database: Database, place: IndexPlace) {
    super(database, place);
    this.#words = new WordIndex(database);
  }

  async documentsWithContent(contentHash: string): Promise<StoredDocument[]> {
    return this.read(() => {
      const rows = this.database
        .prepare("SELECT path FROM documents WHERE content_hash = ? ORDER BY path")
        .all(fromHex(contentHash));
      return rows.map((row) => this.selectDocument(row.path)!);
    });
  }

  async stageVectors(hashes: readonly string[], vectors: Float32Array): Promise<void> {
    const { dimensions } = this.identity;
    transaction(this.database, this.path, () => {
      const insert = this.database.prepare("INSERT OR IGNORE INTO staged_vectors (hash, vector) VALUES (?, ?)");
      hashes.forEach((hash, row) => {
        insert.run(fromHex(hash), bytesOf(vectors.subarray(row * dimensions, (row + 1) * dimensions)));
      });
    });
  }

  async clearStaged(): Promise<void> {
    transaction(this.database, this.path, () => this.database.exec("DELETE FROM staged_vectors"));
  }

  async putDocuments(
    documents: readonly { record: DocumentRecord; chunks: readonly ChunkRecord[] }[],
    vectors: ReadonlyMap<string, Float32Array>,
  ): Promise<void> {
    this.#changing(() => {
      for (const { record, chunks } of documents) this.#putDocument(record, chunks, vectors);
    });
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
    if (row === undefined) return [];
    // An index may come from anybody: what it says of folders is only ever compared with paths.
    try {
      const folders: unknown = JSON.parse(row.value);
      return Array.isArray(folders) ? folders.filter((folder): folder is string => typeof folder === "string") : [];
    } catch {
      return [];
    }
  }

  async setMounts(folders: readonly string[]): Promise<void> {
    const value = JSON.stringify([...new Set(folders)].toSorted());
    if (JSON.stringify((await this.mounts()).toSorted()) === value) return;
    transaction(this.database, this.path, () => {
      this.database.prepare("INSERT OR REPLACE INTO meta (key, value) VALUES ('mounts', ?)").run(value);
    });
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

  #putDocument(
    record: DocumentRecord,
    chunks: readonly ChunkRecord[],
    vectors: ReadonlyMap<string, Float32Array>,
  ): void {
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
    chunks.forEach((chunk, ordinal) => {
      const kept = old.get(chunk.hash)?.shift();
      if (kept === undefined) this.#insertChunk(id, ordinal, chunk, record, vectors);
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
      this.database
        .prepare(
          `INSERT OR IGNORE INTO staged_vectors (hash, vector)
           SELECT hash, vector FROM chunks JOIN vectors ON chunk_id = id WHERE id = ?`,
        )
        .run(gone);
      this.#removeChunk(gone, record);
    }
  }

  #insertChunk(
    documentId: number,
    ordinal: number,
    chunk: ChunkRecord,
    name: DocumentName,
    vectors: ReadonlyMap<string, Float32Array>,
  ): void {
    const headingPath = chunk.headingPath.join(headingSeparator);
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
    const vector = vectors.get(chunk.hash) ?? this.selectVector(hash);
    if (vector === undefined || vector.length !== this.identity.dimensions) {
      throw new TypeError(
        `chunk ${chunk.hash}: ${vector?.length ?? "no"} dimensions given, ${this.identity.dimensions} due`,
      );
    }
    this.database.prepare("INSERT INTO vectors (chunk_id, vector) VALUES (?, ?)").run(id, bytesOf(vector));
    this.codes.set(id, vector);
  }

  #removeChunk(id: number, name: DocumentName): void {
    this.#words.remove(id, name);
    this.database.prepare("DELETE FROM vectors WHERE chunk_id = ?").run(id);
    this.codes.remove(id);
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
