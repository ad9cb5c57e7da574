/**
 * The words of an element on one line: for headings, cells and captions, and to see how much there is.
 */
import { isTag, isText, type ChildNode, type Document, type Element, type Text } from "domhandler";
import { SourcedText } from "../../lines/sourced-text.ts";
import { fieldWords } from "./fields.ts";
import { formulaOf } from "./formulas.ts";
import type { HtmlTree } from "./tree.ts";

export const blockTags: ReadonlySet<string> = new Set(
  "address article aside blockquote body button center dd details dialog div dl dt fieldset figcaption figure footer form header hgroup hr html legend li listing main marquee menu ol p pre section summary table tbody td th thead tr ul xmp h1 h2 h3 h4 h5 h6".split(
    " ",
  ),
);

const shownApart = /(?:^|[;\s])display\s*:\s*(?:block|flex|grid|list-item|table(?:-row|-cell|-caption)?)(?![\w-])/i;

/** Whether a page shows an element on lines of its own: by what it is, or by what its style says. */
export function isBlock({ name, attribs }: Element): boolean {
  return blockTags.has(name) || (attribs.style !== undefined && shownApart.test(attribs.style));
}

const change = /^(?:ins|del|s|strike)$/;

/** Whether an element is a change right beside another: what was there, and what is there now, are two words. */
export function isOtherWording(element: Element): boolean {
  const { name, prev } = element;
  return change.test(name) && prev !== null && isTag(prev) && change.test(prev.name) && prev.name !== name;
}

/** Without those of scripts and styles; `most` characters are enough. Only to look at: see `lineOf`. */
export function textOf(root: Document | Element, most = Number.POSITIVE_INFINITY): string {
  const stack: (ChildNode | null)[] = root.children.toReversed();
  const parts: string[] = [];
  let length = 0;
  for (let node = stack.pop(); node !== undefined && length <= most; node = stack.pop()) {
    if (node === null) parts.push(" ");
    else if (isText(node)) {
      parts.push(node.data);
      length += node.data.length;
    } else if (isTag(node) && node.name !== "script" && node.name !== "style") {
      if (node.name === "br" || isBlock(node)) {
        parts.push(" ");
        stack.push(null);
      }
      for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
    }
  }
  return parts.join("").replace(/\s+/g, " ").trim();
}

export interface LineOptions {
  readonly isLeftOut: (element: Element) => boolean;
  /** An image's text. */
  readonly alternative: (image: Element) => SourcedText;
}

/** Each word where it stands. */
export function lineOf(tree: HtmlTree, root: Element, { isLeftOut, alternative }: LineOptions): SourcedText {
  const line = new SourcedText();
  for (const part of wordsOf(root, isLeftOut)) {
    if (typeof part === "string") line.trail(part);
    else if ("text" in part) line.appendMade(part.text, part.origin);
    else if ("data" in part) line.join(tree.sourced(part));
    else line.join(alternative(part));
  }
  return line.replace(/[^\S ]+| {2,}/g, " ").trim();
}

/** Words that belong together although marks stand in them: soft hyphens and the like say where a line may break, and break words for search. */
export function whole(text: SourcedText): SourcedText {
  if (!/[\u00ad\u200b\u2060\ufeff]/.test(text.text)) return text;
  return text.replace(
    /[\u00ad\u2060\ufeff]|(?<=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])\u200b(?=[\p{Script=Latin}\p{Script=Greek}\p{Script=Cyrillic}])/gu,
    "",
  );
}

/** What a field says stands apart from its label. */
export function spaced(said: string | null): string | null {
  return said === null || said === "" ? said : ` ${said} `;
}

interface Made {
  readonly text: string;
  readonly origin: number;
}

/** The texts in an element; a space where a block or a line ends. */
function* wordsOf(
  root: Document | Element,
  isLeftOut: (element: Element) => boolean,
): Generator<Text | string | Made | Element> {
  const stack: (ChildNode | " ")[] = root.children.toReversed();
  for (let node = stack.pop(); node !== undefined; node = stack.pop()) {
    if (node === " ") yield node;
    else if (isText(node)) yield node;
    else if (isTag(node)) {
      const made = formulaOf(node) ?? spaced(fieldWords(node));
      if (made !== null) {
        if (made !== "") yield { text: made, origin: node.startIndex! };
      } else if (node.name === "br") yield " ";
      else if (node.name === "img" || node.name === "svg") {
        if (node.attribs.alt && !isLeftOut(node)) yield node;
      } else if (!isLeftOut(node)) {
        if (isBlock(node)) {
          yield " ";
          stack.push(" ");
        } else if (isOtherWording(node)) yield " ";
        for (let i = node.children.length - 1; i >= 0; i--) stack.push(node.children[i]!);
      }
    }
  }
}
