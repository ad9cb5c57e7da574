/**
 * One index in a PostgreSQL: which collection it is, how much is in it, and a number that changes with it.
 */
import { IndexMismatchError, IndexNotFoundError } from "../../errors.ts";
import { isLanguageCode, type LanguageCode } from "../../words/language.ts";
import { parseIdentity } from "../identity.ts";
import type { ModelIdentity } from "../store.ts";
import type { PostgresConnection } from "./connection.ts";
import { hasGraph } from "./graph.ts";
import type { Sql } from "./sessions.ts";

export interface Collection {
  readonly id: number;
  readonly name: string;
  readonly identity: ModelIdentity;
  /** Of its row: another where it was removed and made again, though in a new database its id may be the same. */
  readonly version: string;
}

/** Vectors of this many dimensions fit a page beside their row's head; wider ones lie apart. */
const mostInRow = 1_900;

/** The index without a name. */
export const unnamed = "default";

/** Tables with a partition for each collection, called by its id. */
export const partitioned = ["chunk_words", "vectors", "vector_codes"] as const;

/** @throws IndexNotFoundError */
export async function collectionNamed(connection: PostgresConnection, name: string): Promise<Collection> {
  const found = await findCollection(connection, connection.shown, name);
  if (found !== null) return found;
  throw new IndexNotFoundError(`there is no index "${name}" in ${connection.shown}`);
}

async function findCollection(sql: Sql, shown: string, name: string): Promise<Collection | null> {
  const [row] = await sql.query<{ id: number; identity: string; version: string }>(
    "SELECT id, identity::text AS identity, xmin::text AS version FROM collections WHERE name = $1",
    [name],
  );
  if (row === undefined) return null;
  return { id: row.id, name, identity: parseIdentity(row.identity, `${shown} "${name}"`), version: row.version };
}

/** The collection of this name, made if it is not there: by one of those who ask at once. */
export async function ensureCollection(
  connection: PostgresConnection,
  name: string,
  identity: ModelIdentity,
): Promise<Collection> {
  const known = await findCollection(connection, connection.shown, name);
  if (known !== null) return known;
  if (identity.dimensions > 16_000) {
    throw new IndexMismatchError(
      `pgvector stores at most 16000 dimensions, and ${identity.model} has ${identity.dimensions}`,
    );
  }
  return connection.write(async (sql) => {
    await holdNames(sql, connection.schema);
    const now = await findCollection(sql, connection.shown, name);
    if (now !== null) return now;
    const [{ id, version }] = (await sql.query<{ id: number; version: string }>(
      "INSERT INTO collections (name, identity) VALUES ($1, $2::jsonb) RETURNING id, xmin::text AS version",
      [name, JSON.stringify(identity)],
    )) as [{ id: number; version: string }];
    for (const table of partitioned) {
      await sql.query(`CREATE TABLE ${table}_${id} PARTITION OF ${table} FOR VALUES IN (${id})`);
    }
    // Words are read row by row while ranking: uncompressed and in the row, that takes a tenth of the time.
    await sql.query(
      `ALTER TABLE chunk_words_${id} ALTER COLUMN words SET STORAGE MAIN, SET (toast_tuple_target = 8160)`,
    );
    if (identity.dimensions <= mostInRow)
      await sql.query(`ALTER TABLE vectors_${id} ALTER COLUMN vector SET STORAGE PLAIN`);
    return { id, name, identity, version };
  });
}

/** Until the end of the transaction nobody else gives a collection a name. */
export async function holdNames(sql: Sql, schema: string): Promise<void> {
  await sql.query("SELECT pg_advisory_xact_lock(hashtext($1))", [`${schema} collections`]);
}

/** Whether the collection of this name is the one that was found before. */
export async function isSameCollection(sql: Sql, { id, name, version }: Collection): Promise<boolean> {
  const [row] = await sql.query<{ id: number; version: string }>(
    "SELECT id, xmin::text AS version FROM collections WHERE name = $1",
    [name],
  );
  return row?.id === id && row.version === version;
}

export async function collectionNames(connection: PostgresConnection): Promise<string[]> {
  const rows = await connection.query<{ name: string }>("SELECT name FROM collections ORDER BY name = $1 DESC, name", [
    unnamed,
  ]);
  return rows.map(({ name }) => name);
}

export interface Totals {
  /** Another number after every transaction that changed the collection. */
  readonly revision: number;
  readonly chunks: number;
  readonly words: number;
  readonly vectors: number;
}

const sums = `SELECT coalesce(sum(transactions), 0)::bigint AS revision, coalesce(sum(chunks), 0)::bigint AS chunks,
  coalesce(sum(words), 0)::bigint AS words, coalesce(sum(vectors), 0)::bigint AS vectors
  FROM collection_changes WHERE collection_id = $1`;
const codes = "SELECT code FROM collection_languages WHERE collection_id = $1 ORDER BY code";

export async function totalsOf(sql: Sql, collectionId: number): Promise<Totals> {
  return (await sql.query<Totals>(sums, [collectionId]))[0]!;
}

/** The languages, besides English, whose words are indexed by their stems as well. */
export async function languagesOf(sql: Pick<Sql, "query">, collectionId: number): Promise<LanguageCode[]> {
  const rows = await sql.query<{ code: string }>(codes, [collectionId]);
  return rows.map(({ code }) => code).filter(isLanguageCode);
}

/** All of it, and whether there is an HNSW index, in one question: every search asks for them. */
export async function contentsOf(
  sql: Sql,
  collectionId: number,
): Promise<{ readonly totals: Totals; readonly languages: LanguageCode[]; readonly isGraphed: boolean }> {
  const [row] = await sql.query<Totals & { languages: string[]; isGraphed: boolean }>(
    `SELECT totals.*, array(${codes}) AS languages, ${hasGraph} AS "isGraphed" FROM (${sums}) AS totals`,
    [collectionId],
  );
  const { languages, isGraphed, ...totals } = row!;
  return { totals, languages: languages.filter(isLanguageCode), isGraphed };
}

/** What a transaction did, with its commit. */
export async function noteChange(
  sql: Sql,
  collectionId: number,
  { chunks, words, vectors }: Omit<Totals, "revision">,
): Promise<void> {
  await sql.query(
    "INSERT INTO collection_changes (collection_id, transactions, chunks, words, vectors) VALUES ($1, 1, $2, $3, $4)",
    [collectionId, chunks, words, vectors],
  );
}

/** Puts many such notes into one, which says the same. Whoever is at it already does it for all. */
export async function foldChanges(sql: Sql, collectionId: number): Promise<void> {
  await sql.query(
    `WITH gone AS (
       DELETE FROM collection_changes WHERE id IN
         (SELECT id FROM collection_changes WHERE collection_id = $1 ORDER BY id FOR UPDATE SKIP LOCKED) RETURNING *
     )
     INSERT INTO collection_changes (collection_id, transactions, chunks, words, vectors)
     SELECT $1, sum(transactions), sum(chunks), sum(words), sum(vectors) FROM gone HAVING count(*) > 0`,
    [collectionId],
  );
}
