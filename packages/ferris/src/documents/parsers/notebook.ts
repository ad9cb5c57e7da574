/**
 * Jupyter notebooks: cells in order, Markdown cells with their headings, code cells with what they printed (not pictures).
 *
 * The cells are put together to one Markdown text and read as such, so that a heading reaches over the cells below it; each
 * block knows its cell's lines in the file.
 */
import { DocumentError } from "../../errors.ts";
import { decodeText } from "../decode.ts";
import type { ParsedDocument, SourceRange } from "../document.ts";
import { afterSpace, jsonChildren } from "../json-places.ts";
import { sourcePlaces } from "../source-places.ts";
import { parseMarkdown } from "./markdown.ts";
import type { ParserInput } from "./parser.ts";

/** Printed text beyond this says little about a notebook and a lot about its loops. */
const mostOutput = 2_000;

type Text = string | readonly string[] | undefined;

interface Cell {
  readonly cell_type?: string;
  readonly source?: Text;
  readonly outputs?: readonly {
    readonly text?: Text;
    readonly data?: Readonly<Record<string, Text>>;
    readonly ename?: string;
    readonly evalue?: string;
  }[];
}

export function parseNotebook({ path, bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const json = text.content;
  const { cells: list } = JSON.parse(json) as { cells?: unknown };
  if (!Array.isArray(list)) {
    throw new DocumentError(
      "damaged",
      "no list of cells in it; jupyter nbconvert --to notebook makes one of notebooks before version 4",
    );
  }
  const cells = [...jsonChildren(json, afterSpace(json, 0))].find((child) => child.key === "cells")!;
  const placeOf = sourcePlaces(text);
  let markdown = "";
  const ends: { readonly end: number; readonly source: SourceRange }[] = [];
  for (const { start, end } of jsonChildren(json, cells.start)) {
    markdown += markdownOf(JSON.parse(json.slice(start, end)) as Cell);
    ends.push({ end: markdown.length, source: placeOf(start, end) });
  }
  const parsed = parseMarkdown({ path, bytes: Buffer.from(markdown) });
  let cell = 0;
  const blocks = parsed.blocks.map((block) => {
    while (block.start >= ends[cell].end) cell++;
    return { ...block, source: ends[cell].source };
  });
  return { ...parsed, type: "notebook", encoding: null, blocks };
}

function markdownOf({ cell_type: type, source, outputs = [] }: Cell): string {
  const text = textOf(source);
  if (type === "markdown") return `${text}\n\n`;
  const printed = outputs.map(
    ({ text: stream, data, ename, evalue }) =>
      textOf(stream ?? data?.["text/plain"]) || [ename, evalue].filter((part) => part).join(": "),
  );
  return fenced(text) + fenced(printed.join("\n").slice(0, mostOutput));
}

function fenced(text: string): string {
  if (text.trim() === "") return "";
  const longest = Math.max(2, ...Array.from(text.matchAll(/`+/g), ([ticks]) => ticks.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}\n${text}\n${fence}\n\n`;
}

function textOf(text: Text): string {
  return typeof text === "string" ? text : Array.isArray(text) ? text.join("") : "";
}
