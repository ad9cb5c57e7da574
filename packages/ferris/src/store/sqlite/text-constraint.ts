/**
 * What a query requires and excludes, as a condition on chunks: it holds for search by words and by meaning alike.
 */
import type { TextQuery } from "../store.ts";
import { type Asking, requiredForms } from "../term-forms.ts";
import type { Database } from "./database.ts";
import { either, everyChunk, expressionFor } from "./full-text-query.ts";
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

/** What `asking` returns, with this index to answer it. */
export function answered<Result>(database: Database, asking: Asking<Result>): Result {
  let step = asking.next();
  while (!step.done) {
    const question = step.value;
    step = asking.next(
      question.ask === "known"
        ? isKnown(database, expressionFor(question.forms))
        : identifiersWith(database, question.piece),
    );
  }
  return step.value;
}

/** Whether any chunk has what this expression asks for. */
export function isKnown(database: Database, expression: string): boolean {
  return database.prepare("SELECT 1 FROM chunk_words WHERE chunk_words MATCH ? LIMIT 1").get(expression) !== undefined;
}

/** Null where nothing is required or excluded. */
export function constraintOf(database: Database, query: TextQuery): Constraint | null {
  const required = answered(database, requiredForms(query, languagesOf(database)));
  return required && { all: required.all.map(expressionFor), none: required.none.map(expressionFor) };
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
