/**
 * HTML and XHTML: the main content of a page with its headings, not its menus.
 *
 * What is main follows the page's own marks (main, article, role=main) and, without them, leaves out what is marked as
 * navigation, is called so (html-furniture.ts) or is nothing but links. Each line knows its line in the file. Also reads the chapters of e-books and the
 * HTML of messages.
 */
import { isTag, isText, type ChildNode, type Document, type Element } from "domhandler";
import { isPictureName } from "../picture-description.ts";
import { ContentBuilder, type Place } from "../../content-builder.ts";
import { decodeText } from "../../decode/decode.ts";
import type { BlockKind, ParsedDocument } from "../../document.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { through } from "../../lines/sourced-through.ts";
import { addTable } from "../../table/add-table.ts";
import { fieldWords } from "./fields.ts";
import { formulaOf } from "./formulas.ts";
import { furnitureOf, isNotDisplayed } from "./furniture.ts";
import { isBeside, isOfDocument, isOpened, isLeftOut as isLeftOutAnywhere, type Reading } from "./left-out.ts";
import { listMark } from "./list-marks.ts";
import { codeCells, gridOf, kindOfTable } from "./tables.ts";
import { ancestors, attributeText, elements, find, looksLikeXhtml, treeOf, walk } from "./tree.ts";
import { isBlock, isOtherWording, lineOf, spaced, textOf, whole } from "./words.ts";
import type { ParserInput } from "../parser.ts";

const outsideMain = new Set(["header", "footer", "aside"]);
const sectioning = /^(?:article|section|main|blockquote|figure|td|li|dd|details)$/;
/** Whether these are content is worth remembering. */
const takesLooking = new Set("ul ol menu form button noscript object canvas video audio".split(" "));
const preformatted = new Set(["pre", "listing", "xmp", "plaintext"]);

/** Deeper elements are read as if they stood at this depth. */
const deepest = 400;
/** Of elements that say they are the main content. */
const mostMains = 20;
/** Characters of a paragraph that is more than a label. */
const shortestProse = 80;
const mostParagraphs = 2_000;
/** Nodes of one paragraph that are looked at. */
const mostInParagraph = 1_000;

/** Pages inside of pages. */
const deepestFrame = 3;

export function parseHtml({ path, bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const builder = new ContentBuilder(text);
  const title = readHtml(text.content, builder, { isXhtml: looksLikeXhtml(text.content, path) });
  return builder.finish("html", { title, warnings: text.warnings });
}

export interface ReadHtmlOptions {
  /** From a text whose origins are offsets of the HTML to one whose origins are offsets of the file. */
  readonly toFile?: (text: SourcedText) => SourcedText;
  readonly place?: Place;
  readonly level?: number;
  /** Read as XML: `<title/>` is a whole element. */
  readonly isXhtml?: boolean;
  /** Defaults to "page": only the main content. */
  readonly reading?: Reading;
  /** Titles that stand over the page ("") or over elements, by their ids. */
  readonly titles?: ReadonlyMap<string, readonly string[]>;
  /** How many pages this one is in. */
  readonly depth?: number;
}

/**
 * Adds the main content of `html` to `builder`, in texts whose origins are offsets of `html` (passed through `toFile` where that is not the
 * file itself). Headings start at `level`. Returns the page's title.
 */
export function readHtml(html: string, builder: ContentBuilder, options: ReadHtmlOptions = {}): string | undefined {
  const { toFile = (text) => text, place = {}, level = 1, isXhtml = looksLikeXhtml(html), reading = "page" } = options;
  const tree = treeOf(html, isXhtml);
  const document = tree.root;
  const known = new Map<Element, boolean>();
  const landmarks = landmarksOf(document);
  const isPage = reading === "page";
  const lengthBefore = builder.length;
  const prose = proseOf(isPage ? landmarks.paragraphs : []);
  const main = isPage ? mainOf(document, landmarks, prose) : undefined;
  let words = new SourcedText();
  /** What a list item starts with. */
  let mark = "";
  const roots = main?.children ?? (landmarks.body ? withStrays(landmarks.body) : document.children);
  const furniture = isPage
    ? furnitureOf(
        roots,
        !main,
        (element) => isLeftOut(element) || isOutside(element),
        (element) => isOpened(element, landmarks.opened),
      )
    : new Set<Element>();
  titled("");
  if (main) titleAbove(main);
  for (const node of roots) visit(node, 0, "prose");
  flush("prose");
  // A page of nothing but menus is read as that: it was put there to be found.
  if (isPage && builder.length === lengthBefore) readHtml(html, builder, { ...options, reading: "all" });
  return landmarks.title && textOf(landmarks.title);

  function isLeftOut(element: Element): boolean {
    if (!takesLooking.has(element.name)) return isLeftOutAnywhere(element, reading, landmarks.opened);
    let isOut = known.get(element);
    if (isOut === undefined) known.set(element, (isOut = isLeftOutAnywhere(element, reading, landmarks.opened)));
    return isOut;
  }

  function isOutside(element: Element): boolean {
    if (main || !isPage || !outsideMain.has(element.name)) return false;
    // Tags that are never closed hold the rest of their page.
    if (holdsMost(element, prose)) return false;
    if (element.name === "aside") return isBeside(element);
    for (const above of ancestors(element)) if (sectioning.test(above.name)) return false;
    return true;
  }

  function visit(node: ChildNode, depth: number, kind: BlockKind): void {
    if (isText(node)) return tree.say(node, words, kind === "code");
    if (!isTag(node)) {
      // CDATA.
      if ("children" in node) for (const child of node.children) visit(child, depth, kind);
      return;
    }
    const formula = formulaOf(node);
    if (formula !== null) return void words.appendMade(formula, node.startIndex!);
    const said = spaced(fieldWords(node));
    if (said !== null) return said === "" ? undefined : void words.appendMade(said, node.startIndex!);
    if (isLeftOut(node)) return;
    const { name } = node;
    if (node.attribs.id && options.titles?.has(node.attribs.id)) {
      flush(kind);
      titled(node.attribs.id);
    }
    if (isOutside(node) || furniture.has(node)) return headingsOf(node, depth, kind);
    if (name === "br") words.appendMade("\n", node.startIndex!);
    else if (name === "img" || name === "area") say(alternative(node));
    else if (/^h[1-6]$/.test(name)) {
      flush(kind);
      builder.heading(level - 1 + Number(name[1]), lineIn(node), place);
    } else if (preformatted.has(name)) inBlock(node, depth, kind, "code");
    else if (name === "table") table(node, depth, kind);
    else if (name === "svg") drawn(node, depth, kind);
    else if (name === "iframe") framed(node, kind);
    else if (name === "noframes" || name === "noembed") unparsed(node, kind);
    else if (name === "sup" || (name === "a" && isNoteReference(node))) {
      const isNote = name === "a" || find(node, (inner) => inner.name === "a") !== undefined;
      // "masts1" would be a word of its own.
      if (isNote && /^[\d*†‡§]{1,3}$/.test(textOf(node, 10))) words.trail(" ");
      children(node, depth, kind);
    } else if (name === "li") inBlock(node, depth, kind, "list", listMark(node));
    else if (name === "dt" || name === "dd") inBlock(node, depth, kind, "list");
    else if (isBlock(node)) inBlock(node, depth, kind, kind === "list" ? "list" : "prose");
    else {
      if (isOtherWording(node)) words.trail(" ");
      children(node, depth, kind);
    }
  }

  /** The page's heading, where it stands above what the page calls its main content. */
  function titleAbove(content: Element): void {
    if (find(content, ({ name }) => name === "h1")) return;
    const [title, another] = elements(document, ({ name }) => name === "h1");
    if (title && !another && title.startIndex! < content.startIndex! && !isLeftOut(title)) visit(title, 0, "prose");
  }

  function titled(id: string): void {
    options.titles?.get(id)?.forEach((name, index) => builder.section(level + index, name));
  }

  /** A page's header often holds its only title. */
  function headingsOf(around: Element, depth: number, kind: BlockKind): void {
    if (around.name !== "header" && (!furniture.has(around) || isNotDisplayed(around))) return;
    if (around.name === "header" && isOfDocument(around, landmarks.title)) return inBlock(around, depth, kind, "prose");
    const titles = around.name === "header" ? /^h[1-6]$/ : /^h1$/;
    for (const heading of elements(around, ({ name }) => titles.test(name))) visit(heading, depth, kind);
  }

  function table(node: Element, depth: number, kind: BlockKind): void {
    const which = kindOfTable(node);
    if (which === "layout") return inBlock(node, depth, kind, "prose");
    flush(kind);
    if (which === "data") {
      const caption = find(node, ({ name }) => name === "caption");
      if (caption) builder.add("prose", lineIn(caption), place);
      return addTable(builder, gridOf(node, lineIn), { place });
    }
    for (const { cell, isWhole } of codeCells(node)) {
      children(cell, depth, "code");
      if (isWhole) flush("code");
      else words.trail("\n");
    }
    flush("code");
  }

  /** Text in a drawing: a page of a book whose layout is fixed, a diagram. */
  function drawn(svg: Element, depth: number, kind: BlockKind): void {
    for (const part of elements(
      svg,
      ({ name }) => name === "text" || name === "foreignObject" || name === "foreignobject",
    ))
      if (!isLeftOut(part)) inBlock(part, depth, kind, "prose");
  }

  /** A page that was saved inside of this one. */
  function framed(frame: Element, kind: BlockKind): void {
    const { depth = 0 } = options;
    if (frame.attribs.srcdoc === undefined || depth >= deepestFrame) return;
    flush(kind);
    const inner = attributeText(html, frame, "srcdoc");
    readHtml(inner.text, builder, { place, level, depth: depth + 1, toFile: (text) => toFile(through(inner, text)) });
  }

  /** The library leaves as text what browsers would not show. */
  function unparsed(node: Element, kind: BlockKind): void {
    const { depth = 0 } = options;
    if (depth >= deepestFrame) return;
    flush(kind);
    for (const child of node.children) {
      if (!isText(child)) continue;
      const inner = tree.sourced(child);
      readHtml(inner.text, builder, { place, level, depth: depth + 1, toFile: (text) => toFile(through(inner, text)) });
    }
  }

  function lineIn(element: Element): SourcedText {
    return toFile(whole(lineOf(tree, element, { isLeftOut, alternative })));
  }

  function say(more: SourcedText): void {
    words.join(more);
  }

  /** An image's text, where its attribute stands. */
  function alternative(image: Element): SourcedText {
    if (!image.attribs.alt || isPictureName(image.attribs.alt)) return new SourcedText();
    const text = attributeText(html, image, "alt");
    return new SourcedText().appendMade(" ", text.originAt(0)).join(text).trail(" ");
  }

  function inBlock(element: Element, depth: number, outer: BlockKind, kind: BlockKind, itsMark = ""): void {
    flush(outer);
    if (itsMark !== "") mark = itsMark;
    children(element, depth, kind);
    flush(kind);
    if (itsMark !== "") mark = "";
  }

  function children(element: Element, depth: number, kind: BlockKind): void {
    if (depth < deepest) for (const child of element.children) visit(child, depth + 1, kind);
    else say(lineOf(tree, element, { isLeftOut, alternative }));
  }

  function flush(kind: BlockKind): void {
    const added =
      kind === "code"
        ? words
        : words
            .replace(/ {2,}/g, " ")
            .replace(/ ?\n ?/g, "\n")
            .trim();
    if (added.text.trim() !== "") {
      const marked = new SourcedText().appendMade(mark, added.originAt(0)).join(added);
      builder.add(kind, toFile(whole(marked)), place);
      mark = "";
    }
    words = new SourcedText();
  }
}

interface Landmarks {
  readonly title?: Element;
  readonly body?: Element;
  /** What the page itself calls its main content: the first of them, or the only article. */
  readonly mains: readonly Element[];
  readonly paragraphs: readonly Element[];
  /** Ids of what its tabs and buttons show. */
  readonly opened: ReadonlySet<string>;
}

/** In one walk: pages are large. */
function landmarksOf(document: Document): Landmarks {
  let title: Element | undefined;
  let body: Element | undefined;
  const mains: Element[] = [];
  const articles: Element[] = [];
  const paragraphs: Element[] = [];
  const opened = new Set<string>();
  for (const element of walk(document)) {
    const { name } = element;
    if (name === "p") {
      if (paragraphs.length < mostParagraphs) paragraphs.push(element);
    } else if (name === "title") title ??= isInSvg(element) ? undefined : element;
    else if (name === "body") body ??= element;
    else if (name === "article" && articles.length < 2) articles.push(element);
    const controls = element.attribs["aria-controls"];
    if (controls !== undefined) for (const id of controls.split(/\s+/)) opened.add(id);
    if ((name === "main" || element.attribs.role === "main") && mains.length < mostMains) mains.push(element);
  }
  return { title, body, mains: mains.length > 0 || articles.length > 1 ? mains : articles, paragraphs, opened };
}

const aboutPage: ReadonlySet<string> = new Set(["head", "title"]);

/** What stands in a page's body, and what programs put before and behind it: browsers show it as if it were inside. */
function withStrays(body: Element): ChildNode[] {
  const before: ChildNode[] = [];
  const behind: ChildNode[] = [];
  for (let node: ChildNode | null = body; node; node = node.parent && isTag(node.parent) ? node.parent : null) {
    for (let next = node.next; next; next = next.next) behind.push(next);
    const own: ChildNode[] = [];
    for (let previous = node.prev; previous; previous = previous.prev)
      if (!isTag(previous) || !aboutPage.has(previous.name)) own.push(previous);
    before.unshift(...own.toReversed());
  }
  return [...before, ...body.children, ...behind];
}

/** The largest: some pages mark an empty shell, or one article beside what they are about. */
function mainOf(document: Document, { mains }: Landmarks, prose: Prose): Element | undefined {
  if (mains.length === 0) return undefined;
  const lengths = mains.map((each) => lengthsIn(each, Infinity).length);
  const most = Math.max(...lengths);
  if (most <= lengthsIn(document, Infinity).length / 20) return undefined;
  const main = mains[lengths.indexOf(most)]!;
  return prose.starts.length === 0 || holdsMost(main, prose, 3) ? main : undefined;
}

/** A page's prose: where each paragraph begins, and how long those before it are together. */
interface Prose {
  readonly starts: readonly number[];
  /** One more than there are paragraphs. */
  readonly before: readonly number[];
}

/** Those of these paragraphs that are prose: not links, and more than a line. In the order of the page. */
function proseOf(paragraphs: readonly Element[]): Prose {
  const [starts, before] = [[] as number[], [0]];
  for (const paragraph of paragraphs) {
    const { length, links } = lengthsIn(paragraph, mostInParagraph);
    if (length < shortestProse || links >= length / 2) continue;
    starts.push(paragraph.startIndex!);
    before.push(before.at(-1)! + length);
  }
  return { starts, before };
}

/** About how many characters something has, and its links have of them; of the first `mostNodes` nodes. */
function lengthsIn(root: Document | Element, mostNodes: number): { length: number; links: number } {
  let [length, links, depth] = [0, 0, 0];
  // Null ends a link.
  const stack: (ChildNode | null)[] = root.children.toReversed();
  for (let node = stack.pop(), seen = 0; node !== undefined && seen < mostNodes; node = stack.pop(), seen++) {
    if (node === null) depth--;
    else if (isText(node)) {
      const words = node.data.trim().length + 1;
      length += words;
      if (depth > 0) links += words;
    } else if (isTag(node) && node.name !== "script" && node.name !== "style") {
      if (node.name === "a") {
        depth++;
        stack.push(null);
      }
      for (let at = node.children.length - 1; at >= 0; at--) stack.push(node.children[at]!);
    }
  }
  return { length, links };
}

/** Whether an element holds more than half (or another part) of the page's prose. */
function holdsMost({ startIndex, endIndex }: Element, prose: Prose, part = 2): boolean {
  return lengthUpTo(endIndex! + 1, prose) - lengthUpTo(startIndex!, prose) > prose.before.at(-1)! / part;
}

/** Of the prose that begins before a place. */
function lengthUpTo(place: number, { starts, before }: Prose): number {
  let [low, high] = [0, starts.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (starts[middle]! < place) low = middle + 1;
    else high = middle;
  }
  return before[low]!;
}

function isInSvg(element: Element): boolean {
  for (const above of ancestors(element)) if (above.name === "svg") return true;
  return false;
}

function isNoteReference({ attribs }: Element): boolean {
  return attribs.role === "doc-noteref" || (attribs["epub:type"]?.includes("noteref") ?? false);
}
