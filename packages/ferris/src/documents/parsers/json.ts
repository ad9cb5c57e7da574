/**
 * JSON and JSON Lines: records as lines of "key: value", with their lines in the file. Comments and trailing commas are allowed for; what is
 * no valid JSON (a truncated file) is read as the text that it is, and said. Numbers keep the digits that they have in the file.
 *
 * A large array or object is cut into its children, and those again; the keys on the way down are the heading path.
 */
import { ContentBuilder, oneLine } from "../content-builder.ts";
import { decodeText } from "../decode.ts";
import type { ParsedDocument } from "../document.ts";
import { numbersAsTexts, withoutComments } from "../json-comments.ts";
import { afterSpace, jsonChildren } from "../json-places.ts";
import { sourcePlaces } from "../source-places.ts";
import type { ParserInput } from "./parser.ts";
import { parseText } from "./text.ts";

/** A value of more characters than this is cut into its children. */
const wholeUpTo = 2_000;
/** Keys further down stay in front of their values. */
const deepestHeading = 8;
const longestPath = 200;

export function parseJson(input: ParserInput): ParsedDocument {
  const text = decodeText(input.bytes);
  const json = isJson(text.content) ? text.content : withoutComments(text.content);
  if (!isJson(json)) {
    const warnings = ["not valid JSON: indexed as the text that it is", ...text.warnings];
    return { ...parseText(input), type: "json", warnings };
  }
  const builder = new ContentBuilder();
  const placeOf = sourcePlaces(text);
  const start = afterSpace(json, 0);
  addValue(start, json.trimEnd().length, 1);
  return builder.finish("json", { title: titleOf(json), warnings: text.warnings });

  function addValue(from: number, to: number, level: number): void {
    const isContainer = json[from] === "{" || json[from] === "[";
    if (!isContainer || to - from <= wholeUpTo || level > deepestHeading) {
      builder.add("code", readable(valueOf(json.slice(from, to))), { source: placeOf(from, to) });
      return;
    }
    for (const { key, start: childStart, end } of jsonChildren(json, from)) {
      if (end - childStart > wholeUpTo) {
        builder.section(level, key ?? "");
        addValue(childStart, end, level + 1);
        builder.section(level, "");
      } else {
        const value = valueOf(json.slice(childStart, end));
        builder.add("code", readable(key === null ? value : { [key]: value }), { source: placeOf(childStart, end) });
      }
    }
  }
}

export function parseJsonLines(input: ParserInput): ParsedDocument {
  const text = decodeText(input.bytes);
  const builder = new ContentBuilder();
  const placeOf = sourcePlaces(text);
  let broken = 0;
  let records = 0;
  for (let start = 0; start < text.content.length;) {
    const newline = text.content.indexOf("\n", start);
    const end = newline < 0 ? text.content.length : newline;
    const line = text.content.slice(start, end).trim();
    if (line !== "") {
      records++;
      // A record is found by itself, so it shares its chunk with none.
      const place = { source: placeOf(start, end), alone: true };
      try {
        builder.add("code", readable(valueOf(line)), place);
      } catch {
        broken++;
        builder.add("code", line, place);
      }
    }
    start = end + 1;
  }
  const said = broken > 0 ? [`${broken} of ${records} lines are not valid JSON; they are indexed as they are`] : [];
  return builder.finish("jsonl", { warnings: [...said, ...text.warnings] });
}

/**
 * A value as lines of "path.to.key: value". Texts stand without quotes; empty values say nothing and are left out.
 */
function readable(root: unknown): string {
  const lines: string[] = [];
  const stack: { path: string; value: unknown }[] = [{ path: "", value: root }];
  for (let next = stack.pop(); next; next = stack.pop()) {
    const { path, value } = next;
    if (value === null || value === "") continue;
    if (typeof value !== "object") {
      const text = typeof value === "string" ? value : JSON.stringify(value);
      lines.push(path === "" ? text : `${path}: ${text}`);
    } else if (Array.isArray(value) && value.every((item) => typeof item !== "object" || item === null)) {
      lines.push(`${path === "" ? "" : `${path}: `}${value.filter((item) => item !== null).join(", ")}`);
    } else {
      const children = Array.isArray(value) ? value.map((item) => ["", item] as const) : Object.entries(value);
      for (const [key, child] of children.toReversed()) {
        // A path through thousands of levels would cost more than what it leads to.
        const deeper = path && key && path.length < longestPath ? `${path}.${key}` : path || key;
        stack.push({ path: deeper, value: child });
      }
    }
  }
  return lines.join("\n");
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** With numbers as texts, which `readable` prints as they are. Throws SyntaxError. */
function valueOf(json: string): unknown {
  JSON.parse(json);
  return JSON.parse(numbersAsTexts(json));
}

/** What the whole file calls itself. */
function titleOf(json: string): string | undefined {
  const root: unknown = json.length < 10 * wholeUpTo ? JSON.parse(json) : null;
  if (typeof root !== "object" || root === null) return undefined;
  const { title, name } = root as { title?: unknown; name?: unknown };
  const found = typeof title === "string" ? title : name;
  return typeof found === "string" ? oneLine(found) : undefined;
}
