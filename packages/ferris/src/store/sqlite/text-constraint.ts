/**
 * What a query requires and excludes, as a condition on chunks: it holds for search by words and by meaning alike.
 */
import type { Database } from "./database.ts";
import { either, everyChunk, type ExpandOptions, expressionsOf } from "./full-text-query.ts";
import type { TextQuery } from "../store.ts";
import { identifiersWith, languagesOf } from "./word-index.ts";

/** Which documents count: a JSON array of their ids, and how many chunks they have; null for all. */
export interface Among {
  readonly documents: string;
  readonly chunks: number;
}

export interface Constraint {
  /** FTS5 expressions; each must be there. */
  readonly all: readonly string[];
  /** None of these may be. */
  readonly none: readonly string[];
}

/** How terms become expressions in this index. */
export function expandIn(database: Database): ExpandOptions {
  return {
    languages: languagesOf(database),
    isKnown: (expression) =>
      database.prepare("SELECT 1 FROM chunk_words WHERE chunk_words MATCH ? LIMIT 1").get(expression) !== undefined,
    identifiersWith: (piece) => identifiersWith(database, piece),
  };
}

/** Null where nothing is required or excluded. */
export function constraintOf(query: TextQuery, expand: ExpandOptions): Constraint | null {
  if (query.all.length === 0 && query.none.length === 0) return null;
  // What is excluded is not looked for within other words: -log must not exclude logistics.
  const exact = { ...expand, isKnown: () => true };
  const constraint = { all: expressionsOf(query.all, expand), none: expressionsOf(query.none, exact) };
  return constraint.all.length + constraint.none.length > 0 ? constraint : null;
}

/** `expression`, where the constraint holds. */
export function constrained(expression: string, { all, none }: Constraint): string {
  const required = [`(${expression})`, ...all].join(" AND ");
  return none.length === 0 ? required : `(${required}) NOT ${either(none)}`;
}

/** The chunks that a constraint and a filter keep. */
export function idsWith(database: Database, constraint: Constraint, among: Among | null): number[] {
  const filter =
    among === null ? "" : "AND +rowid IN (SELECT id FROM chunks WHERE document_id IN (SELECT value FROM json_each(?)))";
  const { ids } = database
    .prepare(`SELECT json_group_array(rowid) AS ids FROM chunk_words WHERE chunk_words MATCH ? ${filter}`)
    .get(constrained(`"${everyChunk}"`, constraint), ...(among === null ? [] : [among.documents])) as { ids: string };
  return JSON.parse(ids) as number[];
}
