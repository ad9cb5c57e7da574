/**
 * XML of any vocabulary as text without tags: books (.fb2), notes (.enex), outlines (.opml), feeds, DocBook, TEI, JATS, settings.
 *
 * What has text of its own is a paragraph, whatever is marked in it; what has parts is walked through, under the title among its parts. Parts that are a few short
 * values are lines of "name: value". Text that is HTML itself (feeds, notes) is read as such.
 */
import { isCDATA, isTag, isText, type ChildNode, type Element, type ParentNode } from "domhandler";
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import { DocumentError } from "../../errors.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { through } from "../lines/sourced-through.ts";
import { attributeText, type HtmlTree, xmlTreeOf } from "./html/tree.ts";
import { addNoteFiles } from "./note-files.ts";
import { readHtml } from "./html/html.ts";
import { addTable } from "../table/add-table.ts";
import { TableGrid } from "../table/grid.ts";
import type { ParserInput } from "./parser.ts";

const titles = /^(?:title|head|heading|article-title|book-title|h[1-6])$/;
/** Pictures and machine readings of them. */
const noText = /^(?:binary|stylesheet|style|script|recognition|annotation-xml)$/;
/** Marks of prose: never the names of values. */
const prose =
  /^(?:p|para|simpara|li|item|listitem|td|th|entry|row|line|l|v|s|span|tspan|textpath|text|desc|note|quote|q|b|i|em|strong|emphasis|hi|a|link|ref|body|div|section|title|head)$/;
const dullAttributes =
  /^(?:xmlns(?::.*)?|xml:.*|xsi:.*|id|class|style|href|src|version|type|encoding|width|height|x|y|created|modified|uuid)$/i;
const htmlInside =
  /^\s*(?:<\?xml\b|<!doctype\b|<(?:p|div|en-note|h[1-6]|ul|ol|a|br|b|i|img|span|table|blockquote)\b[^<]*>)/i;

/** Programs, and what else keeps its lines. */
const program = /^(?:programlisting|screen|literallayout|synopsis|preformat|codeblock|msgblock|pre|eg)$/;

/** Tables of DocBook, JATS, TEI, FictionBook, DITA. */
const tables = /^(?:table|informaltable|table-wrap|simpletable)$/;
const rowHolders = /^(?:thead|tbody|tfoot|tgroup|table|col|colgroup|colspec)$/;
const rowNames = /^(?:tr|row|strow|sthead)$/;
const cellNames = /^(?:td|th|entry|cell|stentry)$/;

/** OPML's. */
const noteName = "_note";

const deepest = 200;
const longestValue = 300;

export async function parseXml(input: ParserInput): Promise<ParsedDocument> {
  const { bytes } = input;
  const text = decodeText(bytes);
  const xml = text.content;
  const tree = xmlTreeOf(xml);
  const builder = new ContentBuilder(text);
  const root = tree.root.children.find(isTag);
  if (!root) throw new DocumentError("damaged", "no element in it");
  let bookTitle: string | undefined;
  const isDrawing = localName(root) === "svg";
  if (isDrawing && !hasWords(root)) throw new DocumentError("picture", "a drawing without words");
  const isNotes = localName(root) === "en-export";
  if (!isNotes) {
    visit(root, 1, 0);
    return builder.finish("xml", { title: bookTitle, warnings: [...text.warnings, ...aboutFiles(tree)] });
  }
  const warnings: string[] = [];
  for (const note of root.children.filter(isTag)) {
    visit(note, 1, 0);
    const title = note.children.filter(isTag).find((child) => localName(child) === "title");
    builder.section(1, title ? words(title).text : "");
    warnings.push(...(await addNoteFiles(builder, note, input)));
  }
  return builder.finish("xml", { warnings: [...text.warnings, ...warnings] });

  function visit(element: Element, level: number, depth: number): void {
    const name = localName(element);
    if (noText.test(name) || element.attribs.encoding === "base64") return;
    // A file in a note; elsewhere what the whole document is of (DataCite), or a name that means nothing.
    if (isNotes && name === "resource") return;
    if (name === "outline" || (name === "node" && element.attribs.TEXT !== undefined))
      return outline(element, level, depth);
    if (name === "book-title") bookTitle ??= words(element).text;
    if (program.test(name)) return builder.add("code", raw(element));
    const rows = tables.test(name) ? rowsOf(element) : [];
    if (rows.length > 0 && depth <= deepest) return table(element, rows, level, depth);
    const own = ownText(element);
    if (own !== null && name === "code" && own.includes("\n")) return builder.add("code", raw(element));
    if (own !== null) return paragraph(element, own);
    if (depth > deepest) return builder.add("prose", words(element));
    const children = element.children.filter(isTag);
    // Of a drawing the shapes are not said.
    if (children.length === 0) return isDrawing ? undefined : attributes(element);
    if (isRecord(children)) return record(children);
    const title = children.find((child) => titles.test(localName(child)) && !noText.test(localName(child)));
    if (title) {
      builder.section(level, "");
      builder.heading(level, words(title));
    }
    for (const child of children) if (child !== title) visit(child, title ? level + 1 : level, depth + 1);
    if (title) builder.section(level, "");
  }

  /** What stands beside its rows (a title, a caption), then the rows. */
  function table(element: Element, rows: readonly Element[], level: number, depth: number): void {
    for (const child of element.children.filter(isTag))
      if (!rowHolders.test(localName(child)) && !rowNames.test(localName(child))) visit(child, level, depth + 1);
    const grid = new TableGrid();
    for (const row of rows) {
      const cells = row.children.filter(isTag).filter((child) => cellNames.test(localName(child)));
      const holder = row.parent !== null && isTag(row.parent) ? localName(row.parent) : "";
      grid.row({ isHeader: holder === "thead" });
      for (const cell of cells) {
        const { colspan, rowspan, cols, rows: down, morerows } = cell.attribs;
        grid.cell(words(cell), {
          columns: Number(colspan ?? cols) || 1,
          rows: morerows === undefined ? Number(rowspan ?? down) || 1 : Number(morerows) + 1 || 1,
          isHeader: localName(cell) === "th" || cell.attribs.role === "label",
        });
      }
    }
    addTable(builder, grid);
  }

  function paragraph(element: Element, own: string): void {
    if (htmlInside.test(own)) {
      const html = raw(element);
      readHtml(html.text, builder, {
        level: 2,
        isXhtml: true,
        reading: "book",
        toFile: (found) => through(html, found),
      });
      return;
    }
    const line = words(element);
    const isValue = line.length < 80 && !/[.!?…]$/.test(line.text) && !prose.test(localName(element));
    if (!isValue || element.children.some(isTag)) return builder.add("prose", line);
    builder.add("metadata", new SourcedText().appendMade(`${writtenName(element)}: `, line.originAt(0)).join(line));
  }

  function record(children: readonly Element[]): void {
    const lines = new SourcedText();
    for (const child of children) {
      const value = words(child);
      if (value.length === 0) continue;
      if (lines.length > 0) lines.trail("\n");
      lines.appendMade(`${writtenName(child)}: `, value.originAt(0)).join(value);
    }
    builder.add("metadata", lines);
  }

  /** Of an element that has nothing else. */
  function attributes(element: Element): void {
    const line = new SourcedText();
    for (const [name, value] of Object.entries(element.attribs)) {
      if (value.trim() === "" || value.length > 10 * longestValue || dullAttributes.test(name)) continue;
      const said = attributeText(xml, element, name);
      if (line.length > 0) line.trail("; ");
      line.appendMade(`${name}: `, said.originAt(0)).join(said);
    }
    builder.add("metadata", line);
  }

  /** OPML, mind maps: what is said is in attributes. */
  function outline(element: Element, level: number, depth: number): void {
    const named = ["text", "title", "TEXT"].find((name) => element.attribs[name]);
    const said = named ? withoutTags(attributeText(xml, element, named)) : new SourcedText();
    for (const name of ["title", "htmlUrl", "xmlUrl", "url"]) {
      const more = element.attribs[name]?.trim() ?? "";
      // Of a feed what it is called elsewhere, and where it is: its page rather than what programs read.
      if (more === "" || said.text.includes(more) || (name === "xmlUrl" && element.attribs.htmlUrl)) continue;
      said.trail(said.length > 0 ? " " : "").join(attributeText(xml, element, name));
    }
    const parts = element.children.filter(isTag).filter((child) => /^(?:outline|node)$/.test(localName(child)));
    const note = noteName in element.attribs ? withoutTags(attributeText(xml, element, noteName)) : null;
    if (parts.length > 0 && depth < deepest) {
      builder.section(level, "");
      builder.heading(level, said);
    } else if (said.length > 0) builder.add("list", new SourcedText().appendMade("- ", said.originAt(0)).join(said));
    if (note) builder.add("prose", note);
    if (depth < deepest) for (const part of parts) outline(part, Math.min(level + 1, 20), depth + 1);
    if (parts.length > 0) builder.section(level, "");
  }

  function words(element: Element): SourcedText {
    const line = new SourcedText();
    for (const part of textsIn(tree, element)) line.join(part);
    return line.replace(/(?! (?!\s))\s+/g, " ").trim();
  }

  function raw(element: Element): SourcedText {
    const whole = new SourcedText();
    for (const part of textsIn(tree, element)) whole.join(part);
    return whole;
  }
}

/** Outliners mark words with HTML's tags, in attributes too. */
function withoutTags(text: SourcedText): SourcedText {
  return text
    .replace(/<\/?(?:b|i|u|s|em|strong|code|mark|span|a|font|sub|sup)(?:\s[^<>]*)?>/gi, "")
    .replace(/<br\s*\/?>/gi, " ");
}

/** Chapters, say, that are files of their own: each is read by itself, where it lies. */
function aboutFiles({ filesNotRead }: HtmlTree): string[] {
  if (filesNotRead.length === 0) return [];
  const some = `${filesNotRead.slice(0, 3).join(", ")}${filesNotRead.length > 3 ? " …" : ""}`;
  return [`it takes parts from other files, which are not read with it: ${some}`];
}

/** Whether anything is written in a drawing; names alone are those of icons. */
function hasWords(drawing: Element): boolean {
  const stack: Element[] = [drawing];
  for (let element = stack.pop(); element; element = stack.pop()) {
    if (/^(?:text|foreignobject)$/.test(localName(element))) return true;
    for (const child of element.children) if (isTag(child)) stack.push(child);
  }
  return false;
}

/** Its rows, in order, with cells in them; none of tables within cells. */
function rowsOf(table: Element): Element[] {
  return table.children.filter(isTag).flatMap((child) => {
    const name = localName(child);
    if (rowNames.test(name))
      return child.children.some((cell) => isTag(cell) && cellNames.test(localName(cell))) ? [child] : [];
    return rowHolders.test(name) ? rowsOf(child) : [];
  });
}

function localName(element: Element): string {
  return writtenName(element).toLowerCase();
}

function writtenName({ name }: Element): string {
  return name.slice(name.lastIndexOf(":") + 1);
}

/** The beginning of its own text; null where it has none but white space. */
function ownText(element: Element): string | null {
  let text = "";
  for (const child of element.children) {
    if (isText(child)) text += child.data.slice(0, 1_000);
    if (isCDATA(child)) for (const inner of child.children) if (isText(inner)) text += inner.data.slice(0, 1_000);
    if (text.length > 2_000) break;
  }
  return text.trim() === "" ? null : text;
}

/** A few values, each under a name of its own. */
function isRecord(children: readonly Element[]): boolean {
  if (children.length < 2 || children.length > 200) return false;
  const names = new Set<string>();
  for (const child of children) {
    const name = localName(child);
    if (prose.test(name) || titles.test(name) || child.children.some((inner) => isTag(inner) || isCDATA(inner)))
      return false;
    if (
      child.children.some((inner) => isText(inner) && (inner.data.length > longestValue || htmlInside.test(inner.data)))
    )
      return false;
    names.add(name);
  }
  return names.size > 1 || names.size === children.length;
}

/** Elements that stand apart from what is around them, wherever they stand. */
const apart: ReadonlySet<string> = new Set(
  "br lb empty-line p para simpara title head li td th tr row entry cell item listitem term member line l v lg note footnote fn caption list table informaltable sic corr orig reg abbr expan programlisting screen literallayout synopsis preformat codeblock msgblock pre eg".split(
    " ",
  ),
);

/** The texts within, a space where something starts or ends that is set apart by white space anyway. */
function* textsIn(tree: HtmlTree, element: ParentNode): Generator<SourcedText> {
  const stack: (ChildNode | " ")[] = element.children.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (node === " ") yield new SourcedText(" ");
    else if (isText(node)) yield tree.sourced(node);
    else if (isTag(node)) {
      const name = localName(node);
      if (noText.test(name)) continue;
      // TEI's line breaks may be within a word.
      if (apart.has(name) && node.attribs.break !== "no") {
        yield new SourcedText(" ");
        stack.push(" ");
      }
      if (name === "alternatives") {
        const forms = node.children.filter(isTag);
        const read = forms.find((form) => localName(form) === "tex-math") ?? forms[0];
        if (read) stack.push(read);
      } else for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
    } else if ("children" in node) for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
}
