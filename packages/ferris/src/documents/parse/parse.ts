/**
 * A file's bytes to a parsed document: picks the parser and turns whatever it throws into a DocumentError.
 */
import { DocumentError, UsageError } from "../../errors.ts";
import type { ParsedDocument } from "../document.ts";
import { loaders } from "#parsers";
import { parserFor, parserRecipe, parsers } from "../parsers/index.ts";
import type { ParserInput } from "../parsers/parser.ts";

/** How to parse, besides by the file's bytes. */
export type ParseOptions = Pick<ParserInput, "depth" | "ocr" | "alive">;

/**
 * Parses `bytes`, the content of the file at `path`. Throws DocumentError, and only that: one document that cannot be read
 * must not cost the run, whatever its parser's library throws.
 */
export async function parseDocument(
  path: string,
  bytes: Uint8Array,
  options: ParseOptions = {},
): Promise<ParsedDocument> {
  const entry = parserFor(path, bytes);
  const load = loaders[entry.type];
  if (load === undefined) throw new DocumentError("unsupported", `${entry.type} is not read in a page`);
  try {
    const parse = await load();
    return await parse({ path, bytes, ...options, inside: filesInside(options) });
  } catch (cause) {
    if (cause instanceof DocumentError) throw cause;
    const detail = (cause instanceof Error ? cause.message : String(cause)).split("\n")[0];
    throw new DocumentError("damaged", `not readable as ${entry.type}: ${detail}`, { cause });
  }
}

function filesInside({ depth = 0, ...others }: ParseOptions): ParserInput["inside"] {
  return { parse: (path, bytes) => parseDocument(path, bytes, { ...others, depth: depth + 1 }), isData };
}

/** The type that a file of this name with these bytes has. */
export function typeOf(path: string, bytes: Uint8Array): string {
  return parserFor(path, bytes).type;
}

/** Whether it is for programs: found by itself where it is worked on, it would drown what somebody put together to read in an archive. */
function isData(path: string, bytes: Uint8Array): boolean {
  return parserFor(path, bytes).isData === true;
}

/** Whether any parser makes documents of this type. */
export function isType(type: string): boolean {
  return parsers.some((parser) => parser.type === type);
}

/** @throws UsageError for a type that no parser has: a misspelt one must not look like an empty folder or index */
export function checkTypes(types: readonly string[] | undefined): void {
  const known = parsers.map((parser) => parser.type);
  const unknown = types?.find((type) => !known.includes(type));
  if (unknown !== undefined) {
    throw new UsageError(`unknown document type "${unknown}": it must be one of ${known.join(", ")}`);
  }
}

/** The recipe of the parser that would read these bytes. */
export function recipeFor(path: string, bytes: Uint8Array, ocr?: ParserInput["ocr"]): string {
  return parserRecipe(parserFor(path, bytes), ocr);
}

/** The recipe of today's parser for a type; null for a type that no parser makes any more. */
export function recipeOfType(type: string, ocr?: ParserInput["ocr"]): string | null {
  const parser = parsers.find((entry) => entry.type === type);
  return parser ? parserRecipe(parser, ocr) : null;
}
