/**
 * Jupyter notebooks: cells in order, Markdown cells with their headings, code cells with what they printed (not pictures).
 *
 * Each cell is read by itself, so that what is open in one ends with it; a heading reaches over the cells below. Lines are the file's, where
 * every line of a cell usually has one of its own.
 */
import { DocumentError } from "../../../errors.ts";
import { ContentBuilder } from "../../content-builder.ts";
import { decodeText } from "../../decode/decode.ts";
import type { ParsedDocument } from "../../document.ts";
import { addString, afterSpace, afterValue, eachField, eachItem } from "../json/places.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { through } from "../../lines/sourced-through.ts";
import { frontMatterOf } from "../markdown/front-matter.ts";
import { readHtml } from "../html/html.ts";
import { readableAt } from "../json/lines-of-text.ts";
import { markdownBlocks } from "../markdown/markdown.ts";
import type { ParserInput } from "../parser.ts";
import { withoutTerminalCodes } from "./terminal-codes.ts";

/** Printed text beyond this says little about a notebook and a lot about its loops. */
const mostOutput = 2_000;

/** What a cell shows, in the order in which it is worth reading. A plain form such as `<IPython.core.display.HTML object>` is none. */
const shownAs = ["text/plain", "text/markdown", "text/latex", "text/html", "application/json"];
/** Before version 4 they stood beside the text. */
const formerForms = new Map([
  ["html", "text/html"],
  ["latex", "text/latex"],
  ["json", "application/json"],
]);
const objectName = /^\s*<[\w.]+(?: [^<>]*)?>\s*$/;

interface Cell {
  type: string;
  /** Of a heading, which was a kind of cell before version 4. */
  level: number;
  /** Its lines have no ends: so it was in version 2. */
  readonly areBare: boolean;
  source: SourcedText;
  /** Written before the source, and said after it. */
  outputs: Output[];
}

interface Output {
  /** What was printed. */
  stream: SourcedText;
  /** An error's name and what it says. */
  error: SourcedText[];
  /** Offsets of the forms in which a result is shown, by their types. */
  forms: Map<string, number>;
}

export function parseNotebook({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const json = text.content;
  const { cells: list, worksheets } = JSON.parse(json) as { cells?: unknown; worksheets?: unknown };
  const sheets: unknown[] = Array.isArray(worksheets) ? worksheets : [];
  const hasSheet = sheets.some((sheet) => Array.isArray((sheet as { cells?: unknown } | null)?.cells));
  if (!Array.isArray(list) && !hasSheet) throw new DocumentError("damaged", "no list of cells in it");
  const builder = new ContentBuilder(text);
  let title: string | undefined;
  eachField(json, afterSpace(json, 0), (key, at) => {
    if (key === "cells") return addCells(at);
    // Before version 4 the cells were those of a worksheet, of which there was one.
    if (key !== "worksheets" || Array.isArray(list)) return afterValue(json, at);
    return eachItem(json, at, (sheet) =>
      eachField(json, sheet, (name, cells) => (name === "cells" ? addCells(cells) : afterValue(json, cells))),
    );
  });
  return builder.finish("notebook", { title, warnings: text.warnings });

  function addCells(at: number): number {
    return eachItem(json, at, (start) => {
      const cell: Cell = { type: "", level: 1, areBare: !Array.isArray(list), source: new SourcedText(), outputs: [] };
      const end = readCell(json, start, cell);
      if (json[start] === "{") addCell(cell);
      return end;
    });
  }

  function addCell({ type, level, source, outputs }: Cell): void {
    if (type === "heading") builder.heading(level, source);
    else if (type === "markdown") addMarkdown(builder, source);
    else if (type === "raw") {
      const frontMatter = frontMatterOf(source.text);
      title ??= frontMatter.title;
      builder.add(frontMatter.end > 0 ? "metadata" : "prose", source);
    } else {
      builder.add("code", source);
      for (const output of outputs) addOutput(builder, json, output);
    }
  }
}

/** Reads the cell at `start` into `cell`; returns where it ends. */
function readCell(json: string, start: number, cell: Cell): number {
  return eachField(json, start, (key, at) => {
    if (key === "cell_type") {
      const type = new SourcedText();
      const end = addText(type, json, at);
      cell.type = type.text;
      return end;
    }
    if (key === "level") {
      const level = Number(json.slice(at, at + 1));
      if (level >= 1 && level <= 6) cell.level = level;
      return afterValue(json, at);
    }
    // "input" is the source of a program before version 4.
    if (key === "source" || key === "input") return addText((cell.source = new SourcedText()), json, at, cell.areBare);
    if (key !== "outputs") return afterValue(json, at);
    return eachItem(json, at, (item) => {
      const output: Output = { stream: new SourcedText(), error: [], forms: new Map() };
      cell.outputs.push(output);
      return readOutput(json, item, output, cell.areBare);
    });
  });
}

function readOutput(json: string, start: number, output: Output, areBare: boolean): number {
  let plainAt = -1;
  const end = eachField(json, start, (key, at) => {
    if (key === "text") {
      plainAt = at;
      return addText((output.stream = new SourcedText()), json, at, areBare);
    }
    if (key === "ename" || key === "evalue") {
      return addText((output.error[key === "ename" ? 0 : 1] = new SourcedText()), json, at);
    }
    const former = formerForms.get(key);
    if (former !== undefined) output.forms.set(former, at);
    if (key !== "data") return afterValue(json, at);
    return eachField(json, at, (type, form) => {
      output.forms.set(type, form);
      return afterValue(json, form);
    });
  });
  if (plainAt >= 0 && output.forms.size > 0) {
    output.forms.set("text/plain", plainAt);
    output.stream = new SourcedText();
  }
  return end;
}

export function addMarkdown(builder: ContentBuilder, source: SourcedText): void {
  for (const { kind, start, end, heading, code } of markdownBlocks(source.text)) {
    const block = source.slice(start, end);
    if (heading) builder.heading(heading.level, placed(heading.text, block));
    else builder.add(kind, code === null ? block : inside(block, code));
  }
}

/** Without the marks around code, if they are lines of their own. */
function inside(block: SourcedText, code: string): SourcedText {
  const at = block.text.indexOf(code);
  return at < 0 || code === "" ? block : block.slice(at, at + code.length);
}

function placed(words: string, at: SourcedText): SourcedText {
  return new SourcedText().appendMade(words, at.originAt(at.length - at.text.trimStart().length));
}

function addOutput(builder: ContentBuilder, json: string, { stream, error, forms }: Output): void {
  const [line, says] = error.filter((part) => part.length > 0);
  if (line) {
    if (says) line.trail(": ").join(says);
    builder.add("code", shortened(line));
  } else if (stream.length > 0) builder.add("code", shortened(stream));
  else addShown(builder, json, forms);
}

function addShown(builder: ContentBuilder, json: string, forms: Output["forms"]): void {
  for (const type of shownAs) {
    const at = forms.get(type);
    if (at === undefined) continue;
    if (type === "application/json") return builder.add("code", shortened(readableAt(json, at)));
    const text = new SourcedText();
    addText(text, json, at);
    if (text.text.trim() === "" || (type === "text/plain" && forms.size > 1 && objectName.test(text.text))) continue;
    if (type === "text/html") readHtml(text.text, builder, { level: 7, toFile: (words) => through(text, words) });
    else builder.add(type === "text/plain" ? "code" : "prose", shortened(text));
    return;
  }
}

function shortened(text: SourcedText): SourcedText {
  const shown = withoutTerminalCodes(text.slice(0, 4 * mostOutput));
  return shown.slice(0, Math.min(shown.length, mostOutput));
}

/** Adds a string, or a list of them that belong together, to `text`; returns where the value ends. */
function addText(text: SourcedText, json: string, at: number, areBare = false): number {
  if (json[at] === '"') return addString(text, json, at);
  let isOpen = false;
  return eachItem(json, at, (item) => {
    if (json[item] !== '"') return afterValue(json, item);
    if (isOpen) text.trail("\n");
    const end = addString(text, json, item);
    isOpen = areBare && json.slice(end - 3, end - 1) !== "\\n";
    return end;
  });
}
