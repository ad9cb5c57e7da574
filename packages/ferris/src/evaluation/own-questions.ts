/**
 * A user's own question set: JSON objects, one per line, {"query": "…", "expected": ["docs/keys.md", …]}.
 *
 * An expected document is a path: absolute, relative to the questions' file, or a tail of a path in the index.
 */
import { dirname, resolve } from "node:path";
import { InputError } from "../errors.ts";
import { readRegularFile } from "../files/read-file.ts";
import type { Question } from "./question-set.ts";

export interface OwnQuestions {
  readonly questions: readonly Question[];
  /** Expected paths that the index does not have: they count as not found. */
  readonly missing: readonly string[];
}

/**
 * Reads a set and matches its paths with those of an index; relevant ids are absolute paths.
 *
 * @throws InputError for a file that cannot be read, a bad line (with its number), or a set without questions
 */
export async function readOwnQuestions(path: string, indexed: readonly string[]): Promise<OwnQuestions> {
  const content = await readRegularFile(path, { follow: true }).then(String, (error: Error) => {
    throw new InputError(`${path} cannot be read: ${error.message}`, { cause: error });
  });
  const known = new Set(indexed);
  const questions: Question[] = [];
  const missing: string[] = [];
  for (const [index, line] of content.split(/\r?\n/).entries()) {
    if (line.trim() === "") continue;
    const { query, expected } = parseLine(line, `${path}, line ${index + 1}`);
    const relevant = new Map<string, number>();
    for (const written of expected) {
      const found = match(written, dirname(resolve(path)), known);
      if (found.length === 0) missing.push(written);
      // One that is missing keeps its place among the relevant, so that it counts as not found.
      for (const id of found.length > 0 ? found : [written]) relevant.set(id, 1);
    }
    questions.push({ id: String(index + 1), text: query, relevant });
  }
  if (questions.length === 0) {
    throw new InputError(
      `${path} has no questions: write one per line, as {"query": "…", "expected": ["docs/keys.md"]}`,
    );
  }
  return { questions, missing };
}

function match(written: string, from: string, known: ReadonlySet<string>): string[] {
  const absolute = resolve(from, written);
  if (known.has(absolute)) return [absolute];
  return [...known].filter((path) => path.endsWith(`/${written}`));
}

function parseLine(line: string, place: string): { query: string; expected: string[] } {
  let parsed: { query?: unknown; expected?: unknown } | null;
  try {
    parsed = JSON.parse(line) as typeof parsed;
  } catch (error) {
    throw new InputError(`${place}: not JSON (${(error as Error).message})`, { cause: error });
  }
  const { query, expected } = parsed ?? {};
  const paths = typeof expected === "string" ? [expected] : expected;
  if (typeof query !== "string" || query.trim() === "") throw new InputError(`${place}: no "query", or an empty one`);
  if (!Array.isArray(paths) || paths.length === 0 || !paths.every((item) => typeof item === "string" && item !== "")) {
    throw new InputError(`${place}: "expected" must list at least one path`);
  }
  return { query, expected: paths as string[] };
}
