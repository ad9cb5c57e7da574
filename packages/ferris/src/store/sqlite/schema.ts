/**
 * The tables of an index, their version, and the check that a file found on disk has exactly these.
 *
 * docs/store.md says what each column is for. An index may come with a cloned folder, so nothing in it is trusted: a
 * trigger, a view or a table that is not ours means that the file is refused.
 */
import { IndexUnusableError } from "../../errors.ts";
import { type Database, transaction } from "./database.ts";
import { schemaVersion } from "./schema-version.ts";

/** The oldest version that is read as it is; whoever writes brings it up to date first. */
const oldestVersion = 3;

/** "Ferr" in ASCII, in SQLite's application_id: tells our file from any other database. */
export const applicationId = 0x46657272;

// By name; compared with what a file has, so the text of a statement is part of the schema.
const statements: Readonly<Record<string, string>> = {
  meta: `CREATE TABLE meta (
    key TEXT PRIMARY KEY NOT NULL,
    value TEXT NOT NULL
  ) STRICT, WITHOUT ROWID`,
  roots: `CREATE TABLE roots (
    path TEXT PRIMARY KEY NOT NULL
  ) STRICT, WITHOUT ROWID`,
  documents: `CREATE TABLE documents (
    id INTEGER PRIMARY KEY,
    path TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,
    title TEXT,
    line_basis TEXT NOT NULL,
    fields TEXT,
    size INTEGER NOT NULL,
    modified_time REAL NOT NULL,
    content_hash BLOB NOT NULL,
    recipe TEXT NOT NULL,
    chunks INTEGER NOT NULL,
    tokens INTEGER NOT NULL,
    indexed_time REAL NOT NULL
  ) STRICT`,
  documents_by_content: `CREATE INDEX documents_by_content ON documents (content_hash)`,
  chunks: `CREATE TABLE chunks (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    document_id INTEGER NOT NULL REFERENCES documents (id),
    ordinal INTEGER NOT NULL,
    hash BLOB NOT NULL,
    heading_path TEXT NOT NULL,
    text TEXT NOT NULL,
    start_line INTEGER NOT NULL,
    end_line INTEGER NOT NULL,
    start_column INTEGER,
    end_column INTEGER,
    line_runs BLOB,
    start_byte INTEGER,
    end_byte INTEGER,
    page INTEGER,
    is_ocr INTEGER NOT NULL,
    tokens INTEGER NOT NULL
  ) STRICT`,
  chunks_by_document: `CREATE INDEX chunks_by_document ON chunks (document_id, ordinal)`,
  chunks_by_hash: `CREATE INDEX chunks_by_hash ON chunks (hash)`,
  chunk_words: `CREATE VIRTUAL TABLE chunk_words USING fts5 (
    heading_path, text, name, parts, stems, content = '', tokenize = "porter unicode61 remove_diacritics 2 categories 'L* N* M* Co'"
  )`,
  identifiers: `CREATE TABLE identifiers (
    id INTEGER PRIMARY KEY,
    word TEXT NOT NULL UNIQUE
  ) STRICT`,
  identifier_trigrams: `CREATE VIRTUAL TABLE identifier_trigrams USING fts5 (
    word, content = '', detail = none, columnsize = 0, tokenize = 'trigram'
  )`,
  vectors: `CREATE TABLE vectors (
    chunk_id INTEGER PRIMARY KEY REFERENCES chunks (id),
    vector BLOB NOT NULL
  ) STRICT`,
  vector_codes: `CREATE TABLE vector_codes (
    block INTEGER PRIMARY KEY,
    codes BLOB NOT NULL
  ) STRICT`,
  staged_vectors: `CREATE TABLE staged_vectors (
    hash BLOB PRIMARY KEY NOT NULL,
    vector BLOB NOT NULL
  ) STRICT, WITHOUT ROWID`,
  pending_documents: `CREATE TABLE pending_documents (
    document_id INTEGER PRIMARY KEY REFERENCES documents (id),
    missing INTEGER NOT NULL
  ) STRICT`,
  pending_chunks: `CREATE TABLE pending_chunks (
    chunk_id INTEGER PRIMARY KEY REFERENCES chunks (id),
    hash BLOB NOT NULL,
    text TEXT NOT NULL
  ) STRICT`,
  pending_chunks_by_hash: `CREATE INDEX pending_chunks_by_hash ON pending_chunks (hash)`,
};

/** What each version after the oldest has more than the one before it. */
const addedIn: Readonly<Record<number, readonly string[]>> = {
  4: ["pending_documents", "pending_chunks", "pending_chunks_by_hash"],
};

/** What SQLite and FTS5 add by themselves. */
const implied =
  /^(?:sqlite_sequence|sqlite_stat[14]|sqlite_autoindex_[a-z_]+_\d+|(?:chunk_words|identifier_trigrams)_(?:data|idx|docsize|config))$/;

/** Makes the tables in an empty database, with what `meta` says. To be called in a transaction. */
export function createSchema(database: Database, meta: Readonly<Record<string, string>>): void {
  for (const statement of Object.values(statements)) database.exec(statement);
  const insert = database.prepare("INSERT INTO meta (key, value) VALUES (?, ?)");
  for (const [key, value] of Object.entries(meta)) insert.run(key, value);
  database.exec(`PRAGMA application_id = ${applicationId}`);
  database.exec(`PRAGMA user_version = ${schemaVersion}`);
}

/** Brings an index that is about to be written to up to the present version. Throws what checkSchema throws. */
export function upgradeSchema(database: Database, path: string): void {
  const version = checkSchema(database, path);
  if (version === schemaVersion) return;
  transaction(database, path, () => {
    for (let next = version + 1; next <= schemaVersion; next++) {
      for (const name of addedIn[next] ?? []) database.exec(statements[name]!);
    }
    database.exec(`PRAGMA user_version = ${schemaVersion}`);
  });
}

/** True for a database without anything in it: one that is new, or whose making was cut off. */
export function isEmpty(database: Database): boolean {
  const { count } = database.prepare("SELECT count(*) AS count FROM sqlite_schema").get() as { count: number };
  return count === 0;
}

/**
 * The schema version of an index: the present one, or one that it can be upgraded from.
 *
 * @throws IndexUnusableError unless the database is an index of such a version and nothing else
 */
export function checkSchema(database: Database, path: string): number {
  const read = (pragma: string) => Object.values(database.prepare(`PRAGMA ${pragma}`).get() as object)[0] as number;
  if (read("application_id") !== applicationId) {
    throw new IndexUnusableError(`${path} is a database, but not an index of ferris. Name another folder.`, {
      option: "db",
    });
  }
  const version = read("user_version");
  if (version > schemaVersion) {
    throw new IndexUnusableError(
      `${path} was made by a newer ferris: its schema is version ${version}, this ferris reads ${schemaVersion}. ` +
        "Update ferris, or index into another folder.",
      { option: "db" },
    );
  }
  if (version < oldestVersion) {
    throw new IndexUnusableError(
      `${path} has schema version ${version}, which this ferris (versions ${oldestVersion} to ${schemaVersion}) does not read. Delete it and index again.`,
    );
  }
  const found = new Map<string, string>();
  for (const row of database.prepare("SELECT name, sql FROM sqlite_schema").iterate()) {
    if (!implied.test(row.name)) found.set(row.name, row.sql);
  }
  const later = new Set(Object.entries(addedIn).flatMap(([since, names]) => (Number(since) > version ? names : [])));
  for (const [name, sql] of Object.entries(statements)) {
    if (later.has(name)) continue;
    if (found.get(name) !== sql) refuse(found.has(name) ? `${name} is not as ferris makes it` : `${name} is missing`);
    found.delete(name);
  }
  for (const name of found.keys()) refuse(`it holds ${name}, which ferris does not make`);
  return version;

  function refuse(what: string): never {
    throw new IndexUnusableError(`${path} is not a sound index: ${what}. Delete it and index again.`);
  }
}
