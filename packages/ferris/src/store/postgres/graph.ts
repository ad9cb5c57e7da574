/**
 * An HNSW index of a collection's vectors, in halfvec: for collections so large that reading the code of every vector takes too long.
 *
 * It is made when somebody asks for it (`ferris db hnsw`): it makes writing slower, and finds nearly all of the nearest where codes find all.
 */
import { IndexUnusableError } from "../../errors.ts";
import type { ModelIdentity } from "../store.ts";
import type { PostgresConnection } from "./connection.ts";
import { identifier, type Sql, untilAutovacuumYields } from "./sessions.ts";

/** pgvector's limit for halfvec in an HNSW index. */
export const mostGraphDimensions = 4_000;

/** Vectors that the graph gives, to be compared exactly, for `limit` hits. */
export function graphCandidates(limit: number): number {
  return Math.max(100, 2 * limit);
}

/** Of making it, where a connection is lost meanwhile. */
const mostTries = 3;

function graphOf(collectionId: number): string {
  return `vectors_${collectionId}_hnsw`;
}

/** A scalar in SQL: whether this collection's index is there, and whole. */
export const hasGraph = `coalesce((SELECT i.indisvalid FROM pg_catalog.pg_index AS i
  WHERE i.indexrelid = to_regclass('vectors_' || $1::int || '_hnsw')), false)`;

/** What is indexed, and what is asked: the same expression, or the index is not used. */
export function halfVector(value: string, dimensions: number): string {
  return `${value}::halfvec(${dimensions})`;
}

/**
 * Makes the index, while others search and write. Returns its bytes. One that is there stays; one that was left unfinished is made anew.
 *
 * @throws IndexUnusableError for vectors of more dimensions than such an index takes
 */
export async function makeGraph(
  connection: PostgresConnection,
  { id, identity }: { readonly id: number; readonly identity: ModelIdentity },
): Promise<number> {
  const { dimensions, model } = identity;
  if (dimensions > mostGraphDimensions) {
    throw new IndexUnusableError(
      `pgvector's HNSW takes at most ${mostGraphDimensions} dimensions, and ${model} has ${dimensions}: searches go on by codes`,
    );
  }
  const [schema, name] = [identifier(connection.schema), graphOf(id)];
  const [place] = await connection.query<{ name: string }>(
    "SELECT n.nspname AS name FROM pg_catalog.pg_extension AS e JOIN pg_catalog.pg_namespace AS n ON n.oid = e.extnamespace WHERE e.extname = 'vector'",
  );
  const vector = identifier(place!.name);
  for (let tries = 0; !(await isWholeAfterOthers(connection, id)); tries++) {
    if (tries === mostTries)
      throw new IndexUnusableError(`${connection.shown} did not finish the index ${name}: try again`);
    // What a connection that was lost has left, or another program that died.
    await connection.maintain(`DROP INDEX CONCURRENTLY IF EXISTS ${schema}.${name}`);
    await connection.maintain(
      `CREATE INDEX CONCURRENTLY IF NOT EXISTS ${name} ON ${schema}.vectors_${id} USING hnsw ((vector::${vector}.halfvec(${dimensions})) ${vector}.halfvec_cosine_ops)`,
    );
  }
  const [{ bytes }] = (await connection.query<{ bytes: number }>("SELECT pg_relation_size(to_regclass($1)) AS bytes", [
    name,
  ])) as [{ bytes: number }];
  return bytes;
}

/** The server lets go of the table a moment before others see that the index is whole. */
const moment = 1_000;

/**
 * Whether it is there, once nobody is at it: another program, or the server for one that died, may be making it, and what is unfinished would be
 * dropped. Is busy where that takes longer than others are waited for (connection.ts).
 */
async function isWholeAfterOthers(connection: PostgresConnection, collectionId: number): Promise<boolean> {
  const ask = async (sql: Pick<Sql, "query">): Promise<boolean | null> =>
    (
      await sql.query<{ whole: boolean | null }>(
        `SELECT CASE WHEN to_regclass('vectors_' || $1::int || '_hnsw') IS NOT NULL THEN ${hasGraph} END AS whole`,
        [collectionId],
      )
    )[0]!.whole;
  const whole = await connection.write(async (sql) => {
    if (await ask(sql)) return true;
    await sql.query(untilAutovacuumYields);
    await sql.query(`LOCK TABLE vectors_${collectionId} IN SHARE UPDATE EXCLUSIVE MODE`);
    return ask(sql);
  });
  if (whole !== false) return whole ?? false;
  await new Promise((resolve) => setTimeout(resolve, moment));
  return (await ask(connection)) ?? false;
}

/** Has the statements that follow in this transaction go through the index, as far as a filter needs it. */
export async function throughGraph(sql: Sql, candidates: number): Promise<void> {
  // Not left to an estimate of the filter, which would rather read everything.
  await sql.query(
    `SET LOCAL hnsw.ef_search = ${Math.min(1_000, candidates)}; SET LOCAL hnsw.iterative_scan = relaxed_order; SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off`,
  );
}
