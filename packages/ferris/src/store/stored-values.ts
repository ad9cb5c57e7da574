/**
 * Columns that every store has, on their way in and out. An index may be a stranger's, or damaged, and a table in a database may have been
 * changed by whoever owns it: what comes out is checked here before anything else sees it.
 */
import { IndexUnusableError } from "../errors.ts";
import type { StoredDocument } from "./store.ts";

/** Joins headings in one column; SQLite's tokenizer reads it as a space, and parsers keep it out of headings. */
const headingSeparator = "\u001f";

export function joinHeadings(headingPath: readonly string[]): string {
  return headingPath.join(headingSeparator);
}

export function splitHeadings(column: string): string[] {
  return column === "" ? [] : column.split(headingSeparator);
}

/** Columns that are never null. @throws IndexUnusableError for a row that only a damaged index can have */
export function requireTexts<Row extends object>(
  row: Row,
  what: "document" | "passage",
  columns: readonly (keyof Row & string)[],
): void {
  const lost = columns.find((column) => typeof row[column] !== "string");
  if (lost !== undefined) throw damagedIndex(`a ${what} has lost its ${lost}`);
}

/** @throws IndexUnusableError for a vector of another width, which would shift every row after it */
export function requireWidth(found: number, due: number, index = "The index"): void {
  if (found !== due) throw damagedIndex(`a vector has ${found} dimensions where ${due} are due`, index);
}

/** What is not lists of texts by name is nothing. */
export function fieldsOf(found: unknown): StoredDocument["fields"] {
  if (typeof found !== "object" || found === null) return null;
  return Object.fromEntries(Object.entries(found).map(([name, values]) => [name, textsOf(values)]));
}

/** The texts of a list; none of anything else. */
export function textsOf(found: unknown): string[] {
  return Array.isArray(found) ? found.filter((value): value is string => typeof value === "string") : [];
}

/** The value, or null for what is not JSON. */
export function parsedJson(json: string | null): unknown {
  if (json === null) return null;
  try {
    return JSON.parse(json);
  } catch {
    return null;
  }
}

function damagedIndex(how: string, index = "The index"): IndexUnusableError {
  return new IndexUnusableError(`${index} is damaged: ${how}. Delete it and index again.`);
}
