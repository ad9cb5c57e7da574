/**
 * HTML and XHTML as a tree whose texts know where they stand; and walking in it without recursion, since pages can be nested a million deep.
 */
import { DomHandler, isTag, Text, type ChildNode, type Document, type Element } from "domhandler";
import { Parser } from "htmlparser2";
import { DocumentError } from "../../../errors.ts";
import { SourcedText } from "../../lines/sourced-text.ts";
import { type OwnEntities, ownEntities } from "../../xml/own-entities.ts";

/** The library's time grows with the square of the depth; browsers give up nesting at 512. */
const deepestReadable = 5_000;

/** White space that is not one space already. */
const wideSpace = /\s\s|[^\S ]/;
const spaces = / \s+|[^\S ]\s*/g;
const cdataOpening = "<![CDATA[";

/** @param isXhtml `<title/>` is a whole element, and CDATA is text */
export function treeOf(html: string, isXhtml: boolean): HtmlTree {
  const prefix = isXhtml ? /<([A-Za-z][\w.-]*):html[\s>]/.exec(html.slice(0, 4_096))?.[1] : undefined;
  const entities = ownEntities(html);
  const tree = new HtmlTree(html, { prefix, entities });
  new Parser(tree, { recognizeSelfClosing: isXhtml, recognizeCDATA: isXhtml }).end(withoutBrackets(html, entities));
  return tree;
}

/** Any XML: names as they are written. Names of characters are HTML's, which are those of DocBook's and other DTDs, too. */
export function xmlTreeOf(xml: string): HtmlTree {
  const entities = ownEntities(xml);
  const tree = new HtmlTree(xml, { entities, hasNames: true });
  new Parser(tree, { xmlMode: true }).end(withoutBrackets(xml, entities));
  return tree;
}

/** What a document declares is no part of it: the parser would take its first ">" for the DOCTYPE's end. Places stay as they are. */
function withoutBrackets(written: string, entities: OwnEntities | null): string {
  if (entities === null) return written;
  const { start, end } = entities;
  return `${written.slice(0, start)}${" ".repeat(end - start)}${written.slice(end)}`;
}

export interface TreeOptions {
  /** Of elements, without the colon. */
  readonly prefix?: string | undefined;
  readonly entities?: OwnEntities | null;
  /** Whether HTML's names of characters are left to be resolved. */
  readonly hasNames?: boolean;
}

/** Whether a page is meant to be read as XML: by its declaration, its name or its namespace. */
export function looksLikeXhtml(html: string, path = ""): boolean {
  const head = html.slice(0, 2_048);
  return (
    /\.(?:xhtml|xht)$/i.test(path) ||
    /^\s*<\?xml\s/.test(head) ||
    /<(?:[\w.-]+:)?html\s[^>]*xmlns(?::[\w.-]+)?\s*=\s*["']http:\/\/www\.w3\.org\/1999\/xhtml/i.test(head)
  );
}

/** Elements and texts with their places; refuses to be nested without end. */
export class HtmlTree extends DomHandler {
  /** Of texts that are more than one piece: those with entities in them. */
  readonly #pieces = new Map<Text, SourcedText>();
  /** "h:" where the page writes `<h:p>`. */
  readonly #prefix: string;
  readonly #written: string;
  /** Null where the document declares none. */
  readonly #entities: OwnEntities | null;
  readonly #hasNames: boolean;
  #source: { readonly startIndex: number | null } | null = null;

  /** @param written what is parsed */
  constructor(written: string, { prefix, entities = null, hasNames = false }: TreeOptions = {}) {
    super(undefined, { withStartIndices: true, withEndIndices: true });
    this.#written = written;
    this.#prefix = prefix === undefined ? "" : `${prefix.toLowerCase()}:`;
    this.#entities = entities;
    this.#hasNames = hasNames;
  }

  /** Files that the document consists of and that are not in it. */
  get filesNotRead(): readonly string[] {
    return this.#entities?.notRead ?? [];
  }

  /** A text, each part of it where it stands. */
  sourced(node: Text): SourcedText {
    return this.#pieces.get(node) ?? SourcedText.of(node.data, node.startIndex!);
  }

  /** Adds a text to `words`, its white space as one space each unless it is code. */
  say(node: Text, words: SourcedText, isCode: boolean): void {
    const isWhole = !this.#pieces.has(node);
    if (isWhole && (isCode || !wideSpace.test(node.data))) words.append(node.data, node.startIndex!);
    else words.join(isCode ? this.sourced(node) : this.sourced(node).replace(spaces, " "));
  }

  override onparserinit(parser: { startIndex: number | null; endIndex: number | null }): void {
    super.onparserinit(parser);
    this.#source = parser;
  }

  override ontext(data: string): void {
    const before = this.lastNode;
    const known = before instanceof Text ? this.sourced(before) : null;
    const start = this.#source!.startIndex!;
    const named =
      data.includes("&") && !this.#written.startsWith(cdataOpening, start) ? this.#named(data, start) : null;
    if (named !== null) {
      super.ontext(named.text);
      if (this.lastNode instanceof Text) this.#pieces.set(this.lastNode, known ? known.join(named) : named);
      return;
    }
    super.ontext(data);
    // A CDATA section's text is said to start where the section does.
    const place = this.#written.startsWith(cdataOpening, start) ? start + cdataOpening.length : start;
    // An entity is shorter than what stands for it; what follows it has to be placed anew.
    if (known) this.#pieces.set(before as Text, known.append(data, place));
    else if (place !== start) this.#pieces.set(this.lastNode as Text, SourcedText.of(data, place));
  }

  /** A text with what its entities stand for; null where it has none that is known. */
  #named(data: string, start: number): SourcedText | null {
    if (this.#entities === null && !this.#hasNames) return null;
    const text = new SourcedText();
    let done = 0;
    for (const { 0: written, 1: name, index } of data.matchAll(/&([A-Za-z_][\w.:-]{0,200});/g)) {
      const own = this.#entities?.textOf(name!) ?? null;
      const said = own === null ? decodedEntity(written) : own.replace(anyReference, decodedEntity);
      if (said === written) continue;
      text.append(data.slice(done, index), start + done).appendMade(said, start + index);
      done = index + written.length;
    }
    return done === 0 ? null : text.append(data.slice(done), start + done);
  }

  override onopentag(name: string, attributes: Record<string, string>): void {
    const isPrefixed = this.#prefix !== "" && name.toLowerCase().startsWith(this.#prefix);
    super.onopentag(isPrefixed ? name.slice(this.#prefix.length) : name, attributes);
    if (this.tagStack.length > deepestReadable) {
      throw new DocumentError("damaged", `elements nested more than ${deepestReadable} deep`);
    }
  }
}

/** All elements below `root`, in document order. */
export function* walk(root: Document | Element): Generator<Element> {
  const stack: ChildNode[] = root.children.toReversed();
  for (let node = stack.pop(); node; node = stack.pop()) {
    if (!isTag(node)) continue;
    yield node;
    for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
  }
}

export function find(root: Document | Element, test: (element: Element) => boolean): Element | undefined {
  for (const element of walk(root)) if (test(element)) return element;
  return undefined;
}

export function elements(root: Document | Element, test: (element: Element) => boolean): Element[] {
  return [...walk(root)].filter(test);
}

/** Elements around `element`, the nearest first. */
export function* ancestors(element: Element): Generator<Element> {
  for (let above = element.parent; above && isTag(above); above = above.parent) yield above;
}

/** Of characters, by name or number. */
const anyReference = /&(?:#x[\da-f]{1,6}|#\d{1,7}|[a-z][\da-z]{1,31});/gi;

const entities = new Map<string, string>();

/** The value of an attribute, each part where it stands; at the element where that cannot be told. */
export function attributeText(html: string, element: Element, name: string): SourcedText {
  const value = element.attribs[name] ?? "";
  const from = element.startIndex!;
  const tag = html.slice(from, Math.min(element.endIndex! + 1, from + 2 * value.length + 20_000));
  const written = new RegExp(`\\s${name}\\s*=\\s*(?:"([^"]*)"|'([^']*)')`, "i").exec(tag);
  const raw = written?.[1] ?? written?.[2];
  if (raw === undefined) return new SourcedText().appendMade(value, from);
  const start = from + written!.index + written![0].length - 1 - raw.length;
  const text = new SourcedText();
  let done = 0;
  for (const { 0: entity, index } of raw.matchAll(anyReference)) {
    text.append(raw.slice(done, index), start + done);
    text.appendMade(decodedEntity(entity), start + index);
    done = index + entity.length;
  }
  text.append(raw.slice(done), start + done);
  return text.text === value ? text : new SourcedText().appendMade(value, from);
}

function decodedEntity(entity: string): string {
  let decoded = entities.get(entity);
  if (decoded === undefined) {
    decoded = "";
    new Parser({ ontext: (text) => void (decoded += text) }).end(entity);
    if (entities.size < 5_000) entities.set(entity, decoded);
  }
  return decoded;
}
