/**
 * HTML: the main content of a page with its headings, not its menus; scripts, styles and forms are never content.
 *
 * What is main follows the page's own marks (main, article, role=main) and, without them, leaves out what is marked as
 * navigation, is called so (html-furniture.ts) or is nothing but links. Each block knows its lines in the file. Also reads the XHTML of e-books and the HTML
 * of messages.
 */
import { DomHandler, isTag, isText, Text, type ChildNode, type Document, type Element } from "domhandler";
import { Parser } from "htmlparser2";
import { ContentBuilder, type Place } from "../content-builder.ts";
import { DocumentError } from "../../errors.ts";
import { decodeText } from "../decode/decode.ts";
import type { BlockKind, ParsedDocument } from "../document.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { addRows } from "../table/add-table.ts";
import { furnitureOf, isNotDisplayed, walk } from "./html-furniture.ts";
import type { ParserInput } from "./parser.ts";

const neverContent = new Set(
  "script style noscript template svg canvas iframe object embed form button select option input textarea head nav dialog menu".split(
    " ",
  ),
);
const navigationRoles = new Set([
  "navigation",
  "banner",
  "contentinfo",
  "search",
  "menu",
  "menubar",
  "toolbar",
  "dialog",
]);
const outsideMain = new Set(["header", "footer", "aside"]);
const blockTags = new Set(
  "address article aside blockquote body center dd details div dl dt fieldset figcaption figure footer header hgroup hr html li main ol p pre section summary table tbody td th thead tr ul h1 h2 h3 h4 h5 h6".split(
    " ",
  ),
);

/** The library's time grows with the square of the depth; browsers give up nesting at 512. */
const deepestReadable = 5_000;

/** Deeper elements are read as if they stood at this depth. */
const deepest = 400;

export function parseHtml({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const builder = new ContentBuilder(text);
  const title = readHtml(text.content, builder);
  return builder.finish("html", { title, warnings: text.warnings });
}

/**
 * Adds the main content of `html` to `builder`, in texts whose origins are offsets of `html` (passed through `toFile` where that is not the
 * file itself). Headings start at `level`. Returns the page's title.
 */
export function readHtml(
  html: string,
  builder: ContentBuilder,
  { toFile = (text) => text, place = {}, level = 1 }: ReadHtmlOptions = {},
): string | undefined {
  const tree = treeOf(html);
  const document = tree.root;
  const main = markedMain(document);
  let words = new SourcedText();
  /** What a list item starts with. */
  let mark = "";
  const roots = (main ?? find(document, (element) => element.name === "body") ?? document).children;
  const isOutside = (element: Element) => !main && outsideMain.has(element.name) && !isInArticle(element);
  const furniture = furnitureOf(roots, !main, (element) => isLeftOut(element) || isOutside(element));
  for (const node of roots) visit(node, 0, "prose");
  flush("prose");
  const title = find(document, (element) => element.name === "title");
  return title && textOf(title);

  function visit(node: ChildNode, depth: number, kind: BlockKind): void {
    if (isText(node)) return say(kind === "code" ? tree.sourced(node) : tree.sourced(node).replace(/\s+/g, " "));
    if (!isTag(node) || isLeftOut(node)) return;
    const { name } = node;
    if (isOutside(node) || furniture.has(node)) {
      // A page's header often holds its only title.
      if (name === "header" || (furniture.has(node) && !isNotDisplayed(node)))
        for (const heading of elements(node, ({ name: inner }) => inner === "h1")) visit(heading, depth, kind);
    } else if (name === "br") words.appendMade("\n", node.startIndex!);
    else if (name === "img" && node.attribs.alt) say(alternative(node));
    else if (/^h[1-6]$/.test(name)) {
      flush(kind);
      builder.heading(level - 1 + Number(name[1]), toFile(lineOf(tree, node)), place);
    } else if (name === "pre") inBlock(node, depth, kind, "code");
    else if (name === "table" && !find(node, (inner) => inner !== node && inner.name === "table")) {
      flush(kind);
      const rows = rowsOf(tree, node).map((cells) => cells.map(toFile));
      addRows(builder, rows, { place });
    } else if (name === "li" || name === "dt" || name === "dd")
      inBlock(node, depth, kind, "list", name === "li" ? "- " : "");
    else if (blockTags.has(name)) inBlock(node, depth, kind, kind === "list" ? "list" : "prose");
    else children(node, depth, kind);
  }

  function say(more: SourcedText): void {
    words.join(more);
  }

  /** An image's text, where its attribute stands. */
  function alternative({ attribs, startIndex, endIndex }: Element): SourcedText {
    const tag = html.slice(startIndex!, endIndex! + 1);
    const attribute = Math.max(0, tag.search(/\salt\s*=/i));
    const verbatim = tag.indexOf(attribs.alt!, attribute);
    const origin = startIndex! + Math.max(attribute, verbatim);
    const text = new SourcedText().appendMade(" ", origin);
    return (verbatim < 0 ? text.appendMade(attribs.alt!, origin) : text.append(attribs.alt!, origin)).trail(" ");
  }

  function inBlock(element: Element, depth: number, outer: BlockKind, kind: BlockKind, itsMark = ""): void {
    flush(outer);
    mark = itsMark;
    children(element, depth, kind);
    flush(kind);
  }

  function children(element: Element, depth: number, kind: BlockKind): void {
    if (depth < deepest) for (const child of element.children) visit(child, depth + 1, kind);
    else say(lineOf(tree, element));
  }

  function flush(kind: BlockKind): void {
    const added =
      kind === "code"
        ? words
        : words
            .replace(/ +/g, " ")
            .replace(/ ?\n ?/g, "\n")
            .trim();
    if (added.text.trim() !== "") {
      const marked = new SourcedText().appendMade(mark, added.originAt(0)).join(added);
      builder.add(kind, toFile(marked), place);
    }
    words = new SourcedText();
    mark = "";
  }
}

export interface ReadHtmlOptions {
  /** From a text whose origins are offsets of the HTML to one whose origins are offsets of the file. */
  readonly toFile?: (text: SourcedText) => SourcedText;
  readonly place?: Place;
  readonly level?: number;
}

function treeOf(html: string): Tree {
  const tree = new Tree(undefined, { withStartIndices: true, withEndIndices: true });
  new Parser(tree).end(html);
  return tree;
}

/** Elements and texts with their places; refuses to be nested without end. */
class Tree extends DomHandler {
  /** Of texts that are more than one piece: those with entities in them. */
  readonly #pieces = new Map<Text, SourcedText>();
  #source: { readonly startIndex: number | null } | null = null;

  /** A text, each part of it where it stands. */
  sourced(node: Text): SourcedText {
    return this.#pieces.get(node) ?? SourcedText.of(node.data, node.startIndex!);
  }

  override onparserinit(parser: { startIndex: number | null; endIndex: number | null }): void {
    super.onparserinit(parser);
    this.#source = parser;
  }

  override ontext(data: string): void {
    const before = this.lastNode;
    const known = before instanceof Text ? this.sourced(before) : null;
    super.ontext(data);
    // An entity is shorter than what stands for it; what follows it has to be placed anew.
    if (known) this.#pieces.set(before as Text, known.append(data, this.#source!.startIndex!));
  }

  override onopentag(name: string, attributes: Record<string, string>): void {
    super.onopentag(name, attributes);
    if (this.tagStack.length > deepestReadable) {
      throw new DocumentError("damaged", `elements nested more than ${deepestReadable} deep`);
    }
  }
}

/** What the page itself calls its main content. */
function markedMain(document: Document): Element | undefined {
  const marked = find(document, ({ name, attribs }) => name === "main" || attribs.role === "main");
  const articles = marked ? [] : elements(document, (element) => element.name === "article");
  const main = marked ?? (articles.length === 1 ? articles[0] : undefined);
  // Some pages mark an empty shell.
  return main && textOf(main).length > textOf(document).length / 20 ? main : undefined;
}

function isLeftOut(element: Element): boolean {
  const { name, attribs } = element;
  if (neverContent.has(name) || navigationRoles.has(attribs.role)) return true;
  // What is hidden until it is found is there to be found.
  if (("hidden" in attribs && attribs.hidden !== "until-found") || attribs["aria-hidden"] === "true") return true;
  return (name === "ul" || name === "ol") && isMenu(element);
}

function isInArticle(element: Element): boolean {
  for (let above = element.parent; above && isTag(above); above = above.parent)
    if (above.name === "article") return true;
  return false;
}

/** Several short links and hardly a word beside them. Looks at a list's first items only, so that nested lists cost little. */
function isMenu(list: Element): boolean {
  let links = 0;
  let linked = 0;
  let plain = 0;
  let seen = 0;
  for (const element of walk(list)) {
    if (++seen > 200) break;
    const own = element.children.reduce((sum, child) => sum + (isText(child) ? child.data.trim().length : 0), 0);
    if (element.name === "a") links++;
    if (isInLink(element, list)) linked += own;
    else plain += own;
  }
  return links >= 4 && linked / links < 40 && linked > 0.9 * (linked + plain);
}

function isInLink(element: Element, list: Element): boolean {
  for (let at: Element = element; at !== list; at = at.parent as Element) if (at.name === "a") return true;
  return false;
}

function find(root: Document | Element, test: (element: Element) => boolean): Element | undefined {
  for (const element of walk(root)) if (test(element)) return element;
  return undefined;
}

function elements(root: Document | Element, test: (element: Element) => boolean): Element[] {
  return [...walk(root)].filter(test);
}

/** The words of an element on one line, without those of scripts and styles. */
function textOf(root: Document | Element): string {
  const parts: string[] = [];
  for (const node of wordsOf(root)) parts.push(typeof node === "string" ? node : node.data);
  return parts.join("").replace(/\s+/g, " ").trim();
}

/** The same, each word where it stands. */
function lineOf(tree: Tree, root: Element): SourcedText {
  const line = new SourcedText();
  for (const node of wordsOf(root)) {
    if (typeof node === "string") line.trail(node);
    else line.join(tree.sourced(node));
  }
  return line.replace(/\s+/g, " ").trim();
}

/** The texts in an element, and spaces between its blocks. */
function* wordsOf(root: Document | Element): Generator<Text | string> {
  const stack: ChildNode[] = root.children.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (isText(node)) yield node;
    if (!isTag(node) || node.name === "script" || node.name === "style") continue;
    if (blockTags.has(node.name)) yield " ";
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]);
  }
}

function rowsOf(tree: Tree, table: Element): SourcedText[][] {
  return elements(table, (element) => element.name === "tr").map((row) =>
    row.children
      .filter((cell): cell is Element => isTag(cell) && (cell.name === "td" || cell.name === "th"))
      .map((cell) => lineOf(tree, cell)),
  );
}
