/**
 * Headers and footers of a text document: what stands on every page is said once, after the text; numbers of pages are not.
 */
import type { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";

/** "Page 3 of 12", "- 3 -", "3/12", in the languages of most files; what is left of it without its numbers, of which there are two at most. */
const wordsOfPages = new Set(
  "p pp page pages seite sida side strona pagina página стр страница of von de av af van di z sur из".split(" "),
);

export function isPageNumber(text: string): boolean {
  const numbers = text.match(/\d+/g) ?? [];
  // Dates and telephone numbers have more.
  if (numbers.length > 2 || numbers.some((number) => number.length > 4)) return false;
  return text
    .toLowerCase()
    .split(/[\s\d\p{P}\p{S}]+/u)
    .every((word) => word === "" || wordsOfPages.has(word));
}

/** Adds what `edges` say, each line once, under no heading. */
export function addPageEdges(builder: ContentBuilder, edges: readonly ParsedDocument[]): void {
  const said = new Set<string>();
  for (const { blocks, content } of edges) {
    for (const { start, end } of blocks) {
      const text = content.slice(start, end).trim();
      if (said.has(text) || isPageNumber(text)) continue;
      if (said.size === 0) builder.section(1, "");
      said.add(text);
      builder.add("prose", text);
    }
  }
}
