/**
 * Lists of literature: BibTeX (.bib) and RIS (.ris). Each entry is a record with its title, people, year, place and abstract.
 */
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { plainLatex } from "./latex/latex-letters.ts";
import type { ParserInput } from "./parser.ts";
import { linesOf } from "./sections.ts";

interface Field {
  readonly label: string;
  readonly value: string;
  readonly origin: number;
}

const risLabels: Readonly<Record<string, string>> = {
  TI: "title",
  T1: "title",
  AU: "author",
  A1: "author",
  A2: "editor",
  ED: "editor",
  PY: "year",
  Y1: "year",
  DA: "date",
  JO: "journal",
  JF: "journal",
  T2: "in",
  BT: "in",
  PB: "publisher",
  CY: "city",
  VL: "volume",
  IS: "number",
  SP: "pages from",
  EP: "pages to",
  DO: "doi",
  UR: "url",
  SN: "isbn",
  KW: "keyword",
  AB: "abstract",
  N2: "abstract",
  N1: "note",
  ID: "key",
};

export function parseBibliography({ path, bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const builder = new ContentBuilder(text);
  const entries = /\.ris$/i.test(path) ? risEntries(text.content) : bibEntries(text.content);
  for (const fields of entries) {
    const record = new SourcedText();
    for (const { label, value, origin } of fields) {
      if (value === "") continue;
      if (record.length > 0) record.trail("\n");
      record.appendMade(`${label}: ${value}`, origin);
    }
    builder.add("metadata", record, { alone: true });
  }
  return builder.finish("bibliography", { title: "", warnings: text.warnings });
}

function* risEntries(content: string): Generator<Field[]> {
  let fields: Field[] = [];
  for (const { text, start } of linesOf(content)) {
    const [, tag, value] = /^\ufeff?([A-Z][A-Z0-9]) {1,2}- ?(.*)$/.exec(text) ?? [];
    const last = fields.at(-1);
    if (tag === undefined) {
      if (last && text.trim() !== "") fields[fields.length - 1] = { ...last, value: `${last.value} ${text.trim()}` };
    } else if (tag === "ER") {
      if (fields.length > 0) yield fields;
      fields = [];
    } else if (Object.hasOwn(risLabels, tag))
      fields.push({ label: risLabels[tag]!, value: value!.trim(), origin: start });
  }
  if (fields.length > 0) yield fields;
}

const notEntries = /^(?:string|preamble|comment)$/i;

function* bibEntries(content: string): Generator<Field[]> {
  const strings = new Map<string, string>();
  const entry = /^[ \t]*@[ \t]*(\w{1,40})[ \t]*[{(][ \t]*(?:([^\s,={}"]{1,300})[ \t]*,)?/gm;
  for (let found = entry.exec(content); found; found = entry.exec(content)) {
    const [, kind, key] = found;
    const fields: Field[] = key === undefined ? [] : [{ label: "key", value: key, origin: found.index }];
    entry.lastIndex = readFields(content, entry.lastIndex, fields, strings);
    if (kind!.toLowerCase() === "string") for (const { label, value } of fields) strings.set(label, value);
    if (!notEntries.test(kind!) && fields.length > 0) yield fields;
  }
}

/** Reads `name = value` up to the end of the entry; returns where it ends. */
function readFields(content: string, start: number, fields: Field[], strings: ReadonlyMap<string, string>): number {
  const name = /[\s,]*([A-Za-z][\w:-]{0,60})\s*=\s*/y;
  let at = start;
  for (name.lastIndex = at; ; name.lastIndex = at) {
    const found = name.exec(content);
    if (!found) return at;
    const [value, end] = valueAt(content, name.lastIndex, strings);
    fields.push({
      label: found[1]!.toLowerCase(),
      value: plainLatex(value),
      origin: found.index + found[0].search(/[A-Za-z]/),
    });
    at = end;
  }
}

/** Braces, quotes and words, which stand for what `@string` says, joined with `#`. */
function valueAt(content: string, start: number, strings: ReadonlyMap<string, string>): [string, number] {
  const parts: string[] = [];
  let at = start;
  for (;;) {
    const end = content[at] === "{" || content[at] === '"' ? closing(content, at) : at;
    if (end > at) {
      parts.push(content.slice(at + 1, end));
      at = end + 1;
    } else {
      const word = /^[^\s,{}()"#=@]{1,200}/.exec(content.slice(at, at + 200))?.[0] ?? "";
      parts.push(strings.get(word.toLowerCase()) ?? word);
      at += word.length;
      if (word === "") return unclosedAt(content, at, parts);
    }
    const more = /^\s{0,100}#\s{0,100}/.exec(content.slice(at, at + 250));
    if (!more) return [parts.join(""), at];
    at += more[0].length;
  }
}

/** What a brace or quote begins that nothing closes: up to the end of its line, so that its words are not lost. */
function unclosedAt(content: string, start: number, parts: string[]): [string, number] {
  if (content[start] !== "{" && content[start] !== '"') return [parts.join(""), start];
  const line = /^[^\n]{0,2000}/.exec(content.slice(start + 1, start + 2_001))![0];
  return [[...parts, line.replace(/[}"\s]*,?\s*$/, "")].join(""), start + 1 + line.length];
}

/** Abstracts are long; what is longer was never closed. */
const longestValue = 50_000;

function closing(content: string, open: number): number {
  const isQuoted = content[open] === '"';
  let depth = 0;
  const last = Math.min(content.length, open + longestValue);
  for (let at = open; at < last; at++) {
    const character = content[at];
    if (character === "\\") at++;
    // The next entry: this one was never closed.
    else if (character === "@" && content[at - 1] === "\n") return open;
    else if (character === "{") depth++;
    else if (character === "}") {
      depth--;
      if (!isQuoted && depth === 0) return at;
    } else if (isQuoted && character === '"' && at > open && depth <= 0) return at;
  }
  return open;
}
