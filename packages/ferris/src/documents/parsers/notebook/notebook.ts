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
import { addString, afterSpace, afterValue, fieldsAt, stringAt } from "../json/places.ts";
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
const objectName = /^\s*<[\w.]+(?: [^<>]*)?>\s*$/;

/** The offsets of an object's values by their keys. */
type Fields = ReadonlyMap<string, number>;

export function parseNotebook({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const json = text.content;
  const { cells: list } = JSON.parse(json) as { cells?: unknown };
  if (!Array.isArray(list)) {
    throw new DocumentError(
      "damaged",
      "no list of cells in it; jupyter nbconvert --to notebook makes one of notebooks before version 4",
    );
  }
  const builder = new ContentBuilder(text);
  let title: string | undefined;
  eachObject(json, fieldsAt(json, afterSpace(json, 0)).fields.get("cells")!, addCell);
  return builder.finish("notebook", { title, warnings: text.warnings });

  function addCell(cell: Fields): void {
    const type = textAt(json, cell.get("cell_type")).text;
    const source = textAt(json, cell.get("source"));
    if (type === "markdown") addMarkdown(builder, source);
    else if (type === "raw") {
      const frontMatter = frontMatterOf(source.text);
      title ??= frontMatter.title;
      builder.add(frontMatter.end > 0 ? "metadata" : "prose", source);
    } else {
      builder.add("code", source);
      const outputs = cell.get("outputs");
      if (outputs !== undefined) eachObject(json, outputs, (output) => addOutput(builder, json, output));
    }
  }
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

function addOutput(builder: ContentBuilder, json: string, output: Fields): void {
  const stream = textAt(json, output.get("text"));
  const error = [output.get("ename"), output.get("evalue")]
    .map((at) => textAt(json, at))
    .filter(({ text }) => text !== "");
  if (error.length > 0) {
    const line = error[0]!;
    if (error[1]) line.trail(": ").join(error[1]);
    builder.add("code", shortened(line));
  } else if (stream.text !== "") builder.add("code", shortened(stream));
  else addShown(builder, json, output.get("data"));
}

function addShown(builder: ContentBuilder, json: string, data: number | undefined): void {
  if (data === undefined) return;
  const forms = fieldsAt(json, data).fields;
  for (const type of shownAs) {
    const at = forms.get(type);
    if (at === undefined) continue;
    if (type === "application/json") return builder.add("code", shortened(readableAt(json, at)));
    const text = textAt(json, at);
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

/** Calls `use` with the fields of each object in the array that starts at `start`. */
function eachObject(json: string, start: number, use: (fields: Fields) => void): void {
  if (json[start] !== "[") return;
  for (let at = afterSpace(json, start + 1); at < json.length && json[at] !== "]";) {
    const { fields, end } = fieldsAt(json, at);
    if (fields.size > 0) use(fields);
    at = afterSpace(json, end);
    if (json[at] === ",") at = afterSpace(json, at + 1);
  }
}

/** A string, or a list of them that belong together. */
function textAt(json: string, at: number | undefined): SourcedText {
  if (at === undefined) return new SourcedText();
  if (json[at] === '"') return stringAt(json, at);
  const text = new SourcedText();
  if (json[at] !== "[") return text;
  for (let item = afterSpace(json, at + 1); item < json.length && json[item] !== "]";) {
    item = afterSpace(json, json[item] === '"' ? addString(text, json, item) : afterValue(json, item));
    if (json[item] === ",") item = afterSpace(json, item + 1);
  }
  return text;
}
