/**
 * Headers and footers of a text document: what stands on every page is said once, after the text; numbers of pages are not.
 */
import type { ContentBuilder } from "../../content-builder.ts";
import type { ParsedDocument } from "../../document.ts";

/** "Page 3 of 12", "- 3 -", "3/12", in the languages of most files; what is left of it without digits. */
const pageNumber =
  /^(?:p|pp|page|pages|seite|sida|side|strona|pagina|página|стр|страница|of|von|de|av|af|van|di|z|sur|из|\s)*$/iu;

/** Adds what `edges` say, each line once, under no heading. */
export function addPageEdges(builder: ContentBuilder, edges: readonly ParsedDocument[]): void {
  const said = new Set<string>();
  for (const { blocks, content } of edges) {
    for (const { start, end } of blocks) {
      const text = content.slice(start, end).trim();
      if (said.has(text) || pageNumber.test(text.replace(/[\d\p{P}\p{S}]+/gu, " "))) continue;
      if (said.size === 0) builder.section(1, "");
      said.add(text);
      builder.add("prose", text);
    }
  }
}
