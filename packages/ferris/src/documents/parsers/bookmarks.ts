/**
 * Bookmarks as browsers export them: HTML by its looks, a tree of folders by what it is. Each bookmark is a line with its name, its address and
 * its tags, under the folders that it lies in; what is said about it follows.
 */
import { isTag, isText, type Element } from "domhandler";
import { ContentBuilder } from "../content-builder.ts";
import { decodeText } from "../decode/decode.ts";
import type { ParsedDocument } from "../document.ts";
import { SourcedText } from "../lines/sourced-text.ts";
import { attributeText, treeOf, walk, type HtmlTree } from "./html/tree.ts";
import type { ParserInput } from "./parser.ts";

/** Addresses that somebody would look for: not programs, queries and pictures. */
const address = /^(?:https?|ftp|file|mailto):/i;
/** Folders in folders: deeper ones are read as if they stood at this depth. */
const deepest = 15;

export function parseBookmarks({ bytes }: ParserInput): ParsedDocument {
  const text = decodeText(bytes);
  const html = text.content;
  const tree = treeOf(html, false);
  const builder = new ContentBuilder(text);
  /** How many lists an element is in. Those above it come first. */
  const lists = new Map<unknown, number>();
  for (const element of walk(tree.root)) {
    const { name } = element;
    const around = lists.get(element.parent) ?? 0;
    lists.set(element, around + Number(name === "dl"));
    if (name !== "h1" && name !== "h3" && name !== "a" && name !== "dd") continue;
    // The folder of what stands in one list is that list's heading, which stands above it.
    const level = Math.min(deepest, around) + 1;
    if (name === "h1" || name === "h3") builder.heading(level, ownWords(tree, element));
    else {
      builder.section(level, "");
      builder.add("list", name === "a" ? bookmark(tree, html, element) : ownWords(tree, element));
    }
  }
  return builder.finish("bookmarks", { title: "", warnings: text.warnings });
}

function bookmark(tree: HtmlTree, html: string, link: Element): SourcedText {
  const line = ownWords(tree, link);
  const { href = "", tags = "", shortcuturl: keyword = "" } = link.attribs;
  const said = [address.test(href) ? "href" : "", tags === "" ? "" : "tags", keyword === "" ? "" : "shortcuturl"];
  for (const name of said.filter((one) => one !== "")) {
    if (line.length > 0) line.trail(name === "href" ? " " : ", ");
    line.join(attributeText(html, link, name));
  }
  return line;
}

/** Words of an element: of a note those in front of what is nested in it because nothing closes it. */
function ownWords(tree: HtmlTree, element: Element): SourcedText {
  const words = new SourcedText();
  for (const child of element.children) {
    if (isText(child)) words.join(tree.sourced(child));
    else if (isTag(child) && /^(?:dl|dt|dd|p)$/.test(child.name)) break;
  }
  return words.replace(/\s+/g, " ").trim();
}
