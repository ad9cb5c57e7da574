/**
 * JSON and JSON Lines: records as lines of "key: value", each with its line in the file. Comments, trailing commas and the other liberties of JSON5
 * are allowed for; what is not JSON (a truncated file) is read as the text that it is, and said. Numbers keep the digits that they have in the file.
 *
 * A large array or object is cut into its children, and those again; the keys on the way down are the heading path.
 */
import { ContentBuilder, oneLine } from "../../content-builder.ts";
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import { afterSpace, afterValue, jsonChildren } from "./places.ts";
import { lenientJson } from "./lenient-json.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { through } from "../../lines/sourced-through.ts";
import { readableAt } from "./lines-of-text.ts";
import type { ParserInput } from "../parser.ts";
import { parseText } from "../text.ts";

/** A value of more characters than this is cut into its children; small ones without parts share a block up to it. */
const wholeUpTo = 2_000;
/** Keys further down stay in front of their values. */
const deepestHeading = 8;

export function parseJson(input: ParserInput): ParsedDocument {
  const text = decodeText(input.bytes);
  const lenient = isJson(text.content) ? null : lenientJson(text.content);
  const json = lenient?.text ?? text.content;
  if (lenient ? !isJson(json) : !isJson(text.content)) {
    const warnings = ["not valid JSON: indexed as the text that it is", ...text.warnings];
    return { ...parseText(input), type: "json", warnings };
  }
  const builder = new ContentBuilder(text);
  const inFile = (words: SourcedText) => (lenient ? through(lenient, words) : words);
  const start = afterSpace(json, 0);
  addValue(start, afterValue(json, start), 1);
  return builder.finish("json", { title: titleOf(json), warnings: text.warnings });

  function addValue(from: number, to: number, level: number): void {
    const isContainer = json[from] === "{" || json[from] === "[";
    if (!isContainer || to - from <= wholeUpTo || level > deepestHeading) {
      builder.add("code", inFile(readableAt(json, from)));
      return;
    }
    let small = new SourcedText();
    const flush = () => {
      builder.add("code", inFile(small));
      small = new SourcedText();
    };
    for (const { key, start: child, end } of jsonChildren(json, from)) {
      const hasParts = json[child] === "{" || json[child] === "[";
      if (hasParts || end - child > wholeUpTo || small.length > wholeUpTo) flush();
      if (end - child > wholeUpTo) {
        builder.section(level, key ?? "");
        addValue(child, end, level + 1);
        builder.section(level, "");
      } else {
        const value = readableAt(json, child, key);
        if (small.length > 0 && value.length > 0) small.trail("\n");
        small.join(value);
        if (hasParts) flush();
      }
    }
    flush();
  }
}

export function parseJsonLines(input: ParserInput): ParsedDocument {
  const text = decodeText(input.bytes);
  const { content } = text;
  const builder = new ContentBuilder(text);
  let broken = 0;
  let records = 0;
  for (let start = 0; start < content.length;) {
    const newline = content.indexOf("\n", start);
    const end = newline < 0 ? content.length : newline;
    const line = content.slice(start, end);
    if (line.trim() !== "") {
      records++;
      const isRecord = isJson(line);
      if (!isRecord) broken++;
      const words = isRecord ? readableAt(content, afterSpace(content, start)) : SourcedText.of(line, start);
      // A record is found by itself, so it shares its chunk with none.
      builder.add("code", words, { alone: true });
    }
    start = end + 1;
  }
  const said = broken > 0 ? [`${broken} of ${records} lines are not valid JSON; they are indexed as they are`] : [];
  return builder.finish("jsonl", { warnings: [...said, ...text.warnings] });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

/** What the whole file calls itself. */
function titleOf(json: string): string | undefined {
  const root: unknown = json.length < 10 * wholeUpTo ? JSON.parse(json) : null;
  if (typeof root !== "object" || root === null) return undefined;
  const { title, name } = root as { title?: unknown; name?: unknown };
  const found = typeof title === "string" ? title : name;
  return typeof found === "string" ? oneLine(found) : undefined;
}
