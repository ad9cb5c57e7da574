/**
 * Several question sets in one file, to see at once what a change does to each:
 *
 *     [{"name": "notes", "questions": "notes.jsonl", "db": "notes/.ferris"}, {"name": "scifact", "beir": "scifact", "db": "scifact-index"}]
 *
 * Paths are relative to the file.
 */
import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import { InputError } from "../errors.ts";

/** A set is either a file of questions over an index, or a data set in BEIR's layout. */
export interface SuiteSet {
  readonly name: string;
  readonly questions: string | null;
  readonly beir: string | null;
  readonly split: string | undefined;
  /** The folder of the index. */
  readonly db: string;
}

/** @throws InputError for a file that cannot be read, or an entry that is not as above, with its place */
export async function readSuite(path: string): Promise<readonly SuiteSet[]> {
  const content = await readFile(path, "utf8").catch((error: Error) => {
    throw new InputError(`${path} cannot be read: ${error.message}`, { cause: error });
  });
  let entries: unknown;
  try {
    entries = JSON.parse(content);
  } catch (error) {
    throw new InputError(`${path}: not JSON (${(error as Error).message})`, { cause: error });
  }
  if (!Array.isArray(entries) || entries.length === 0) throw new InputError(`${path}: a list of sets is expected`);
  return entries.map((entry: unknown, i) => setOf(entry, `${path}, set ${i + 1}`, dirname(resolve(path))));
}

function setOf(entry: unknown, place: string, folder: string): SuiteSet {
  const { name, questions, beir, split, db } = (entry ?? {}) as Record<string, unknown>;
  const isText = (value: unknown): value is string => typeof value === "string" && value !== "";
  if (!isText(name) || !isText(db) || isText(questions) === isText(beir)) {
    throw new InputError(`${place}: needs "name", "db", and either "questions" or "beir"`);
  }
  return {
    name,
    questions: isText(questions) ? resolve(folder, questions) : null,
    beir: isText(beir) ? resolve(folder, beir) : null,
    split: isText(split) ? split : undefined,
    db: resolve(folder, db),
  };
}
